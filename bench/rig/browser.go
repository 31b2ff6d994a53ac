package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// Browser sends the forms of pages, and follows no redirects.
type Browser struct {
	http.Client
	url, csrf string
}

var csrfInput = regexp.MustCompile(`name="csrf_token" value="([^"]+)"`)

// Browse opens a page that has a form. The cookie is what SignIn returned; "":
// nobody is signed in.
func (s *Server) Browse(ctx context.Context, path, cookie string) (*Browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("rig: %w", err)
	}
	b := &Browser{url: s.URL, Client: http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if name, value, ok := strings.Cut(cookie, "="); ok {
		site, err := url.Parse(s.URL)
		if err != nil {
			return nil, fmt.Errorf("rig: %w", err)
		}
		jar.SetCookies(site, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
	}
	page, err := b.Do(ctx, http.MethodGet, path, nil, nil)
	if err != nil {
		return nil, err
	}
	found := csrfInput.FindStringSubmatch(page.Body)
	if found == nil {
		return nil, fmt.Errorf("rig: %s: %d, and no form in it", path, page.Status)
	}
	b.csrf = found[1]
	return b, nil
}

// Answer is what came of a request.
type Answer struct {
	Status         int
	Location, Body string
}

// Post sends a form of a page.
func (b *Browser) Post(ctx context.Context, path string, form url.Values, header http.Header) (*Answer, error) {
	form.Set("csrf_token", b.csrf)
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.Do(ctx, http.MethodPost, path, strings.NewReader(form.Encode()), header)
}

// File is a file on its way to a form of a page.
type File struct {
	io.Reader
	Name string
	Size int64
}

// Send sends a file by a form of a page.
func (b *Browser) Send(ctx context.Context, path string, f File) (*Answer, error) {
	const mark = "rig-0f1e2d3c4b5a"
	head := fmt.Sprintf("--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=%q\r\nContent-Type: application/octet-stream\r\n\r\n", mark, f.Name)
	tail := fmt.Sprintf("\r\n--%s--\r\n", mark)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+path+"?csrf_token="+url.QueryEscape(b.csrf),
		io.MultiReader(strings.NewReader(head), f, strings.NewReader(tail)))
	if err != nil {
		return nil, fmt.Errorf("rig: %w", err)
	}
	req.ContentLength = int64(len(head)) + f.Size + int64(len(tail))
	req.Header.Set("Content-Type", "multipart/form-data; boundary="+mark)
	return b.answer(req)
}

// Open sends a GET request, whose answer is to be read.
func (b *Browser) Open(ctx context.Context, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+path, nil)
	if err != nil {
		return nil, fmt.Errorf("rig: %w", err)
	}
	res, err := b.Client.Do(req)
	if err == nil && res.StatusCode != http.StatusOK {
		err = errors.Join(fmt.Errorf("rig: %s: %s", path, res.Status), res.Body.Close())
	}
	return res, err
}

// Do sends a request and reads the answer.
func (b *Browser) Do(ctx context.Context, method, path string, body io.Reader, header http.Header) (*Answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, b.url+path, body)
	if err != nil {
		return nil, fmt.Errorf("rig: %w", err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	return b.answer(req)
}

func (b *Browser) answer(req *http.Request) (_ *Answer, err error) {
	res, err := b.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("rig: %w", err)
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	raw, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= http.StatusInternalServerError {
		err = fmt.Errorf("rig: %s %s: %s: %.300s", req.Method, req.URL.Path, res.Status, raw)
	}
	return &Answer{res.StatusCode, res.Header.Get("Location"), string(raw)}, err
}
