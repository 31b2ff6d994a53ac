package models_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// open opens a database that was migrated already, as another process would.
func open(t testing.TB, url string) *models.DB {
	t.Helper()
	db := must[*models.DB](t)(models.Open(t.Context(), url))
	t.Cleanup(func() { want(t, db.Close(), nil) })
	return db
}

func ids(runs []models.Run) []string {
	var list []string
	for _, r := range runs {
		list = append(list, r.ID)
	}
	return list
}

func TestOwnOnce(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			url := modelstest.URL(t, driver)
			first, second := open(t, url), open(t, url)
			want(t, first.Own(t.Context(), "one"), nil)
			err := second.Own(t.Context(), "one")
			if err == nil || !strings.Contains(err.Error(), "another") {
				t.Errorf("a second owner got %v", err)
			}
			if err := first.Own(t.Context(), "one"); err == nil {
				t.Error("owned twice")
			}
			want(t, first.Disown(), nil)
			want(t, first.Disown(), nil)
			want(t, second.Own(t.Context(), "one"), nil)
		})
	}
}

func TestOrphans(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			url := modelstest.URL(t, driver)
			dead := open(t, url)
			want(t, dead.Migrate(t.Context()), nil)
			u := modelstest.User(t, dead, "ada@example.com")
			want(t, dead.Own(t.Context(), "dead"), nil)
			var left []string
			var last *models.Accepted
			for range 3 {
				last = accept(t, dead, models.Message{UserID: u.ID, Owner: "dead", Message: message("hi")})
				b := batch(last)
				b.Events = events(`1`, `2`)
				commit(t, dead, b)
				left = append(left, last.Run.ID)
			}
			done := accept(t, dead, models.Message{UserID: u.ID, Owner: "dead", Message: message("hi")})
			finish(t, dead, done)

			heir := open(t, url)
			mine := accept(t, heir, models.Message{UserID: u.ID, Owner: "heir", Message: message("hi")})
			if driver == "postgres" { // a SQLite file has one owner, so another one is dead
				if runs := must[[]models.Run](t)(heir.Orphans(t.Context(), "heir")); len(runs) != 0 {
					t.Errorf("took %v from a live owner", runs)
				}
			}
			commit(t, dead, batch(last))
			want(t, dead.Disown(), nil) // as at its death
			want(t, heir.Own(t.Context(), "heir"), nil)
			runs := must[[]models.Run](t)(heir.Orphans(t.Context(), "heir"))
			if got := ids(runs); !slices.Equal(got, left) || slices.Contains(got, mine.Run.ID) {
				t.Fatalf("took over %v, want %v", got, left)
			}
			for _, r := range runs {
				if r.Owner != "heir" || r.Status != models.RunRunning {
					t.Errorf("took over %+v", r)
				}
			}
			lost, err := dead.Commit(t.Context(), []models.RunBatch{batch(last)})
			if err != nil || !slices.Equal(lost, []string{last.Run.ID}) {
				t.Errorf("the dead owner's commit: lost %v, %v", lost, err)
			}
			if runs := must[[]models.Run](t)(heir.Orphans(t.Context(), "heir")); len(runs) != 0 {
				t.Errorf("took over again: %v", runs)
			}
		})
	}
}

func TestOrphansAtOnceHaveOneHeir(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		for range 20 {
			accept(t, db, models.Message{UserID: u.ID, Owner: "dead", Message: message("hi")})
		}
		var mu sync.Mutex
		var taken []string
		var all sync.WaitGroup
		for _, heir := range []string{"a", "a", "a", "a"} {
			all.Go(func() {
				runs, err := db.Orphans(t.Context(), heir)
				if err != nil {
					t.Errorf("Orphans: %v", err)
				}
				mu.Lock()
				defer mu.Unlock()
				taken = append(taken, ids(runs)...)
			})
		}
		all.Wait()
		slices.Sort(taken)
		if n := len(slices.Compact(slices.Clone(taken))); n != 20 || len(taken) != 20 {
			t.Errorf("%d runs were taken over %d times, want 20 once each", n, len(taken))
		}
	})
}

func TestOwnSurvivesBrokenConnection(t *testing.T) {
	t.Parallel()
	db := modelstest.OpenPostgres(t)
	want(t, db.Own(t.Context(), "steady"), nil)
	db.BreakLease(t, "steady")
	eventually(t, func() bool { return db.Owned(t, "steady") })
	want(t, db.Disown(), nil)
	if db.Owned(t, "steady") {
		t.Error("owned after Disown")
	}
}

// eventually fails the test unless what holds within ten seconds.
func eventually(t *testing.T, what func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(10 * time.Second); !what(); {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("it did not happen within ten seconds")
		}
	}
}

func TestStopRequests(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a, other := thread(t, db, u.ID, "1"), thread(t, db, u.ID, "2")
		foreign := accept(t, db, models.Message{UserID: u.ID, Owner: "another", Message: message("3")})
		if got := must[[]string](t)(db.StopRequests(t.Context(), owner)); len(got) != 0 {
			t.Errorf("stop requests are %v", got)
		}
		for _, run := range []string{a.Run.ID, a.Run.ID, foreign.Run.ID} {
			want(t, db.RequestStop(t.Context(), u.ID, run), nil)
		}
		if got := must[[]string](t)(db.StopRequests(t.Context(), owner)); !slices.Equal(got, []string{a.Run.ID}) {
			t.Errorf("stop requests are %v, want %v", got, a.Run.ID)
		}
		finish(t, db, a)
		finish(t, db, other)
		want(t, db.RequestStop(t.Context(), u.ID, other.Run.ID), nil)
		if got := must[[]string](t)(db.StopRequests(t.Context(), owner)); len(got) != 0 {
			t.Errorf("stop requests of finished runs: %v", got)
		}
		runs := must[[]models.Run](t)(db.Runs(t.Context(), u.ID, a.Thread.ID, []string{a.Run.ID, other.Run.ID, "run_none"}))
		if !slices.Equal(ids(runs), []string{a.Run.ID}) || !runs[0].StopRequested {
			t.Errorf("runs of the thread are %+v", runs)
		}
	})
}
