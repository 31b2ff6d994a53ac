package assistant

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// rawStream is what go-openai's streams have in common.
type rawStream interface {
	RecvRaw() ([]byte, error)
	Close() error
}

// opened is a stream of which the first event has been read.
type opened struct {
	stream rawStream
	first  []byte
}

// open connects and waits for the first event. What fails before that is tried
// again if that may help: nothing of an answer has been shown yet.
func (u *upstream) open(ctx context.Context, busy func() error, connect func(context.Context) (rawStream, error)) (*opened, error) {
	began := time.Now()
	for try := 1; ; try++ {
		if err := u.breaker.allow(time.Now()); err != nil {
			return nil, err
		}
		o, err := first(ctx, connect)
		if ctx.Err() == nil {
			u.breaker.record(err, time.Now())
		}
		if err == nil {
			return o, nil
		}
		pause, again := u.pause(err, try, time.Since(began))
		if ctx.Err() != nil || !again {
			return nil, err
		}
		if err := busy(); err != nil {
			return nil, err
		}
		if err := wait(ctx, pause); err != nil {
			return nil, err
		}
	}
}

func first(ctx context.Context, connect func(context.Context) (rawStream, error)) (*opened, error) {
	stream, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	raw, err := stream.RecvRaw()
	if err != nil {
		_ = stream.Close()
		if errors.Is(err, io.EOF) {
			err = errCut
		}
		return nil, err
	}
	return &opened{stream, raw}, nil
}

// badEvents is how many events of a stream may be unreadable.
const badEvents = 8

// each decodes every event until the answer is whole, which an agents.Ended says.
// A stream that ends before that was cut, however it ended. An event that can't be
// read is passed over, and told at the end; it is why the stream failed if it did.
func (o *opened) each(decode func([]byte, func(agents.Event) error) error, yield func(agents.Event) error) error {
	bad, whole := 0, false
	take := func(raw []byte) error {
		err := decode(raw, func(ev agents.Event) error {
			if _, ok := ev.(agents.Ended); ok {
				whole = true
				if bad > 0 {
					if err := yield(agents.Gap{}); err != nil {
						return err
					}
				}
			}
			return yield(ev)
		})
		if errors.Is(err, agents.ErrUnreadable) && !bytes.HasPrefix(raw, []byte("{")) {
			return nil // a ping, perhaps; no event in any case
		}
		if errors.Is(err, agents.ErrUnreadable) && bad < badEvents {
			bad++
			return nil
		}
		return err
	}
	raw, err := o.first, error(nil)
	for err == nil {
		if err = take(raw); err != nil {
			break
		}
		if whole {
			o.drain(take)
			return nil
		}
		raw, err = o.stream.RecvRaw()
	}
	_ = o.stream.Close()
	switch {
	case bad > 0 && (errors.Is(err, io.EOF) || errors.Is(err, errCut) || errors.Is(err, errStalled)):
		return agents.ErrUnreadable
	case errors.Is(err, io.EOF):
		return errCut
	}
	return err
}

// drainFor is how long the end of a finished answer is waited for: it may count
// the tokens, and its connection can be used again.
const drainFor = 200 * time.Millisecond

func (o *opened) drain(take func([]byte) error) {
	timer := time.AfterFunc(drainFor, func() { _ = o.stream.Close() })
	for {
		raw, err := o.stream.RecvRaw()
		if err != nil || take(raw) != nil {
			break
		}
	}
	timer.Stop()
	_ = o.stream.Close()
}

// pause says how long to wait before the next try, if there is to be one.
func (u *upstream) pause(err error, try int, elapsed time.Duration) (time.Duration, bool) {
	if try >= u.limits.Tries || !worthRetrying(err) {
		return 0, false
	}
	pause := u.limits.Backoff << (try - 1)
	pause += rand.N(pause/2 + 1) // so that many waiting runs don't come back at once
	if e, ok := errors.AsType[*statusError](err); ok && e.hasAfter {
		if e.after > u.limits.RetryAfter {
			return 0, false // the person is told instead of kept waiting
		}
		pause = e.after
	}
	return pause, elapsed+pause <= u.limits.Retrying
}

func worthRetrying(err error) bool {
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.status >= 500 && !e.noTools() && !e.tooLong() || e.status == http.StatusTooManyRequests && !e.noCredit()
	}
	for _, final := range []error{errHTML, errNotJSON, agents.ErrUnreadable, errTooLarge, errTooLong, errStalled} {
		if errors.Is(err, final) {
			return false
		}
	}
	if _, ok := errors.AsType[*reportedError](err); ok {
		return false
	}
	_, retry := networkSentence(err)
	return retry && isNetwork(err)
}

// isNetwork tells failures of the connection from those of go-openai's own checks.
func isNetwork(err error) bool {
	if errors.Is(err, errCut) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	_, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok // *url.Error, which the client's every failure is, has it
}

// retryAfter reads the header's two forms: seconds and a date.
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0, false
	}
	if s, err := strconv.ParseFloat(value, 64); err == nil {
		const most = 365 * 24 * time.Hour
		return time.Duration(min(max(s, 0), most.Seconds()) * float64(time.Second)), s == s
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return max(0, at.Sub(now)), true
}
