package assistant

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
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
		o, err := first(ctx, connect)
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

// each hands on every event until take says that the answer is whole. A stream
// that ends before that was cut, however it ended.
func (o *opened) each(take func(raw []byte) (whole bool, err error)) error {
	raw, err := o.first, error(nil)
	for err == nil {
		var whole bool
		if whole, err = take(raw); whole || err != nil {
			o.close(err == nil)
			return err
		}
		raw, err = o.stream.RecvRaw()
	}
	o.close(false)
	if errors.Is(err, io.EOF) {
		return errCut
	}
	return err
}

// drainFor is how long the end of a finished answer is waited for, so that its
// connection can be used again.
const drainFor = 200 * time.Millisecond

func (o *opened) close(drain bool) {
	if drain {
		timer := time.AfterFunc(drainFor, func() { _ = o.stream.Close() })
		for err := error(nil); err == nil; {
			_, err = o.stream.RecvRaw()
		}
		timer.Stop()
	}
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
		return e.status >= 500 || e.status == http.StatusTooManyRequests && !e.noCredit()
	}
	for _, final := range []error{errHTML, errNotJSON, errTooLarge, errTooLong, errStalled} {
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
