package handlers

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestBadPasskeyAnswersAreRefused: each case is a good answer but for one thing.
func TestBadPasskeyAnswersAreRefused(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), named)
	_, good := enrolled(t, s, "ann@example.com")
	bob, bobs := enrolled(t, s, "bob@example.com")
	lies := map[string]func(a *authenticator){
		"another site":                    func(a *authenticator) { a.origin = "https://localhost.example.com" },
		"another port":                    func(a *authenticator) { a.origin = "http://localhost:1" },
		"signed for another site":         func(a *authenticator) { a.rp = "example.com" },
		"somebody else's handle":          func(a *authenticator) { a.handle = []byte(bob.ID) },
		"no handle":                       func(a *authenticator) { a.handle = nil },
		"a handle of nobody":              func(a *authenticator) { a.handle = []byte("usr_nobody") },
		"somebody else's passkey":         func(a *authenticator) { a.id = bobs.id },
		"somebody else's passkey, handle": func(a *authenticator) { a.id, a.handle = bobs.id, bobs.handle },
		"an unknown passkey":              func(a *authenticator) { a.id = []byte("unknown") },
		"another key":                     func(a *authenticator) { a.key = bobs.key },
		"nobody was there":                func(a *authenticator) { a.flags &^= userPresent },
		"nobody was verified":             func(a *authenticator) { a.flags &^= userVerified },
		"made, not used":                  func(a *authenticator) { a.says = "webauthn.create" },
		"it became one that is synced":    func(a *authenticator) { a.flags |= 8 },
	}
	for name, lie := range lies {
		bad, v := *good, s.guest()
		lie(&bad)
		v.signInBy(&bad).want(403).has("This passkey was not accepted").lacks("ann@")
		v.do("GET", "/settings", nil).want(303)
		if t.Failed() {
			t.Fatalf("that was: %s", name)
		}
	}
	for name, change := range map[string]func(string) string{
		"a tampered signature": func(s string) string {
			return regexp.MustCompile(`"signature":"[^"]{20}`).ReplaceAllString(s, `"signature":"MEQCIAAAAAAAAAAAAAAA`)
		},
		"a new passkey":  func(string) string { return s.device().make(s.guest().asks(askSignIn)) },
		"no JSON":        func(string) string { return "passkey" },
		"nothing":        func(string) string { return "" },
		"too much":       func(a string) string { return a + strings.Repeat(" ", maxPasskeyAnswer) },
		"something else": func(string) string { return `{"id":"a","rawId":"a","type":"public-key","response":{}}` },
	} {
		v, a := s.guest(), *good
		v.post("/signin/passkey", url.Values{"passkey": {change(a.sign(v.asks(askSignIn)))}}).want(403).has("This passkey was not accepted")
		if t.Failed() {
			t.Fatalf("that was: %s", name)
		}
	}
	s.guest().signInBy(good).want(303)
}

// TestChallengesAreForOnce: one browser, one purpose, one use, five minutes.
func TestChallengesAreForOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db, named)
		user, a := enrolled(t, s, "ann@example.com")
		v := s.guest()
		form := url.Values{"passkey": {a.sign(v.asks(askSignIn))}}
		s.guest().post("/signin/passkey", form).want(403).has("This took too long")
		v.post("/signin/passkey", form).want(303)
		v.readCSRF("/tasks")
		v.post("/signin/passkey", form).want(403)

		v = s.guest() // a bad answer spends it, too
		ask := v.asks(askSignIn)
		bad := *a
		bad.rp = "example.com"
		v.post("/signin/passkey", url.Values{"passkey": {bad.sign(ask)}}).want(403)
		v.post("/signin/passkey", url.Values{"passkey": {a.sign(ask)}}).want(403)

		ann := s.browser(user) // what was asked for one thing is not good for another
		for _, path := range []string{askProof, askNew} {
			ann.post("/signin/passkey", url.Values{"passkey": {a.sign(ann.asks(path))}}).want(403)
		}
		ann.post("/settings/passkeys", url.Values{"passkey": {s.device().make(ann.asks(askProof))}}).want(403)
		made := s.device()
		made.handle = a.handle
		forged := ann.asks(askNew)
		forged.PublicKey.Challenge = b64([]byte(strings.Repeat("c", nonceSize+expirySize+32)))
		ann.post("/settings/passkeys", url.Values{"passkey": {made.make(forged)}}).want(403)

		v = s.guest()
		form = url.Values{"passkey": {a.sign(v.asks(askSignIn))}}
		s.h.Now = func() time.Time { return time.Now().Add(challengeLife + 2*time.Second) }
		v.post("/signin/passkey", form).want(403).has("This took too long")
		s.h.Now = func() time.Time { return time.Now().Add(challengeLife - 10*time.Second) }
		v.post("/signin/passkey", form).want(303)
	})
}

func TestBadNewPasskeysAreRefused(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), named)
	user, a := enrolled(t, s, "ann@example.com")
	bob := s.browser(modelstest.User(t, s.db, "bob@example.com"))
	for name, lie := range map[string]func(a *authenticator){
		"another site":            func(a *authenticator) { a.origin = "https://example.com" },
		"signed for another site": func(a *authenticator) { a.rp = "example.com" },
		"nobody was verified":     func(a *authenticator) { a.flags &^= userVerified },
		"nobody was there":        func(a *authenticator) { a.flags &^= userPresent },
	} {
		bad := s.device()
		lie(bad)
		bob.post("/settings/passkeys", url.Values{"passkey": {bad.make(bob.asks(askNew))}}).want(403).has("This passkey was not accepted")
		if t.Failed() {
			t.Fatalf("that was: %s", name)
		}
	}
	taken := s.device()
	taken.id = a.id
	bob.post("/settings/passkeys", url.Values{"passkey": {taken.make(bob.asks(askNew))}}).want(409).has("in use already")
	bob.post("/settings/passkeys", url.Values{"passkey": {"x"}}).want(403)
	// What one browser was asked, another can't answer, of the same person neither.
	ask := s.browser(user).asks(askNew)
	s.browser(user).post("/settings/passkeys", url.Values{"passkey": {s.device().make(ask)}}).want(403)
	for _, id := range []string{user.ID, bob.user.ID} {
		if list, err := s.db.Passkeys(t.Context(), id); err != nil || len(list) > 1 {
			t.Errorf("stored: %+v, %v", list, err)
		}
	}
}

func TestCopiedPasskeysAreRefused(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), named)
	user, a := enrolled(t, s, "ann@example.com")
	a.counter = 5
	s.guest().signInBy(a).want(303)
	for _, a.counter = range []uint32{5, 4, 0} {
		v := s.guest()
		v.signInBy(a).want(403).has("there may be a copy of it")
		v.do("GET", "/settings", nil).want(303)
	}
	if got := events(t, s.db, user.ID); got[0] != "passkey_copied " {
		t.Errorf("recorded: %v", got)
	}
	s.browser(user).do("GET", "/settings/security", nil).want(200).has("Perhaps copied")
	a.counter = 6
	s.guest().signInBy(a).want(303)
}

func TestDisabledPeopleHaveNoPasskey(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), named)
	modelstest.User(t, s.db, "root@example.com")
	user, a := enrolled(t, s, "ann@example.com")
	if err := s.db.DisableUser(t.Context(), user.ID); err != nil {
		t.Fatal(err)
	}
	known := s.guest().signInBy(a).want(403)
	if got := events(t, s.db, user.ID); got[0] != "sign_in_failed passkey" {
		t.Errorf("recorded: %v", got)
	}
	csrf := regexp.MustCompile(`(csrf_token" value="|X-CSRF-Token&#34;:&#34;)[^"&]+`)
	unknown := s.guest().signInBy(s.device()).want(403)
	if a, b := csrf.ReplaceAllString(string(known.body), ""), csrf.ReplaceAllString(string(unknown.body), ""); a != b {
		t.Error("the answer tells a disabled person's passkey from nobody's")
	}
}

func TestPasskeyAttemptsAreLimited(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), named)
	_, a := enrolled(t, s, "ann@example.com")
	for range networkAttempts {
		if _, _, err := s.db.Allow(t.Context(), "signin:network:127.0.0.1", networkAttempts, attemptWindow); err != nil {
			t.Fatal(err)
		}
	}
	s.guest().signInBy(a).want(429).has("Too many attempts")
}
