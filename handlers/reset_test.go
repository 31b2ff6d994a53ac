package handlers

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/handlers/mail/mailtest"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestPasswordIsResetByMail(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		post := mailtest.New(t)
		s := boot(t, db, withMail(t, post))
		user := modelstest.User(t, s.db, "ann@example.com")
		ann, api, bob := s.browser(user), s.program(user), s.browser(modelstest.User(t, s.db, "bob@example.com"))
		_, secret, err := s.db.MakeAPIToken(t.Context(), user.ID, models.NewAPIToken{Name: "x", Scopes: models.Scopes()})
		if err != nil {
			t.Fatal(err)
		}
		v := s.nobody()
		v.do("GET", "/signin", nil).want(200).has(`href="/forgot"`)
		v.readCSRF("/forgot")
		v.post("/forgot", url.Values{"email": {"ANN@example.com"}}).want(200).has("If ANN@example.com has an account here")
		l := post.Next(t)
		to := link(t, l)
		if l.To != "ann@example.com" || !strings.HasPrefix(to, "/reset?token=") {
			t.Fatalf("sent %+v", l)
		}
		v.do("GET", to, nil).want(200).has("new-password")
		v.do("GET", to, nil).want(200) // programs that look into mail use nothing up
		form := tokenIn(to)
		form.Set("password", "short")
		v.post("/reset", form).want(400).has("password-error")
		form.Set("password", "another good phrase")
		v.post("/reset", form).want(200).has("Your password is changed")
		form.Set("password", "a third good phrase")
		v.post("/reset", form).want(404).has("too old")
		v.do("GET", to, nil).want(404)
		ann.do("GET", "/settings", nil).want(303)
		api.do("GET", "/api/v1/auth/me", nil).want(401)
		s.bearer(secret).do("GET", "/api/v1/auth/me", nil).want(401)
		bob.do("GET", "/settings", nil).want(200)
		if l := post.Next(t); l.To != "ann@example.com" || !strings.Contains(l.Subject, "password at TaskPilot was changed") {
			t.Errorf("told %+v", l)
		}
		if _, err := s.db.Authenticate(t.Context(), "ann@example.com", "another good phrase"); err != nil {
			t.Error(err)
		}
	})
}

// bearer is a program with a token.
func (s *server) bearer(token string) *visitor {
	v := s.nobody()
	v.bearer = token
	return v
}

// TestResetTellsNothing: the answer is the same whoever the address belongs to,
// and does not wait for anything that depends on it.
func TestResetTellsNothing(t *testing.T) {
	t.Parallel()
	post := mailtest.New(t)
	arrived, goOn := make(chan struct{}, 10), make(chan struct{})
	post.Refuse = func(string) error {
		arrived <- struct{}{}
		<-goOn
		return nil
	}
	s := boot(t, modelstest.Open(t), withMail(t, post))
	modelstest.User(t, s.db, "ann@example.com")
	v := s.nobody()
	v.readCSRF("/forgot")
	known := v.post("/forgot", url.Values{"email": {"ann@example.com"}}).want(200) // while the mail server makes nobody wait but us
	unknown := v.post("/forgot", url.Values{"email": {"bob@example.com"}}).want(200)
	if got := strings.ReplaceAll(string(unknown.body), "bob@", "ann@"); got != string(known.body) {
		t.Errorf("known:\n%s\nunknown:\n%s", known.body, got)
	}
	known.header.Del("X-Request-Id")
	unknown.header.Del("X-Request-Id")
	for name := range known.header {
		if name != "Date" && !slices.Equal(known.header[name], unknown.header[name]) {
			t.Errorf("%s: %v and %v", name, known.header[name], unknown.header[name])
		}
	}
	<-arrived
	close(goOn)
	s.posted()
	if n := post.Waiting(); n != 1 {
		t.Errorf("%d letters were sent, want one", n)
	}
}

func TestResetIsThrottled(t *testing.T) {
	t.Parallel()
	post := mailtest.New(t)
	s := boot(t, modelstest.Open(t), withMail(t, post))
	modelstest.User(t, s.db, "ann@example.com")
	v := s.nobody()
	v.readCSRF("/forgot")
	for _, email := range []string{"ann@example.com", "bob@example.com"} { // there is no Bob
		for range resetAccount {
			v.post("/forgot", url.Values{"email": {email}}).want(200)
		}
		v.post("/forgot", url.Values{"email": {" " + strings.ToUpper(email)}}).want(429).has("Too many links")
	}
	v.post("/forgot", url.Values{"email": {"x"}}).want(400).has("email-error")
	s.posted()
	if n := post.Waiting(); n != resetAccount {
		t.Errorf("%d letters were sent", n)
	}
}

func TestResetWithoutMail(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	v := s.nobody()
	v.do("GET", "/forgot", nil).want(200).has("taskpilot user password")
	v.readCSRF("/signin")
	v.post("/forgot", url.Values{"email": {"ann@example.com"}}).want(200).has("taskpilot user password")
	// A link that somebody got before still works, once.
	secret, err := s.db.NewMailLink(t.Context(), user.ID, models.LinkPassword, user.Email)
	if err != nil {
		t.Fatal(err)
	}
	v.post("/reset", url.Values{"token": {secret}, "password": {"another good phrase"}}).want(200)
}

// TestForgottenPasswordsOfOthers: there is no way to reset what isn't there.
func TestResetOfDisabledAndOfThoseWithoutPassword(t *testing.T) {
	t.Parallel()
	post := mailtest.New(t)
	db := modelstest.Open(t)
	s := boot(t, db, withMail(t, post))
	modelstest.User(t, db, "root@example.com") // looks after the server
	gone := modelstest.User(t, db, "gone@example.com")
	if err := db.DisableUser(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	v := s.nobody()
	v.readCSRF("/forgot")
	v.post("/forgot", url.Values{"email": {"gone@example.com"}}).want(200).has("If gone@example.com has an account here")
	s.posted()
	if n := post.Waiting(); n != 0 {
		t.Errorf("%d letters to a disabled person", n)
	}
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db, later) // a proof that is old does no harm here: the form has its own
		user := modelstest.User(t, db, "ann@example.com")
		ann, elsewhere, api := s.browser(user), s.browser(user), s.program(user)
		_, secret, err := db.MakeAPIToken(t.Context(), user.ID, models.NewAPIToken{Name: "x", Scopes: models.Scopes()})
		if err != nil {
			t.Fatal(err)
		}
		copied := s.nobody() // who has copied the cookie before
		site, _ := url.Parse(s.url)
		copied.http.Jar.SetCookies(site, ann.http.Jar.Cookies(site))
		form := func(old, fresh string) url.Values { return url.Values{proofField: {old}, "password": {fresh}} }
		ann.post("/settings/password", form("", "another good phrase")).want(403).has("current_password-error")
		ann.post("/settings/password", form("wrong", "another good phrase")).want(403).has("This is not your password").lacks("another good")
		ann.post("/settings/password", form(modelstest.Password, "short")).want(400).has("password-error")
		elsewhere.do("GET", "/settings", nil).want(200)
		to := ann.post("/settings/password", form(modelstest.Password, "another good phrase")).want(303).header.Get("Location")
		ann.do("GET", to, nil).want(200).has("Your password is changed")
		copied.do("GET", "/settings", nil).want(303)
		elsewhere.do("GET", "/settings", nil).want(303)
		api.do("GET", "/api/v1/auth/me", nil).want(401)
		program := s.bearer(secret)
		program.do("GET", "/api/v1/auth/me", nil).want(200)
		ann.readCSRF("/settings/security")
		all := form("another good phrase", "a third good phrase")
		all.Set("revoke", "yes")
		ann.post("/settings/password", all).want(303)
		program.do("GET", "/api/v1/auth/me", nil).want(401)
	})
}

func TestOldMailLinks(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	v := s.nobody()
	v.readCSRF("/signin")
	fresh := func() url.Values {
		secret, err := s.db.NewMailLink(t.Context(), user.ID, models.LinkPassword, user.Email)
		if err != nil {
			t.Fatal(err)
		}
		return url.Values{"token": {secret}, "password": {"another good phrase " + time.Now().Format("15")}}
	}
	for name, end := range map[string]func() error{
		"a new password":      func() error { return s.db.SetPassword(t.Context(), user.ID, "some other phrase") },
		"a new address":       func() error { return s.db.ChangeEmail(t.Context(), user.ID, "new@example.com") },
		"another link":        func() error { fresh(); return nil },
		"nothing, to compare": nil,
	} {
		form, want := fresh(), 200
		if end != nil {
			want = 404
			if err := end(); err != nil {
				t.Fatal(err)
			}
		}
		if r := v.post("/reset", form); r.status != want {
			t.Errorf("%s: %d", name, r.status)
		}
	}
}
