package models_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// kinds are those of all events about a person, newest first.
func kinds(t *testing.T, db *models.DB, userID string) []models.AuditKind {
	t.Helper()
	events, _, err := db.AuditEvents(t.Context(), models.AuditQuery{UserID: userID, Limit: 100})
	want(t, err, nil)
	var list []models.AuditKind
	for _, e := range events {
		list = append(list, e.Kind)
	}
	return list
}

func TestAuditRecordsWhatTouchesSecurity(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		boss, ann := modelstest.User(t, db, "boss@example.com"), modelstest.User(t, db, "ann@example.com")
		as := models.WithActor(t.Context(), models.Actor{UserID: boss.ID, Network: "192.0.2.7", Door: models.DoorPage})
		_, err := db.Authenticate(t.Context(), ann.Email, "wrong")
		want(t, err, models.ErrNotFound)
		thread := must[*models.Thread](t)(db.CreateThread(t.Context(), ann.ID, "", nil))
		want(t, db.ShareThread(t.Context(), ann.ID, thread.ID), nil)
		want(t, db.Unshare(t.Context(), ann.ID, thread.ID), nil)
		want(t, db.Unshare(t.Context(), ann.ID, thread.ID), nil) // ended nothing
		_, refresh, err := db.NewFamily(t.Context(), ann.ID)
		want(t, err, nil)
		for _, want := range []error{nil, models.ErrNotFound} {
			if _, _, _, err := db.RotateRefresh(t.Context(), refresh); !errors.Is(err, want) {
				t.Fatal(err)
			}
		}
		want(t, db.SetRole(as, ann.ID, models.RoleAdmin), nil)
		want(t, db.SetRole(as, ann.ID, models.RoleAdmin), nil) // changed nothing
		want(t, db.SetPassword(t.Context(), ann.ID, "another "+modelstest.Password), nil)
		want(t, db.SignOutEverywhere(t.Context(), ann.ID), nil)
		wanted := []models.AuditKind{models.AuditSignOutAll, models.AuditPassword, models.AuditRole, models.AuditTokenReused,
			models.AuditShareEnded, models.AuditShareMade, models.AuditSignInFailed, models.AuditAccountMade}
		if got := kinds(t, db, ann.ID); !slices.Equal(got, wanted) {
			t.Errorf("recorded %v, want %v", got, wanted)
		}
		events, _, err := db.AuditEvents(t.Context(), models.AuditQuery{Kind: models.AuditRole})
		want(t, err, nil)
		e := events[0]
		if len(events) != 1 || *e.ActorID != boss.ID || *e.SubjectID != ann.ID || e.Network != "192.0.2.7" || e.Door != models.DoorPage || e.Detail != "user → admin" {
			t.Errorf("recorded %+v", e)
		}
		events, _, err = db.AuditEvents(t.Context(), models.AuditQuery{Kind: models.AuditSignInFailed})
		want(t, err, nil)
		if len(events) != 1 || events[0].ActorID != nil {
			t.Errorf("a failed sign-in says who it was: %+v", events)
		}
	})
}

func TestAuditHasPagesAndAnEnd(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		db.KeepAudit(48 * time.Hour)
		for range 5 {
			want(t, db.Audit(t.Context(), models.AuditExported, "", ""), nil)
		}
		var seen []int64
		for q := (models.AuditQuery{Limit: 2}); ; {
			page, more, err := db.AuditEvents(t.Context(), q)
			want(t, err, nil)
			for _, e := range page {
				seen = append(seen, e.N)
			}
			if !more {
				break
			}
			q.Before = seen[len(seen)-1]
		}
		if len(seen) != 5 || !slices.IsSortedFunc(seen, func(a, b int64) int { return int(b - a) }) {
			t.Errorf("saw %v", seen)
		}
		db.Advance(48*time.Hour - time.Second)
		want(t, db.Audit(t.Context(), models.AuditExported, "", ""), nil)
		want(t, db.PurgeExpired(t.Context()), nil)
		if n := count(t, db, "audit_events"); n != 6 {
			t.Errorf("%d events are left, want all 6", n)
		}
		db.Advance(time.Second)
		want(t, db.PurgeExpired(t.Context()), nil)
		if n := count(t, db, "audit_events"); n != 1 {
			t.Errorf("%d events are left, want the new one", n)
		}
	})
}
