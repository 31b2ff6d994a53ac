package mcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	firstTry    = 20 * time.Second // in the newest version of the protocol
	connectTime = 60 * time.Second // a program may have to be fetched first
	dialTime    = 5 * time.Second
	endTime     = time.Second // for a program to end by itself
	maxBody     = 8 << 20     // bytes of one answer over HTTP; the SDK has its own bound for programs
)

// olderProtocol begins with a greeting, as all but the newest servers know it.
const olderProtocol = "2025-11-25"

var errTooLarge = errors.New("the answer is too large")

// connect begins a session with the server.
func (s Server) connect(ctx context.Context, changed func(), stderr io.Writer) (*sdk.ClientSession, error) {
	client := sdk.NewClient(&sdk.Implementation{Name: "taskpilot", Title: "TaskPilot", Version: "1"}, &sdk.ClientOptions{
		Capabilities:           &sdk.ClientCapabilities{}, // it gets nothing of ours: no roots, no sampling
		ToolListChangedHandler: func(context.Context, *sdk.ToolListChangedRequest) { changed() },
	})
	// Some older servers neither answer nor refuse what newer ones are asked first.
	var err error
	for _, way := range []struct {
		version string
		bound   time.Duration
	}{{"", firstTry}, {olderProtocol, connectTime}} {
		var session *sdk.ClientSession
		if session, err = s.try(ctx, client, stderr, way.version, way.bound); err == nil {
			return session, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, s.plain(err)
}

func (s Server) try(ctx context.Context, client *sdk.Client, stderr io.Writer, version string, bound time.Duration) (*sdk.ClientSession, error) {
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	return client.Connect(ctx, s.transport(stderr), &sdk.ClientSessionOptions{ProtocolVersion: version})
}

func (s Server) transport(stderr io.Writer) sdk.Transport {
	if s.Command != "" {
		command := exec.Command(s.Command, s.Args...)
		command.Env, command.Stderr = s.Env, stderr
		return &sdk.CommandTransport{Command: command, TerminateDuration: endTime}
	}
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.DialContext = (&net.Dialer{Timeout: dialTime}).DialContext
	base.ResponseHeaderTimeout = callTimeout * 2
	return &sdk.StreamableClientTransport{Endpoint: s.URL, MaxRetries: -1, DisableStandaloneSSE: true, MaxEventSize: maxBody,
		HTTPClient: &http.Client{
			Transport:     &guard{next: base, headers: s.Headers},
			CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("redirects are not followed") },
		}}
}

// guard adds the operator's headers to requests and caps answers.
type guard struct {
	next    *http.Transport
	headers map[string]string
}

// RoundTrip does one request.
func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, value := range g.headers {
		r.Header.Set(name, value)
	}
	res, err := g.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = &capped{ReadCloser: res.Body, left: maxBody}
	return res, nil
}

// CloseIdleConnections lets go of what is not in use.
func (g *guard) CloseIdleConnections() { g.next.CloseIdleConnections() }

// capped fails a body that does not end in time.
type capped struct {
	io.ReadCloser
	left int
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errTooLarge
	}
	n, err := c.ReadCloser.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// plain says what went wrong without addresses and secrets.
func (s Server) plain(err error) error {
	if err == nil {
		return nil
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("it did not answer in time%w", quiet{err})
	case errors.Is(err, errTooLarge):
		return fmt.Errorf("its answer is too large%w", quiet{err})
	}
	text := err.Error()
	if e, ok := errors.AsType[*url.Error](err); ok {
		text = e.Err.Error()
	}
	for _, secret := range append(s.secrets(), s.URL) {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	if len(text) > 300 {
		text = text[:300] + "…"
	}
	return fmt.Errorf("%s%w", strings.ToValidUTF8(text, "…"), quiet{err})
}

// quiet is a cause that can be tested for and is never told.
type quiet struct{ err error }

func (quiet) Error() string   { return "" }
func (q quiet) Unwrap() error { return q.err }
