package handlers

import (
	"context"
	"log/slog"
	"net/url"
	"runtime/debug"
	"sync"
	"time"
)

// outbox does what an answer does not wait for, so that how long the answer takes
// says nothing about what was done.
type outbox struct {
	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	room   chan struct{}
}

const (
	mostInOutbox = 100
	outboxTime   = 5 * time.Minute // for one job
)

func newOutbox(log *slog.Logger) *outbox {
	ctx, cancel := context.WithCancel(context.Background())
	return &outbox{log: log, ctx: ctx, cancel: cancel, room: make(chan struct{}, mostInOutbox)}
}

// do does a job soon, with the values of ctx. If there are too many it is left
// out: the person may ask again.
func (o *outbox) do(ctx context.Context, what string, job func(context.Context) error) {
	select {
	case o.room <- struct{}{}:
	default:
		o.log.Error("too much to do; left out", "what", what)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), outboxTime)
	stop := context.AfterFunc(o.ctx, cancel)
	o.wg.Go(func() {
		defer func() { <-o.room }()
		defer cancel()
		defer stop()
		defer func() {
			if p := recover(); p != nil {
				o.log.Error("it panicked", "what", what, "panic", p, "stack", string(debug.Stack()))
			}
		}()
		if err := job(ctx); err != nil {
			o.log.Error("not done", "what", what, "err", err)
		}
	})
}

// afterAnswer is when an answer is surely on its way.
const afterAnswer = 250 * time.Millisecond

// doLater does a job after the answer: one that begins at once takes processor and
// database from it, and so it can be told from none.
func (o *outbox) doLater(ctx context.Context, what string, job func(context.Context) error) {
	o.do(ctx, what, func(ctx context.Context) error {
		pause := time.NewTimer(afterAnswer)
		defer pause.Stop()
		select {
		case <-pause.C:
			return job(ctx)
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// close waits for what is being sent, at most until ctx ends.
func (o *outbox) close(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		o.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	o.cancel()
}

// page is one of our pages as it stands in a mail.
func (h *Handlers) page(path string) string { return h.PublicURL.JoinPath(path).String() }

// address is page with a secret.
func (h *Handlers) address(path, secret string) string {
	return h.page(path) + "?token=" + url.QueryEscape(secret)
}
