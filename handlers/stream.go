package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
)

// This file is the only one that writes the body of a stream. The handler has
// returned before its first byte and its Fiber context is gone by then, so a
// stream gets plain values only; a client that left shows up only as a failed
// write, or when somebody looks.

// stream sends server-sent events to one client, on a connection that it has
// taken from the server: see stream_conn.go. While it waits for its run it has
// no goroutine: see stream_lane.go.
type stream struct {
	streamOptions
	streams *streams
	user    string
	request string // its id
	right   right
	http    *fasthttp.RequestCtx // until the stream begins
	run     func(ctx context.Context, s *stream) error
	feed    *feed // what run reads, if that is all that it does

	conn net.Conn
	raw  syscall.RawConn // of conn, for what may not wait; nil if it has none
	next []byte          // what the client has sent of its next request
	keep bool            // the connection, for that
	bare bool            // the body has no chunks, which HTTP/1.0 does not know

	ctx    context.Context // ends when the client is gone, or is to be
	cancel context.CancelFunc
	began  time.Time
	wrote  atomic.Int64 // when, in nanoseconds since 1970
	asked  atomic.Int32 // how often to look at the feed; who makes it 1 has the stream looked at

	mu       sync.Mutex // heartbeats are written too
	left     []byte     // of what was sent without waiting
	deadline time.Time  // of writes
	err      error
}

// streamOptions is how streams differ.
type streamOptions struct {
	beat []byte // what is written into a long silence
	done func() // called at the end, if not nil
}

// feed is a run's events as a stream sends them.
type feed struct {
	follower *live.Follower
	sent     int64 // the number of the last one
	frames   func(dst []byte, events []live.Event) []byte
	end      func(ctx context.Context, s *stream, sent int64) error // when the run has ended
	ready    func()                                                 // the stream's
}

// startStream answers with server-sent events: run writes them until it
// returns or ctx ends, which happens when the client is gone, the person may not
// be here any more, the server shuts down or the stream is too old. run must not
// use c.
func (h *Handlers) startStream(c *fiber.Ctx, run func(ctx context.Context, s *stream) error) error {
	if c.Method() == fiber.MethodHead {
		return nil // there is no body to write
	}
	if err := h.reserveStream(c); err != nil {
		return err
	}
	h.serveStream(c, &stream{streamOptions: streamOptions{beat: comment}, run: run})
	return nil
}

// comment is a heartbeat for clients that know server-sent events.
var comment = []byte(": \n\n")

// startFeed is startStream for a run's events.
func (h *Handlers) startFeed(c *fiber.Ctx, o streamOptions, f *feed) {
	h.serveStream(c, &stream{streamOptions: o, run: f.run, feed: f})
}

// reserveStream makes sure that the person may open one more stream. A call of
// serveStream, or of streams.leave, must follow.
func (h *Handlers) reserveStream(c *fiber.Ctx) error {
	if h.streams.enter(userID(c)) {
		return nil
	}
	if h.streams.ctx.Err() != nil {
		return errStopping
	}
	return tooMany("Too many open streams. Close some of your tabs or clients.", 5*time.Second)
}

// serveStream is startStream for a stream that is reserved.
func (h *Handlers) serveStream(c *fiber.Ctx, s *stream) {
	c.Set(fiber.HeaderContentType, "text/event-stream; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "no-cache, no-store, no-transform")
	c.Set("X-Accel-Buffering", "no")
	s.streams, s.user, s.request, s.right = h.streams, userID(c), requestID(c), viewerOf(c).right()
	s.http, s.began = c.Context(), time.Now()
	s.ctx, s.cancel = context.WithCancel(h.streams.ctx)
	if s.feed != nil {
		s.feed.ready = s.ready
	}
	s.takeConn()
}

// begin sends the head, and has the stream written from then on.
func (s *stream) begin(head []byte) {
	s.wrote.Store(time.Now().UnixNano())
	s.streams.keep(s)
	_ = s.send(head) // a failure ends the stream
	if s.feed != nil {
		s.ready()
	} else {
		go s.serve()
	}
}

// errCaughtUp is returned by feed.run when all is written that there is so far.
var errCaughtUp = errors.New("handlers: the run has shown no more yet")

// serve runs the stream on a goroutine of its own, which may wait: to its end,
// or until there is nothing to write. A panic ends it alone.
func (s *stream) serve() {
	asked, caughtUp := s.asked.Load(), false
	defer func() {
		if p := recover(); p != nil {
			s.panicked(p)
		}
		if caughtUp {
			s.rest(asked)
		} else {
			s.end()
		}
	}()
	err := s.run(s.ctx, s)
	if errors.Is(err, models.ErrNotFound) {
		err = nil // the conversation was deleted meanwhile, and its run with it
	}
	if caughtUp = errors.Is(err, errCaughtUp); !caughtUp && err != nil && s.ctx.Err() == nil && s.failed() == nil {
		s.streams.log.Error("stream failed", "request", s.request, "err", err)
	}
}

func (s *stream) panicked(p any) {
	s.streams.log.Error("stream panicked", "request", s.request, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
}

// run writes what there is, and at the run's end what comes after it.
func (f *feed) run(ctx context.Context, s *stream) error {
	for {
		if err := s.send(nil); err != nil {
			return err
		}
		events, err := f.follower.Now(f.ready)
		if errors.Is(err, live.ErrBehind) {
			events, err = f.follower.Next(ctx)
		}
		switch {
		case errors.Is(err, io.EOF):
			return f.end(ctx, s, f.sent)
		case err != nil:
			return err
		case len(events) == 0 && ctx.Err() != nil: // what has been shown before a shutdown is sent
			return ctx.Err()
		case len(events) == 0:
			return errCaughtUp
		}
		if err := s.writeWith(func(dst []byte) []byte { return f.frames(dst, events) }); err != nil {
			return err
		}
		f.sent = events[len(events)-1].Seq
	}
}

// step is feed.run as far as it needs no waiting: it reports false when serve
// must go on.
func (s *stream) step(w *worker) (ok bool) {
	if !s.mu.TryLock() {
		return false // a heartbeat waits for the client
	}
	defer s.mu.Unlock()
	defer func() {
		if p := recover(); p != nil {
			s.panicked(p)
			s.err = errStreamOver // without an end: the client is to know that something is missing
		}
	}()
	for s.err == nil && s.raw != nil && len(s.left) == 0 {
		events, err := s.feed.follower.Now(s.feed.ready)
		if err != nil {
			return false
		}
		if len(events) == 0 {
			return s.ctx.Err() == nil
		}
		b := s.part(&w.room, func(dst []byte) []byte { return s.feed.frames(dst, events) })
		s.feed.sent = events[len(events)-1].Seq
		n, err := w.sending.now(s.raw, b)
		s.err = err
		s.left = append(s.left, b[n:]...)
		s.wrote.Store(time.Now().UnixNano())
	}
	return false
}

// stop ends the stream.
func (s *stream) stop() {
	s.cancel()
	if s.feed != nil {
		s.ready()
	}
}

// lastChunk is the end of a body.
var lastChunk = []byte("0\r\n\r\n")

// end ends the body of a client that is still there, and lets the stream go.
func (s *stream) end() {
	s.cancel()
	if s.feed != nil {
		s.feed.follower.Close()
	}
	s.streams.drop(s)
	if s.done != nil {
		s.done()
	}
	s.streams.free(s.user) // a client that has read the end finds room for the next
	defer s.streams.wg.Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	last := lastChunk
	if s.bare {
		last = nil // that the connection ends says it
	}
	whole := s.sendLocked(last) == nil
	if s.err == nil { // no heartbeat comes after it
		s.err = errStreamOver
	}
	s.giveConn(whole)
}

var errStreamOver = errors.New("handlers: the stream is over")

// send sends bytes as they are, after those that are left. It waits as long as a
// write may take.
func (s *stream) send(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sendLocked(b)
}

func (s *stream) sendLocked(b []byte) error {
	if s.err != nil || len(s.left) == 0 && len(b) == 0 {
		return s.err
	}
	now := time.Now()
	// A deadline costs the runtime more than an event does, so one serves many writes.
	if limit := s.streams.times.write; s.deadline.Sub(now) < limit*3/4 {
		s.deadline = now.Add(limit)
		s.err = s.conn.SetWriteDeadline(s.deadline)
	}
	for _, part := range [...][]byte{s.left, b} {
		if s.err == nil && len(part) > 0 {
			_, s.err = s.conn.Write(part)
		}
	}
	s.left = nil
	s.wrote.Store(now.UnixNano())
	if s.err != nil {
		s.stop()
	}
	return s.err
}

func (s *stream) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// write sends bytes of the body at once.
func (s *stream) write(b []byte) error {
	return s.writeWith(func(dst []byte) []byte { return append(dst, b...) })
}

// writeWith sends at once what fill appends, from a buffer that all streams
// share: most of the time a stream has nothing to write.
func (s *stream) writeWith(fill func(dst []byte) []byte) error {
	room, _ := s.streams.buffers.Get().(*[]byte)
	if room == nil {
		room = new([]byte)
	}
	defer s.streams.buffers.Put(room)
	return s.send(s.part(room, fill))
}

// part is what fill appends, as it goes out.
func (s *stream) part(room *[]byte, fill func(dst []byte) []byte) []byte {
	if s.bare {
		*room = fill((*room)[:0])
		return *room
	}
	return chunk(room, fill)
}

// chunk is what fill appends, as a chunk of a body, in room that is used again.
func chunk(room *[]byte, fill func(dst []byte) []byte) []byte {
	const head = 16 + 2 // most digits, and the end of their line
	b := fill(append((*room)[:0], make([]byte, head)...))
	size := len(b) - head
	if size == 0 {
		return nil // an empty chunk would be the last
	}
	b = append(b, "\r\n"...)
	*room = b
	var digits [16]byte
	hex := strconv.AppendInt(digits[:0], int64(size), 16)
	start := head - 2 - len(hex)
	copy(b[start:], hex)
	copy(b[head-2:], "\r\n")
	return b[start:]
}

// appendEvent appends one server-sent event with a name and one line of JSON.
func appendEvent(dst []byte, name string, payload []byte) []byte {
	dst = append(append(append(dst, "event: "...), name...), "\ndata: "...)
	return append(append(dst, payload...), "\n\n"...)
}
