package models_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// manyItems is a thread from elsewhere with n items.
func manyItems(n int) *models.ThreadCopy {
	c := &models.ThreadCopy{Thread: models.Thread{ID: "thr_0123456789ab", Title: "long " + canary}}
	for i := range n {
		c.Items = append(c.Items, models.Item{RunID: "run_1", Item: answer(fmt.Sprint("msg_", i), "", canary)})
	}
	return c
}

// TestALongImportKeepsNobodyWaiting: others' messages are stored between its steps,
// and it is not shown before it is whole.
func TestALongImportKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ada, bob := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		const n = 3000
		c := manyItems(n)
		stored := make(chan error, 1)
		go func() { stored <- db.PutThread(t.Context(), ada.ID, "a:1", c, models.FileLimits{}) }()
		between := 0
		for sent := int64(1); ; sent++ {
			thread(t, db, bob.ID, "me too")
			there := count(t, db, "items") - sent
			list, _, err := db.RecentThreads(t.Context(), ada.ID, "", 10)
			want(t, err, nil)
			if there > 0 && there < n {
				between++
				if len(list) > 0 && count(t, db, "items")-sent < n {
					t.Error("it is shown before it is whole")
				}
			}
			select {
			case err := <-stored:
				want(t, err, nil)
				if between == 0 {
					t.Error("no message came between its steps")
				}
				whole := must[*models.ThreadCopy](t)(db.CopyThread(t.Context(), ada.ID, "thr_0123456789ab"))
				if len(whole.Items) != n || whole.Items[n-1].Seq != n || whole.Thread.Title != c.Thread.Title {
					t.Errorf("%d items, the last is number %d", len(whole.Items), whole.Items[n-1].Seq)
				}
				known := must[[]string](t)(db.KnownSources(t.Context(), ada.ID, []string{"a:1"}))
				if len(known) != 1 {
					t.Error("nobody knows where it came from")
				}
				return
			default:
			}
		}
	})
}

// TestALongImportIsWholeOrNothing: neither one that is there already nor one that
// is cut in the middle leaves anything.
func TestALongImportIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	cut := map[string][]string{
		"sqlite": {"CREATE TRIGGER cut BEFORE INSERT ON items WHEN (SELECT COUNT(*) FROM items) >= 250 BEGIN SELECT RAISE(ABORT, 'cut'); END"},
		"postgres": {"CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF (SELECT COUNT(*) FROM items) >= 250 THEN RAISE EXCEPTION ''cut''; END IF; RETURN new; END'",
			"CREATE TRIGGER cut BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION cut()"},
	}
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		put := func(n int) error { return db.PutThread(t.Context(), u.ID, "a:1", manyItems(n), models.FileLimits{}) }
		want(t, put(150), nil)
		want(t, put(180), models.ErrConflict)
		if n := count(t, db, "items"); n != 150 || count(t, db, "threads") != 1 {
			t.Errorf("%d items", n)
		}
		want(t, db.DeleteThread(t.Context(), u.ID, "thr_0123456789ab"), nil)
		for _, statement := range cut[db.Driver()] {
			want(t, db.Raw().Exec(statement).Error, nil)
		}
		if err := put(400); err == nil {
			t.Fatal("the test means nothing: it was not cut")
		}
		for _, table := range []string{"threads", "items", "imported"} {
			if n := count(t, db, table); n != 0 {
				t.Errorf("%s has %d rows", table, n)
			}
		}
	})
}

// TestWhatACrashLeavesOfAnImportGoes, as what is in the bin does; nobody sees it
// until then.
func TestWhatACrashLeavesOfAnImportGoes(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		want(t, db.PutThread(t.Context(), u.ID, "a:1", manyItems(150), models.FileLimits{}), nil)
		// As if it had ended before the last step.
		want(t, db.TrashThreads(t.Context(), u.ID, "thr_0123456789ab"), nil)
		want(t, db.Raw().Exec("DELETE FROM imported").Error, nil)
		want(t, db.PutThread(t.Context(), u.ID, "a:1", manyItems(200), models.FileLimits{}), nil)
		db.Advance(models.UndoTime + time.Second)
		want(t, db.EmptyTrash(t.Context()), nil)
		if n := count(t, db, "items"); n != 200 || count(t, db, "threads") != 1 {
			t.Errorf("%d items", n)
		}
	})
}
