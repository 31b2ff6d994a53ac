package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// page is a person at a browser.
type page struct {
	t    *testing.T
	site *site
	http *http.Client
}

// newPage signs the person in.
func newPage(t *testing.T, s *site, user *models.User) *page {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	p := &page{t, s, &http.Client{Jar: jar, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	p.post("/signin", url.Values{"csrf_token": {p.csrf("/signin")}, "email": {user.Email}, "password": {modelstest.Password}})
	return p
}

// retry asks for an answer to the message again.
func (p *page) retry(thread, item string) {
	p.t.Helper()
	path := "/chat/" + thread
	p.post(path+"/retry", url.Values{"csrf_token": {p.csrf(path)}, "item_id": {item}})
}

var csrfField = regexp.MustCompile(`name="csrf_token" value="([^"]+)"`)

// csrf reads the token from a page's form.
func (p *page) csrf(path string) string {
	p.t.Helper()
	res, err := p.http.Get(p.site.url + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	found := csrfField.FindSubmatch(body)
	if res.StatusCode != http.StatusOK || found == nil {
		p.t.Fatalf("GET %s: %s without a form: %.300s", path, res.Status, body)
	}
	return string(found[1])
}

// post sends a form, which must lead to another page.
func (p *page) post(path string, form url.Values) {
	p.t.Helper()
	res, err := p.http.PostForm(p.site.url+path, form)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		body, _ := io.ReadAll(res.Body)
		p.t.Fatalf("POST %s: %s: %.300s", path, res.Status, body)
	}
}
