package assistant

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// breaker keeps all turns from a model server that fails one request after the
// other: it needs rest more than it needs us, and people had better hear of it at
// once. After a while one request is let through to see.
type breaker struct {
	mu     sync.Mutex
	failed int       // requests in a row
	until  time.Time // when the next may be sent
}

const (
	breakAfter = 10 // failures in a row
	breakFirst = 2 * time.Second
	breakMost  = 30 * time.Second
)

// brokenError says that the server is being left alone.
type brokenError struct{ after time.Duration }

// Error says it, for the log.
func (e *brokenError) Error() string {
	return fmt.Sprintf("the model server failed %d times in a row and is left alone for %v", breakAfter, e.after.Round(time.Second))
}

// allow returns an error while the server is left alone. The first request after
// that holds the others back until it is answered.
func (b *breaker) allow(now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) {
		return &brokenError{b.until.Sub(now)}
	}
	if b.failed >= breakAfter {
		b.until = now.Add(breakFirst)
	}
	return nil
}

// record hears how a request went that was let through.
func (b *breaker) record(err error, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case err == nil:
		b.failed, b.until = 0, time.Time{}
	case failsItself(err):
		b.failed++
		if over := b.failed - breakAfter; over >= 0 {
			b.until = now.Add(min(breakFirst<<min(over, 8), breakMost))
		}
	}
}

// failsItself tells a server that does not work from one that refuses, and from
// one that works but was cut off.
func failsItself(err error) bool {
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.status >= 500 && worthRetrying(err)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout() || errors.Is(err, errStalled)
}
