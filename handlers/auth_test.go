package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestSignUpOnThePage(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		v := boot(t, db).nobody()
		if to := v.do("GET", "/", nil).want(303).header.Get("Location"); to != "/signin" {
			t.Fatalf("/ leads nobody to %s", to)
		}
		v.readCSRF("/signup?next=/tasks")
		form := url.Values{"email": {"ann@example.com"}, "name": {"Ann <b>"}, "password": {"short"}, "next": {"/tasks"}}
		v.post("/signup", form).want(400).has(`value="ann@example.com"`).has("Ann &lt;b&gt;").
			has("The password is too short").has(`name="next" value="/tasks"`).lacks("value=\"short\"")
		form.Set("password", modelstest.Password)
		r := v.post("/signup", form).want(303)
		if to := r.header.Get("Location"); to != "/tasks" {
			t.Errorf("signed up and led to %s", to)
		}
		cookie := r.header.Get("Set-Cookie")
		for _, want := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
			if !strings.Contains(cookie, want) {
				t.Errorf("cookie %q lacks %s", cookie, want)
			}
		}
		if to := v.do("GET", "/", nil).want(303).header.Get("Location"); to != "/chat" {
			t.Errorf("/ leads to %s", to)
		}
		if to := v.do("GET", "/signin", nil).want(303).header.Get("Location"); to != "/chat" {
			t.Errorf("/signin leads someone who is signed in to %s", to)
		}
		v.do("GET", "/chat", nil).want(200).has("Ann &lt;b&gt;")
	})
}

func TestSignUpRefuses(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	modelstest.User(t, db, "ann@example.com")
	v := boot(t, db).nobody()
	v.readCSRF("/signup")
	good := url.Values{"email": {"bob@example.com"}, "name": {"Bob"}, "password": {modelstest.Password}}
	for _, c := range []struct {
		field, value string
		status       int
		says         string
	}{
		{"email", "ANN@example.com ", 409, "There is an account with this e-mail address"},
		{"email", "", 400, "not an e-mail address"},
		{"email", "bob", 400, "not an e-mail address"},
		{"password", "", 400, "password"},
		{"password", "password1", 400, "password"},
		{"name", strings.Repeat("n", 101), 400, "too long"},
	} {
		form := url.Values{}
		for k, v := range good {
			form[k] = v
		}
		form.Set(c.field, c.value)
		v.post("/signup", form).want(c.status).has(c.says)
	}
	if users, err := db.Users(t.Context(), "", 10); err != nil || len(users) != 1 {
		t.Errorf("%d users, %v", len(users), err)
	}
}

func TestSignupClosed(t *testing.T) {
	t.Parallel()
	v := boot(t, modelstest.Open(t), func(o *Options) { o.SignupOpen = false }).nobody()
	v.do("GET", "/signup", nil).want(200).has("Sign-up is closed")
	v.do("GET", "/signin", nil).want(200).lacks(`href="/signup`)
	v.readCSRF("/signin")
	v.post("/signup", url.Values{"email": {"a@example.com"}, "password": {modelstest.Password}}).want(403)
	v.do("POST", "/api/v1/auth/signup", credentials{Email: "a@example.com", Password: modelstest.Password}).problem(403, "forbidden")
}

// An unknown address and a wrong password must not be told apart.
func TestSignInRevealsNothing(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	modelstest.User(t, db, "ann@example.com")
	s := boot(t, db)
	v := s.nobody()
	v.readCSRF("/signin")
	var pages, replies []string
	for _, email := range []string{"ann@example.com", "nil@example.com"} {
		r := v.post("/signin", url.Values{"email": {email}, "password": {"wrong wrong"}}).want(401).has(`value="` + email + `"`)
		pages = append(pages, strings.ReplaceAll(string(r.body), email, ""))
		r = s.nobody().do("POST", "/api/v1/auth/signin", credentials{Email: email, Password: "wrong wrong"}).problem(401, "unauthorized")
		replies = append(replies, string(r.body))
	}
	if pages[0] != pages[1] || replies[0] != replies[1] {
		t.Errorf("the answers differ:\n%s\n%s\n%s\n%s", pages[0], pages[1], replies[0], replies[1])
	}
}

func TestSignInRotatesTheSession(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	ann := s.browser(modelstest.User(t, db, "ann@example.com"))
	site, _ := url.Parse(s.url)
	before := cookieNamed(ann, site, "taskpilot")
	ann.post("/signin", url.Values{"email": {"ann@example.com"}, "password": {modelstest.Password}}).want(303)
	if cookieNamed(ann, site, "taskpilot") == before {
		t.Fatal("signing in kept the session")
	}
	thief := s.nobody()
	thief.do("GET", "/tasks", nil, "Cookie", "taskpilot="+before).want(303)
}

func cookieNamed(v *visitor, site *url.URL, name string) string {
	for _, c := range v.http.Jar.Cookies(site) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	user := modelstest.User(t, db, "ann@example.com")
	site, _ := url.Parse(s.url)
	one, two := s.browser(user), s.browser(user)
	kept := cookieNamed(one, site, "taskpilot")
	r := one.post("/signout", nil).want(303)
	if r.header.Get("Clear-Site-Data") != `"storage"` {
		t.Errorf("Clear-Site-Data: %s", r.header.Get("Clear-Site-Data"))
	}
	s.nobody().do("GET", "/tasks", nil, "Cookie", "taskpilot="+kept).want(303)
	two.do("GET", "/tasks", nil).want(200)
	three, program := s.browser(user), s.program(user)
	program.do("GET", "/api/v1/auth/me", nil).want(200)
	three.post("/settings/signout", nil).want(303)
	program.do("GET", "/api/v1/auth/me", nil).want(401)
	two.do("GET", "/tasks", nil).want(303)
	three.do("GET", "/tasks", nil).want(303)
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		modelstest.User(t, db, "ann@example.com")
		s := boot(t, db)
		try := func(v *visitor, email, password string) *reply {
			return v.do("POST", "/api/v1/auth/signin", credentials{Email: email, Password: password})
		}
		for range accountAttempts {
			try(s.nobody(), "ann@example.com", "wrong").want(401)
		}
		r := try(s.nobody(), " ANN@example.com", modelstest.Password).problem(429, "rate_limited")
		if r.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		v := s.nobody()
		v.readCSRF("/signin")
		page := v.post("/signin", url.Values{"email": {"ann@example.com"}, "password": {modelstest.Password}}).want(429).has("Too many attempts")
		if page.header.Get("Retry-After") == "" {
			t.Error("no Retry-After on the page")
		}
		modelstest.User(t, db, "bob@example.com")
		try(s.nobody(), "bob@example.com", modelstest.Password).want(200)
	})
}

// TestNobodyIsKeptOut: somebody who sends wrong passwords without end keeps the
// owner of an account from signing in by a new browser, not by one that they used.
func TestNobodyIsKeptOut(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	modelstest.User(t, db, "ann@example.com")
	modelstest.User(t, db, "bob@example.com")
	signIn := func(v *visitor, email, password string) *reply {
		v.readCSRF("/signin")
		r := v.post("/signin", url.Values{"email": {email}, "password": {password}})
		v.csrf = ""
		return r
	}
	leave := func(v *visitor) {
		v.readCSRF("/tasks")
		v.post("/signout", nil).want(303)
	}
	known, others := s.nobody(), s.nobody()
	signIn(known, "ann@example.com", modelstest.Password).want(303)
	leave(known)
	signIn(others, "bob@example.com", modelstest.Password).want(303)
	leave(others)
	for range accountAttempts {
		signIn(s.nobody(), "ann@example.com", "wrong").want(401)
	}
	signIn(s.nobody(), "ann@example.com", modelstest.Password).want(429)
	signIn(others, "ann@example.com", modelstest.Password).want(429) // known, but for another account
	signIn(known, " ANN@example.com", modelstest.Password).want(303)
	leave(known)
	for range accountAttempts { // which are all that a stolen cookie is good for
		signIn(known, "ann@example.com", "wrong").want(401)
	}
	signIn(known, "ann@example.com", modelstest.Password).want(429)
}

// TestServersThrottleTogether: of fifty guesses at once over three servers of one
// database, from as many networks, ten are looked at.
func TestServersThrottleTogether(t *testing.T) {
	t.Parallel()
	address := modelstest.URL(t, "postgres")
	var servers []*server
	for range 3 {
		servers = append(servers, boot(t, opened(t, address)))
	}
	modelstest.User(t, servers[0].db, "ann@example.com")
	var wg sync.WaitGroup
	var looked, refused atomic.Int64
	for n := range 50 {
		v := servers[n%3].nobody()
		wg.Go(func() {
			r := v.do("POST", "/api/v1/auth/signin", credentials{Email: "ann@example.com", Password: "wrong"}, "X-Forwarded-For", fmt.Sprintf("192.0.2.%d", n))
			switch r.status {
			case 401:
				looked.Add(1)
			case 429:
				refused.Add(1)
			default:
				t.Errorf("status %d", r.status)
			}
		})
	}
	wg.Wait()
	if looked.Load() != accountAttempts || refused.Load() != 50-accountAttempts {
		t.Errorf("%d guesses were looked at, %d refused", looked.Load(), refused.Load())
	}
	for _, s := range servers {
		s.nobody().do("POST", "/api/v1/auth/signin", credentials{Email: "ann@example.com", Password: modelstest.Password}).problem(429, "rate_limited")
	}
}

func TestThrottleByNetwork(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	modelstest.User(t, db, "ann@example.com")
	// The network is what the proxy on this machine says; what the client said before is not asked.
	for n := range networkAttempts {
		ok, _, err := db.Allow(t.Context(), "signin:network:192.0.2.7", networkAttempts, attemptWindow)
		if err != nil || !ok {
			t.Fatal(n, ok, err)
		}
	}
	in := credentials{Email: "ann@example.com", Password: modelstest.Password}
	v := s.nobody()
	v.do("POST", "/api/v1/auth/signin", in, "X-Forwarded-For", "198.51.100.1, 192.0.2.7").problem(429, "rate_limited")
	v.do("POST", "/api/v1/auth/signin", in, "X-Forwarded-For", "192.0.2.7, 198.51.100.1").want(200)
	for range signUpAttempts {
		v.do("POST", "/api/v1/auth/signup", credentials{Email: "x"}).want(400)
	}
	v.do("POST", "/api/v1/auth/signup", credentials{Email: "x"}).problem(429, "rate_limited")
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/chat", "/chat/thr_1?before=3", "/tasks?status=pending", "/%2f%2fevil.example"} {
		if got := localPath(path); got != path {
			t.Errorf("localPath(%q) = %q", path, got)
		}
	}
	for _, path := range []string{"", "chat", "//evil.example", "/\\evil.example", "\\\\evil", "https:evil.example",
		"https://evil.example", "/\t/evil.example", "/\r\nSet-Cookie: a=b", "/ok\x00", "javascript:alert(1)", "/%zz", " /chat", "/a\\b"} {
		if got := localPath(path); got != "" {
			t.Errorf("localPath(%q) = %q, want none", path, got)
		}
	}
}

func TestNextOfSignIn(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	modelstest.User(t, db, "ann@example.com")
	for next, want := range map[string]string{"/tasks?status=pending": "/tasks?status=pending", "//evil.example": "/chat",
		"/\\evil.example": "/chat", "https:evil.example": "/chat", "": "/chat"} {
		v := s.nobody()
		v.readCSRF("/signin?next=" + url.QueryEscape(next))
		to := v.post("/signin", url.Values{"email": {"ann@example.com"}, "password": {modelstest.Password}, "next": {next}}).
			want(303).header.Get("Location")
		if to != want {
			t.Errorf("next=%q leads to %q", next, to)
		}
	}
	to := s.nobody().do("GET", "/tasks?status=completed", nil).want(http.StatusSeeOther).header.Get("Location")
	if want := fmt.Sprintf("/signin?next=%s", url.QueryEscape("/tasks?status=completed")); to != want {
		t.Errorf("led to %s, want %s", to, want)
	}
}
