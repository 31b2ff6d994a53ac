package assistant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	maxIdle     = 32 << 20 // of what comes between two events
	maxEvent    = 4 << 20  // of one event
	maxImages   = 48 << 20 // of one event if it may have pictures in it
	maxWhole    = 16 << 20 // of an answer that was not streamed
	maxRefusal  = 64 << 10 // of an error's body
	keepIdleFor = 90 * time.Second
)

// Causes with which a request to a model server is ended.
var (
	errStalled  = errors.New("the model server sent nothing for too long")
	errTooLong  = errors.New("the answer took too long")
	errHTML     = errors.New("the model server answered with a web page")
	errNotJSON  = errors.New("the model server's answer can't be read")
	errTooLarge = errors.New("the model server's answer is too large")
	errCut      = errors.New("the model server's answer ended before it was complete")
)

// newTransport returns a transport of its own: no proxy from the environment,
// and bounds on everything that may hang.
func newTransport(l Limits) *http.Transport {
	return &http.Transport{
		DialContext:           (&net.Dialer{Timeout: l.Dial, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   l.Dial,
		ResponseHeaderTimeout: l.Header,
		IdleConnTimeout:       keepIdleFor,
		MaxIdleConnsPerHost:   16,
		ForceAttemptHTTP2:     true,
	}
}

// doer sends go-openai's requests. It hands on a body only if that is a stream
// of answers, as plain data lines; everything else becomes an error that holds
// nothing of the body. That makes up for what go-openai would otherwise take
// for the end of an answer: web pages, cut lines, errors after a comment.
type doer struct {
	http *http.Client
	idle time.Duration
	most int // bytes of one event
}

func newDoer(transport http.RoundTripper, l Limits) doer {
	return doer{
		most: maxEvent,
		http: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		idle: l.Idle,
	}
}

// Do sends the request and checks the response.
func (d doer) Do(req *http.Request) (*http.Response, error) { return d.send(req, d.check) }

// send sends a request; check may replace the response's body.
func (d doer) send(req *http.Request, check func(*http.Response, *idleBody) error) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	resp, err := d.http.Do(req.WithContext(ctx))
	if err != nil {
		cancel(nil)
		return nil, err
	}
	body := newIdleBody(ctx, cancel, resp.Body, d.idle)
	if err := check(resp, body); err != nil {
		_ = body.Close()
		return nil, err
	}
	return resp, nil
}

// check replaces the response's body by one of data lines.
func (d doer) check(resp *http.Response, body *idleBody) error {
	if resp.StatusCode != http.StatusOK {
		return newStatusError(resp, body)
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch kind {
	case "text/html", "application/xhtml+xml":
		return errHTML
	case "application/json":
		line, err := wholeAsLine(body)
		if err != nil {
			return err
		}
		resp.Body = struct {
			io.Reader
			io.Closer
		}{strings.NewReader(line), body}
		return nil
	}
	resp.Body = newEventLines(body, d.most, func() { body.left = maxIdle + int64(d.most) })
	return nil
}

// wholeAsLine reads an answer that was not streamed, although asked for, and
// returns it as the one event that a stream would have had.
func wholeAsLine(body io.Reader) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(body, maxWhole+1))
	if err != nil {
		return "", err
	}
	if len(raw) > maxWhole {
		return "", errTooLarge
	}
	if err := eventError("", raw); err != nil {
		return "", err
	}
	var whole struct {
		Object  string            `json:"object"` // "response" is the Responses API's
		Output  []json.RawMessage `json:"output"`
		Choices []struct {
			Index   int             `json:"index"`
			Message json.RawMessage `json:"message"`
			Finish  string          `json:"finish_reason"`
		} `json:"choices"`
	}
	if json.Unmarshal(raw, &whole) == nil && (whole.Object == "response" || len(whole.Output) > 0) {
		return wholeResponse(raw)
	}
	if json.Unmarshal(raw, &whole) != nil || len(whole.Choices) == 0 || len(whole.Choices[0].Message) == 0 {
		return "", errNotJSON
	}
	first := whole.Choices[0]
	return oneEvent(map[string]any{
		"choices": []any{map[string]any{"index": first.Index, "delta": first.Message, "finish_reason": first.Finish}},
	})
}

func wholeResponse(raw []byte) (string, error) {
	return oneEvent(map[string]any{"type": "response.completed", "response": json.RawMessage(raw)})
}

func oneEvent(v any) (string, error) {
	event, err := json.Marshal(v)
	if err != nil {
		return "", errNotJSON
	}
	return "data: " + string(event) + "\n\n", nil
}

// idleBody ends the request when nothing arrives for a while, counted only
// while someone waits for it, and limits how much may arrive before the next event.
type idleBody struct {
	ctx    context.Context // of the request; its cause says why a read failed
	cancel context.CancelCauseFunc
	body   io.ReadCloser
	idle   time.Duration
	timer  *time.Timer
	left   int64
}

func newIdleBody(ctx context.Context, cancel context.CancelCauseFunc, body io.ReadCloser, idle time.Duration) *idleBody {
	timer := time.AfterFunc(idle, func() { cancel(errStalled) })
	timer.Stop()
	return &idleBody{ctx: ctx, cancel: cancel, body: body, idle: idle, timer: timer, left: maxIdle}
}

// Read reads what is there.
func (b *idleBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	b.timer.Reset(b.idle)
	n, err := b.body.Read(p[:min(int64(len(p)), b.left)])
	b.timer.Stop()
	b.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		if cause := context.Cause(b.ctx); cause != nil {
			return n, cause
		}
		return n, fmt.Errorf("%w: %w", errCut, err)
	}
	return n, err
}

// Close ends the request.
func (b *idleBody) Close() error {
	b.timer.Stop()
	b.cancel(nil)
	return b.body.Close()
}

// startsLikeHTML reports whether a line is the beginning of a web page.
func startsLikeHTML(line []byte) bool {
	return bytes.HasPrefix(line, []byte("<"))
}
