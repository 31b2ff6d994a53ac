package openaitest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// exchange is one request being answered.
type exchange struct {
	w    http.ResponseWriter
	r    *http.Request
	req  *Request
	over <-chan struct{} // closed when the server stops
	gone bool            // the client left; nothing more need be written

	perform    func(*exchange) // plays the behaviour
	voice      voice
	words      string       // what the person said last, if the request does not have it
	wholeVoice func() voice // of one that does not stream
}

// json writes a document.
func (x *exchange) json(status int, v any) {
	x.w.Header().Set("Content-Type", "application/json")
	x.w.WriteHeader(status)
	x.raw(encode(v))
}

// refuse answers with an error, which has the canary wherever it could hide.
func (x *exchange) refuse(status int, code, typ string) {
	x.w.Header().Set("Content-Type", "application/json")
	x.w.Header().Set("OpenAI-Organization", Canary)
	x.w.WriteHeader(status)
	x.raw(errorJSON(code, typ))
}

// raw writes bytes and sends them at once.
func (x *exchange) raw(s string) {
	if x.gone {
		return
	}
	if x.w.Header().Get("Content-Type") == "" {
		x.w.Header().Set("Content-Type", "text/event-stream")
	}
	if _, err := io.WriteString(x.w, s); err != nil {
		x.gone = true
		return
	}
	x.flush()
}

func (x *exchange) flush() {
	if err := http.NewResponseController(x.w).Flush(); err != nil {
		x.gone = true
	}
}

// event writes one chunk of a streamed completion.
func (x *exchange) event(delta map[string]any, finish string) {
	x.raw("data: " + chunkJSON(delta, finish) + "\n\n")
}

func (x *exchange) done() { x.raw("data: [DONE]\n\n") }

// hang waits until the client leaves or the server stops.
func (x *exchange) hang() {
	select {
	case <-x.r.Context().Done():
	case <-x.over:
	}
}

// pause waits, and reports whether there is someone left to write for.
func (x *exchange) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return !x.gone
	case <-x.r.Context().Done():
	case <-x.over:
	}
	return false
}

// hangUp closes the connection without ending the response.
func (x *exchange) hangUp() {
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		return // the client was faster
	}
	_ = conn.Close()
}

const (
	testModel = "test-model"
	created   = 1764000000 // of everything
)

func chunkJSON(delta map[string]any, finish string) string {
	choice := map[string]any{"index": 0, "delta": delta, "finish_reason": nil}
	if finish != "" {
		choice["finish_reason"] = finish
	}
	return encode(map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": created, "model": testModel,
		"choices": []any{choice},
	})
}

func encode(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("{%q:%q}", "encode", err) // what a behaviour was given is not JSON
	}
	return string(raw)
}

func text(s string) map[string]any { return map[string]any{"content": s} }

// rewriter hands on what a behaviour writes in another form, so that behaviours
// can be wrapped. It stands in for the response writer.
type rewriter struct {
	http.ResponseWriter
	write func(p []byte) error
}

// Write hands p on.
func (w *rewriter) Write(p []byte) (int, error) {
	if err := w.write(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Unwrap gives http.ResponseController the real writer, to flush it.
func (w *rewriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
