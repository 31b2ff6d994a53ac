package chatkit_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// serve starts the rig's server and returns its address.
func (r *rig) serve() string {
	srv := httptest.NewServer(r.server)
	r.Cleanup(srv.Close)
	return srv.URL
}

// post sends a body and returns status, content type and reply.
func (r *rig) post(url, body string) (int, string, string) {
	r.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		r.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		r.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(raw)
}

func TestHTTPFrames(t *testing.T) {
	r := newRig(t, &script{respond: saying("a < b")})
	r.server.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	var calls recorder
	r.server.Store = numberedIDs{r.store, &calls}
	status, typ, body := r.post(r.serve(), params("threads.create", `"input":%s`, input("Hi")))
	want := `data: {"type":"thread.created","thread":{"id":"thread-1","created_at":"2026-01-02T03:04:05Z","status":{"type":"active"},"metadata":{},"items":{"data":[],"has_more":false}}}

data: {"type":"thread.item.done","item":{"type":"user_message","id":"msg-custom","thread_id":"thread-1","created_at":"2026-01-02T03:04:05Z","content":[{"type":"input_text","text":"Hi"}],"attachments":[],"inference_options":{}}}

data: {"type":"stream_options","stream_options":{"allow_cancel":true}}

data: {"type":"thread.item.done","item":{"type":"assistant_message","id":"msg-custom","thread_id":"thread-1","created_at":"2026-01-02T03:04:05Z","content":[{"type":"output_text","text":"a < b","annotations":[]}]}}

`
	if status != 200 || typ != "text/event-stream; charset=utf-8" || body != want {
		t.Errorf("%d %s\n got %s\nwant %s", status, typ, body, want)
	}
}

func TestHTTPErrors(t *testing.T) {
	r := newRig(t, &script{actSync: func(context.Context, *chatkit.Thread, chatkit.Action, *chatkit.WidgetItem) (chatkit.Item, error) {
		return nil, errors.New("password=hunter2")
	}})
	r.server.MaxBody = 1000
	thread, _ := r.create("Hi")
	url := r.serve()
	for body, want := range map[string]string{
		`nonsense`:                                     `400 {"error":{"code":"invalid_request"`,
		params("threads.resume", ``):                   `400 {"error":{"code":"invalid_request"`,
		`{"type":"threads.list"}`:                      `400 {"error":{"code":"invalid_request"`,
		params("threads.list", `"after":"x"`):          `404 {"error":{"code":"not_found"`,
		params("threads.get_by_id", `"thread_id":"x"`): `404 {"error":{"code":"not_found"`,
		params("threads.add_user_message", `"thread_id":"x","input":%s`, input("Hi")):            `404 {"error":{"code":"not_found"`,
		params("threads.add_client_tool_output", `"thread_id":%q,"result":1`, thread):            `409 {"error":{"code":"conflict","message":"Nothing is waiting`,
		params("attachments.create", `"name":"a","size":1,"mime_type":"b"`):                      `400 {"error":{"code":"not_supported","message":"This chat takes no files.`,
		params("threads.update", `"thread_id":%q,"title":%q`, thread, strings.Repeat("x", 1000)): `413 {"error":{"code":"too_large"`,
		params("threads.sync_custom_action", `"thread_id":%q,"action":{"type":"x"}`, thread):     `500 {"error":{"code":"internal","message":"Something went wrong.`,
		params("threads.list", ``): `200 {"data":[{"id":"` + thread,
	} {
		status, typ, reply := r.post(url, body)
		got := fmt.Sprintf("%d %s", status, reply)
		if !strings.HasPrefix(got, want) || typ != "application/json" || strings.Contains(got, "hunter2") {
			t.Errorf("%.80s: got %s (%s), want %s", body, got, typ, want)
		}
	}
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "POST" {
		t.Errorf("GET: %d", resp.StatusCode)
	}
}

// A client that drops the connection stops the answer, which keeps what was seen.
func TestHTTPDisconnect(t *testing.T) {
	r := newRig(t, &script{respond: streaming("Hello")})
	r.server.KeepAlive = time.Millisecond
	srv := httptest.NewServer(r.server)
	defer srv.Close()
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL, strings.NewReader(params("threads.create", `"input":%s`, input("Hi"))))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for said, kept := false, false; !said || !kept; {
		if !lines.Scan() {
			t.Fatalf("the stream ended: %v", lines.Err())
		}
		said = said || strings.Contains(lines.Text(), `"delta":"Hello"`)
		kept = kept || lines.Text() == ": keep-alive"
	}
	cancel()
	srv.Close() // waits for the handler
	threads := page[chatkit.Thread](t, r.reply(params("threads.list", ``)))
	r.itemTypes(threads.Data[0].ID, "user_message", "assistant_message", "sdk_hidden_context")
}
