package assistant

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

func TestBreaker(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var b breaker
	broken, refused := &statusError{status: 500}, &statusError{status: 400}
	for range breakAfter - 1 {
		b.record(broken, now)
	}
	b.record(refused, now) // says nothing about the server's health
	if err := b.allow(now); err != nil {
		t.Fatalf("closed too early: %v", err)
	}
	b.record(broken, now)
	if err := b.allow(now.Add(breakFirst - time.Second)); err == nil {
		t.Fatal("still open")
	}
	later := now.Add(breakFirst)
	if err := b.allow(later); err != nil {
		t.Fatalf("no probe: %v", err)
	}
	if err := b.allow(later); err == nil {
		t.Fatal("a second request beside the probe")
	}
	b.record(broken, later)
	if err := b.allow(later.Add(2*breakFirst - time.Second)); err == nil {
		t.Fatal("the pause did not grow")
	}
	for range 100 {
		b.record(broken, later)
	}
	if e, ok := errors.AsType[*brokenError](b.allow(later)); !ok || e.after > breakMost {
		t.Fatalf("pause %+v", e)
	}
	b.record(nil, later)
	if err := b.allow(later); err != nil {
		t.Fatalf("open after a success: %v", err)
	}
}

// TestBreakerIsShared has other turns spared once a server failed for two.
func TestBreakerIsShared(t *testing.T) {
	t.Parallel()
	c, srv, _ := model(t, quick)
	srv.Always(openaitest.ServerError())
	for range (breakAfter + 2) / 3 { // three tries each
		if _, err := c.ask("hello"); err == nil {
			t.Fatal("no error")
		}
	}
	other := newTalk(t, c.assistant)
	before := len(srv.Requests())
	_, err := other.ask("hello")
	told(t, err, "has had problems for a while. Please try again in", true)
	if sent := len(srv.Requests()) - before; sent != 0 || before != breakAfter {
		t.Errorf("%d requests before, %d after the server failed", before, sent)
	}
	if strings.Contains(err.Error(), testKey) {
		t.Error("the key is in the error")
	}
}
