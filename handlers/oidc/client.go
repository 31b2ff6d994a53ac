package oidc

import "net/http"

// longest is how much of an answer is read. Keys and what is said of a person are
// far smaller.
const longest = 1 << 20

// newClient returns an HTTP client that neither waits nor reads for ever.
func newClient() *http.Client {
	return &http.Client{Timeout: patience, Transport: limited{http.DefaultTransport}}
}

type limited struct{ next http.RoundTripper }

// RoundTrip bounds the answer's body.
func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := l.next.RoundTrip(r)
	if err == nil {
		res.Body = http.MaxBytesReader(nil, res.Body, longest)
	}
	return res, err
}
