package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// This file is the only one that writes the body of a stream. The handler has
// returned before its first byte and its Fiber context is gone by then, so a
// stream gets plain values only; a client that left shows up only as a failed
// write.

// stream sends server-sent events to one client. It is the response's body.
type stream struct {
	streamOptions
	streams *streams
	user    string
	request string // its id
	right   right
	conn    net.Conn
	http    *fasthttp.RequestCtx
	run     func(ctx context.Context, s *stream) error

	ctx    context.Context // ends when the client is gone, or is to be
	cancel context.CancelFunc
	began  time.Time
	wrote  atomic.Int64 // when, in nanoseconds since 1970

	mu       sync.Mutex // heartbeats are written too
	w        io.Writer  // each Write is sent at once
	deadline time.Time  // of writes
	err      error
}

var (
	_ io.ReadCloser         = (*stream)(nil)
	_ fasthttp.BodyWriterTo = (*stream)(nil)
)

// streamOptions is how streams differ.
type streamOptions struct {
	beat  []byte // what is written into a long silence
	watch bool   // notice at once when the client leaves, not with the next write
	done  func() // called at the end, if not nil, whether the stream began or not
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
	h.serveStream(c, streamOptions{beat: []byte(": \n\n"), watch: true}, run)
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

// serveStream is startStream for a stream that is reserved.
func (h *Handlers) serveStream(c *fiber.Ctx, o streamOptions, run func(ctx context.Context, s *stream) error) {
	c.Set(fiber.HeaderContentType, "text/event-stream; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "no-cache, no-store, no-transform")
	c.Set("X-Accel-Buffering", "no")
	s := &stream{streamOptions: o, streams: h.streams, user: userID(c), request: requestID(c),
		right: viewerOf(c).right(), conn: c.Context().Conn(), http: c.Context(), run: run, began: time.Now()}
	s.ctx, s.cancel = context.WithCancel(h.streams.ctx)
	c.Context().SetBodyStream(s, -1)
}

// SupportsBodyWriteTo has the server call WriteTo, on the connection's own
// goroutine and without a buffer between.
func (s *stream) SupportsBodyWriteTo() bool { return true }

// Read is not used.
func (s *stream) Read([]byte) (int, error) { return 0, errors.New("handlers: a stream is not read") }

// WriteTo writes the stream to its end. A panic ends it alone.
func (s *stream) WriteTo(w io.Writer) (_ int64, err error) {
	s.w = w
	s.forget()
	s.wrote.Store(time.Now().UnixNano())
	defer func() { err = s.over() }()
	s.streams.keep(s)
	defer s.streams.drop(s)
	defer func() {
		if p := recover(); p != nil {
			s.streams.log.Error("stream panicked", "request", s.request, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	if s.watch {
		defer watchConn(s.conn, s.cancel)()
	}
	if err := s.run(s.ctx, s); err != nil && s.ctx.Err() == nil && s.failed() == nil {
		s.streams.log.Error("stream failed", "request", s.request, "err", err)
	}
	return 0, nil
}

// forget lets go what the server would keep of the request and of the head of
// the response, which is on its way: several times what a stream itself needs,
// for as long as it is open.
func (s *stream) forget() {
	s.http.ResetUserValues()
	s.http.Response.Header = fasthttp.ResponseHeader{}
	s.http.Request.ResetBody()
	s.http.Request.Header = fasthttp.RequestHeader{}
	s.http = nil
}

// Close is called when the server has done with the body. It takes the write
// deadline off a connection that is still good: the server would keep it for the
// connection's next answer.
func (s *stream) Close() error {
	s.cancel()
	if s.done != nil {
		s.done()
	}
	s.streams.leave(s.user)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil && !errors.Is(s.err, errStreamOver) {
		return nil
	}
	s.err = errStreamOver
	return s.conn.SetWriteDeadline(time.Time{})
}

var errStreamOver = errors.New("handlers: the stream is over")

// over refuses all further writes: the server now writes the end of the body. It
// returns why the stream failed, if it did.
func (s *stream) over() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	s.err = errStreamOver
	return s.conn.SetWriteDeadline(time.Now().Add(s.streams.times.write))
}

// write sends bytes at once.
func (s *stream) write(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	now := time.Now()
	// A deadline costs the runtime more than an event does, so one serves many writes.
	if limit := s.streams.times.write; s.deadline.Sub(now) < limit*3/4 {
		s.deadline = now.Add(limit)
		if s.err = s.conn.SetWriteDeadline(s.deadline); s.err != nil {
			return s.err
		}
	}
	if _, s.err = s.w.Write(b); s.err != nil {
		s.cancel()
	}
	s.wrote.Store(now.UnixNano())
	return s.err
}

func (s *stream) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// writeWith sends at once what fill appends, from a buffer that all streams
// share: most of the time a stream has nothing to write.
func (s *stream) writeWith(fill func(dst []byte) []byte) error {
	buf, _ := s.streams.buffers.Get().(*[]byte)
	if buf == nil {
		buf = new([]byte)
	}
	defer s.streams.buffers.Put(buf)
	*buf = fill((*buf)[:0])
	return s.write(*buf)
}

// appendEvent appends one server-sent event with a name and one line of JSON.
func appendEvent(dst []byte, name string, payload []byte) []byte {
	dst = append(append(append(dst, "event: "...), name...), "\ndata: "...)
	return append(append(dst, payload...), "\n\n"...)
}
