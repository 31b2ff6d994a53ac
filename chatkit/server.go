package chatkit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// Server answers ChatKit requests: it reads and changes the Store, asks the
// Responder and streams what that emits. Set the fields before its first use;
// all but Store and Responder are optional. It is safe for concurrent use.
//
// The person whom a request is for travels in the context, from whatever
// authenticates requests to the Store and the Responder; the Server itself
// authorises nothing.
type Server struct {
	Store       Store
	Responder   Responder
	Attachments AttachmentStore  // without it there are no attachments
	Log         *slog.Logger     // what people are not told; nothing if nil
	Now         func() time.Time // time.Now if nil

	// BusyWait is how long a request waits for the end of another answer in the
	// same thread, which may be one that was just stopped; then it is ErrBusy.
	// The default is five seconds.
	BusyWait time.Duration
	// MaxBody is the most bytes of a request's body; 32 MiB by default, for
	// recordings.
	MaxBody int64
	// KeepAlive, if set, is how often ServeHTTP writes a comment to a silent
	// stream, so that proxies do not cut it.
	KeepAlive time.Duration

	mu   sync.Mutex
	busy map[string]*visit // by thread: those that are being answered
}

// cleanupTime bounds the storing that follows a stopped answer.
const cleanupTime = 10 * time.Second

// Handle answers one request. For a request that is not [Streaming] it returns
// the JSON value to reply with. For one that is, it calls send with each event
// and returns when the stream is over; send is never called by two goroutines at
// once and must be done with the event when it returns.
//
// An error means that nothing was sent: see [StatusOf] for what to tell the
// client. After the first event failures are sent as error events, and Handle
// returns nil. If ctx ends or send fails, the answer is stopped and what there
// is of it is stored.
func (s *Server) Handle(ctx context.Context, req Request, send func(Event) error) (reply any, err error) {
	if !Streaming(req) {
		return s.reply(ctx, req)
	}
	if id := threadOf(req); id != "" {
		// Whose thread it is comes first: nobody waits for a stranger's answer.
		if _, err := s.Store.LoadThread(ctx, id); err != nil {
			return nil, err
		}
		inside, leave, err := s.enter(ctx, id)
		if err != nil {
			return nil, err
		}
		defer leave()
		ctx = inside
	}
	planner := Planner{Store: s.Store, Now: s.Now}
	plan, err := planner.Plan(ctx, req)
	if err != nil {
		return nil, err
	}
	if plan.Refusal != nil {
		return nil, send(*plan.Refusal)
	}
	if plan.NewThread {
		inside, leave, err := s.enter(ctx, plan.Thread.ID)
		if err != nil {
			return nil, err
		}
		defer leave()
		ctx = inside
	}
	if err := plan.Store(ctx, s.Store); err != nil {
		return nil, fmt.Errorf("chatkit: %s: %w", req.RequestType(), err)
	}
	s.stream(ctx, planner, plan, send)
	return nil, nil
}

// stream runs a stored plan's answer.
func (s *Server) stream(ctx context.Context, planner Planner, plan *Plan, send func(Event) error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	turn := newTurn(ctx, s.Store, planner, plan, func(ev Event) error {
		err := send(ev)
		if err != nil && !errors.Is(err, ErrEncode) {
			cancel(fmt.Errorf("chatkit: send: %w", err)) // the responder may be waiting for its model
		}
		return err
	})
	err := s.begin(ctx, plan, turn)
	if err == nil {
		err = s.answer(ctx, plan, turn)
	}
	s.finish(ctx, turn, err)
}

// begin sends what precedes the answer.
func (s *Server) begin(ctx context.Context, plan *Plan, turn *Turn) error {
	for _, ev := range append(plan.Events, s.streamOptions(ctx, plan.Thread)) {
		if err := turn.show(ev); err != nil {
			return err
		}
	}
	for _, ev := range plan.First {
		if err := turn.Emit(ev); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) streamOptions(ctx context.Context, thread *Thread) StreamOptions {
	if o, ok := s.Responder.(StreamOptioner); ok {
		return o.StreamOptions(ctx, thread)
	}
	return StreamOptions{AllowCancel: true}
}

// answer asks the responder. A panic of its becomes an error, so that the client
// gets an error event and no cut stream.
func (s *Server) answer(ctx context.Context, plan *Plan, turn *Turn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("chatkit: the responder panicked: %v\n%s", p, debug.Stack())
		}
	}()
	if plan.Action == nil {
		return s.Responder.Respond(ctx, turn)
	}
	actor, ok := s.Responder.(Actor)
	if !ok {
		return &Error{Message: "This chat can't do that.", Err: ErrNotSupported}
	}
	return actor.Act(ctx, turn, *plan.Action, plan.Sender)
}

// finish ends the stream: as stopped if the client is gone, with an error event
// if the answer failed.
func (s *Server) finish(ctx context.Context, turn *Turn, err error) {
	turn.mu.Lock()
	defer turn.mu.Unlock()
	left := turn.err != nil && turn.gone || ctx.Err() != nil && (err != nil || len(turn.pending.Items()) > 0)
	failure := err
	if turn.err != nil {
		failure = turn.err
	}
	turn.err = errStopped // whatever still emits has had its time
	if left {
		s.cancelled(ctx, turn)
		return
	}
	if failure != nil {
		s.logFailure(ctx, turn.thread.ID, failure)
		if turn.send(EventOf(failure)) != nil {
			return
		}
	}
	if err := turn.flush(); err != nil {
		s.logger().WarnContext(ctx, "the thread's last change is lost", "thread", turn.thread.ID, "error", err)
	}
	turn.err = errStopped
}

// cancelled stores what a stopped answer leaves behind. The request is over, so
// it has a time limit of its own.
func (s *Server) cancelled(ctx context.Context, turn *Turn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	var err error
	if c, ok := s.Responder.(Canceller); ok {
		pending := turn.pending.Items()
		turn.mu.Unlock() // it may ask the turn for the thread
		err = c.Cancelled(ctx, turn, pending)
		turn.mu.Lock()
	} else {
		err = turn.pending.Cancel().Store(ctx, s.Store, turn.thread.ID)
	}
	if turn.changed() {
		err = errors.Join(err, turn.saveThread(ctx))
	}
	if err != nil {
		s.logger().ErrorContext(ctx, "a stopped answer is not stored", "thread", turn.thread.ID, "error", err)
	}
}

func (s *Server) logFailure(ctx context.Context, threadID string, err error) {
	if e, ok := errors.AsType[*Error](err); ok && e.Err == nil && e.Code == "" {
		return // the person was told all there is
	}
	s.logger().ErrorContext(ctx, "an answer failed", "thread", threadID, "error", err)
}

func (s *Server) logger() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.New(slog.DiscardHandler)
}
