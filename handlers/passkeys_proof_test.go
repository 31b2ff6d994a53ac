package handlers

import (
	"net/url"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestPasskeyProvesWhoItIs: for those with a password and those without, and only
// their own.
func TestPasskeyProvesWhoItIs(t *testing.T) {
	t.Parallel()
	eachAddress(t, func(t *testing.T, driver, address string, db *models.DB) {
		s := boot(t, db, named)
		user, a := enrolled(t, s, "ann@example.com")
		bob, bobs := enrolled(t, s, "bob@example.com")
		if err := s.db.SetRole(t.Context(), bob.ID, models.RoleAdmin); err != nil { // so that Ann may leave
			t.Fatal(err)
		}
		later(&s.h.Options)
		ann := s.browser(user)
		form := url.Values{"email": {"new@example.com"}}
		ann.post("/settings/email", form).want(403).has("Type your password").has(`name="email" value="new@example.com"`).has(`data-passkey="` + askProof)
		if list := ann.asks(askProof).PublicKey.AllowCredentials; len(list) != 1 || list[0].ID != b64(a.id) {
			t.Errorf("may prove it: %+v", list)
		}
		form.Set(passkeyProofField, bobs.sign(ann.asks(askProof)))
		ann.post("/settings/email", form).want(403).has("This passkey was not accepted")
		stolen := *bobs
		stolen.handle = a.handle
		form.Set(passkeyProofField, stolen.sign(ann.asks(askProof)))
		ann.post("/settings/email", form).want(403).has("This passkey was not accepted")
		if got := s.user(user.ID).Email; got != "ann@example.com" {
			t.Fatalf("done without a proof: %s", got)
		}
		quiet := *a
		quiet.handle = nil // a device need not say whose a passkey is that was asked for
		form.Set(passkeyProofField, quiet.sign(ann.asks(askProof)))
		ann.post("/settings/email", form).want(303)

		forgetPasswords(t, driver, address)
		ann.post("/settings/email", url.Values{"email": {"newer@example.com"}}).want(403).lacks("current_password").lacks("Sign out and in again").has(askProof)
		gone := url.Values{"confirm": {"new@example.com"}}
		ann.post("/settings/delete", gone).want(403).has(askProof)
		gone.Set(passkeyProofField, a.sign(ann.asks(askSignIn)))
		ann.post("/settings/delete", gone).want(403)
		gone.Set(passkeyProofField, a.sign(ann.asks(askProof)))
		ann.post("/settings/delete", gone).want(200).has("Your account is deleted")
		s.guest().signInBy(a).want(403)
	})
}

// TestPasskeyNeedsAProof: adding and removing are asked about.
func TestPasskeyNeedsAProof(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), named)
	user, _ := enrolled(t, s, "ann@example.com")
	later(&s.h.Options)
	ann := s.browser(user)
	ann.do("GET", "/settings/passkeys/new", nil).want(403).has(`action="/settings/passkeys/new"`).lacks("data-make")
	ann.post("/settings/passkeys/new", url.Values{proofField: {modelstest.Password}}).want(303)
	form := url.Values{"passkey": {s.device().make(ann.asks(askNew))}}
	ann.post("/settings/passkeys", form).want(403).has("Confirm it’s you").has(`name="passkey" value="{`)
	list, err := s.db.Passkeys(t.Context(), user.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("added without a proof: %+v, %v", list, err)
	}
	ann.post("/settings/passkeys/"+list[0].ID+"/remove", nil).want(403).has("Confirm it’s you")
	form.Set(proofField, modelstest.Password)
	ann.post("/settings/passkeys", form).want(303)
	ann.post("/settings/passkeys/"+list[0].ID+"/remove", url.Values{proofField: {modelstest.Password}}).want(303)
	if list, err := s.db.Passkeys(t.Context(), user.ID); err != nil || len(list) != 1 {
		t.Errorf("left: %+v, %v", list, err)
	}
}
