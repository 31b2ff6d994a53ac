package handlers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models/modelstest"
)

const embedding = "https://app.example.com"

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), func(o *Options) { o.AllowedOrigins = []string{"https://other.example.com", embedding} })
	ann := modelstest.User(t, s.db, "ann@example.com")
	v, nobody, browser := s.program(ann), s.nobody(), s.browser(ann)
	kit, list := "/api/v1/chatkit", kitBody("threads.list", `{}`)
	for name, c := range map[string]struct {
		v            *visitor
		method, path string
		body         any
		origin       string
		status       int
		allowed      bool
	}{
		"a call":              {v, "POST", kit, list, embedding, 200, true},
		"a stream":            {v, "POST", kit, kitBody("threads.create", `{"input":`+userInput("x")+`}`), embedding, 200, true},
		"not signed in":       {nobody, "POST", kit, list, embedding, 401, true},
		"malformed":           {v, "POST", kit, "{", embedding, 400, true},
		"too large":           {v, "POST", kit, kitBody("threads.create", `{"input":`+userInput(strings.Repeat("x", 2<<20))+`}`), embedding, 413, true},
		"no such address":     {v, "GET", "/api/v1/nothing", nil, embedding, 404, true},
		"wrong method":        {v, "GET", kit, nil, embedding, 405, true},
		"the older API":       {v, "GET", "/api/v1/tasks", nil, embedding, 200, true},
		"another site":        {v, "POST", kit, list, "https://evil.example.com", 200, false},
		"a site that is like": {v, "POST", kit, list, embedding + ".evil.com", 200, false},
		"no site":             {v, "POST", kit, list, "null", 200, false},
		"no browser":          {v, "POST", kit, list, "", 200, false},
		"with our cookie":     {browser, "POST", kit, list, embedding, 403, true},
		"a page":              {nobody, "GET", "/signin", nil, embedding, 200, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := c.v.do(c.method, c.path, c.body, "Origin", c.origin).want(c.status)
			wantOrigin := ""
			if c.allowed {
				wantOrigin = c.origin
			}
			if got := r.header.Get("Access-Control-Allow-Origin"); got != wantOrigin {
				t.Errorf("origin %q, want %q", got, wantOrigin)
			}
			if got := r.header.Get("Access-Control-Allow-Credentials") == "true"; got != c.allowed {
				t.Errorf("credentials %v, want %v", got, c.allowed)
			}
			if vary := strings.Join(r.header.Values("Vary"), ","); strings.HasPrefix(c.path, "/api/") != strings.Contains(vary, "Origin") {
				t.Errorf("Vary is %q", vary)
			}
		})
	}
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), func(o *Options) { o.AllowedOrigins = []string{embedding} })
	ask := func(path, origin string) *reply {
		return s.nobody().do("OPTIONS", path, nil, "Origin", origin, "Access-Control-Request-Method", "POST",
			"Access-Control-Request-Headers", "content-type, chatkit-frame-instance-id")
	}
	for _, path := range []string{"/api/v1/chatkit", "/api/v1/tasks/todo_1", "/api/v1/nothing"} {
		r := ask(path, embedding).want(http.StatusNoContent)
		for _, name := range []string{"content-type", "authorization", "accept-language", "chatkit-frame-instance-id", "idempotency-key", "x-csrf-token", "last-event-id", "x-chatkit-sdk", "x-chatkit-domain-key"} {
			if !strings.Contains(r.header.Get("Access-Control-Allow-Headers"), name) {
				t.Errorf("%s: %s is not allowed: %v", path, name, r.header)
			}
		}
		if r.header.Get("Access-Control-Allow-Origin") != embedding || r.header.Get("Access-Control-Max-Age") == "" ||
			!strings.Contains(r.header.Get("Access-Control-Allow-Methods"), "PATCH") || len(r.body) > 0 {
			t.Errorf("%s: %v %q", path, r.header, r.body)
		}
	}
	r := ask("/api/v1/chatkit", "https://evil.example.com").want(http.StatusNoContent)
	for name := range r.header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("another site gets %s", name)
		}
	}
	s.nobody().do("OPTIONS", "/api/v1/chatkit", nil).want(http.StatusMethodNotAllowed)
}
