package handlers

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// wire is a client's connection that is written and read by hand.
type wire struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
	v    *visitor
}

func (v *visitor) wire(t *testing.T) *wire {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(v.s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil { // a machine that is busy
		t.Fatal(err)
	}
	return &wire{t, conn, bufio.NewReader(conn), v}
}

// ask is the bytes of a request; body "" for none.
func (w *wire) ask(method, path, body, headers string) string {
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nAccept: text/event-stream\r\n%s"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", method, path, w.v.bearer, headers, len(body), body)
}

func (w *wire) send(requests ...string) {
	w.t.Helper()
	if _, err := io.WriteString(w.conn, strings.Join(requests, "")); err != nil {
		w.t.Fatal(err)
	}
}

// head reads the next answer's head.
func (w *wire) head() *http.Response {
	w.t.Helper()
	res, err := http.ReadResponse(w.r, nil)
	if err != nil || res.StatusCode != http.StatusOK {
		w.t.Fatalf("%+v, %v", res, err)
	}
	return res
}

// answer reads the next answer.
func (w *wire) answer() string {
	w.t.Helper()
	body, err := io.ReadAll(w.head().Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(body)
}

// TestStreamsGiveTheirConnectionBack: what comes on a stream's connection is
// answered in its order, even what came before the stream was over.
func TestStreamsGiveTheirConnectionBack(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	ann := s.program(modelstest.User(t, s.db, "ann@example.com"))
	thread := "/api/v1/chatkit/threads/" + ann.newThread()
	w := ann.wire(t)
	for n := range 3 {
		ask, look := w.ask("POST", thread+"/messages", `{"content":"hello"}`, ""), w.ask("GET", thread, "", "")
		if n == 1 { // one after the other
			w.send(ask)
		} else {
			w.send(ask, look, look)
		}
		if got := w.answer(); !strings.Contains(got, `"thread.item.done"`) {
			t.Fatalf("stream %d: %q", n, got)
		}
		if n == 1 {
			w.send(look, look)
		}
		for range 2 {
			if got := w.answer(); !strings.HasPrefix(got, `{"id":"thr_`) {
				t.Fatalf("after stream %d: %q", n, got)
			}
		}
	}
	w.send(w.ask("POST", thread+"/messages", `{"content":"hello"}`, "Connection: close\r\n"))
	res := w.head()
	if _, err := io.ReadAll(res.Body); err != nil || !res.Close {
		t.Errorf("%+v, %v", res, err)
	}
	if _, err := w.r.ReadByte(); err != io.EOF {
		t.Errorf("the connection is open after an answer that said it would close: %v", err)
	}
}

// TestSlowReaderMissesNothing: a client that stalls, but not for too long, gets
// all there was meanwhile, and what comes later as before.
func TestSlowReaderMissesNothing(t *testing.T) {
	t.Parallel()
	more := make(chan string)
	s := boot(t, modelstest.Open(t), func(o *Options) {
		o.Assistant = scripted(func(_ context.Context, _ *assistant.Turn, emit assistant.Emit) error {
			for text := range more {
				if err := emit(chatkit.ProgressUpdate{Text: text}); err != nil {
					return err
				}
			}
			return nil
		})
	})
	ann := s.program(modelstest.User(t, s.db, "ann@example.com"))
	w := ann.wire(t)
	w.send(w.ask("POST", "/api/v1/chatkit/threads/"+ann.newThread()+"/messages", `{"content":"hello"}`, ""))
	r := chatkit.NewFrameReader(w.head().Body, 64<<20)
	said := 0
	say := func() {
		more <- fmt.Sprintf("%06d%s", said, strings.Repeat("x", 1<<16)) // memory keeps that
		said++
	}
	heard := 0
	hear := func() {
		for heard < said {
			frame, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			for _, got := range part.FindAllString(string(frame), -1) {
				if got != fmt.Sprintf("%06dx", heard) {
					t.Fatalf("part %d is %s", heard, got)
				}
				heard++
			}
		}
	}
	rests := func(one *stream) bool { return one.asked.Load() == 0 }
	const surely = 20                     // looks, 5 ms apart
	for stalled := 0; stalled < surely; { // until the sockets are full
		var last int64
		wrote := func(one *stream) bool { return one.wrote.Load() > last && rests(one) }
		until(t, func() bool { return len(s.h.streams.those(rests)) == 1 })
		s.h.streams.those(func(one *stream) bool { last = one.wrote.Load(); return false })
		say()
		until(t, func() bool {
			if stalled++; len(s.h.streams.those(writes)) == 0 {
				stalled = 0
			}
			return stalled == surely || len(s.h.streams.those(wrote)) == 1
		})
	}
	for range 3 {
		say()
	}
	hear()
	for range 3 {
		until(t, func() bool { return len(s.h.streams.those(rests)) == 1 })
		say()
		hear()
	}
	close(more)
	for err := error(nil); err != io.EOF; {
		if _, err = r.Next(); err != nil && err != io.EOF {
			t.Fatal(err)
		}
	}
}

var part = regexp.MustCompile("[0-9]{6}x")

// writes reports a stream that is in the middle of a write.
func writes(s *stream) bool {
	if s.asked.Load() == 0 {
		return false
	}
	if s.mu.TryLock() {
		s.mu.Unlock()
		return false
	}
	return true
}

// TestWaitingStreamEnds: a stream that waits for its run notices that its client
// leaves, and that the server shuts down.
func TestWaitingStreamEnds(t *testing.T) {
	t.Parallel()
	gate := make(chan string)
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Assistant = gated(gate) })
	s.h.streams.times.heartbeat = time.Hour
	ann := s.program(modelstest.User(t, s.db, "ann@example.com"))
	thread := ann.newThread()
	first := ann.openStream(thread, "hello")
	gate <- "word"
	if _, err := chatkit.NewFrameReader(first.Body, 1<<20).Next(); err != nil {
		t.Fatal(err)
	}
	second, err := ann.http.Do(ann.request("GET", "/api/v1/chatkit/threads/"+thread+"/events", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer second.Body.Close()
	until(t, func() bool {
		return len(s.h.streams.those(func(one *stream) bool { return one.asked.Load() == 0 })) == 2
	})
	first.Body.Close()
	until(t, func() bool { return s.h.streams.count() == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	s.h.Close(ctx)
	if _, err := io.ReadAll(second.Body); err != nil { // its body has an end
		t.Error(err)
	}
	if ctx.Err() != nil {
		t.Error("closing took too long")
	}
}
