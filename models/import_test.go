package models_test

import (
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestImportIsTakenOnOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		ctx := t.Context()
		db.Freeze()
		first, i := &models.Import{Name: "old.zip", Object: "old"}, &models.Import{Name: "new\n.zip", Object: "new"}
		_, err := db.AddImport(ctx, ann.ID, first)
		want(t, err, nil)
		replaced, err := db.AddImport(ctx, ann.ID, i)
		want(t, err, nil)
		if len(replaced) != 1 || replaced[0] != "old" || i.Name != "new .zip" {
			t.Errorf("replaced %q by %q", replaced, i.Name)
		}
		_, err = db.Import(ctx, bob.ID, i.ID)
		want(t, err, models.ErrNotFound)
		_, err = db.BeginImport(ctx, bob.ID, i.ID)
		want(t, err, models.ErrNotFound)
		_, err = db.RemoveImport(ctx, bob.ID, i.ID)
		want(t, err, models.ErrNotFound)

		_, err = db.BeginImport(ctx, ann.ID, i.ID)
		want(t, err, nil)
		_, err = db.BeginImport(ctx, ann.ID, i.ID)
		want(t, err, models.ErrConflict)
		_, err = db.RemoveImport(ctx, ann.ID, i.ID)
		want(t, err, models.ErrConflict)
		db.Advance(2 * time.Minute)
		begun, err := db.BeginImport(ctx, ann.ID, i.ID) // left behind
		want(t, err, nil)
		begun.State, begun.Result.Threads, begun.Object = models.ImportDone, 3, ""
		want(t, db.SaveImport(ctx, begun), nil)
		_, err = db.BeginImport(ctx, ann.ID, i.ID)
		want(t, err, models.ErrConflict)
		list, err := db.Imports(ctx, ann.ID, 5)
		want(t, err, nil)
		if len(list) != 1 || list[0].Result.Threads != 3 || list[0].State != models.ImportDone {
			t.Errorf("%+v", list)
		}
		_, err = db.RemoveImport(ctx, ann.ID, i.ID)
		want(t, err, nil)
	})
}

func TestPutThreadKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ann@example.com")
		ctx := t.Context()
		put := func(source, text string) error {
			return db.PutThread(ctx, u.ID, source, &models.ThreadCopy{Thread: models.Thread{ID: "thr_0123456789ab", Title: text},
				Items: []models.Item{{RunID: "run_1", Item: answer("msg_1", "", text)}}}, models.FileLimits{})
		}
		want(t, put("a:1", "first"), nil)
		want(t, put("a:1", "again"), models.ErrConflict)
		want(t, put("b:1", "other"), nil) // the id is taken: it gets another
		ids, err := db.ThreadKeys(ctx, u.ID, "", 10)
		want(t, err, nil)
		if len(ids) != 2 {
			t.Errorf("threads %q", ids)
		}
		c, err := db.CopyThread(ctx, u.ID, "thr_0123456789ab")
		want(t, err, nil)
		if c.Thread.Title != "first" || len(c.Items) != 1 {
			t.Errorf("%+v", c)
		}
		want(t, db.TrashThreads(ctx, u.ID, ids...), nil)
		known, err := db.KnownSources(ctx, u.ID, []string{"a:1", "b:1"})
		want(t, err, nil)
		if len(known) != 0 {
			t.Errorf("known although in the bin: %q", known)
		}
		want(t, put("a:1", "back"), nil)
	})
}
