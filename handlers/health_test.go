package handlers

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
	"github.com/taskpilot/taskpilot/static"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		v := boot(t, db).nobody()
		for _, path := range []string{"/api/v1/chatkit/health", "/readyz"} {
			var body map[string]string
			v.do("GET", path, nil).want(200).json(&body)
			if body["status"] != "ok" || body["service"] != "chatkit" || body["assistant"] != "scripted" || body["database"] != db.Driver() {
				t.Errorf("%s: %v", path, body)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		var body map[string]string
		v.do("GET", "/api/v1/chatkit/health", nil).want(503).lacks("closed").json(&body)
		if body["status"] != "unavailable" || body["failing"] != "database" {
			t.Errorf("without a database: %v", body)
		}
		v.do("GET", "/readyz", nil).want(503)
		v.do("GET", "/healthz", nil).want(200)
	})
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	began := make(chan struct{})
	s := boot(t, db, func(o *Options) { o.Assistant = hold(began) })
	v := s.program(modelstest.User(t, db, "ann@example.com"))
	var th threadJSON
	v.do("POST", "/api/v1/chatkit/threads", `{}`).want(201).json(&th)
	v.do("GET", "/api/v1/chatkit/threads/thr_secret", nil).want(404)
	for _, path := range []string{"/nothing/1", "/nothing/2", "/api/nothing"} {
		v.do("GET", path, nil).want(404)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		v.do("POST", "/api/v1/chatkit/threads/"+th.ID+"/messages", `{"content":"hi"}`)
	}()
	<-began
	r := v.do("GET", "/metrics", nil).want(200).
		has(`taskpilot_http_requests_total{method="POST",route="/api/v1/chatkit/threads",status="201"} 1`).
		has(`taskpilot_http_requests_total{method="GET",route="/api/v1/chatkit/threads/:thread",status="404"} 1`).
		has(`taskpilot_http_requests_total{method="GET",route="other",status="404"} 3`).
		has(`taskpilot_http_request_duration_seconds_count{method="POST",route="/api/v1/chatkit/threads"} 1`).
		has("taskpilot_runs_active 1").has("taskpilot_streams_open 0").has("go_goroutines").has("process_resident_memory_bytes").
		lacks("thr_secret").lacks("/nothing")
	if !strings.HasPrefix(r.header.Get("Content-Type"), "text/plain") {
		t.Errorf("Content-Type %s", r.header.Get("Content-Type"))
	}
	v.do("POST", "/api/v1/chatkit/threads/"+th.ID+"/stop", nil).want(204)
	<-done
}

func TestStaticFiles(t *testing.T) {
	t.Parallel()
	v := boot(t, modelstest.Open(t)).nobody()
	for _, name := range static.Names() {
		r := v.do("GET", static.URL(name), nil).want(200)
		if r.header.Get("Cache-Control") != static.CacheControl || r.header.Get("Content-Type") == "" || len(r.body) == 0 {
			t.Errorf("%s: %v", name, r.header)
		}
	}
	style := static.URL("css/app.css")
	whole := v.do("GET", style, nil, "Accept-Encoding", "identity").want(200)
	small := v.do("GET", style, nil, "Accept-Encoding", "br, gzip").want(200)
	unzipped, err := gzip.NewReader(bytes.NewReader(small.body))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(unzipped); err != nil || !bytes.Equal(text, whole.body) || 3*len(small.body) > len(whole.body) {
		t.Errorf("%d bytes for %d: %v", len(small.body), len(whole.body), err)
	}
	for _, r := range []*reply{whole, small} {
		if r.header.Get("Vary") == "" {
			t.Error("a cache could mix the two up")
		}
	}
	if whole.header.Get("Content-Encoding") != "" || small.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("encoded as %q and %q", whole.header.Get("Content-Encoding"), small.header.Get("Content-Encoding"))
	}
	for _, path := range []string{"/static/", "/static/0123456789ab/css/app.css", static.URL("../static.go"), static.URL("js/%2e%2e/static.go"), static.URL("")} {
		v.do("GET", path, nil).want(404)
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	v := boot(t, db).browser(modelstest.User(t, db, "ann@example.com"))
	for _, path := range []string{"/chat", "/tasks", "/settings", "/nothing", "/api/v1/auth/me", "/api/nothing", "/healthz"} {
		r := v.do("GET", path, nil)
		for name, want := range map[string]string{"Content-Security-Policy": contentSecurityPolicy, "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store"} {
			if r.header.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, r.header.Get(name))
			}
		}
		r.lacks("<style").lacks("style=").lacks("onclick").lacks("<script>")
	}
}
