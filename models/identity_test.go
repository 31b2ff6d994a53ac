package models_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func identityOf(email string) models.NewIdentity {
	return models.NewIdentity{Issuer: "https://id.example.com", Subject: "sub-" + email, Email: email, Name: "Ada"}
}

func TestOpenAccountWithIdentity(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		in := identityOf("ada@example.com")
		u := must[*models.User](t)(db.OpenAccount(t.Context(), in, true))
		if u.HasPassword() || !u.Admin() || u.Name != "Ada" || u.Email != in.Email {
			t.Errorf("opened %+v", u)
		}
		if _, err := db.Authenticate(t.Context(), in.Email, ""); err == nil {
			t.Error("no password is a password")
		}
		db.Advance(time.Hour)
		in.Email = "Other@example.com"
		if got := must[*models.User](t)(db.UserByIdentity(t.Context(), in)); got.ID != u.ID {
			t.Errorf("it is the identity of %s", got.ID)
		}
		list := must[[]models.Identity](t)(db.Identities(t.Context(), u.ID))
		if len(list) != 1 || list[0].Email != "other@example.com" || !list[0].LastUsedAt.After(list[0].CreatedAt.Time) {
			t.Errorf("identities: %+v", list)
		}
		_, err := db.OpenAccount(t.Context(), in, true) // the identity has an account
		want(t, err, models.ErrConflict)
		_, err = db.OpenAccount(t.Context(), models.NewIdentity{Issuer: in.Issuer, Subject: "other", Email: "ada@example.com"}, true)
		want(t, err, models.ErrConflict)
		if _, err := db.UserByEmail(t.Context(), "other@example.com"); err == nil {
			t.Error("half an account was left")
		}
		in.Issuer = "https://elsewhere.example.com" // where others have the same subjects
		_, err = db.UserByIdentity(t.Context(), in)
		want(t, err, models.ErrNotFound)
	})
}

func TestOpenAccountWhereStrangersMayNot(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	modelstest.User(t, db, "boss@example.com")
	in := identityOf("ada@example.com")
	_, err := db.OpenAccount(t.Context(), in, false)
	want(t, err, models.ErrNotFound)
	_, _, err = db.Invite(t.Context(), in.Email)
	want(t, err, nil)
	u := must[*models.User](t)(db.OpenAccount(t.Context(), in, false))
	if u.Admin() {
		t.Error("an invited person is an administrator")
	}
	if n := len(must[[]models.Invite](t)(db.Invites(t.Context(), 10))); n != 0 {
		t.Errorf("%d invitations are left", n)
	}
}

func TestLinkAndUnlink(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ada, bob := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		in := identityOf("ada@work.example.com")
		want(t, db.LinkIdentity(t.Context(), ada.ID, in), nil)
		want(t, db.LinkIdentity(t.Context(), ada.ID, in), nil) // twice is once
		want(t, db.LinkIdentity(t.Context(), bob.ID, in), models.ErrConflict)
		want(t, db.LinkIdentity(t.Context(), "usr_nobody", identityOf("x@example.com")), models.ErrNotFound)
		id := must[[]models.Identity](t)(db.Identities(t.Context(), ada.ID))[0].ID
		want(t, db.UnlinkIdentity(t.Context(), bob.ID, id), models.ErrNotFound)
		want(t, db.UnlinkIdentity(t.Context(), ada.ID, id), nil)
		want(t, db.UnlinkIdentity(t.Context(), ada.ID, id), models.ErrNotFound)
		_, err := db.UserByIdentity(t.Context(), in)
		want(t, err, models.ErrNotFound)
	})
}

// TestLastWayStays: of two identities that are taken away at once, one stays.
func TestLastWayStays(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := must[*models.User](t)(db.OpenAccount(t.Context(), identityOf("ada@example.com"), true))
		want(t, db.LinkIdentity(t.Context(), u.ID, identityOf("ada@work.example.com")), nil)
		var refused atomic.Int64
		var all sync.WaitGroup
		for _, one := range must[[]models.Identity](t)(db.Identities(t.Context(), u.ID)) {
			all.Go(func() {
				if err := db.UnlinkIdentity(t.Context(), u.ID, one.ID); err != nil {
					want(t, err, models.ErrLastWay)
					refused.Add(1)
				}
			})
		}
		all.Wait()
		if n := count(t, db, "identities"); n != 1 || refused.Load() != 1 {
			t.Errorf("%d are left, %d times it was refused", n, refused.Load())
		}
		want(t, db.SetPassword(t.Context(), u.ID, modelstest.Password), nil)
		last := must[[]models.Identity](t)(db.Identities(t.Context(), u.ID))[0]
		want(t, db.UnlinkIdentity(t.Context(), u.ID, last.ID), nil)
	})
}

// TestResetPasswordForgetsIdentities: who opened an account with somebody else's
// address can't come back with what they linked.
func TestResetPasswordForgetsIdentities(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	u := modelstest.User(t, db, "ada@example.com")
	want(t, db.LinkIdentity(t.Context(), u.ID, identityOf("eve@example.com")), nil)
	secret := must[string](t)(db.NewMailLink(t.Context(), u.ID, models.LinkPassword, u.Email))
	_, err := db.ResetPassword(t.Context(), secret, "another good phrase")
	want(t, err, nil)
	_, err = db.UserByIdentity(t.Context(), identityOf("eve@example.com"))
	want(t, err, models.ErrNotFound)
}

func TestFlowIsForOneUse(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		f := models.OIDCFlow{State: "state", Browser: "browser", Purpose: models.FlowLink, UserID: u.ID, Nonce: "n", Verifier: "v", Next: "/chat"}
		want(t, db.BeginFlow(t.Context(), f), nil)
		_, err := db.EndFlow(t.Context(), "state", "another browser")
		want(t, err, models.ErrNotFound)
		_, err = db.EndFlow(t.Context(), "another state", "browser")
		want(t, err, models.ErrNotFound)
		var taken atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				got, err := db.EndFlow(t.Context(), "state", "browser")
				if err != nil {
					want(t, err, models.ErrNotFound)
					return
				}
				if taken.Add(1); got.UserID != u.ID || got.Nonce != "n" || got.Verifier != "v" || got.Next != "/chat" || got.Purpose != models.FlowLink {
					t.Errorf("got %+v", got)
				}
			})
		}
		if all.Wait(); taken.Load() != 1 {
			t.Errorf("taken %d times", taken.Load())
		}
	})
}

func TestFlowEnds(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	f := models.OIDCFlow{State: "state", Browser: "browser", Purpose: models.FlowSignIn}
	want(t, db.BeginFlow(t.Context(), f), nil)
	f.State = "late"
	want(t, db.BeginFlow(t.Context(), f), nil)
	db.Advance(models.OIDCFlowLife - time.Second)
	_, err := db.EndFlow(t.Context(), "state", "browser")
	want(t, err, nil)
	db.Advance(time.Second)
	_, err = db.EndFlow(t.Context(), "late", "browser")
	want(t, err, models.ErrExpired)
	f.State = "forgotten"
	want(t, db.BeginFlow(t.Context(), f), nil)
	db.Advance(models.OIDCFlowLife)
	want(t, db.PurgeExpired(t.Context()), nil)
	if n := count(t, db, "oidc_flows"); n != 0 {
		t.Errorf("%d are kept", n)
	}
}
