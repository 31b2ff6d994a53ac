package handlers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/taskpilot/taskpilot/views/locale"
)

// Files come in as streams; everything else is read whole before it is handled.
// fasthttp knows one of the two per server, and with streams every connection
// keeps a buffer for as long as it answers, which thousands of open answers would
// pay for. So there are two servers with the same routes: the first sees a head
// that announces a file, leaves the body where it is and hands the connection
// over to the second, which streams and closes it.

// uploadPath is where files are sent to: this, and below it /:attachment/upload.
// Files that are imported come to importPath.
const uploadPath = "/api/v1/chatkit/attachments"

const (
	uploadTime  = 5 * time.Minute // for a file to come
	lingerTime  = 2 * time.Second // for what a client still sends of a file that was refused
	lingerBytes = 64 << 20
	maxUploads  = 16 // of one person at once
)

// announcesFile reports a request whose body is a file.
func announcesFile(head *fasthttp.RequestHeader) bool {
	method := string(head.Method())
	if method == fiber.MethodPost && strings.TrimSuffix(rawPath(head), "/") == importPath {
		return true
	}
	rest, ok := strings.CutPrefix(strings.TrimSuffix(rawPath(head), "/"), uploadPath)
	if !ok || method != fiber.MethodPost && method != fiber.MethodPut {
		return false
	}
	return rest == "" || strings.HasPrefix(rest, "/") && strings.HasSuffix(rest, "/upload")
}

// rawPath is the path as it was sent.
func rawPath(head *fasthttp.RequestHeader) string {
	path, _, _ := strings.Cut(string(head.RequestURI()), "?")
	return path
}

// leaveBody makes the first server believe that the request has no body, so
// that it stays on the connection for the second. Should the request not get as
// far as handOver, the connection is closed.
func leaveBody(head *fasthttp.RequestHeader) {
	head.SetContentLength(0)
	head.Del(fiber.HeaderExpect) // the second one answers
	head.SetConnectionClose()
}

// uploads is the second server.
type uploads struct {
	server *fasthttp.Server
	active sync.WaitGroup

	mu   sync.Mutex
	open map[string]int // by user
}

func (h *Handlers) newUploads(config fiber.Config) *uploads {
	config.StreamRequestBody = true // a ReadTimeout for the head, another once it is known who sends: see enter
	app := fiber.New(config)
	app.Use(h.observe, h.recoverPanic, h.speak, h.securityHeaders, h.crossOrigin, h.refuseOddRequests)
	h.mount(app)
	app.Handler() // completes it
	server := app.Server()
	server.MaxRequestsPerConn = 1
	return &uploads{server: server, open: map[string]int{}}
}

// handOver gives a connection on which a file comes to the second server.
func (u *uploads) handOver(c *fiber.Ctx) error {
	if !announcesFile(&c.Request().Header) {
		return c.Next()
	}
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\n%s", c.Method(), c.OriginalURL(), c.Request().Header.RawHeaders())
	c.Context().HijackSetNoResponse(true)
	u.active.Add(1)
	c.Context().Hijack(func(conn net.Conn) {
		defer u.active.Done()
		defer conn.Close()
		_ = u.server.ServeConn(&replayed{Conn: kept{conn}, first: &head}) // it failed for the client, who knows
		linger(conn)
	})
	return nil
}

// kept is a connection that the second server must not close.
type kept struct{ net.Conn }

// Close does nothing.
func (kept) Close() error { return nil }

// replayed is a connection whose first bytes were read before.
type replayed struct {
	net.Conn
	first *bytes.Buffer
}

// Read returns the first bytes first.
func (r *replayed) Read(p []byte) (int, error) {
	if r.first.Len() > 0 {
		return r.first.Read(p)
	}
	return r.Conn.Read(p)
}

// UnsafeConn is the connection without what was read before.
func (r *replayed) UnsafeConn() net.Conn { return r.Conn }

// linger takes what a client still sends after it was answered: closing at once
// would reset the connection, and the client would never read why.
func linger(conn net.Conn) {
	inner := plainConn(conn)
	if tcp, ok := inner.(*net.TCPConn); ok {
		_ = tcp.CloseWrite() // a client that left reads nothing anyway
	}
	if inner.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
		_, _ = io.CopyN(io.Discard, conn, lingerBytes)
	}
}

// close waits for the files that are coming in, at most until ctx ends.
func (u *uploads) close(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		u.active.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// enter takes one of the places that a person has for uploads, and gives the
// body its time.
func (u *uploads) enter(c *fiber.Ctx, userID string) (leave func(), err error) {
	if err := c.Context().Conn().SetReadDeadline(time.Now().Add(uploadTime)); err != nil {
		return nil, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.open[userID] >= maxUploads {
		return nil, tooMany(locale.Mark("Too many of your files are being sent at once. Wait for some of them."), 5*time.Second)
	}
	u.open[userID]++
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.open[userID]--; u.open[userID] <= 0 {
			delete(u.open, userID)
		}
	}, nil
}

// guarded makes a panic in a file's reader the failure of that download alone:
// it is read when the handler has returned.
type guarded struct{ io.ReadCloser }

// Read reads, and returns a panic as an error.
func (g guarded) Read(p []byte) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			n, err = 0, fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return g.ReadCloser.Read(p)
}
