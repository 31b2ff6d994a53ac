package handlers

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/handlers/mail/mailtest"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestLinkAndUnlinkInTheSettings(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s, p := withProvider(t, db)
	ada, bob := s.browser(modelstest.User(t, db, "ada@example.com")), s.browser(modelstest.User(t, db, "bob@example.com"))
	p.Add("both@work.example.com", true)
	ada.do("GET", securityPath, nil).want(200).has("Linked accounts").has("/oidc/link")
	ada.link(p, "both@work.example.com").want(303)
	ada.do("GET", securityPath, nil).want(200).has("both@work.example.com").lacks("/oidc/link")
	ada.link(p, "both@work.example.com").want(303) // twice is once
	bob.link(p, "both@work.example.com").want(409).has("signs in to another account here already")
	bob.do("GET", securityPath, nil).want(200).lacks("both@work.example.com")
	id := s.identities(ada.user)[0].ID
	bob.post("/settings/identities/"+id+"/unlink", nil).want(404)

	// A sign-in of some time ago is not enough.
	s.h.Now = func() time.Time { return time.Now().Add(provenFor + time.Minute) }
	ada.post("/settings/identities/"+id+"/unlink", nil).want(403).has("Confirm it’s you").has("/oidc/prove?next=%2Fsettings%2Fsecurity")
	if len(s.identities(ada.user)) != 1 {
		t.Fatal("it is gone")
	}
	ada.post("/settings/identities/"+id+"/unlink", url.Values{proofField: {modelstest.Password}}).want(303)
	if len(s.identities(ada.user)) != 0 {
		t.Fatal("it is still there")
	}
}

// TestLinkIsForThePersonWhoBegan: when somebody else has signed in meanwhile, nothing
// is linked to them.
func TestLinkIsForThePersonWhoBegan(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s, p := withProvider(t, db)
	p.Add("ada@work.example.com", true)
	v := s.nobody()
	modelstest.User(t, db, "ada@example.com")
	modelstest.User(t, db, "bob@example.com")
	as := func(email string) {
		t.Helper()
		v.readCSRF("/signin")
		v.post("/signin", url.Values{"email": {email}, "password": {modelstest.Password}}).want(303)
		v.readCSRF("/tasks")
	}
	as("ada@example.com")
	back := p.SignIn(t, v.to("/oidc/link"), "ada@work.example.com")
	v.post("/signout", nil).want(303)
	as("bob@example.com")
	v.do("GET", back, nil).want(403)
	v.in("bob@example.com")
}

// TestLastWayIsKept: a person without a password keeps a way in, and may set one.
func TestLastWayIsKept(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s, p := withProvider(t, db)
	p.Add("ada@example.com", true)
	v := s.nobody()
	v.enter(p, "ada@example.com").want(303)
	v.readCSRF("/tasks")
	u := s.userOf("ada@example.com")
	unlink := "/settings/identities/" + s.identities(u)[0].ID + "/unlink"
	v.post(unlink, nil).want(409).has("You could not sign in any more")
	v.in("ada@example.com")
	v.post("/settings/password", url.Values{"password": {modelstest.Password}}).want(303)
	v.readCSRF("/tasks")
	v.post(unlink, nil).want(303)
	other := s.nobody()
	other.enter(p, "ada@example.com").want(200).has("There is an account")
	other.in("")
}

// TestProveAtTheProvider: who has no password proves there that it is them, anew.
func TestProveAtTheProvider(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s, p := withProvider(t, db)
	p.Add("ada@example.com", true)
	p.Add("bob@example.com", true)
	s.nobody().enter(p, "bob@example.com").want(303)
	v := s.nobody()
	v.enter(p, "ada@example.com").want(303)
	v.readCSRF("/tasks")
	token := url.Values{"name": {"backup"}, "scopes": {"read"}, "days": {"30"}}
	v.post("/settings/tokens", token).want(200) // they have just signed in

	s.h.Now = func() time.Time { return time.Now().Add(provenFor + time.Minute) }
	v.post("/settings/tokens", token).want(403).has("/oidc/prove?next=%2Fsettings%2Ftokens")
	address := v.to("/oidc/prove?next=/settings/tokens")
	if u, err := url.Parse(address); err != nil || u.Query().Get("prompt") != "login" || u.Query().Get("max_age") != "0" {
		t.Errorf("asked at %s", address)
	}
	v.do("GET", p.SignIn(t, address, "bob@example.com"), nil).want(403).has("is not linked to the one that you are signed in with")
	v.in("ada@example.com")
	before := v.proven()
	v.do("GET", p.Deny(t, v.to("/oidc/prove")), nil).want(403).has("/oidc/prove")
	if !v.proven().Equal(before) {
		t.Error("no is a proof")
	}
	if got := v.to(p.SignIn(t, v.to("/oidc/prove?next=/settings/tokens"), "ada@example.com")); got != "/settings/tokens" {
		t.Errorf("led to %s", got)
	}
	if !v.proven().After(before) {
		t.Error("it proves nothing")
	}
	s.h.Now = time.Now
	v.post("/settings/tokens", token).want(200)
}

// TestLinkIsTold: the person hears by mail that there is another way in, and a reset
// of the password by mail closes it.
func TestLinkIsTold(t *testing.T) {
	t.Parallel()
	post := mailtest.New(t)
	s, p := withProvider(t, modelstest.Open(t), withMail(t, post))
	user := modelstest.User(t, s.db, "ada@example.com")
	p.Add("eve@example.com", true)
	v := s.browser(user)
	v.link(p, "eve@example.com").want(303)
	if told := post.Next(t); told.To != user.Email || !strings.Contains(told.Text, "with Example") {
		t.Errorf("told %s: %s", told.To, told.Text)
	}
	owner := s.guest()
	owner.post("/forgot", url.Values{"email": {user.Email}}).want(200)
	form := tokenIn(link(t, post.Next(t)))
	form.Set("password", "another good phrase")
	owner.post("/reset", form).want(200).has("linked accounts, they are removed")
	if len(s.identities(user)) != 0 {
		t.Error("who had linked an account still comes in")
	}
}
