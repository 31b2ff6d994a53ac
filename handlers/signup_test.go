package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/handlers/mail/mailtest"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func signUpForm(email string) url.Values {
	return url.Values{"email": {email}, "name": {"Ann"}, "password": {modelstest.Password}}
}

// TestSignUpByMail: the link opens the account, once, in the browser that signed up.
func TestSignUpByMail(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		box := mailtest.New(t)
		s := boot(t, db, withMail(t, box))
		boss := s.nobody() // the first account needs no mail: it may not work yet
		boss.readCSRF("/signup")
		boss.post("/signup", signUpForm("boss@example.com")).want(303)
		boss.do("GET", "/admin", nil).want(200)

		v := s.nobody()
		v.readCSRF("/signup")
		bad := signUpForm("new@example.com")
		bad.Set("password", "short")
		v.post("/signup", bad).want(400).has("password-error").has(`value="new@example.com"`)
		v.post("/signup", signUpForm("new@")).want(400).has("email-error")
		v.post("/signup", signUpForm("New@example.com")).want(200).has("A mail is on its way to New@example.com")
		l := box.Next(t)
		to := link(t, l)
		if l.To != "new@example.com" || !strings.HasPrefix(to, "/confirm-signup?token=") {
			t.Fatalf("sent %+v", l)
		}
		v.post("/signin", signUpForm("new@example.com")).want(401) // not yet
		for range 2 {                                              // programs that look into mail use nothing up
			v.do("GET", to, nil).want(200).has("new@example.com").lacks("current_password")
		}
		v.post("/confirm-signup", tokenIn(to)).want(303)
		v.do("GET", "/settings", nil).want(200).has("new@example.com").has(`value="Ann"`).lacks(`href="/admin"`)
		again := s.nobody()
		again.readCSRF("/signup")
		again.do("GET", to, nil).want(404).has("too old")
		again.post("/confirm-signup", tokenIn(to)).want(404)
		again.post("/signin", signUpForm("new@example.com")).want(303)

		// Who has an account is told so by mail, with ways in.
		v = s.nobody()
		v.readCSRF("/signup")
		v.post("/signup", signUpForm("new@example.com")).want(200)
		if l := box.Next(t); l.To != "new@example.com" || !strings.Contains(l.Text, s.url+"/signin\r\n") || !strings.Contains(l.Text, s.url+"/forgot\r\n") || strings.Contains(l.Text, "token=") {
			t.Errorf("sent %+v", l)
		}
	})
}

// TestSignUpByAStranger: who is signed up by somebody else makes no account by
// opening the link, whose password the other would know.
func TestSignUpByAStranger(t *testing.T) {
	t.Parallel()
	box := mailtest.New(t)
	s := boot(t, modelstest.Open(t), withMail(t, box))
	modelstest.User(t, s.db, "boss@example.com")
	stranger, owner := s.nobody(), s.nobody()
	stranger.readCSRF("/signup")
	stranger.post("/signup", signUpForm("new@example.com")).want(200)
	to := link(t, box.Next(t))
	owner.readCSRF(to)
	owner.do("GET", to, nil).want(200).has("current_password").has("If you did not sign up, close this page")
	form := tokenIn(to)
	owner.post("/confirm-signup", form).want(403).has("This is not your password")
	for range accountAttempts {
		form.Set(proofField, "a guess of mine")
		owner.post("/confirm-signup", form)
	}
	owner.post("/confirm-signup", form).want(429).has("Too many attempts")
	if c, err := s.db.Census(t.Context()); err != nil || c.People != 1 {
		t.Errorf("there are %+v, %v", c, err)
	}
	// The same person with another browser knows the password.
	stranger.post("/signup", signUpForm("phone@example.com")).want(200)
	to = link(t, box.Next(t))
	phone := s.nobody()
	phone.readCSRF(to)
	form = tokenIn(to)
	form.Set(proofField, modelstest.Password)
	phone.post("/confirm-signup", form).want(303)
	phone.do("GET", "/settings", nil).want(200).has("phone@example.com")
}

// TestSignUpTellsNothing: an address with an account and one without get the same
// answer, and the same limits. That they cost the same is shown where the work is
// done: models.TestSignUpIsTheSameForEverybody.
func TestSignUpTellsNothing(t *testing.T) {
	t.Parallel()
	box := mailtest.New(t)
	s := boot(t, modelstest.Open(t), withMail(t, box))
	modelstest.User(t, s.db, "ann@example.com")
	for name, ask := range map[string]func(v *visitor, email string) *reply{
		"page": func(v *visitor, email string) *reply { return v.post("/signup", signUpForm(email)) },
		"API": func(v *visitor, email string) *reply {
			return v.do("POST", "/api/v1/auth/signup", credentials{Email: email, Password: modelstest.Password})
		},
	} {
		v := s.nobody()
		if name == "page" {
			v.readCSRF("/signup")
		}
		for round := range resetAccount + 1 {
			var replies []*reply
			for _, email := range []string{"ann@example.com", "new@example.com"} {
				replies = append(replies, ask(v, email))
			}
			same(t, replies[0], replies[1], "ann@", "new@")
			want := map[bool]int{true: 429, false: map[string]int{"page": 200, "API": 202}[name]}[round == resetAccount]
			replies[0].want(want)
		}
		for _, email := range []string{"ann@example.com", "new@example.com"} {
			if err := s.db.Forgive(t.Context(), signUpKey(email)); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.posted()
	if n := box.Waiting(); n != 4*resetAccount {
		t.Errorf("%d letters were sent", n)
	}
	if c, err := s.db.Census(t.Context()); err != nil || c.People != 1 {
		t.Errorf("there are %+v, %v", c, err)
	}
}

// same checks that two answers differ in the address only.
func same(t *testing.T, a, b *reply, mine, yours string) {
	t.Helper()
	if a.status != b.status {
		t.Errorf("status %d and %d", a.status, b.status)
	}
	if got := strings.ReplaceAll(string(b.body), yours, mine); got != string(a.body) {
		t.Errorf("one:\n%s\nthe other:\n%s", a.body, got)
	}
	names := func(h http.Header) (list []string) {
		for name := range h {
			list = append(list, name)
		}
		slices.Sort(list)
		return list
	}
	if !slices.Equal(names(a.header), names(b.header)) {
		t.Errorf("headers %v and %v", names(a.header), names(b.header))
	}
	for name := range a.header {
		if !slices.Contains([]string{"Date", "X-Request-Id", "Retry-After"}, name) && !slices.Equal(a.header[name], b.header[name]) {
			t.Errorf("%s: %v and %v", name, a.header[name], b.header[name])
		}
	}
}

// TestSignUpByMailWhereItIsClosed, and by invitation, which is a proof already.
func TestSignUpByMailWhereItIsClosed(t *testing.T) {
	t.Parallel()
	box := mailtest.New(t)
	s := boot(t, modelstest.Open(t), withMail(t, box), func(o *Options) { o.SignupOpen = false })
	modelstest.User(t, s.db, "boss@example.com")
	v := s.nobody()
	v.readCSRF("/signin")
	v.post("/signup", signUpForm("new@example.com")).want(403)
	v.do("POST", "/api/v1/auth/signup", credentials{Email: "new@example.com", Password: modelstest.Password}).problem(403, "forbidden")
	_, secret, err := s.db.Invite(t.Context(), "new@example.com")
	if err != nil {
		t.Fatal(err)
	}
	v.post("/invite/"+secret, signUpForm("")).want(303)
	v.do("GET", "/settings", nil).want(200).has("new@example.com")
	if box.Waiting() != 0 {
		t.Error("a letter was sent")
	}
}
