package oidctest

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// SignIn signs a person in who was sent to an address of the provider, and returns
// the path with which they come back to the server.
func (p *Provider) SignIn(t testing.TB, address, email string) string {
	t.Helper()
	return p.walk(t, address, "/login", url.Values{"email": {email}, "password": {Password}})
}

// Deny is SignIn for somebody who says no.
func (p *Provider) Deny(t testing.TB, address string) string {
	t.Helper()
	return p.walk(t, address, "/deny", url.Values{})
}

// walk follows the provider's pages, as a browser does, up to where they lead away.
func (p *Provider) walk(t testing.TB, address, form string, fields url.Values) string {
	t.Helper()
	browser := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), p.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	defer browser.CloseIdleConnections()
	get := func(send func() (*http.Response, error)) *http.Response {
		t.Helper()
		res, err := send()
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode >= http.StatusBadRequest {
			t.Fatalf("the provider answers %s at %s: %s (%v)", res.Status, res.Request.URL, body, err)
		}
		return res
	}
	login := get(func() (*http.Response, error) { return browser.Get(address) })
	fields.Set("id", login.Request.URL.Query().Get("id"))
	back := get(func() (*http.Response, error) { return browser.PostForm(p.URL+form, fields) })
	to, err := back.Location()
	if err != nil {
		t.Fatalf("the provider leads nowhere: %s at %s", back.Status, back.Request.URL)
	}
	return to.RequestURI()
}
