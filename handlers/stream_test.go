package handlers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// openStream sends a message and returns its event stream.
func (v *visitor) openStream(thread, content string) *http.Response {
	v.s.t.Helper()
	req := v.request("POST", "/api/v1/chatkit/threads/"+thread+"/messages", map[string]string{"content": content}, "Accept", "text/event-stream")
	res, err := v.http.Do(req)
	if err != nil {
		v.s.t.Fatal(err)
	}
	v.s.t.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		v.s.t.Fatalf("stream: %d %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	return res
}

// newThread makes a thread by the API.
func (v *visitor) newThread() string {
	v.s.t.Helper()
	var thread struct{ ID string }
	v.do("POST", "/api/v1/chatkit/threads", map[string]any{"metadata": map[string]any{}}).want(http.StatusCreated).json(&thread)
	return thread.ID
}

// gated answers with one word for each value from gate, then waits to be stopped.
func gated(gate <-chan string) scripted {
	return func(ctx context.Context, _ *assistant.Turn, emit assistant.Emit) error {
		m := said("")
		if err := emit(chatkit.ItemAdded{Item: m}); err != nil {
			return err
		}
		for {
			select {
			case word, more := <-gate:
				if !more {
					return nil
				}
				if err := emit(chatkit.ItemUpdated{ItemID: m.ID, Update: chatkit.TextDelta{Delta: word}}); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}

func TestStreamLeavesItsConnectionUsable(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	s.h.streams.times.write = 150 * time.Millisecond
	ann := s.program(modelstest.User(t, s.db, "ann@example.com"))
	dials := 0
	ann.http.Transport = &http.Transport{MaxConnsPerHost: 1, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		dials++
		return new(net.Dialer).DialContext(ctx, network, addr)
	}}
	thread := ann.newThread()
	if _, err := io.Copy(io.Discard, ann.openStream(thread, "hello").Body); err != nil {
		t.Fatal(err)
	}
	<-time.After(200 * time.Millisecond) // the stream's write deadline has passed
	ann.do("GET", "/api/v1/chatkit/threads/"+thread, nil).want(http.StatusOK)
	if dials != 1 {
		t.Errorf("%d connections: the test means nothing, or the stream broke its own", dials)
	}
}

// HTTP/1.0 knows no chunks: there the end of the connection is the end of the body.
func TestStreamInHTTP10(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	ann := s.program(modelstest.User(t, s.db, "ann@example.com"))
	req := ann.request("POST", "/api/v1/chatkit/threads/"+ann.newThread()+"/messages", `{"content":"hello"}`, "Accept", "text/event-stream")
	conn, err := net.Dial("tcp", req.URL.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.0\r\nHost: %s\r\nConnection: keep-alive\r\nContent-Length: %d\r\n", req.URL.Path, req.Host, req.ContentLength)
	if err := errors.Join(req.Header.Write(conn), conn.SetReadDeadline(time.Now().Add(time.Minute))); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(conn, io.MultiReader(strings.NewReader("\r\n"), req.Body)); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil || len(res.TransferEncoding) > 0 || !res.Close || !strings.HasPrefix(string(body), "id: ") ||
		!strings.Contains(string(body), "hello") || strings.HasSuffix(string(body), "0\r\n\r\n") {
		t.Errorf("%v, %v, %q", err, res.Header, body)
	}
}

func TestStreamEndsWithItsRights(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(*server, *visitor){
		"token revoked": func(_ *server, v *visitor) { v.do("POST", "/api/v1/auth/signout", nil) },
		"person gone": func(s *server, v *visitor) {
			if err := s.db.DeleteUser(s.t.Context(), v.user.ID); err != nil {
				s.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gate := make(chan string, 10)
			s := boot(t, modelstest.Open(t), func(o *Options) { o.Assistant = gated(gate) })
			s.h.streams.times.recheck = 10 * time.Millisecond
			ann := s.program(modelstest.User(t, s.db, "ann@example.com"))
			gate <- "word"
			stream := ann.openStream(ann.newThread(), "hello")
			r := chatkit.NewFrameReader(stream.Body, 1<<20)
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
			take(s, ann)
			for {
				_, err := r.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil { // a stream that goes on lasts until the client's patience ends
					t.Fatalf("the stream did not end by itself: %v", err)
				}
			}
		})
	}
}

// TestReloadsNeverUseUpTheStreams: a stream whose client left makes room at once,
// not with the next heartbeat, so that nobody is locked out by loading pages.
func TestReloadsNeverUseUpTheStreams(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	s.h.streams.times.heartbeat = time.Hour
	user := modelstest.User(t, s.db, "ann@example.com")
	ann := s.browser(user)
	for range 2 {
		var open []*http.Response
		for range maxStreams {
			res, err := ann.http.Do(ann.request("GET", "/live", nil))
			if err != nil {
				t.Fatal(err)
			}
			open = append(open, res)
			if res.StatusCode != 200 {
				t.Fatalf("the stream after %d: %d", len(open)-1, res.StatusCode)
			}
		}
		ann.do("GET", "/live", nil).want(429).has("Too many open streams")
		for _, res := range open {
			res.Body.Close()
		}
		tick := time.NewTicker(time.Millisecond)
		for s.h.streams.count() > 0 { // or the test takes too long
			<-tick.C
		}
		tick.Stop()
	}
}

func TestStreamPanicFailsItAlone(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	get := streamsOf(t, s, func(context.Context, *stream) error { panic("canary") })
	for range 3 {
		if body := get(); strings.Contains(body, "canary") {
			t.Errorf("the client was sent %q", body)
		}
	}
	if n := s.h.streams.count(); n != 0 {
		t.Errorf("%d streams are still counted", n)
	}
	if !strings.Contains(s.log.String(), "canary") {
		t.Error("the log does not say it")
	}
}

// TestStreamOfWhatWasDeleted: deleting a conversation while it is being answered
// is nothing that went wrong.
func TestStreamOfWhatWasDeleted(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	streamsOf(t, s, func(context.Context, *stream) error { return fmt.Errorf("run: %w", models.ErrNotFound) })()
	if log := s.log.String(); strings.Contains(log, "stream failed") {
		t.Errorf("the log: %s", log)
	}
	s = boot(t, modelstest.Open(t))
	streamsOf(t, s, func(context.Context, *stream) error { return errors.New("canary") })()
	if log := s.log.String(); !strings.Contains(log, "stream failed") {
		t.Errorf("another failure is not in the log: %s", log)
	}
}

// streamsOf serves streams that run writes; what it returns reads one to its end.
func streamsOf(t *testing.T, s *server, run func(context.Context, *stream) error) func() string {
	t.Helper()
	ann := modelstest.User(t, s.db, chatkit.NewID("ann")+"@example.com")
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	s.h.streams.handsOver(app.Server())
	app.Get("/", func(c *fiber.Ctx) error {
		c.Locals(viewerKey, &viewer{User: ann})
		return s.h.startStream(c, run)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(listener) }()
	t.Cleanup(func() { _ = app.Shutdown() })
	return func() string {
		res, err := http.Get("http://" + listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return string(body)
	}
}

func TestStreamsAreLimitedPerPerson(t *testing.T) {
	t.Parallel()
	gate := make(chan string)
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Assistant = gated(gate) })
	ann := s.program(modelstest.User(t, s.db, "ann@example.com"))
	ben := s.program(modelstest.User(t, s.db, "ben@example.com"))
	thread := ann.newThread()
	ann.openStream(thread, "hello")
	for range maxStreams - 1 {
		res, err := ann.http.Do(ann.request("GET", "/api/v1/chatkit/threads/"+thread+"/events", nil))
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%v, %v", res, err)
		}
		t.Cleanup(func() { res.Body.Close() })
	}
	ann.do("GET", "/api/v1/chatkit/threads/"+thread+"/events", nil).problem(http.StatusTooManyRequests, "rate_limited")
	ben.openStream(ben.newThread(), "hello") // someone else is not concerned
}

func TestReaderThatStallsIsDroppedAndHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	const size = 6 << 20 // more than the sockets of this machine hold
	s := boot(t, modelstest.Open(t), func(o *Options) {
		o.Assistant = scripted(func(ctx context.Context, _ *assistant.Turn, emit assistant.Emit) error {
			word := strings.Repeat("x", 1<<17)
			for range size >> 17 {
				if err := emit(chatkit.ProgressUpdate{Text: word}); err != nil {
					return err
				}
			}
			return emit(chatkit.ItemDone{Item: said("done")})
		})
	})
	s.h.streams.times.write = time.Second
	ann := s.program(modelstest.User(t, s.db, "ann@example.com"))
	thread := ann.newThread()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := `{"content":"hello"}`
	fmt.Fprintf(conn, "POST /api/v1/chatkit/threads/%s/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"+
		"Accept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", thread, ann.bearer, len(body), body)
	if _, err := bufio.NewReaderSize(conn, 16).ReadString('\n'); err != nil { // it began; nothing more is read
		t.Fatal(err)
	}
	res, err := ann.http.Do(ann.request("GET", "/api/v1/chatkit/threads/"+thread+"/events", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err != nil || n < size {
		t.Fatalf("the other reader got %d bytes, %v", n, err)
	}
	for deadline := time.Now().Add(20 * time.Second); s.h.streams.count() > 0; <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the stalled reader still has its stream")
		}
	}
}

func TestShutdownTellsPagesToReconnect(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	ann := s.browser(modelstest.User(t, s.db, "ann@example.com"))
	res, err := ann.http.Do(ann.request("GET", "/live", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	r := bufio.NewReader(res.Body)
	if line, err := r.ReadString('\n'); err != nil || line != "event: hello\n" {
		t.Fatalf("%q, %v", line, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	s.h.Close(ctx)
	rest, err := io.ReadAll(r)
	if err != nil || !strings.Contains(string(rest), "event: bye\n") {
		t.Errorf("%q, %v", rest, err)
	}
	if ctx.Err() != nil {
		t.Error("closing took too long")
	}
	ann.do("GET", "/live", nil).want(http.StatusServiceUnavailable)
	if err := s.h.Engine.Stop("run_none"); err {
		t.Error("a run that is none was stopped")
	}
	if !errors.Is(problemOf(live.ErrClosed), errStopping) {
		t.Error("a closing engine is not told as such")
	}
}
