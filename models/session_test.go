package models_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func session(t testing.TB, db *models.DB, userID string) *models.Session {
	t.Helper()
	s := &models.Session{ID: chatkit.NewID("hash"), UserID: userID, Data: []byte{0, 1, 255},
		UserAgent: "Firefox\x00\n/1", Network: "192.0.2.0/24"}
	if err := db.CreateSession(t.Context(), s); err != nil {
		t.Fatalf("CreateSession: %v", err)
	}
	return s
}

func TestSession(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		s := session(t, db, u.ID)
		got := must[*models.Session](t)(db.Session(t.Context(), s.ID))
		if !bytes.Equal(got.Data, s.Data) || got.UserID != u.ID || got.UserAgent != "Firefox /1" || got.CreatedAt != s.CreatedAt {
			t.Errorf("read back %+v, want %+v", got, s)
		}
		want(t, db.CreateSession(t.Context(), s), models.ErrConflict)

		got.Data = []byte("changed")
		want(t, db.SaveSession(t.Context(), got), nil)
		if again := must[*models.Session](t)(db.Session(t.Context(), s.ID)); string(again.Data) != "changed" {
			t.Errorf("data is %q", again.Data)
		}

		nobody := session(t, db, "")
		if got := must[*models.Session](t)(db.Session(t.Context(), nobody.ID)); got.UserID != "" {
			t.Errorf("user is %q", got.UserID)
		}
		want(t, db.DeleteSession(t.Context(), s.ID), nil)
		want(t, db.DeleteSession(t.Context(), s.ID), nil)
		_, err := db.Session(t.Context(), s.ID)
		want(t, err, models.ErrNotFound)
		want(t, db.SaveSession(t.Context(), got), models.ErrNotFound)
		want(t, db.CreateSession(t.Context(), &models.Session{ID: "x", UserID: "usr_nobody"}), models.ErrNotFound)
	})
}

func TestSignOutEverywhere(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		mine := []*models.Session{session(t, db, u.ID), session(t, db, u.ID)}
		others := session(t, db, other.ID)
		family, _, err := db.NewFamily(t.Context(), u.ID)
		want(t, err, nil)
		theirs, _, err := db.NewFamily(t.Context(), other.ID)
		want(t, err, nil)
		want(t, db.SignOutEverywhere(t.Context(), u.ID), nil)
		if active, err := db.FamilyActive(t.Context(), u.ID, family); active || err != nil {
			t.Errorf("the program is still signed in: %v, %v", active, err)
		}
		if active, err := db.FamilyActive(t.Context(), other.ID, theirs); !active || err != nil {
			t.Errorf("someone else's program was signed out: %v, %v", active, err)
		}
		for _, s := range mine {
			_, err := db.Session(t.Context(), s.ID)
			want(t, err, models.ErrNotFound)
		}
		must[*models.Session](t)(db.Session(t.Context(), others.ID))
	})
}

func TestSessionLifetimes(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u := modelstest.User(t, db, "ada@example.com")
		s := session(t, db, u.ID)

		db.Advance(models.SessionIdle - time.Second)
		must[*models.Session](t)(db.Session(t.Context(), s.ID))
		want(t, db.TouchSession(t.Context(), s.ID), nil)
		touched := must[*models.Session](t)(db.Session(t.Context(), s.ID)).LastSeenAt

		db.Advance(models.TouchEvery - time.Second)
		want(t, db.TouchSession(t.Context(), s.ID), nil)
		if got := must[*models.Session](t)(db.Session(t.Context(), s.ID)).LastSeenAt; got != touched {
			t.Error("touched again within the hour")
		}

		idle := session(t, db, u.ID)
		db.Advance(models.SessionIdle - time.Second)
		must[*models.Session](t)(db.Session(t.Context(), idle.ID))
		db.Advance(time.Second)
		_, err := db.Session(t.Context(), idle.ID)
		want(t, err, models.ErrNotFound)
		want(t, db.TouchSession(t.Context(), idle.ID), nil)
		_, err = db.Session(t.Context(), idle.ID)
		want(t, err, models.ErrNotFound)

		kept := session(t, db, u.ID)
		end := kept.CreatedAt.Add(models.SessionAbsolute)
		for touched := kept.CreatedAt.Time; touched.Add(24 * time.Hour).Before(end); touched = touched.Add(24 * time.Hour) {
			db.Advance(24 * time.Hour)
			want(t, db.TouchSession(t.Context(), kept.ID), nil)
		}
		must[*models.Session](t)(db.Session(t.Context(), kept.ID))
		db.Advance(24 * time.Hour)
		_, err = db.Session(t.Context(), kept.ID)
		want(t, err, models.ErrNotFound)
	})
}

func TestPurgeExpired(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u := modelstest.User(t, db, "ada@example.com")
		session(t, db, u.ID)
		_, _, err := db.NewFamily(t.Context(), u.ID)
		want(t, err, nil)
		_, _, err = db.Allow(t.Context(), "key", 1, time.Minute)
		want(t, err, nil)
		db.Advance(models.SessionAbsolute + time.Second)
		fresh := session(t, db, u.ID)
		want(t, db.PurgeExpired(t.Context()), nil)
		for table, rows := range map[string]int64{"sessions": 1, "refresh_families": 0, "refresh_tokens": 0, "throttles": 0} {
			if n := count(t, db, table); n != rows {
				t.Errorf("%s has %d rows, want %d", table, n, rows)
			}
		}
		must[*models.Session](t)(db.Session(t.Context(), fresh.ID))
	})
}

func count(t testing.TB, db *models.DB, table string) int64 {
	t.Helper()
	var n int64
	if err := db.Raw().Table(table).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}
