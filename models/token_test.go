package models_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestRefreshRotation(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		family, first, err := db.NewFamily(t.Context(), u.ID)
		want(t, err, nil)
		user, same, second, err := db.RotateRefresh(t.Context(), first)
		if err != nil || user != u.ID || same != family || second == first {
			t.Fatalf("rotated to %s %s %s, %v", user, same, second, err)
		}
		_, _, third, err := db.RotateRefresh(t.Context(), second)
		want(t, err, nil)
		if !must[bool](t)(db.FamilyActive(t.Context(), u.ID, family)) {
			t.Error("the family is not active")
		}
		if must[bool](t)(db.FamilyActive(t.Context(), other.ID, family)) {
			t.Error("the family is active for another user")
		}
		_, unrelated, err := db.NewFamily(t.Context(), u.ID)
		want(t, err, nil)

		_, _, _, err = db.RotateRefresh(t.Context(), first) // a thief's, or its victim's
		want(t, err, models.ErrNotFound)
		_, _, _, err = db.RotateRefresh(t.Context(), third)
		want(t, err, models.ErrNotFound)
		if must[bool](t)(db.FamilyActive(t.Context(), u.ID, family)) {
			t.Error("the family outlived the reuse of an old token")
		}
		_, _, _, err = db.RotateRefresh(t.Context(), unrelated)
		want(t, err, nil)
		_, _, _, err = db.RotateRefresh(t.Context(), "no token")
		want(t, err, models.ErrNotFound)
		_, _, err = db.NewFamily(t.Context(), "usr_nobody")
		want(t, err, models.ErrNotFound)
	})
}

func TestRefreshRevokedAndExpired(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u := modelstest.User(t, db, "ada@example.com")
		family, token, err := db.NewFamily(t.Context(), u.ID)
		want(t, err, nil)
		want(t, db.RevokeFamily(t.Context(), family), nil)
		want(t, db.RevokeFamily(t.Context(), family), nil)
		_, _, _, err = db.RotateRefresh(t.Context(), token)
		want(t, err, models.ErrNotFound)

		family, token, err = db.NewFamily(t.Context(), u.ID)
		want(t, err, nil)
		step := models.RefreshIdle - time.Hour
		for left := models.RefreshAbsolute - step; left > 0; left -= step {
			db.Advance(step)
			_, _, token, err = db.RotateRefresh(t.Context(), token)
			want(t, err, nil)
		}
		db.Advance(step)
		_, _, _, err = db.RotateRefresh(t.Context(), token) // the token is fresh, the family too old
		want(t, err, models.ErrNotFound)
		if must[bool](t)(db.FamilyActive(t.Context(), u.ID, family)) {
			t.Error("the family is active after its end")
		}

		_, token, err = db.NewFamily(t.Context(), u.ID)
		want(t, err, nil)
		db.Advance(models.RefreshIdle)
		_, _, _, err = db.RotateRefresh(t.Context(), token)
		want(t, err, models.ErrNotFound)
	})
}

func TestRefreshAtOnceWorksOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		_, token, err := db.NewFamily(t.Context(), u.ID)
		want(t, err, nil)
		var wins atomic.Int32
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				if _, _, _, err := db.RotateRefresh(t.Context(), token); err == nil {
					wins.Add(1)
				}
			})
		}
		all.Wait()
		if wins.Load() != 1 {
			t.Errorf("one token was exchanged %d times", wins.Load())
		}
	})
}

func TestAllow(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		attempt := func(key string) (bool, time.Duration) {
			ok, after, err := db.Allow(t.Context(), key, 3, time.Minute)
			want(t, err, nil)
			return ok, after
		}
		for range 3 {
			if ok, after := attempt("ada"); !ok || after != 0 {
				t.Fatalf("allowed %v after %v within the limit", ok, after)
			}
		}
		db.Advance(10 * time.Second)
		if ok, after := attempt("ada"); ok || after.Round(time.Second) != 50*time.Second {
			t.Fatalf("over the limit: allowed %v, retry after %v", ok, after)
		}
		if ok, _ := attempt("bob"); !ok {
			t.Error("another key is throttled")
		}
		for range 20 { // hammering does not prolong the window
			attempt("ada")
		}
		db.Advance(50 * time.Second)
		for range 3 {
			if ok, _ := attempt("ada"); !ok {
				t.Fatal("still throttled after the window")
			}
		}
		want(t, db.Forgive(t.Context(), "ada"), nil)
		if ok, _ := attempt("ada"); !ok {
			t.Error("throttled after it was forgiven")
		}
	})
}

func TestAllowAtOnceCountsEach(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		var allowed atomic.Int32
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				ok, _, err := db.Allow(t.Context(), "ada", 10, time.Hour)
				if err != nil {
					t.Errorf("Allow: %v", err)
				}
				if ok {
					allowed.Add(1)
				}
			})
		}
		all.Wait()
		if allowed.Load() != 10 {
			t.Errorf("%d of 50 attempts at once were allowed, want 10", allowed.Load())
		}
	})
}
