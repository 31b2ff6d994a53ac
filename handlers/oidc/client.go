package oidc

import (
	"errors"
	"io"
	"net/http"
)

// longest is how much of an answer is read. Keys and what is said of a person are
// far smaller.
const longest = 1 << 20

// newClient returns an HTTP client that neither waits nor reads for ever.
func newClient() *http.Client {
	return &http.Client{Timeout: patience, Transport: limited{http.DefaultTransport}}
}

type limited struct{ next http.RoundTripper }

var errLong = errors.New("oidc: the answer is too long")

// RoundTrip bounds the answer's body.
func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := l.next.RoundTrip(r)
	if err == nil {
		res.Body = &bounded{res.Body, longest}
	}
	return res, err
}

type bounded struct {
	io.ReadCloser
	left int
}

// Read fails when there is more than there may be.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errLong
	}
	return n, err
}
