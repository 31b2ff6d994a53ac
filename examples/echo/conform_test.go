package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit/conform"
)

// TestConform is how a server's own tests may hold it to the protocol.
func TestConform(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newHandler(&echo{}, slog.New(slog.DiscardHandler)))
	defer server.Close()
	report, err := conform.Run(t.Context(), conform.Options{
		URL:    server.URL + "/chatkit",
		Header: http.Header{"Authorization": {"Bearer ann"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range report.Violations() {
		t.Error(check)
	}
}
