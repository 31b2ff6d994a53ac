package models_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestInviteIsForOneAccount(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		boss := modelstest.User(t, db, "boss@example.com")
		as := models.WithActor(t.Context(), models.Actor{UserID: boss.ID})
		_, _, err := db.Invite(as, boss.Email)
		want(t, err, models.ErrConflict)
		_, _, err = db.Invite(as, "not an address")
		want(t, err, models.ErrInvalid)
		_, old, err := db.Invite(as, "ann@example.com")
		want(t, err, nil)
		in, secret, err := db.Invite(as, " Ann@Example.com")
		want(t, err, nil)
		if in.Secret == secret || *in.InvitedBy != boss.ID {
			t.Errorf("stored is %+v", in)
		}
		_, err = db.InviteBySecret(t.Context(), old)
		want(t, err, models.ErrNotFound)
		if list := must[[]models.Invite](t)(db.Invites(t.Context(), 10)); len(list) != 1 || list[0].Email != "ann@example.com" {
			t.Errorf("open are %+v", list)
		}
		_, err = db.AcceptInvite(t.Context(), secret, models.NewUser{Password: "short"})
		want(t, err, models.ErrInvalid)
		var made atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				u, err := db.AcceptInvite(t.Context(), secret, models.NewUser{Email: "eve@example.com", Password: modelstest.Password})
				if err == nil && u.Email == "ann@example.com" && u.Role == models.RoleUser {
					made.Add(1)
				}
			})
		}
		wg.Wait()
		if made.Load() != 1 {
			t.Errorf("%d accounts were opened", made.Load())
		}
		_, err = db.AcceptInvite(t.Context(), secret, models.NewUser{Password: modelstest.Password})
		want(t, err, models.ErrNotFound)
	})
}

func TestInviteEnds(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		in, secret, err := db.Invite(t.Context(), "ann@example.com")
		want(t, err, nil)
		want(t, db.RevokeInvite(t.Context(), in.ID), nil)
		want(t, db.RevokeInvite(t.Context(), in.ID), models.ErrNotFound)
		_, err = db.InviteBySecret(t.Context(), secret)
		want(t, err, models.ErrNotFound)
		_, secret, err = db.Invite(t.Context(), "ann@example.com")
		want(t, err, nil)
		db.Advance(7*24*time.Hour - time.Second)
		must[*models.Invite](t)(db.InviteBySecret(t.Context(), secret))
		db.Advance(time.Second)
		_, err = db.AcceptInvite(t.Context(), secret, models.NewUser{Password: modelstest.Password})
		want(t, err, models.ErrNotFound)
		want(t, db.PurgeExpired(t.Context()), nil)
		if n := count(t, db, "invites"); n != 0 {
			t.Errorf("%d invitations are left", n)
		}
	})
}
