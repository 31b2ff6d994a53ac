package openaitest_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

func post(ctx context.Context, t *testing.T, srv *openaitest.Server, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL()+"/chat/completions", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

const hello = `{"model":"m","stream":true,"messages":[{"role":"user","content":"hello there"}]}`

func TestQueue(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	srv.Reply(openaitest.NotFound(), openaitest.Echo())
	srv.Always(openaitest.HTML())
	for i, want := range []string{openaitest.Canary, `"content":"hello "`, "<!doctype html>", "<!doctype html>"} {
		resp := post(t.Context(), t, srv, hello)
		body, err := io.ReadAll(resp.Body)
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("answer %d: %q, %v; want %q", i, body, err, want)
		}
	}
	if got := srv.Requests(); len(got) != 4 || got[0].Chat.Messages[0].Content != "hello there" {
		t.Errorf("recorded %d requests", len(got))
	}
}

func TestGatedAndLeft(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	gate := make(chan struct{})
	srv.Reply(openaitest.Gated(gate, "one", "two"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { gate <- struct{}{} }()
	lines := bufio.NewScanner(post(ctx, t, srv, hello).Body)
	if !lines.Scan() || !strings.Contains(lines.Text(), `"one"`) {
		t.Errorf("first line %q", lines.Text())
	}
	cancel()
	select {
	case <-srv.Requests()[0].Left:
	case <-time.After(5 * time.Second):
		t.Error("the server did not see that the client left")
	}
}

func TestWrappers(t *testing.T) {
	t.Parallel()
	whole := openaitest.Body(t, openaitest.Text("a", "b"))
	if got := openaitest.Body(t, openaitest.Truncate(50, openaitest.Text("a", "b"))); got != whole[:50] {
		t.Errorf("truncated: %q", got)
	}
	if got := openaitest.Body(t, openaitest.CRLF(openaitest.Text("a", "b"))); got != strings.ReplaceAll(whole, "\n", "\r\n") {
		t.Errorf("CRLF: %q", got)
	}
	if got := openaitest.Body(t, openaitest.Comments(3, openaitest.Text("a", "b"))); strings.Count(got, ": keep-alive") != 3 || !strings.HasSuffix(got, whole) {
		t.Errorf("comments: %q", got)
	}
	if !strings.Contains(openaitest.Body(t, openaitest.MultiLine(openaitest.Text("a"))), "\ndata: \"created\"") {
		t.Error("several data lines: only one")
	}
}

func TestRefusesWhatIsNoRequest(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	srv.Always(openaitest.Text("hi"))
	if resp := post(t.Context(), t, srv, "{"); resp.StatusCode != http.StatusBadRequest || len(srv.Requests()) != 0 {
		t.Errorf("status %d", resp.StatusCode)
	}
}
