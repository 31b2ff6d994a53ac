package conform_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/conform"
	"github.com/taskpilot/taskpilot/chatkit/memstore"
)

func TestConformPasses(t *testing.T) {
	t.Parallel()
	store := memstore.New(nil)
	server := &chatkit.Server{Store: store, Responder: talker{}, Attachments: shelf{}}
	report := visit(t, server, nil)
	for _, c := range report.Checks {
		if c.Verdict != conform.OK {
			t.Error(c)
		}
	}
	if len(report.Checks) < 100 {
		t.Errorf("only %d checks", len(report.Checks))
	}
	threads, err := store.ListThreads(t.Context(), chatkit.PageRequest{})
	if err != nil || len(threads.Data) != 0 {
		t.Errorf("the tour left %d threads: %v", len(threads.Data), err)
	}
}

func TestConformWithLessThanAll(t *testing.T) {
	t.Parallel()
	responder := chatkit.ResponderFunc(func(context.Context, *chatkit.Turn) error { return &chatkit.Error{Message: "No model today."} })
	report := visit(t, &chatkit.Server{Store: memstore.New(nil), Responder: responder}, nil)
	if v := report.Violations(); len(v) > 0 {
		t.Error(v)
	}
	if n := report.Count(conform.NotSupported); n != 3 {
		t.Errorf("%d checks are not supported, want two attachments and the transcription", n)
	}
	if n := report.Count(conform.Note); n != 4 { // each answer is an error
		t.Errorf("%d notes", n)
	}
}

func TestConformHeaders(t *testing.T) {
	t.Parallel()
	server := newServer()
	guarded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer ann" {
			http.Error(w, "who?", http.StatusUnauthorized)
			return
		}
		server.ServeHTTP(w, r)
	})
	if v := visit(t, guarded, http.Header{"authorization": {"Bearer ann"}}).Violations(); len(v) > 0 {
		t.Error(v)
	}
	report := visit(t, guarded, nil)
	if v := report.Violations(); len(v) != 1 || !strings.Contains(v[0].Detail, "401") {
		t.Error(v)
	}
	var text strings.Builder
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\nthreads.list\n", "  FAILED  ", "expected 200, got 401 who?", "send a header such as Authorization", "1 FAILED, 1 notes"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is missing in\n%s", want, text.String())
		}
	}
}

func TestConformOtherPerson(t *testing.T) {
	t.Parallel()
	type key struct{}
	person := func(ctx context.Context) string { return ctx.Value(key{}).(string) }
	for name, owner := range map[string]func(context.Context) string{"apart": person, "together": nil} {
		chat := &chatkit.Server{Store: memstore.New(owner), Responder: talker{}}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			chat.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, r.Header.Get("Person"))))
		}))
		defer server.Close()
		report, err := conform.Run(t.Context(), conform.Options{URL: server.URL, Header: http.Header{"Person": {"ann"}}, Other: http.Header{"Person": {"bob"}}})
		if err != nil {
			t.Fatal(err)
		}
		tried := slices.ContainsFunc(report.Checks, func(c conform.Check) bool { return strings.Contains(c.Step, "items.list of another person's thread") })
		if found := report.Violations(); !tried || (len(found) > 0) != (name == "together") {
			t.Errorf("people %s, tried %v: %v", name, tried, found)
		}
	}
}

func TestConformNowhere(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "localhost:8080/chatkit", "/chatkit", "ftp://example.com"} {
		if _, err := conform.Run(t.Context(), conform.Options{URL: url}); !errors.Is(err, conform.ErrURL) {
			t.Errorf("%q: %v", url, err)
		}
	}
	server := httptest.NewServer(newServer())
	server.Close()
	if _, err := conform.Run(t.Context(), conform.Options{URL: server.URL}); err == nil || !strings.Contains(err.Error(), "no answer from") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	store := memstore.New(nil)
	interrupted := httptest.NewServer(spoiled(&chatkit.Server{Store: store, Responder: talker{}}, func(e *exchange) {
		if e.typ == "threads.get_by_id" && e.status == http.StatusOK {
			cancel()
		}
	}))
	defer interrupted.Close()
	if _, err := conform.Run(ctx, conform.Options{URL: interrupted.URL}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if threads, err := store.ListThreads(t.Context(), chatkit.PageRequest{}); err != nil || len(threads.Data) != 0 {
		t.Errorf("the interrupted tour left %d threads: %v", len(threads.Data), err)
	}
}
