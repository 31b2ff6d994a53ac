package handlers

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestAccessEndedElsewhere: what another process ends, this one knows of within
// the life of a pass.
func TestAccessEndedElsewhere(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			address := modelstest.URL(t, driver)
			here, elsewhere := openAt(t, address), openAt(t, address)
			if err := here.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			var late atomic.Int64
			s := boot(t, here, func(o *Options) { o.Now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) } })
			ann, bob := s.program(modelstest.User(t, here, "ann@example.com")), s.program(modelstest.User(t, here, "bob@example.com"))
			ann.do("GET", "/api/v1/auth/me", nil).want(200).has("ann@example.com")
			bob.do("GET", "/api/v1/auth/me", nil).want(200).has("bob@example.com")
			if err := elsewhere.SignOutEverywhere(t.Context(), ann.user.ID); err != nil {
				t.Fatal(err)
			}
			late.Add(int64(passLife))
			ann.do("GET", "/api/v1/auth/me", nil).problem(401, "unauthorized")
			bob.do("GET", "/api/v1/auth/me", nil).want(200)
		})
	}
}

func openAt(t *testing.T, address string) *models.DB {
	t.Helper()
	db, err := models.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// TestAccessEndedHere: what this process ends, ends with the next request.
func TestAccessEndedHere(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	for name, end := range map[string]func(v *visitor, family string) error{
		"everywhere": func(v *visitor, _ string) error { return db.SignOutEverywhere(t.Context(), v.user.ID) },
		"family":     func(_ *visitor, family string) error { return db.RevokeFamily(t.Context(), family) },
		"password":   func(v *visitor, _ string) error { return db.SetPassword(t.Context(), v.user.ID, "another good phrase") },
		"account":    func(v *visitor, _ string) error { return db.DeleteUser(t.Context(), v.user.ID) },
	} {
		v := s.program(modelstest.User(t, db, name+"@example.com"))
		claims, err := s.h.tokens.Verify(v.bearer, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		v.do("GET", "/api/v1/auth/me", nil).want(200)
		if err := end(v, claims.SessionID); err != nil {
			t.Fatal(err)
		}
		if r := v.do("GET", "/api/v1/auth/me", nil); r.status != 401 {
			t.Errorf("%s: %d after the end", name, r.status)
		}
	}
}

func TestPasses(t *testing.T) {
	t.Parallel()
	now, p := time.Now(), &passes{}
	p.add("token", pass{viewer: viewer{Family: "fam_1"}, seen: now, expires: now.Add(passLife / 2), changes: 7})
	for name, c := range map[string]struct {
		token   string
		now     time.Time
		changes int64
		good    bool
	}{
		"just seen":        {"token", now, 7, true},
		"another token":    {"tokem", now, 7, false},
		"access changed":   {"token", now, 8, false},
		"expired":          {"token", now.Add(passLife / 2), 7, false},
		"before it's seen": {"token", now.Add(-time.Second), 7, false},
	} {
		if v, ok := p.find(c.token, c.now, c.changes); ok != c.good || ok && v.Family != "fam_1" {
			t.Errorf("%s: %+v, %v", name, v, ok)
		}
	}
	p.add("long", pass{seen: now, expires: now.Add(time.Hour), changes: 7})
	if _, ok := p.find("long", now.Add(passLife), 7); ok {
		t.Error("a pass outlives its life")
	}
	for i := range mostPasses + 1 {
		p.add(time.Duration(i).String(), pass{})
	}
	if len(p.list) > mostPasses {
		t.Errorf("%d passes are kept", len(p.list))
	}
}
