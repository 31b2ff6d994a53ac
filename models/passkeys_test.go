package models_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func passkey(t testing.TB, db *models.DB, userID, credential string) *models.Passkey {
	t.Helper()
	p := &models.Passkey{UserID: userID, CredentialID: credential, PublicKey: []byte(credential), Flags: 5, Name: credential}
	want(t, db.AddPasskey(t.Context(), p), nil)
	return p
}

// withoutPassword takes a person's password away.
func withoutPassword(t testing.TB, db *models.DB, userID string) {
	t.Helper()
	if err := db.Raw().Exec("UPDATE users SET password_hash = '' WHERE id = ?", userID).Error; err != nil {
		t.Fatal(err)
	}
}

func TestPasskeysAreTheirOwners(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ctx := t.Context()
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		first, second := passkey(t, db, ann.ID, "phone"), passkey(t, db, ann.ID, "laptop")
		want(t, db.AddPasskey(ctx, &models.Passkey{UserID: bob.ID, CredentialID: "phone", PublicKey: []byte("x"), Name: "x"}), models.ErrConflict)
		want(t, db.AddPasskey(ctx, &models.Passkey{UserID: "usr_none", CredentialID: "none", Name: "x"}), models.ErrNotFound)
		for _, err := range []error{
			db.RenamePasskey(ctx, bob.ID, first.ID, "mine"), db.RemovePasskey(ctx, bob.ID, first.ID),
			db.UsePasskey(ctx, bob.ID, first.ID, 1, 5), db.RemovePasskey(ctx, ann.ID, "pky_none"),
		} {
			want(t, err, models.ErrNotFound)
		}
		_, err := db.PasskeyByCredential(ctx, bob.ID, "phone")
		want(t, err, models.ErrNotFound)
		if got := must[*models.Passkey](t)(db.PasskeyByCredential(ctx, ann.ID, "phone")); got.ID != first.ID || string(got.PublicKey) != "phone" {
			t.Errorf("found %+v", got)
		}
		want(t, db.RenamePasskey(ctx, ann.ID, first.ID, "  My \n phone"), nil)
		want(t, db.RenamePasskey(ctx, ann.ID, first.ID, " "), models.ErrInvalid)
		list := must[[]models.Passkey](t)(db.Passkeys(ctx, ann.ID))
		if len(list) != 2 || list[0].Name != "My phone" || list[1].ID != second.ID || list[0].CreatedAt.IsZero() || !list[0].LastUsedAt.IsZero() {
			t.Errorf("listed: %+v", list)
		}
		if list := must[[]models.Passkey](t)(db.Passkeys(ctx, bob.ID)); len(list) != 0 {
			t.Errorf("another person has %+v", list)
		}
		want(t, db.RemovePasskey(ctx, ann.ID, first.ID), nil)
		if got := kinds(t, db, ann.ID); !slices.Equal(got[:3], []models.AuditKind{models.AuditPasskeyRemoved, models.AuditPasskeyAdded, models.AuditPasskeyAdded}) {
			t.Errorf("recorded: %v", got)
		}
	})
}

func TestTooManyPasskeys(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	ann := modelstest.User(t, db, "ann@example.com")
	for i := range 20 {
		passkey(t, db, ann.ID, fmt.Sprint("key ", i))
	}
	err := db.AddPasskey(t.Context(), &models.Passkey{UserID: ann.ID, CredentialID: "one more", Name: "x"})
	want(t, err, models.ErrInvalid)
	long := passkey(t, db, modelstest.User(t, db, "bob@example.com").ID, strings.Repeat("é", 200))
	if n := len([]rune(long.Name)); n != 100 {
		t.Errorf("a name of %d characters", n)
	}
}

func TestCountersGoUp(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ctx := t.Context()
		ann := modelstest.User(t, db, "ann@example.com")
		p, uncounted := passkey(t, db, ann.ID, "counts"), passkey(t, db, ann.ID, "does not count")
		state := func(p *models.Passkey) *models.Passkey {
			return must[*models.Passkey](t)(db.PasskeyByCredential(ctx, ann.ID, p.CredentialID))
		}
		want(t, db.UsePasskey(ctx, ann.ID, p.ID, 1, 29), nil)
		want(t, db.UsePasskey(ctx, ann.ID, p.ID, 7, 29), nil)
		if got := state(p); got.Counter != 7 || got.Flags != 29 || got.LastUsedAt.IsZero() || !got.CopiedAt.IsZero() {
			t.Errorf("after two uses: %+v", got)
		}
		for _, back := range []int64{7, 3, 0} {
			want(t, db.UsePasskey(ctx, ann.ID, p.ID, back, 5), models.ErrCopied)
		}
		if got := state(p); got.Counter != 7 || got.Flags != 29 || got.CopiedAt.IsZero() {
			t.Errorf("after its counter went back: %+v", got)
		}
		if got := kinds(t, db, ann.ID); got[0] != models.AuditPasskeyCopied {
			t.Errorf("recorded: %v", got)
		}
		for range 2 {
			want(t, db.UsePasskey(ctx, ann.ID, uncounted.ID, 0, 5), nil)
		}
		if got := state(uncounted); !got.CopiedAt.IsZero() {
			t.Errorf("one that does not count: %+v", got)
		}
	})
}

// TestTheLastWayInStays: also when the last two are taken away at once.
func TestTheLastWayInStays(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		want(t, db.RemovePasskey(t.Context(), ann.ID, passkey(t, db, ann.ID, "beside a password").ID), nil)
		withoutPassword(t, db, ann.ID)
		passkey(t, db, bob.ID, "another person's")
		left := passkey(t, db, ann.ID, "first")
		for round := range 5 {
			ways, errs := []*models.Passkey{left, passkey(t, db, ann.ID, fmt.Sprint(round))}, make([]error, 2)
			var wg sync.WaitGroup
			for i, way := range ways {
				wg.Go(func() { errs[i] = db.RemovePasskey(t.Context(), ann.ID, way.ID) })
			}
			wg.Wait()
			if errors.Is(errs[0], models.ErrLastWay) {
				left = ways[0]
			} else if left = ways[1]; !errors.Is(errs[1], models.ErrLastWay) {
				t.Fatalf("of the last two: %v, %v", errs[0], errs[1])
			}
			if list := must[[]models.Passkey](t)(db.Passkeys(t.Context(), ann.ID)); len(list) != 1 || list[0].ID != left.ID {
				t.Fatalf("left: %+v", list)
			}
		}
	})
}
