package handlers

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/handlers/mail"
	"github.com/taskpilot/taskpilot/handlers/mail/mailtest"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// later is a server whose clock is a quarter of an hour ahead of the database's:
// nobody's proof is young enough.
func later(o *Options) { o.Now = func() time.Time { return time.Now().Add(15 * time.Minute) } }

// withMail lets a server send mail.
func withMail(t *testing.T, s *mailtest.Server) func(*Options) {
	t.Helper()
	m, err := mail.New(s.URL(), "TaskPilot <chat@example.com>")
	if err != nil {
		t.Fatal(err)
	}
	return func(o *Options) { o.Mail = m }
}

func (s *server) user(id string) *models.User {
	s.t.Helper()
	u, err := s.db.User(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

func TestNameIsChanged(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user, other := modelstest.User(t, s.db, "ann@example.com"), modelstest.User(t, s.db, "bob@example.com")
	ann := s.browser(user)
	ann.post("/settings/name", url.Values{"name": {" Ann  <b>Example "}}).want(303)
	ann.do("GET", "/settings?done=name", nil).want(200).has("Ann &lt;b&gt;Example").has("Your name is saved.")
	ann.do("GET", "/settings?done=<i>", nil).want(200).lacks("<i>")
	ann.post("/settings/name", url.Values{"name": {""}}).want(400).has("name-error")
	ann.post("/settings/name", url.Values{"name": {strings.Repeat("n", 101)}}).want(400).has("too long")
	if got := s.user(user.ID).Name; got != "Ann <b>Example" {
		t.Errorf("the name is %q", got)
	}
	if got := s.user(other.ID).Name; got == "Ann <b>Example" {
		t.Error("another person's name was changed")
	}
}

func TestEmailIsChangedAtOnceWithoutMail(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	modelstest.User(t, s.db, "bob@example.com")
	ann := s.browser(user)
	for typed, status := range map[string]int{"": 400, "ann@": 400, "ann@example.com": 400, "BOB@example.com": 409} {
		ann.post("/settings/email", url.Values{"email": {typed}}).want(status).has("email-error")
	}
	ann.post("/settings/email", url.Values{"email": {" New@Example.com"}}).want(303)
	if got := s.user(user.ID).Email; got != "new@example.com" {
		t.Errorf("the address is %q", got)
	}
}

var mailedLink = regexp.MustCompile(`http://[^/]+(/\S+\?token=\S+)`)

// link is the address that a mail leads to, without the host.
func link(t *testing.T, l mailtest.Letter) string {
	t.Helper()
	m := mailedLink.FindStringSubmatch(l.Text)
	if m == nil {
		t.Fatalf("no link in %q", l.Text)
	}
	return m[1]
}

func tokenIn(link string) url.Values {
	_, token, _ := strings.Cut(link, "token=")
	return url.Values{"token": {token}}
}

func TestNewEmailIsConfirmed(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		post := mailtest.New(t)
		s := boot(t, db, withMail(t, post))
		user := modelstest.User(t, s.db, "ann@example.com")
		modelstest.User(t, s.db, "bob@example.com")
		ann := s.browser(user)
		ann.post("/settings/email", url.Values{"email": {"new@example.com"}}).want(200).has("A link is on its way to new@example.com")
		first := post.Next(t)
		if first.To != "new@example.com" || s.user(user.ID).Email != "ann@example.com" {
			t.Fatalf("sent to %s; the address is %s", first.To, s.user(user.ID).Email)
		}
		ann.post("/settings/email", url.Values{"email": {"newer@example.com"}}).want(200)
		second := link(t, post.Next(t))
		nobody := s.nobody()
		nobody.do("GET", link(t, first), nil).want(404).has("too old") // the second took its place
		nobody.do("GET", strings.Replace(second, "/confirm-email", "/reset", 1), nil).want(404)
		nobody.do("GET", second, nil).want(200).has("newer@example.com")
		if got := s.user(user.ID).Email; got != "ann@example.com" {
			t.Fatalf("opening the link changed the address to %s", got)
		}
		nobody.readCSRF(second)
		nobody.post("/confirm-email", tokenIn(second)).want(303)
		nobody.post("/confirm-email", tokenIn(second)).want(404)
		if got := s.user(user.ID).Email; got != "newer@example.com" {
			t.Errorf("the address is %s", got)
		}
		if l := post.Next(t); l.To != "ann@example.com" || !strings.Contains(l.Text, "newer@example.com") {
			t.Errorf("the old address was told %+v", l)
		}
		// Somebody's address is told to them only.
		ann.post("/settings/email", url.Values{"email": {"bob@example.com"}}).want(200).has("A link is on its way to bob@example.com")
		if l := post.Next(t); l.To != "bob@example.com" || strings.Contains(l.Text, "token=") {
			t.Errorf("%s was sent %q", l.To, l.Text)
		}
	})
}

func TestPasswordIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), later)
	user := modelstest.User(t, s.db, "ann@example.com")
	ann := s.browser(user)
	form := url.Values{"email": {"new@example.com"}}
	ann.post("/settings/email", form).want(403).has(`name="email" value="new@example.com"`).has("Confirm it’s you").lacks("is-csrf")
	form.Set(proofField, "not the password")
	ann.post("/settings/email", form).want(403).has("This is not your password").has(`value="new@example.com"`).lacks("not the password")
	token := url.Values{"name": {"script"}, "scopes": {"chat", "tasks"}, "days": {"30"}}
	r := ann.post("/settings/tokens", token).want(403).has(`name="name" value="script"`)
	if n := strings.Count(string(r.body), `type="hidden" name="scopes"`); n != 2 {
		t.Errorf("%d of 2 values are kept", n)
	}
	if list, err := s.db.APITokens(t.Context(), user.ID); err != nil || len(list) != 0 || s.user(user.ID).Email != "ann@example.com" {
		t.Fatalf("done without a proof: %v, %v", list, err)
	}
	form.Set(proofField, modelstest.Password)
	ann.post("/settings/email", form).want(303)
	token.Set(proofField, modelstest.Password)
	ann.post("/settings/tokens", token).want(200).has("tp_")
}

func TestWrongProofsAreCounted(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), later)
	ann := s.browser(modelstest.User(t, s.db, "ann@example.com"))
	form := url.Values{"email": {"new@example.com"}, proofField: {"wrong password"}}
	for range proofAttempts {
		ann.post("/settings/email", form).want(403)
	}
	form.Set(proofField, modelstest.Password)
	ann.post("/settings/email", form).want(429).has("too often")
}

// TestProofLasts: who has just given the password is not asked again.
func TestProofLasts(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	ann := s.browser(user)
	ann.post("/settings/email", url.Values{"email": {"new@example.com"}}).want(303)
	s.h.Now = func() time.Time { return time.Now().Add(provenFor + time.Second) }
	ann.post("/settings/email", url.Values{"email": {"newer@example.com"}}).want(403)
	s.h.Now = func() time.Time { return time.Now().Add(provenFor - 30*time.Second) }
	ann.post("/settings/email", url.Values{"email": {"newer@example.com"}}).want(303)
}
