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

	openai "github.com/sashabaranov/go-openai"
)

// opened is a stream of which the first event has been read.
type opened struct {
	stream *openai.ChatCompletionStream
	first  []byte
}

// open sends the request and waits for the first event. What fails before that
// is tried again if that may help: nothing of an answer has been shown yet.
func (c *Completions) open(ctx context.Context, req openai.ChatCompletionRequest, out output) (*opened, error) {
	began := time.Now()
	for try := 1; ; try++ {
		o, err := c.try(ctx, req)
		if err == nil {
			return o, nil
		}
		pause, again := c.pause(err, try, time.Since(began))
		if ctx.Err() != nil || !again {
			return nil, err
		}
		if err := out.progress(progress("clock", "The model server is busy; trying again…")); err != nil {
			return nil, err
		}
		if err := wait(ctx, pause); err != nil {
			return nil, err
		}
	}
}

func (c *Completions) try(ctx context.Context, req openai.ChatCompletionRequest) (*opened, error) {
	stream, err := c.client.CreateChatCompletionStream(ctx, req)
	if err != nil {
		return nil, err
	}
	first, err := stream.RecvRaw()
	if err != nil {
		_ = stream.Close()
		if errors.Is(err, io.EOF) {
			err = errCut
		}
		return nil, err
	}
	return &opened{stream, first}, nil
}

// pause says how long to wait before the next try, if there is to be one.
func (c *Completions) pause(err error, try int, elapsed time.Duration) (time.Duration, bool) {
	if try >= c.limits.Tries || !worthRetrying(err) {
		return 0, false
	}
	pause := c.limits.Backoff << (try - 1)
	pause += rand.N(pause/2 + 1) // so that many waiting runs don't come back at once
	if e, ok := errors.AsType[*statusError](err); ok && e.hasAfter {
		if e.after > c.limits.RetryAfter {
			return 0, false // the person is told instead of kept waiting
		}
		pause = e.after
	}
	return pause, elapsed+pause <= c.limits.Retrying
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
