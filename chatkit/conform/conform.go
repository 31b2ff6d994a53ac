// Package conform sends a tour of the ChatKit protocol to any server and reports
// where its answers break the protocol's rules. It makes two threads, has their
// assistant answer four times, and deletes them.
//
// In a test:
//
//	report, err := conform.Run(t.Context(), conform.Options{URL: server.URL})
//	if err != nil {
//		t.Fatal(err)
//	}
//	for _, check := range report.Violations() {
//		t.Error(check)
//	}
package conform

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// Options say which server to visit and how.
type Options struct {
	URL    string       // the server's one ChatKit address
	Header http.Header  // sent with every request, such as Authorization
	Other  http.Header  // those of another person, who must not reach the tour's threads; nil: not tried
	Client *http.Client // http.DefaultClient if nil; its Timeout bounds each request, streams included
}

// ErrURL is returned by Run for a URL that can't be visited.
var ErrURL = errors.New("conform: the URL must be absolute, such as https://example.com/chatkit")

// CheckURL returns an error that wraps ErrURL unless Run can visit the URL.
func CheckURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%w: %q", ErrURL, address)
	}
	return nil
}

// Run makes the tour. What the server does wrong is in the report; an error means
// that the tour could not be made: nothing answers there, or ctx ended.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := CheckURL(o.URL); err != nil {
		return nil, err
	}
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
	t := &tour{ctx: ctx, o: o, report: &Report{URL: o.URL}}
	if err := t.run(); err != nil {
		return nil, fmt.Errorf("conform: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("conform: the tour was interrupted: %w", context.Cause(ctx))
	}
	return t.report, nil
}
