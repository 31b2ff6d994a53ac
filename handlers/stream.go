package handlers

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// This file is the only one that touches the body stream writer. The handler
// has returned before the writer's first byte and its Fiber context is gone by
// then, so a stream gets plain values only; a panic in the writer would end the
// process; a client that left shows up only as a failed write.

// streams holds the open streams, so that shutdown can end them before the server.
type streams struct {
	times  streamTimes
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu   sync.Mutex
	open map[string]int // by user
}

func newStreams() *streams {
	ctx, cancel := context.WithCancel(context.Background())
	return &streams{times: usualTimes, ctx: ctx, cancel: cancel, open: map[string]int{}}
}

// close tells all streams to end and waits for them, at most until ctx ends.
func (s *streams) close(ctx context.Context) {
	s.cancel()
	done := make(chan struct{})
	go func() {
		s.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// maxStreams is how many streams one person may have open at once.
const maxStreams = 64

func (s *streams) enter(userID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil || s.open[userID] >= maxStreams {
		return false
	}
	s.open[userID]++
	s.wg.Add(1)
	return true
}

func (s *streams) leave(userID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[userID]--; s.open[userID] <= 0 {
		delete(s.open, userID)
	}
	s.wg.Done()
}

// streamTimes are the times of a stream.
type streamTimes struct {
	heartbeat time.Duration // between comments, by which proxies and we notice who left
	write     time.Duration // for one write; a client that reads slower is dropped
	recheck   time.Duration // between looks whether the person may still be here
	life      time.Duration // then the client reconnects
}

var usualTimes = streamTimes{heartbeat: 10 * time.Second, write: 15 * time.Second, recheck: 4 * time.Second, life: 30 * time.Minute}

// stream sends server-sent events to one client.
type stream struct {
	times streamTimes
	beat  []byte
	w     *bufio.Writer
	conn  net.Conn
	mu    sync.Mutex // the heartbeat writes too
	wrote time.Time
	err   error
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
	h.serveStream(c, streamOptions{beat: []byte(": \n\n")}, run)
	return nil
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

// streamOptions is how streams differ.
type streamOptions struct {
	beat  []byte // what is written into a long silence
	watch bool   // notice at once when the client leaves, not with the next write
}

// serveStream is startStream for a stream that is reserved.
func (h *Handlers) serveStream(c *fiber.Ctx, o streamOptions, run func(ctx context.Context, s *stream) error) {
	user := userID(c)
	c.Set(fiber.HeaderContentType, "text/event-stream; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "no-cache, no-store, no-transform")
	c.Set("X-Accel-Buffering", "no")
	conn, id, log, times := c.Context().Conn(), requestID(c), h.Log, h.streams.times
	allowed := h.stillAllowed(*viewerOf(c))
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer h.streams.leave(user)
		s := &stream{times: times, beat: o.beat, w: w, conn: conn}
		defer s.done()
		ctx, cancel := context.WithTimeout(h.streams.ctx, times.life)
		defer cancel()
		defer func() {
			if p := recover(); p != nil {
				log.Error("stream panicked", "request", id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
		}()
		stop := s.keepAlive(ctx, cancel, allowed)
		defer stop()
		if o.watch {
			defer watchConn(conn, cancel)()
		}
		if err := run(ctx, s); err != nil && ctx.Err() == nil && s.failed() == nil {
			log.Error("stream failed", "request", id, "err", err)
		}
	})
}

// keepAlive writes something into a long silence and looks whether the person may still
// be here. It cancels when a write failed or they may not.
func (s *stream) keepAlive(ctx context.Context, cancel context.CancelFunc, allowed func(context.Context) bool) (stop func()) {
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer cancel()
		beat, recheck := time.NewTicker(s.times.heartbeat), time.NewTicker(s.times.recheck)
		defer beat.Stop()
		defer recheck.Stop()
		for {
			select {
			case <-quit:
				return
			case <-beat.C:
				if s.silent() && s.write(s.beat) != nil {
					return
				}
			case <-recheck.C:
				if !allowed(ctx) {
					return
				}
			}
		}
	})
	return func() {
		close(quit)
		wg.Wait()
	}
}

// done takes the write deadline off a connection that is still good: the server
// would keep it for the connection's next answer.
func (s *stream) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = s.conn.SetWriteDeadline(time.Time{})
	}
}

// write sends bytes at once.
func (s *stream) write(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if err := s.conn.SetWriteDeadline(time.Now().Add(s.times.write)); err != nil {
		s.err = err
		return err
	}
	if _, s.err = s.w.Write(b); s.err == nil {
		s.err = s.w.Flush()
	}
	s.wrote = time.Now()
	return s.err
}

// silent reports whether the last heartbeat was the last that was written.
func (s *stream) silent() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Since(s.wrote) > s.times.heartbeat/2
}

func (s *stream) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// appendEvent appends one server-sent event with a name and one line of JSON.
func appendEvent(dst []byte, name string, payload []byte) []byte {
	dst = append(append(append(dst, "event: "...), name...), "\ndata: "...)
	return append(append(dst, payload...), "\n\n"...)
}

// count returns how many streams are open.
func (s *streams) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, open := range s.open {
		n += open
	}
	return n
}
