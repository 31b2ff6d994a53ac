package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/memstore"
)

func TestConform(t *testing.T) {
	t.Parallel()
	silent := chatkit.ResponderFunc(func(context.Context, *chatkit.Turn) error { return nil })
	good := &chatkit.Server{Store: memstore.New(nil), Responder: silent}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-One") != "1" || r.Header.Get("X-Two") != "a: b" {
			http.Error(w, "I don't know you.", http.StatusForbidden)
			return
		}
		good.ServeHTTP(w, r)
	}))
	defer server.Close()
	s := newShell(t)

	report := s.must("", "conform", server.URL, "--header", "X-One: 1", "--header", "X-Two:a: b", "--timeout", "1m")
	for _, want := range []string{"\nthreads.create\n  ok ", "not supported  an optional", " 0 FAILED"} {
		if !strings.Contains(report, want) {
			t.Errorf("%q is missing in\n%s", want, report)
		}
	}
	bad := s.run("", "conform", server.URL)
	if bad.code != exitError || !strings.Contains(bad.stdout, "FAILED") || !strings.Contains(bad.stderr, "breaks the protocol: 1 of ") {
		t.Errorf("without headers: %+v", bad)
	}
}

func TestConformUsage(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.fails(exitUsage, "usage: taskpilot conform [flags] <url>", "", "conform")
	s.fails(exitUsage, "must be absolute", "", "conform", "localhost:8000")
	s.fails(exitUsage, `must look like "Name: value"`, "", "conform", "http://localhost", "--header", "Authorization")
	s.fails(exitUsage, "invalid", "", "conform", "http://localhost", "--timeout", "soon")
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	s.fails(exitError, "no answer from", "", "conform", server.URL)
}
