package handlers

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/handlers/mail/mailtest"
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

// TestMetricsAreNotForEveryone: without a token they are not for who comes from
// outside, through a proxy; with one they are for who has it.
func TestMetricsAreNotForEveryone(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	v := boot(t, db).nobody()
	v.do("GET", "/metrics", nil).want(200)
	for _, header := range []string{"X-Forwarded-For", "Forwarded"} {
		v.do("GET", "/metrics", nil, header, "for=192.0.2.1").problem(403, "forbidden").lacks("go_goroutines")
	}
	token := strings.Repeat("m", 32)
	s := boot(t, db, func(o *Options) { o.MetricsToken = token })
	v = s.nobody()
	v.do("GET", "/metrics", nil, "X-Forwarded-For", "192.0.2.1", "Authorization", "Bearer "+token).want(200).has("go_goroutines")
	for _, given := range []string{"", "Bearer " + token[1:], "Bearer", "Bearer " + token + "m", "Basic " + token} {
		v.do("GET", "/metrics", nil, "Authorization", given).problem(401, "unauthorized").lacks("go_goroutines")
	}
	s.program(modelstest.User(t, db, "ann@example.com")).do("GET", "/metrics", nil).want(401)
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

// TestBehindTLS: where people come by https, browsers are told to come by nothing
// else, and cookies are out of reach of other hosts and of scripts.
func TestBehindTLS(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	modelstest.User(t, db, "ann@example.com")
	plain := boot(t, db).nobody()
	if got := plain.do("GET", "/signin", nil).want(200).header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("by http: %q", got)
	}
	s := boot(t, db, func(o *Options) { o.PublicURL = &url.URL{Scheme: "https", Host: o.PublicURL.Host} })
	v := s.nobody()
	page := v.do("GET", "/signin", nil).want(200)
	guest := page.header.Get("Set-Cookie")
	form := url.Values{"email": {"ann@example.com"}, "password": {modelstest.Password}, "csrf_token": {string(csrfInput.FindSubmatch(page.body)[1])}}
	kept, _, _ := strings.Cut(guest, ";")
	in := v.post("/signin", form, "Cookie", kept).want(303)
	session, _, _ := strings.Cut(in.header.Get("Set-Cookie"), ";")
	v.csrf = ""
	form = url.Values{"csrf_token": {string(csrfInput.FindSubmatch(v.do("GET", "/settings", nil, "Cookie", session).want(200).body)[1])}}
	out := v.post("/signout", form, "Cookie", session).want(303)
	cookies := slices.Concat([]string{guest}, in.header.Values("Set-Cookie"), out.header.Values("Set-Cookie"))
	if len(cookies) != 4 { // the session's comes with that of a browser that is known from now on
		t.Errorf("%d cookies: %q", len(cookies), cookies)
	}
	for what, cookie := range cookies {
		if !strings.HasPrefix(cookie, "__Host-taskpilot") || !strings.Contains(strings.ToLower(cookie)+";", " path=/;") || strings.Contains(cookie, "omain=") || len(cookie) > 300 {
			t.Errorf("%d: %q", what, cookie)
		}
		for _, want := range []string{"ecure", "HttpOnly", "SameSite=Lax", "ath=/"} {
			if !strings.Contains(cookie, want) {
				t.Errorf("%d: %q lacks %s", what, cookie, want)
			}
		}
	}
	v.do("GET", "/settings", nil, "Cookie", session).want(303) // what was kept of it is worth nothing
	for _, path := range []string{"/signin", "/nothing", "/api/nothing", "/healthz", "/static/nothing"} {
		if got := v.do("GET", path, nil).header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
			t.Errorf("%s: %q", path, got)
		}
	}
}

// TestForwardedHeadersChangeNothing that is written into pages, mails or answers: a
// stranger may send them.
func TestForwardedHeadersChangeNothing(t *testing.T) {
	t.Parallel()
	box := mailtest.New(t)
	s := boot(t, modelstest.Open(t), withMail(t, box))
	user := modelstest.User(t, s.db, "ann@example.com")
	spoofed := []string{"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https", "Forwarded", "host=evil.example", "X-Original-URL", "/admin", "X-Forwarded-Prefix", "/evil"}
	v := s.nobody()
	v.readCSRF("/forgot")
	v.post("/forgot", url.Values{"email": {user.Email}}, spoofed...).want(200).lacks("evil")
	if l := box.Next(t); !strings.Contains(l.Text, s.url+"/reset?token=") || strings.Contains(l.Text, "evil") {
		t.Errorf("sent %q", l.Text)
	}
	ann := s.browser(user)
	for _, path := range []string{"/", "/signin", "/chat", "/nothing", "/api/openapi.json", "/api/nothing"} {
		r := ann.do("GET", path, nil, spoofed...).lacks("evil")
		if to := r.header.Get("Location"); strings.Contains(to, "evil") || r.header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s leads to %s", path, to)
		}
	}
	api := s.program(user)
	file := api.upload("a.png", picture(t, 4, 4)).attachment()
	if told := api.do("GET", uploadPath+"/"+file.ID, nil, spoofed...).attachment(); !strings.HasPrefix(told.DownloadURL, s.url+"/") {
		t.Errorf("the file is at %s", told.DownloadURL)
	}
}
