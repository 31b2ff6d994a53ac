package models_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func role(t *testing.T, db *models.DB, id string) string {
	t.Helper()
	return must[*models.User](t)(db.User(t.Context(), id)).Role
}

func TestTheFirstAccountLooksAfterTheServer(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		// Many at once: exactly one is first.
		var wg sync.WaitGroup
		for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
			wg.Go(func() { modelstest.User(t, db, name+"@example.com") })
		}
		wg.Wait()
		c := must[models.Census](t)(db.Census(t.Context()))
		if c != (models.Census{People: 6, Admins: 1}) {
			t.Errorf("there are %+v", c)
		}
	})
}

func TestOneAdministratorIsLeft(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		if role(t, db, ann.ID) != models.RoleAdmin || role(t, db, bob.ID) != models.RoleUser {
			t.Fatal("the first one is not the administrator")
		}
		want(t, db.SetRole(t.Context(), ann.ID, models.RoleUser), models.ErrLastAdmin)
		want(t, db.DisableUser(t.Context(), ann.ID), models.ErrLastAdmin)
		want(t, db.SetRole(t.Context(), bob.ID, "root"), models.ErrInvalid)
		want(t, db.SetRole(t.Context(), "usr_nobody", models.RoleAdmin), models.ErrNotFound)
		want(t, db.SetRole(t.Context(), bob.ID, models.RoleAdmin), nil)
		// Two who take each other's place away: one stays.
		errs := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() { errs[0] = db.SetRole(t.Context(), ann.ID, models.RoleUser) })
		wg.Go(func() { errs[1] = db.DisableUser(t.Context(), bob.ID) })
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), models.ErrLastAdmin) {
			t.Errorf("errors are %v", errs)
		}
		if c := must[models.Census](t)(db.Census(t.Context())); c.Admins != 1 {
			t.Errorf("there are %+v", c)
		}
	})
}

// TestTheOnlyAdministratorStays as long as there is anybody else.
func TestTheOnlyAdministratorStays(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		want(t, db.MayLeave(t.Context(), ann.ID), models.ErrLastAdmin)
		want(t, db.DeleteUser(t.Context(), ann.ID), models.ErrLastAdmin)
		must[*models.User](t)(db.Authenticate(t.Context(), ann.Email, modelstest.Password))
		want(t, db.MayLeave(t.Context(), bob.ID), nil)
		want(t, db.SetRole(t.Context(), bob.ID, models.RoleAdmin), nil)
		want(t, db.DisableUser(t.Context(), bob.ID), nil) // who is disabled looks after nothing
		want(t, db.DeleteUser(t.Context(), ann.ID), models.ErrLastAdmin)
		want(t, db.EnableUser(t.Context(), bob.ID), nil)
		want(t, db.DeleteUser(t.Context(), ann.ID), nil)
		want(t, db.MayLeave(t.Context(), bob.ID), nil) // there is nobody else
		// Who leaves while somebody comes: whoever is here then has an administrator.
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := db.DeleteUser(t.Context(), bob.ID); err != nil && !errors.Is(err, models.ErrLastAdmin) {
				t.Error(err)
			}
		})
		wg.Go(func() { modelstest.User(t, db, "cy@example.com") })
		wg.Wait()
		if c := must[models.Census](t)(db.Census(t.Context())); c.Admins != 1 {
			t.Errorf("there are %+v", c)
		}
	})
}

func TestDisabledPeopleAreOut(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		modelstest.User(t, db, "boss@example.com")
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		mine, others := session(t, db, ann.ID), session(t, db, bob.ID)
		family, refresh, err := db.NewFamily(t.Context(), ann.ID)
		want(t, err, nil)
		_, token, err := db.MakeAPIToken(t.Context(), ann.ID, models.NewAPIToken{Name: "ci", Scopes: models.Scopes()})
		want(t, err, nil)
		running, his := thread(t, db, ann.ID, "hello"), thread(t, db, bob.ID, "hello")
		changes := db.AccessChanges()
		want(t, db.DisableUser(t.Context(), ann.ID), nil)
		want(t, db.DisableUser(t.Context(), ann.ID), nil) // a second time is nothing
		if db.AccessChanges() == changes {
			t.Error("who remembers tokens is not told")
		}
		_, err = db.Session(t.Context(), mine.ID)
		want(t, err, models.ErrNotFound)
		must[*models.Session](t)(db.Session(t.Context(), others.ID))
		_, _, _, err = db.RotateRefresh(t.Context(), refresh)
		want(t, err, models.ErrNotFound)
		if must[bool](t)(db.FamilyActive(t.Context(), ann.ID, family)) {
			t.Error("the token is good")
		}
		_, err = db.FindAPIToken(t.Context(), token)
		want(t, err, models.ErrNotFound)
		if stops := must[[]string](t)(db.StopRequests(t.Context(), owner)); len(stops) != 1 || stops[0] != running.Run.ID {
			t.Errorf("to be stopped: %v, want %s and not %s", stops, running.Run.ID, his.Run.ID)
		}
		finish(t, db, running)
		_, err = db.AcceptMessage(t.Context(), models.Message{UserID: ann.ID, ThreadID: running.Thread.ID, Owner: owner, Message: message("on the way")})
		want(t, err, models.ErrNotFound)
		_, err = db.Authenticate(t.Context(), ann.Email, modelstest.Password)
		want(t, err, models.ErrNotFound)

		want(t, db.EnableUser(t.Context(), ann.ID), nil)
		must[*models.User](t)(db.Authenticate(t.Context(), ann.Email, modelstest.Password))
		_, err = db.Session(t.Context(), mine.ID)
		want(t, err, models.ErrNotFound)
		_, err = db.FindAPIToken(t.Context(), token)
		want(t, err, models.ErrNotFound)
		must[*models.Accepted](t)(send(t, db, ann.ID, "again"))
	})
}

func TestPeopleAreFound(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		for _, n := range []models.NewUser{{Email: "ann@example.com", Name: "Ann O'Hara"}, {Email: "bob_b@example.com", Name: "100% Bob"}, {Email: "cy@example.org"}} {
			n.Password = modelstest.Password
			must[*models.User](t)(db.CreateUser(t.Context(), n))
		}
		for search, n := range map[string]int{"": 3, "ANN": 1, "example.com": 2, "o'hara": 1, "%": 1, "_": 1, `\`: 0, "  cy@ ": 1, "nobody": 0} {
			list, more, err := db.People(t.Context(), models.PeopleQuery{Search: search})
			if err != nil || more || len(list) != n {
				t.Errorf("%q finds %d, %v, %v; want %d", search, len(list), more, err, n)
			}
		}
		first, more, err := db.People(t.Context(), models.PeopleQuery{Limit: 2})
		if err != nil || !more || len(first) != 2 {
			t.Fatal(first, more, err)
		}
		rest, more, err := db.People(t.Context(), models.PeopleQuery{Limit: 2, After: first[1].ID})
		if err != nil || more || len(rest) != 1 || rest[0].ID == first[0].ID || rest[0].ID == first[1].ID {
			t.Fatal(rest, more, err)
		}
	})
}

func TestLimitsOfOnePerson(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		want(t, db.SetUserLimits(t.Context(), ann.ID, ptr(int64(1)), ptr(int64(100))), nil)
		must[*models.Accepted](t)(send(t, db, ann.ID, "one"))
		_, err := send(t, db, ann.ID, "two")
		wantLimit(t, err, "messages")
		wantLimit(t, db.AddTokens(t.Context(), ann.ID, 100), "tokens")
		for range 2 { // others have none
			must[*models.Accepted](t)(send(t, db, bob.ID, "hello"))
		}
		want(t, db.AddTokens(t.Context(), bob.ID, 1000), nil)
		// The other way round: the server has limits, one person has not.
		db.SetLimits(models.Limits{Messages: 1})
		want(t, db.SetUserLimits(t.Context(), ann.ID, ptr(int64(0)), nil), nil)
		must[*models.Accepted](t)(send(t, db, ann.ID, "two"))
		must[*models.Accepted](t)(send(t, db, bob.ID, "counted from here on"))
		_, err = send(t, db, bob.ID, "more")
		wantLimit(t, err, "messages")
		want(t, db.SetUserLimits(t.Context(), ann.ID, nil, nil), nil)
		_, err = send(t, db, ann.ID, "three")
		wantLimit(t, err, "messages")
		want(t, db.SetUserLimits(t.Context(), ann.ID, ptr(int64(-1)), nil), models.ErrInvalid)
	})
}
