package models_test

import (
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestALongThreadsDeletionKeepsNobodyWaiting: others' messages are stored between
// its steps. Were it one transaction, nobody could see a part of it.
func TestALongThreadsDeletionKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ada, bob := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		long := thread(t, db, ada.ID, "a beginning")
		const n = 5000
		fill(t, db, long, n)
		deleted := make(chan error, 1)
		go func() { deleted <- db.DeleteThread(t.Context(), ada.ID, long.Thread.ID) }()
		between := 0
		for sent := int64(1); ; sent++ {
			thread(t, db, bob.ID, "me too")
			if left := count(t, db, "items") - sent; left > 0 && left < n {
				between++
			}
			select {
			case err := <-deleted:
				want(t, err, nil)
				if between == 0 {
					t.Error("no message came between its steps")
				}
				if left := count(t, db, "items") - sent; left != 0 {
					t.Errorf("%d items are left", left)
				}
				return
			default:
			}
		}
	})
}

// TestALongThreadsDeletionGoesOn: one that is cut in the middle has hidden the
// thread for good, from its owner, too, and comes to its end later.
func TestALongThreadsDeletionGoesOn(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		other := modelstest.User(t, db, "bob@example.com")
		kept := thread(t, db, other.ID, "stays")
		a := thread(t, db, u.ID, canary)
		fill(t, db, a, 300)
		want(t, db.ShareThread(t.Context(), u.ID, a.Thread.ID), nil)
		file := &chatkit.Attachment{ID: canary, Name: canary, ThreadID: a.Thread.ID}
		want(t, models.NewStore(db).SaveAttachment(models.WithUser(t.Context(), u.ID), file), nil)
		mend := cutDeletions(t, db)
		want(t, db.DeleteThread(t.Context(), other.ID, a.Thread.ID), models.ErrNotFound) // it is not theirs
		before := count(t, db, "items")
		if err := db.DeleteThread(t.Context(), u.ID, a.Thread.ID); err == nil {
			t.Fatal("the test means nothing: it was not cut")
		}
		if n := count(t, db, "items"); n >= before || n < 50 {
			t.Errorf("%d of %d items are left: it goes all at once", n, before)
		}
		_, err := db.Thread(t.Context(), u.ID, a.Thread.ID)
		want(t, err, models.ErrNotFound)
		want(t, db.RestoreThreads(t.Context(), u.ID, a.Thread.ID), models.ErrNotFound)
		if list := must[[]models.Thread](t)(db.Trashed(t.Context(), u.ID, a.Thread.ID)); len(list) != 0 {
			t.Error("it is said that it can be brought back")
		}
		want(t, db.DeleteThread(t.Context(), u.ID, a.Thread.ID), models.ErrNotFound)
		if n := count(t, db, "shares"); n != 0 {
			t.Error("others can read it")
		}
		if log := must[[]models.Event](t)(db.RunEvents(t.Context(), a.Run.ID, 0, 10)); len(log) != 0 {
			t.Error("it is still being answered")
		}

		mend()
		want(t, db.EmptyTrash(t.Context()), nil)
		for table, n := range map[string]int64{"threads": 1, "items": 1, "runs": 1, "attachments": 0} {
			if got := count(t, db, table); got != n {
				t.Errorf("%s has %d rows, want %d", table, got, n)
			}
		}
		must[*models.Thread](t)(db.Thread(t.Context(), other.ID, kept.Thread.ID))
	})
}

// TestALongHiddenThreadGoes in steps as well, when nobody brought it back in time.
func TestALongHiddenThreadGoes(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, canary)
		fill(t, db, a, 300)
		want(t, db.TrashThreads(t.Context(), u.ID, a.Thread.ID), nil)
		want(t, db.EmptyTrash(t.Context()), nil)
		if n := count(t, db, "items"); n < 300 {
			t.Errorf("%d items are left of a thread that can be brought back", n)
		}
		db.Advance(models.UndoTime + time.Second)
		mend := cutDeletions(t, db)
		if err := db.EmptyTrash(t.Context()); err == nil {
			t.Fatal("the test means nothing: it was not cut")
		}
		want(t, db.RestoreThreads(t.Context(), u.ID, a.Thread.ID), models.ErrNotFound)
		mend()
		want(t, db.EmptyTrash(t.Context()), nil)
		if n := count(t, db, "threads") + count(t, db, "items") + count(t, db, "runs"); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

// cutDeletions lets deletions fail of which all but 50 items have gone, until the
// function that it returns is called.
func cutDeletions(t *testing.T, db *models.DB) (mend func()) {
	t.Helper()
	cut := map[string][]string{
		"sqlite": {"CREATE TRIGGER cut BEFORE DELETE ON items WHEN (SELECT COUNT(*) FROM items) <= 50 BEGIN SELECT RAISE(ABORT, 'cut'); END"},
		"postgres": {"CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF (SELECT COUNT(*) FROM items) <= 50 THEN RAISE EXCEPTION ''cut''; END IF; RETURN old; END'",
			"CREATE TRIGGER cut BEFORE DELETE ON items FOR EACH ROW EXECUTE FUNCTION cut()"},
	}
	for _, statement := range cut[db.Driver()] {
		want(t, db.Raw().Exec(statement).Error, nil)
	}
	return func() {
		t.Helper()
		want(t, db.Raw().Exec(map[string]string{"sqlite": "DROP TRIGGER cut", "postgres": "DROP TRIGGER cut ON items"}[db.Driver()]).Error, nil)
	}
}
