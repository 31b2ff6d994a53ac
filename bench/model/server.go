package main

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
)

// serveModel is a model server whose answers never end: a chunk at every tick, each
// with the time at which it was sent.
func serveModel(every time.Duration) (*http.Server, string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		chunk := func(text string) string {
			return `data: {"id":"c","object":"chat.completion.chunk","created":1764000000,"model":"m","choices":[{"index":0,"delta":{"content":"` + text + `"},"finish_reason":null}]}`
		}
		if strings.HasSuffix(r.URL.Path, "/responses") {
			chunk = func(text string) string {
				return "event: response.output_text.delta\n" + `data: {"type":"response.output_text.delta","sequence_number":1,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"` + text + `","logprobs":[]}`
			}
		}
		w.Header().Set("Content-Type", "text/event-stream")
		flush := http.NewResponseController(w).Flush
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-r.Context().Done():
				return
			case <-ticker.C:
			}
			if _, err := fmt.Fprint(w, chunk(rig.Stamp(time.Now())), "\n\n"); err != nil || flush() != nil {
				return
			}
		}
	})}
	go func() { _ = server.Serve(listener) }() // until it is closed
	return server, "http://" + listener.Addr().String() + "/v1", nil
}
