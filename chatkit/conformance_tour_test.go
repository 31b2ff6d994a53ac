package chatkit_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit/conform"
)

// TestConformTourOfOfficial makes package conform's tour of the official server:
// rules that this breaks are none.
func TestConformTourOfOfficial(t *testing.T) {
	t.Parallel()
	client := &http.Client{Transport: &officialTransport{official: startOfficial(t)}}
	report, err := conform.Run(t.Context(), conform.Options{URL: "http://official.example/chatkit", Client: client})
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range report.Violations() {
		t.Error(check)
	}
	if n := report.Count(conform.Note); n == 0 {
		t.Error("the official server's zone-less times and 500s were not noted")
	}
}

// officialTransport answers as the official server does in its documentation's
// framework: a refusal is a 500, for nothing tells it from a failure.
type officialTransport struct {
	*official
	answers int // makes the answers' ids
}

// RoundTrip asks the official server. The tour asks one thing at a time, and from
// the test's own goroutine, which may fail it.
func (o *officialTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.Host == "example.com" || r.URL.Host == "example.com" { // the bucket, somebody else's in the official sample
		w.Header().Set("Content-Type", "image/png")
		return w.Result(), nil
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	a := answer{Error: "no JSON"}
	if json.Valid(raw) {
		o.answers++
		a = o.ask(map[string]any{"op": "step", "request": json.RawMessage(raw), "script": greeting(o.answers)})
	}
	switch {
	case a.Error != "":
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
	case a.Frames != nil:
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		for _, frame := range a.Frames {
			fmt.Fprintf(w, "data: %s\n\n", frame)
		}
	default:
		w.Header().Set("Content-Type", "application/json")
		w.Body.WriteString(a.Reply)
	}
	return w.Result(), nil
}

// greeting is the script of an answer.
func greeting(n int) []json.RawMessage {
	item := fmt.Sprintf(`{"type":"assistant_message","id":"msg_%08d","thread_id":"$thread","created_at":"2026-01-01T00:00:00","content":[`, n)
	return []json.RawMessage{
		json.RawMessage(`{"type":"do.title","title":"A greeting"}`),
		json.RawMessage(`{"type":"thread.item.added","item":` + item + `]}}`),
		json.RawMessage(`{"type":"thread.item.done","item":` + item + `{"type":"output_text","text":"Hello","annotations":[]}]}}`),
	}
}
