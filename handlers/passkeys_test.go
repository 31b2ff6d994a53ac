package handlers

import (
	"database/sql"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/handlers/mail/mailtest"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// named gives a server an address at which passkeys work.
func named(o *Options) { o.PublicURL.Host = "localhost:" + o.PublicURL.Port() }

// asks returns what a page is to ask a device.
func (v *visitor) asks(path string) asked {
	v.s.t.Helper()
	var a asked
	v.do("GET", path, nil).want(200).json(&a)
	return a
}

const (
	askSignIn = "/signin/passkey"
	askProof  = "/settings/passkeys/challenge"
	askNew    = "/settings/passkeys/new/challenge"
)

// addPasskey adds a passkey of the device's to the visitor's account.
func (v *visitor) addPasskey(a *authenticator) {
	v.s.t.Helper()
	v.post("/settings/passkeys", url.Values{"passkey": {a.make(v.asks(askNew))}}).want(303)
}

// enrolled is a person with a passkey, and the device that has it.
func enrolled(t *testing.T, s *server, email string) (*models.User, *authenticator) {
	t.Helper()
	user, a := modelstest.User(t, s.db, email), s.device()
	s.browser(user).addPasskey(a)
	return user, a
}

// guest is somebody at the sign-in page.
func (s *server) guest() *visitor {
	s.t.Helper()
	v := s.nobody()
	v.readCSRF("/signin")
	return v
}

func (v *visitor) signInBy(a *authenticator) *reply {
	v.s.t.Helper()
	return v.post("/signin/passkey", url.Values{"passkey": {a.sign(v.asks(askSignIn))}, "next": {"/tasks"}})
}

func TestPasskeyIsAddedUsedAndRemoved(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		post := mailtest.New(t)
		s := boot(t, db, named, withMail(t, post))
		user, other := modelstest.User(t, db, "ann@example.com"), s.browser(modelstest.User(t, db, "bob@example.com"))
		ann, phone := s.browser(user), s.device()
		ann.do("GET", "/settings/passkeys/new", nil).want(200).has(`data-passkey="` + askNew).has("data-make")
		ask := ann.asks(askNew)
		if p := ask.PublicKey; p.RP.ID != "localhost" || p.User.Name != user.Email || p.AuthenticatorSelection.ResidentKey != "required" ||
			p.AuthenticatorSelection.UserVerification != "required" || len(p.ExcludeCredentials) != 0 {
			t.Errorf("asked for %+v", p)
		}
		ann.post("/settings/passkeys", url.Values{"passkey": {phone.make(ask)}}, "User-Agent", safari).want(303)
		if l := post.Next(t); l.To != user.Email || !strings.Contains(l.Subject, "passkey was added") {
			t.Errorf("the person was told %+v", l)
		}
		page := ann.do("GET", "/settings/security?done=passkey", nil).want(200).has("Safari on iOS").has("Never used").has("The passkey is added.").has(b64(phone.id))
		other.do("GET", "/settings/security", nil).want(200).lacks("Safari on iOS").lacks(b64(phone.id))
		if again := ann.asks(askNew).PublicKey.ExcludeCredentials; len(again) != 1 || again[0].ID != b64(phone.id) {
			t.Errorf("a device that has one may make another: %+v", again)
		}

		away := s.guest()
		before := away.http.Jar.Cookies(mustURL(t, s.url))
		phone.counter = 1
		r := away.signInBy(phone).want(303)
		if r.header.Get("Location") != "/tasks" || slices.Equal(before, away.http.Jar.Cookies(mustURL(t, s.url))) {
			t.Errorf("signed in to %q", r.header.Get("Location"))
		}
		away.do("GET", "/settings", nil).want(200).has(user.Email)
		ann.do("GET", "/settings/security", nil).want(200).has("Last used: just now")
		if got := events(t, db, user.ID); !slices.Contains(got, "sign_in passkey") || !slices.Contains(got, "passkey_added ") {
			t.Errorf("recorded: %v", got)
		}

		path := regexp.MustCompile(`/settings/passkeys/pky_[^/"]+`).FindString(string(page.body))
		other.post(path, url.Values{"name": {"mine"}}).want(404)
		other.post(path+"/remove", nil).want(404)
		ann.post(path, url.Values{"name": {"My <b>phone"}}).want(303)
		ann.post(path, url.Values{"name": {""}}).want(400).has("The name is missing").has("My &lt;b&gt;phone")
		ann.post(path+"/remove", nil).want(303)
		ann.do("GET", "/settings/security", nil).want(200).lacks("phone")
		s.guest().signInBy(phone).want(403).has("This passkey was not accepted")
	})
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// events are the kinds and details of what was recorded about a person.
func events(t *testing.T, db *models.DB, userID string) []string {
	t.Helper()
	list, _, err := db.AuditEvents(t.Context(), models.AuditQuery{UserID: userID, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range list {
		all = append(all, string(e.Kind)+" "+e.Detail)
	}
	return all
}

// eachAddress runs a test on an empty database of each kind, whose address it gets.
func eachAddress(t *testing.T, test func(t *testing.T, driver, address string, db *models.DB)) {
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			address := modelstest.URL(t, driver)
			db := openAt(t, address)
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, driver, address, db)
		})
	}
}

// forgetPasswords leaves everybody without a password.
func forgetPasswords(t *testing.T, driver, address string) {
	t.Helper()
	name, source := "sqlite", strings.TrimPrefix(address, "sqlite:")
	if driver == "postgres" {
		name, source = "pgx", address
	}
	db, err := sql.Open(name, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "UPDATE users SET password_hash = ''"); err != nil {
		t.Fatal(err)
	}
}

func TestTheLastPasskeyOfAPersonWithoutPasswordStays(t *testing.T) {
	t.Parallel()
	eachAddress(t, func(t *testing.T, driver, address string, db *models.DB) {
		s := boot(t, db, named)
		user, a := enrolled(t, s, "ann@example.com")
		forgetPasswords(t, driver, address)
		ann := s.browser(user)
		list, err := db.Passkeys(t.Context(), user.ID)
		if err != nil {
			t.Fatal(err)
		}
		remove := "/settings/passkeys/" + list[0].ID + "/remove"
		ann.post(remove, nil).want(409).has("You could not sign in any more without it").has("row-title")
		s.guest().signInBy(a).want(303)
		ann.addPasskey(s.device())
		ann.post(remove, nil).want(303)
	})
}

func TestPasskeysNeedAnAddressThatBrowsersTakeThemAt(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	for address, origin := range map[string]string{
		"http://localhost:8000": "http://localhost:8000", "https://Chat.example.com": "https://chat.example.com", "https://chat.example.com:444/": "https://chat.example.com:444",
		"https://chat.example.com:443": "https://chat.example.com", "http://localhost:80": "http://localhost", "https://bücher.example": "https://xn--bcher-kva.example",
		"http://chat.example.com": "", "http://127.0.0.1:8000": "", "https://192.0.2.1": "", "https://[2001:db8::1]": "", "http://localhost.example.com": "",
	} {
		s.h.PublicURL = mustURL(t, address)
		if got := s.h.passkeyOrigin(); got != origin {
			t.Errorf("%s: %q, want %q", address, got, origin)
		}
	}
	s.h.PublicURL = mustURL(t, "http://chat.example.com")
	ann := s.browser(modelstest.User(t, s.db, "ann@example.com"))
	ann.do("GET", "/settings/security", nil).want(200).has("Passkeys can&#39;t be used on this server").lacks("/settings/passkeys/new")
	ann.do("GET", "/settings/passkeys/new", nil).want(404).has("https")
	s.nobody().do("GET", "/signin", nil).want(200).lacks("data-passkey")
	s.nobody().do("GET", askSignIn, nil).want(404)
	s.guest().post("/signin/passkey", url.Values{"passkey": {"{}"}}).want(404)
}

func TestPasskeysAreNamedByWhatKeepsThem(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), named)
	user := modelstest.User(t, s.db, "ann@example.com")
	ann := s.browser(user)
	add := func(agent string, change func(*authenticator)) {
		a := s.device()
		change(a)
		ann.post("/settings/passkeys", url.Values{"passkey": {a.make(ann.asks(askNew))}}, "User-Agent", agent).want(303)
	}
	add(firefox, func(a *authenticator) { copy(a.aaguid[:], "ProtonPassProton") })
	add(firefox, func(a *authenticator) { a.ways = []string{"usb", "nfc"} })
	add(edge, func(a *authenticator) { a.ways = []string{"internal", "hybrid"} })
	add("curl", func(a *authenticator) { a.ways = []string{"<script>"} })
	list, err := s.db.Passkeys(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	if want := []string{"Proton Pass", "Security key", "Edge on Windows", "Passkey"}; !slices.Equal(names, want) {
		t.Errorf("named %q, want %q", names, want)
	}
}

// TestResetEndsPasskeys: who gets an account back is not to share it with whoever
// had it before.
func TestResetEndsPasskeys(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		post := mailtest.New(t)
		s := boot(t, db, named, withMail(t, post))
		user, a := enrolled(t, s, "ann@example.com")
		_, bobs := enrolled(t, s, "bob@example.com")
		for range 2 { // of the new passkeys
			post.Next(t)
		}
		v := s.guest()
		v.post("/forgot", url.Values{"email": {user.Email}}).want(200)
		form := tokenIn(link(t, post.Next(t)))
		form.Set("password", "short")
		v.post("/reset", form).want(400)
		s.guest().signInBy(a).want(303)
		form.Set("password", "another good phrase")
		v.post("/reset", form).want(200).has("If you had passkeys or linked accounts, they are removed")
		s.guest().signInBy(a).want(403)
		s.guest().signInBy(bobs).want(303)
		if got := events(t, db, user.ID); !slices.Contains(got, "passkey_removed ") {
			t.Errorf("recorded: %v", got)
		}
	})
}

// holdPasskey gives the owner a passkey, the only one.
func (e *estate) holdPasskey(t *testing.T, s *server) {
	t.Helper()
	list, err := s.db.Passkeys(t.Context(), e.user.ID)
	for _, p := range list {
		if err == nil {
			err = s.db.RemovePasskey(t.Context(), e.user.ID, p.ID)
		}
	}
	p := &models.Passkey{UserID: e.user.ID, CredentialID: randomToken(), PublicKey: []byte("secret"), Name: "secret passkey"}
	if err == nil {
		err = s.db.AddPasskey(t.Context(), p)
	}
	if err != nil {
		t.Fatal(err)
	}
	e.passkey = p.ID
}

// passkeyCalls are the calls of the routes about passkeys.
func passkeyCalls() map[string]call {
	junk := url.Values{"passkey": {"x"}}
	return map[string]call{
		"GET /signin/passkey":                     {owner: 200, foreign: 200, nobody: 200},
		"POST /signin/passkey":                    {form: junk, owner: 403, foreign: 403, nobody: 403},
		"GET /settings/passkeys/new":              {owner: 200, foreign: 200},
		"POST /settings/passkeys/new":             {owner: 303, foreign: 303},
		"GET /settings/passkeys/new/challenge":    {owner: 200, foreign: 200},
		"GET /settings/passkeys/challenge":        {owner: 200, foreign: 404}, // who has none can prove nothing by it
		"POST /settings/passkeys":                 {form: junk, owner: 403, foreign: 403},
		"POST /settings/passkeys/:passkey":        {form: url.Values{"name": {"new"}}, owner: 303, foreign: 404},
		"POST /settings/passkeys/:passkey/remove": {owner: 303, foreign: 404},
	}
}
