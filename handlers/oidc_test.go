package handlers

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/handlers/oidc/oidctest"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// withProvider is a server with a real provider.
func withProvider(t *testing.T, db *models.DB, change ...func(*Options)) (*server, *oidctest.Provider) {
	t.Helper()
	p := oidctest.New(t)
	change = append(change, func(o *Options) {
		o.OIDC = &OIDC{Name: "Example", Issuer: p.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Scopes: []string{"openid", "email", "profile"}}
	})
	s := boot(t, db, change...)
	p.Trust(s.url)
	return s, p
}

// to is where a page sends the visitor.
func (v *visitor) to(path string) string {
	v.s.t.Helper()
	return v.do("GET", path, nil).want(http.StatusSeeOther).header.Get("Location")
}

// enter signs somebody in at the provider and comes back.
func (v *visitor) enter(p *oidctest.Provider, email string) *reply {
	v.s.t.Helper()
	return v.do("GET", p.SignIn(v.s.t, v.to("/oidc/signin?next=/tasks"), email), nil)
}

// in checks whether the visitor is signed in, and as whom.
func (v *visitor) in(email string) {
	v.s.t.Helper()
	r := v.do("GET", "/settings", nil)
	if email == "" {
		r.want(http.StatusSeeOther)
		return
	}
	r.want(http.StatusOK).has(`value="` + email + `"`)
}

// proven is when the person at a browser last proved who they are.
func (v *visitor) proven() time.Time {
	v.s.t.Helper()
	site, _ := url.Parse(v.s.url)
	for _, cookie := range v.http.Jar.Cookies(site) {
		if cookie.Name == v.s.h.sessions.name() {
			session, err := v.s.db.Session(v.s.t.Context(), hashToken(cookie.Value))
			if err != nil {
				v.s.t.Fatal(err)
			}
			return session.ProvenAt.Time
		}
	}
	v.s.t.Fatal("nobody is signed in")
	return time.Time{}
}

// value is that of a hidden field.
func (r *reply) value(name string) string {
	r.t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindSubmatch(r.body)
	if m == nil {
		r.t.Fatalf("%s: no field %s in %.2000s", r.what, name, r.body)
	}
	return html.UnescapeString(string(m[1]))
}

func (s *server) identities(user *models.User) []models.Identity {
	s.t.Helper()
	list, err := s.db.Identities(s.t.Context(), user.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

func (s *server) userOf(email string) *models.User {
	s.t.Helper()
	u, err := s.db.UserByEmail(s.t.Context(), email)
	if err != nil {
		s.t.Fatalf("%s: %v", email, err)
	}
	return u
}

// link links a person's account at the provider, in a browser of theirs.
func (v *visitor) link(p *oidctest.Provider, email string) *reply {
	v.s.t.Helper()
	ask := v.to(p.SignIn(v.s.t, v.to("/oidc/link"), email))
	v.do("GET", ask, nil).want(200).has(email)
	u, err := url.Parse(ask)
	if err != nil {
		v.s.t.Fatal(err)
	}
	return v.post("/settings/identities", url.Values{"identity": {u.Query().Get("identity")}})
}

func TestProviderOpensAnAccountOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s, p := withProvider(t, db)
		p.Add("ada@example.com", true)
		v := s.nobody()
		v.do("GET", "/signin?next=/tasks", nil).want(200).has("Continue with Example").has(`href="/oidc/signin?next=%2Ftasks"`)
		address, err := url.Parse(v.to("/oidc/signin?next=/tasks"))
		if err != nil {
			t.Fatal(err)
		}
		q := address.Query()
		if q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || q.Get("nonce") == "" || q.Get("state") == "" ||
			q.Get("redirect_uri") != s.url+"/oidc/callback" || q.Has("prompt") {
			t.Errorf("asked with %v", q)
		}
		if got := v.to(p.SignIn(t, address.String(), "ada@example.com")); got != "/tasks" {
			t.Errorf("led to %s", got)
		}
		v.in("ada@example.com")
		u := s.userOf("ada@example.com")
		if u.HasPassword() || u.Name != "Ada Elsewhere" {
			t.Errorf("opened %+v", u)
		}
		p.Rename("ada@example.com", "ada@elsewhere.example.com")
		other := s.nobody()
		other.enter(p, "ada@example.com").want(303)
		other.in("ada@example.com")
		if list := s.identities(u); len(list) != 1 || list[0].Email != "ada@elsewhere.example.com" {
			t.Errorf("identities: %+v", list)
		}
		events, _, err := db.AuditEvents(t.Context(), models.AuditQuery{UserID: u.ID, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, e := range events {
			kinds = append(kinds, string(e.Kind)+" "+e.Detail)
			if e.Network == "" || e.Door != models.DoorPage {
				t.Errorf("nothing says where it came from: %+v", e)
			}
		}
		if got := strings.Join(kinds, ","); got != "sign_in oidc,sign_in oidc,identity_linked ,account_made " {
			t.Errorf("audited: %s", got)
		}
	})
}

// TestProviderTakesNoAccountOver: an address proves nothing about an account that was
// opened with it.
func TestProviderTakesNoAccountOver(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s, p := withProvider(t, db)
	u := modelstest.User(t, db, "ada@example.com")
	p.Add("ada@example.com", true)
	v := s.nobody()
	page := v.enter(p, "ada@example.com").want(200).has("There is an account with the address ada@example.com here already")
	v.in("")
	if len(s.identities(u)) != 0 {
		t.Fatal("it was linked without the password")
	}
	next := page.value("next")
	v.readCSRF("/signin")
	v.post("/signin", url.Values{"email": {u.Email}, "password": {"a wrong guess"}, "next": {next}}).want(401).has(`name="next"`)
	v.in("")
	ask := v.post("/signin", url.Values{"email": {u.Email}, "password": {modelstest.Password}, "next": {next}}).want(303).header.Get("Location")
	identity := v.do("GET", ask, nil).want(200).has("Link Example?").has(u.Email).value("identity")
	if len(s.identities(u)) != 0 {
		t.Fatal("it was linked without a yes")
	}
	v.readCSRF("/tasks")

	// What is sealed for one browser is nothing in another, nor when it was changed.
	bob := s.browser(modelstest.User(t, db, "bob@example.com"))
	for _, bad := range []string{identity, "", "." + identity, "x" + identity, strings.Split(identity, ".")[0]} {
		bob.do("GET", linkPath+"?identity="+url.QueryEscape(bad), nil).want(403)
		bob.post("/settings/identities", url.Values{"identity": {bad}}).want(403)
		if bad != identity {
			v.post("/settings/identities", url.Values{"identity": {bad}}).want(403)
		}
	}
	v.post("/settings/identities", url.Values{"identity": {identity}}, "X-CSRF-Token", "").want(403)
	if n := len(s.identities(u)) + len(s.identities(bob.user)); n != 0 {
		t.Fatalf("%d were linked", n)
	}
	if got := v.post("/settings/identities", url.Values{"identity": {identity}}).want(303).header.Get("Location"); got != "/settings/security?done=linked" {
		t.Errorf("led to %s", got)
	}
	other := s.nobody()
	other.enter(p, "ada@example.com").want(303)
	other.in("ada@example.com")
}

func TestProviderMustProveTheAddress(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s, p := withProvider(t, db)
	u := modelstest.User(t, db, "ada@example.com")
	p.Add("ada@example.com", false)
	p.Add("new@example.com", false)
	for _, email := range []string{"ada@example.com", "new@example.com"} {
		v := s.nobody()
		v.enter(p, email).want(403).has("has not confirmed").lacks("There is an account")
		v.in("")
	}
	if _, err := db.UserByEmail(t.Context(), "new@example.com"); err == nil {
		t.Error("an account was opened")
	}
	// Who is signed in may link it all the same: it opens only their own account.
	v := s.browser(u)
	v.link(p, "ada@example.com").want(303)
	other := s.nobody()
	other.enter(p, "ada@example.com").want(303)
	other.in("ada@example.com")
}

func TestProviderSaysNo(t *testing.T) {
	t.Parallel()
	s, p := withProvider(t, modelstest.Open(t))
	v := s.nobody()
	v.do("GET", p.Deny(t, v.to("/oidc/signin?next=/tasks")), nil).want(403).has("It was cancelled there").
		has(`href="/oidc/signin?next=%2Ftasks"`).has(`href="/signin?next=%2Ftasks"`).lacks("a reason")
	v.in("")
}

// TestFlowIsForOneBrowserOnce: what a provider sends back is good for the browser that
// began, once.
func TestFlowIsForOneBrowserOnce(t *testing.T) {
	t.Parallel()
	s, p := withProvider(t, modelstest.Open(t))
	p.Add("eve@example.com", true)
	v, victim := s.nobody(), s.nobody()
	back := p.SignIn(t, v.to("/oidc/signin"), "eve@example.com")
	victim.do("GET", back, nil).want(403).has("began in another browser")
	victim.do("GET", "/signin", nil) // has a cookie of its own by now
	victim.do("GET", back, nil).want(403)
	victim.in("")
	for _, bad := range []string{"/oidc/callback", "/oidc/callback?code=x&state=", strings.Replace(back, "state=", "state=x", 1)} {
		v.do("GET", bad, nil).want(403)
		v.in("")
	}
	if got := v.to(back); got != "/chat" {
		t.Errorf("led to %s", got)
	}
	v.in("eve@example.com")
	v.readCSRF("/tasks")
	v.post("/signout", nil).want(303)
	v.do("GET", back, nil).want(403).has("opened twice")
	v.in("")
}

func TestProviderLeadsToOurPagesOnly(t *testing.T) {
	t.Parallel()
	s, p := withProvider(t, modelstest.Open(t))
	p.Add("ada@example.com", true)
	for _, next := range []string{"https://evil.example.com", "//evil.example.com", `/\evil.example.com`, "javascript:alert(1)"} {
		v := s.nobody()
		if got := v.to(p.SignIn(t, v.to("/oidc/signin?next="+url.QueryEscape(next)), "ada@example.com")); got != "/chat" {
			t.Errorf("%s led to %s", next, got)
		}
	}
}

// TestProviderDown: the server is up without it, says so, and finds it later.
func TestProviderDown(t *testing.T) {
	t.Parallel()
	s, p := withProvider(t, modelstest.Open(t))
	p.Add("ada@example.com", true)
	p.Down(true)
	v := s.nobody()
	v.do("GET", "/signin", nil).want(200).has("Continue with Example")
	v.do("GET", "/oidc/signin?next=/tasks", nil).want(503).has("It can&#39;t be reached right now").lacks("repairs").has("/signin?next=%2Ftasks")
	if !strings.Contains(s.log.String(), "down for repairs") {
		t.Error("the log does not say why")
	}
	p.Down(false)
	back := p.SignIn(t, v.to("/oidc/signin"), "ada@example.com")
	p.Down(true)
	v.do("GET", back, nil).want(503).has("It can&#39;t be reached right now").lacks("repairs")
	v.in("")
	p.Down(false)
	v.enter(p, "ada@example.com").want(303)
	v.in("ada@example.com")
	p.RotateKeys(t)
	other := s.nobody()
	other.enter(p, "ada@example.com").want(303)
	other.in("ada@example.com")
}

func TestProviderWhereStrangersMayNot(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s, p := withProvider(t, db, func(o *Options) { o.SignupOpen = false })
	modelstest.User(t, db, "boss@example.com")
	p.Add("ada@example.com", true)
	p.Add("unproved@example.com", false)
	v := s.nobody()
	v.enter(p, "ada@example.com").want(403).has("takes no new accounts")
	v.in("")
	for _, email := range []string{"ada@example.com", "unproved@example.com"} {
		_, secret, err := db.Invite(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		v.do("GET", "/invite/"+secret, nil).want(200).has(`href="/oidc/signin"`)
	}
	v.enter(p, "unproved@example.com").want(403).has("has not confirmed")
	v.enter(p, "ada@example.com").want(303)
	v.in("ada@example.com")
}

func TestProviderAndTheDisabled(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s, p := withProvider(t, db)
	modelstest.User(t, db, "boss@example.com")
	p.Add("ada@example.com", true)
	s.nobody().enter(p, "ada@example.com").want(303)
	u := s.userOf("ada@example.com")
	if err := db.DisableUser(t.Context(), u.ID); err != nil {
		t.Fatal(err)
	}
	v := s.nobody()
	v.enter(p, "ada@example.com").want(403).has("switched off")
	v.in("")
	events, _, err := db.AuditEvents(t.Context(), models.AuditQuery{Kind: models.AuditSignInFailed, Limit: 10})
	if err != nil || len(events) != 1 || events[0].Detail != "oidc" {
		t.Errorf("audited %+v (%v)", events, err)
	}
}
