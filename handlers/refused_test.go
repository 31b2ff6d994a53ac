package handlers

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestWhatIsRefusedEarlyIsJSONForPrograms: what the server below Fiber refuses is
// answered as everything else at that address, and the connection closed.
func TestWhatIsRefusedEarlyIsJSONForPrograms(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	const host = "Host: localhost\r\n"
	long := "Foo: " + strings.Repeat("x", maxHeader) + "\r\n"
	for name, test := range map[string]struct {
		head   string // after the path
		status int
		code   string
	}{
		"two lengths":       {" HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n", 400, "invalid_request"},
		"no host":           {" HTTP/1.1\r\n", 400, "invalid_request"},
		"two hosts":         {" HTTP/1.1\r\n" + host + host, 400, "invalid_request"},
		"bad host":          {" HTTP/1.1\r\nHost: a/b@c\r\n", 400, "invalid_request"},
		"no such version":   {" HTTP/1\r\n" + host, 400, "invalid_request"},
		"bad header":        {" HTTP/1.1\r\n" + host + ": , contents: \"GET / \"\r\n", 400, "invalid_request"},
		"too large":         {" HTTP/1.1\r\n" + host + long, 431, "headers_too_large"},
		"too large, no end": {"?" + strings.Repeat("q", maxHeader) + " HTTP/1.1\r\n" + host, 431, "headers_too_large"},
		"two encodings":     {"?q=1 HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n", 400, "invalid_request"},
	} {
		for _, path := range []string{"/api/v1/chatkit/threads", "/api", "/healthz"} {
			got, body := refused(t, s, "POST "+path+test.head+"\r\n")
			var answer struct {
				Error struct{ Code, Message string }
			}
			if err := json.Unmarshal(body, &answer); err != nil {
				t.Errorf("%s at %s: %v: %.80s", name, path, err, body)
			}
			if got.StatusCode != test.status || answer.Error.Code != test.code || answer.Error.Message == "" {
				t.Errorf("%s at %s: %d %+v", name, path, got.StatusCode, answer)
			}
		}
		for _, path := range []string{"/tasks", "/apiary", "/"} {
			got, body := refused(t, s, "POST "+path+test.head+"\r\n")
			if kind := got.Header.Get("Content-Type"); got.StatusCode != test.status || kind != "text/html; charset=utf-8" || !strings.Contains(string(body), "<html") {
				t.Errorf("%s at %s: %d %s %.80s", name, path, got.StatusCode, kind, body)
			}
		}
	}
}

// refused sends raw bytes and returns the only answer to them, after which the
// connection must be closed.
func refused(t *testing.T, s *server, raw string) (*http.Response, []byte) {
	t.Helper()
	r := bufio.NewReader(send(t, s, raw))
	response, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(r); len(rest) > 0 || !response.Close { // closed with a reset when bytes were left unread
		t.Errorf("not closed; then came %.80s", rest)
	}
	return response, body
}
