package handlers

import (
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models/modelstest"
)

// What a request ends with is where two servers may disagree on the next one's
// beginning, so that somebody's bytes become another's request. All that RFC 9112
// calls invalid, and what it leaves to choice, is refused and the connection closed:
// the smuggled request behind it is never read.
func TestUnclearFramingIsRefused(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	const (
		post     = "POST /api/v1/auth/signin HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
		body     = `{"email":"a","password":"b"}` // of 28 bytes, 1c
		chunked  = "Transfer-Encoding: chunked\r\n"
		get      = "GET /healthz HTTP/1.1\r\n"
		smuggled = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
	)
	for name, raw := range map[string]string{
		"length and chunks":         post + "Content-Length: 5\r\n" + chunked + "\r\n0\r\n\r\n",
		"chunks and length":         post + chunked + "content-length: 5\r\n\r\n0\r\n\r\n",
		"space before the colon":    post + "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
		"so the length":             post + "Content-Length : 28\r\n\r\n" + body,
		"another encoding":          post + "Transfer-Encoding: xchunked\r\nContent-Length: 28\r\n\r\n" + body,
		"identity":                  post + "transfer-encoding: identity\r\nContent-Length: 28\r\n\r\n" + body,
		"chunked, identity":         post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
		"identity, chunked":         post + "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
		"gzip, chunked":             post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"chunked twice":             post + chunked + chunked + "\r\n0\r\n\r\n",
		"vertical tab":              post + "Transfer-Encoding:\x0bchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
		"quoted":                    post + "Transfer-Encoding: \"chunked\"\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
		"folded":                    post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
		"folded, and a length":      post + "Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
		"hidden in a fold":          post + "Foo: bar\r\n Transfer-Encoding: chunked\r\nContent-Length: 28\r\n\r\n" + body,
		"hidden by LF":              post + "Foo: bar\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
		"hidden by CR":              post + "Foo: bar\rTransfer-Encoding: chunked\r\nContent-Length: 28\r\n\r\n" + body,
		"NUL":                       post + "Foo: b\x00ar\r\nContent-Length: 28\r\n\r\n" + body,
		"length with a sign":        post + "Content-Length: +28\r\n\r\n" + body,
		"length below zero":         post + "Content-Length: -1\r\n\r\n" + body,
		"length in base 16":         post + "Content-Length: 0x1c\r\n\r\n" + body,
		"list of lengths":           post + "Content-Length: 28, 28\r\n\r\n" + body,
		"two lengths":               post + "Content-Length: 28\r\nContent-Length: 5\r\n\r\n" + body,
		"the same length twice":     post + "Content-Length: 28\r\nContent-Length: 28\r\n\r\n" + body,
		"a length too large":        post + "Content-Length: 99999999999999999999999\r\n\r\n" + body,
		"a length with a space":     post + "Content-Length: 2 8\r\n\r\n" + body,
		"no length":                 post + "Content-Length: \r\n\r\n" + body,
		"chunk below zero":          post + chunked + "\r\n-1\r\n" + body,
		"chunk with 0x":             post + chunked + "\r\n0x1c\r\n" + body + "\r\n0\r\n\r\n",
		"chunk with a sign":         post + chunked + "\r\n+1c\r\n" + body + "\r\n0\r\n\r\n",
		"chunk with a space":        post + chunked + "\r\n1 c\r\n" + body + "\r\n0\r\n\r\n",
		"chunk that overflows":      post + chunked + "\r\n1000000000000001c\r\n" + body + "\r\n0\r\n\r\n",
		"chunks by LF":              post + chunked + "\r\n1c\n" + body + "\n0\n\n",
		"extension with LF":         post + chunked + "\r\n1c;a\nb\r\n" + body + "\r\n0\r\n\r\n",
		"chunk without an end":      post + chunked + "\r\n1c\r\n" + body + "XX0\r\n\r\n",
		"a length as trailer":       post + chunked + "\r\n1c\r\n" + body + "\r\n0\r\nContent-Length: 5\r\n\r\n",
		"chunks in HTTP/1.0":        strings.Replace(post, "HTTP/1.1", "HTTP/1.0", 1) + chunked + "\r\n1c\r\n" + body + "\r\n0\r\n\r\n",
		"two hosts":                 get + "Host: localhost\r\nHost: y\r\n\r\n",
		"no host":                   get + "\r\n",
		"empty host":                get + "Host:\r\n\r\n",
		"host that is none":         get + "Host: a/b@c\r\n\r\n",
		"header that begins folded": get + " Foo: bar\r\nHost: localhost\r\n\r\n",
		"header without a name":     get + "Host: localhost\r\n: x\r\n\r\n",
		"space in the address":      "GET /heal thz HTTP/1.1\r\nHost: localhost\r\n\r\n",
	} {
		if got := answers(t, s, raw+smuggled); got != "400" {
			t.Errorf("%s: answered with %s", name, got)
		}
	}
	for name, raw := range map[string]string{
		"length":              post + "Content-Length: 28\r\n\r\n" + body,
		"chunks":              post + chunked + "\r\n1c\r\n" + body + "\r\n0\r\n\r\n",
		"chunk extension":     post + chunked + "\r\n1c;a=b\r\n" + body + "\r\n0\r\n\r\n",
		"no length, as it is": post + "Content_Length: 5\r\nContent-Length: 28\r\n\r\n" + body,
	} {
		if got := answers(t, s, raw+smuggled); got != "401 200" && got != "429 200" {
			t.Errorf("%s: answered with %s", name, got)
		}
	}
}

var statusLine = regexp.MustCompile(`HTTP/1\.1 (\d{3}) `)

// answers sends raw bytes and returns the statuses that come until the connection
// is closed.
func answers(t *testing.T, s *server, raw string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(conn)
	if err != nil && len(all) == 0 {
		return err.Error()
	}
	var list []string
	for _, m := range statusLine.FindAllStringSubmatch(string(all), -1) {
		list = append(list, m[1])
	}
	return strings.Join(list, " ")
}

// TestWhatIsRefusedEarlyIsGuarded: also what the server below Fiber refuses comes
// with the policy, and is kept by nobody.
func TestWhatIsRefusedEarlyIsGuarded(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	for name, r := range map[string]*reply{
		"headers too large": s.nobody().do("GET", "/tasks", nil, "Foo", strings.Repeat("x", maxHeader)).want(431),
		"no such page":      s.nobody().do("GET", "/nothing", nil).want(404),
		"too large":         s.nobody().do("POST", "/signin", strings.Repeat("x", maxBody+1)).want(413),
	} {
		for header, want := range map[string]string{"Content-Security-Policy": contentSecurityPolicy, "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
			if got := r.header.Get(header); got != want {
				t.Errorf("%s: %s is %q", name, header, got)
			}
		}
	}
}
