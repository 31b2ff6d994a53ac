package openaitest

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Body returns what a behaviour sends as its body, to cut it at chosen places.
func Body(t testing.TB, b Behaviour) string {
	t.Helper()
	s := New(t)
	s.Reply(b)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/chat/completions", strings.NewReader(`{"model":"test-model","stream":true}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.http.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
