package handlers

import (
	"context"
	"sync"
	"time"

	"github.com/taskpilot/taskpilot/views/locale"
)

// transfers are what reads or writes all of a person's data beside requests: one
// at a time for each person.
type transfers struct {
	ctx    context.Context // ends with the server
	cancel context.CancelFunc
	active sync.WaitGroup

	mu   sync.Mutex
	open map[string]bool // by user
}

func newTransfers() *transfers {
	ctx, cancel := context.WithCancel(context.Background())
	return &transfers{ctx: ctx, cancel: cancel, open: map[string]bool{}}
}

// enter takes the person's place. leave must be called once.
func (t *transfers) enter(userID string) (leave func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ctx.Err() != nil {
		return nil, errStopping
	}
	if t.open[userID] {
		return nil, tooMany(locale.Mark("An export or import of yours is being worked on. Wait until it is done."), 10*time.Second)
	}
	t.open[userID] = true
	t.active.Add(1)
	return func() {
		t.mu.Lock()
		delete(t.open, userID)
		t.mu.Unlock()
		t.active.Done()
	}, nil
}

// close ends them all and waits for them, at most until ctx ends.
func (t *transfers) close(ctx context.Context) {
	t.mu.Lock()
	t.cancel()
	t.mu.Unlock()
	done := make(chan struct{})
	go func() {
		t.active.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
