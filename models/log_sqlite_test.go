package models_test

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/migrations"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// told is a run and the events that it was told to store.
type told struct {
	batch models.RunBatch
	all   []models.Event
}

// more gives the run n more events, of some hundred bytes each.
func (r *told) more(n int) models.RunBatch {
	b := r.batch
	for range n {
		seq := int64(len(r.all) + 1)
		e := models.Event{Seq: seq, Payload: fmt.Appendf(nil, `{"run":%q,"seq":%d,"text":"%s"}`, r.batch.RunID, seq, strings.Repeat("x", 50+int(seq)%100))}
		r.all, b.Events = append(r.all, e), append(b.Events, e)
	}
	return b
}

// check reads the run from several numbers, in pieces of several sizes.
func (r *told) check(t *testing.T, db *models.DB) {
	t.Helper()
	for _, after := range []int{0, 1, len(r.all) / 2, len(r.all) - 1, len(r.all)} {
		for _, limit := range []int{1, 7, 1000} {
			want := r.all[max(0, after):]
			want = want[:min(limit, len(want))]
			got := must[[]models.Event](t)(db.RunEvents(t.Context(), r.batch.RunID, int64(after), limit))
			if len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
				t.Errorf("after %d of %d, at most %d: got %d events, want %d", after, len(r.all), limit, len(got), len(want))
			}
		}
	}
}

func several(t *testing.T, db *models.DB, n int) []*told {
	t.Helper()
	u := modelstest.User(t, db, "ada@example.com")
	runs := make([]*told, n)
	for i := range runs {
		runs[i] = &told{batch: batch(thread(t, db, u.ID, fmt.Sprint(i)))}
	}
	return runs
}

func TestLogIsWholeFromAnyNumber(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		runs := several(t, db, 5)
		for i := range 60 {
			var list []models.RunBatch
			for k, r := range runs {
				if i%(k+1) == 0 {
					list = append(list, r.more(1+k*i%4))
				}
			}
			if i%20 == 19 { // some end meanwhile
				last := runs[0].more(1)
				last.End = &models.RunEnd{Status: models.RunCompleted}
				commit(t, db, list[1:]...)
				commit(t, db, list[0])
				commit(t, db, last)
				runs[0].check(t, db)
				runs = runs[1:]
				continue
			}
			commit(t, db, list...)
			if i%7 == 0 {
				for _, r := range runs {
					r.check(t, db)
				}
			}
		}
	})
}

// journal is the number of rows that the journal has.
func journal(t *testing.T, db *models.DB) int64 {
	t.Helper()
	return count(t, db, "run_journal")
}

func TestLogAfterACrash(t *testing.T) {
	t.Parallel()
	url := modelstest.URL(t, "sqlite")
	db := open(t, url)
	want(t, db.Migrate(t.Context()), nil)
	runs := several(t, db, 3)
	for range 30 {
		commit(t, db, runs[0].more(1), runs[1].more(2))
	}
	commit(t, db, runs[2].more(1))
	if journal(t, db) == 0 {
		t.Fatal("the journal is empty: the test means nothing")
	}
	// A process that dies leaves the file as it is; another opens it.
	next := open(t, url)
	for _, r := range runs {
		r.check(t, next)
	}
	commit(t, next, runs[0].more(1), runs[2].more(40))
	for _, r := range runs {
		r.check(t, next)
		r.check(t, db) // and who was there before sees that as well
	}
	commit(t, db, runs[1].more(1))
	runs[1].check(t, next)
}

func TestLogAfterACommitThatFailed(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	runs := several(t, db, 2)
	commit(t, db, runs[0].more(5), runs[1].more(1))
	failed := []models.RunBatch{runs[0].more(60)} // more than a page: it leaves the journal
	want(t, db.Raw().Exec("CREATE TRIGGER refuse BEFORE INSERT ON items BEGIN SELECT RAISE(ABORT, 'full'); END").Error, nil)
	failed[0].Items = []models.ItemChange{{Item: answer("msg_1", failed[0].ThreadID, "x")}}
	if _, err := db.Commit(t.Context(), failed); err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatalf("the commit did not fail: %v", err)
	}
	if n := logged(t, db); n != 6 {
		t.Errorf("%d events are stored, want the 6 from before", n)
	}
	if got := must[[]models.Event](t)(db.RunEvents(t.Context(), runs[0].batch.RunID, 0, 100)); len(got) != 5 {
		t.Errorf("%d events are shown, want the 5 that are stored", len(got))
	}
	want(t, db.Raw().Exec("DROP TRIGGER refuse").Error, nil)
	commit(t, db, failed...)
	for _, r := range runs {
		r.check(t, db)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	b := runs[0].more(1)
	if _, err := db.Commit(gone, []models.RunBatch{b}); err == nil {
		t.Fatal("a commit whose time is up succeeded")
	}
	commit(t, db, b)
	runs[0].check(t, db)
}

func TestJournalStaysShort(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	runs := several(t, db, 3)
	commit(t, db, runs[0].more(1)) // and then nothing: it must not hold the journal
	for i := range 700 {
		commit(t, db, runs[1].more(1), runs[2].more(1))
		if n := journal(t, db); n > 300 {
			t.Fatalf("%d rows after %d commits", n, i)
		}
	}
	for _, r := range runs {
		r.check(t, db)
		b := r.batch
		b.End = &models.RunEnd{Status: models.RunCompleted}
		commit(t, db, b)
	}
	if n := journal(t, db); n != 0 {
		t.Errorf("%d rows although nothing runs", n)
	}
}

// TestLogOfEarlierVersions migrates a database with a run that its process left.
func TestLogOfEarlierVersions(t *testing.T) {
	t.Parallel()
	before := fstest.MapFS{}
	for _, name := range must[[]string](t)(fs.Glob(migrations.FS, "*/*.sql")) {
		if filepath.Base(name) < "00006" {
			before[name] = &fstest.MapFile{Data: must[[]byte](t)(fs.ReadFile(migrations.FS, name))}
		}
	}
	db := open(t, "sqlite:"+filepath.Join(t.TempDir(), "old.db"))
	refused(t, db.MigrateFrom(t.Context(), before), "not whole") // for this program, that is
	for _, statement := range []string{
		`INSERT INTO users VALUES ('usr_1', 'ada@example.com', '', '', 'user', NULL, 1, 1)`,
		`INSERT INTO threads (user_id, id, title, status_type, status_reason, metadata, created_at, updated_at) VALUES ('usr_1', 'thr_1', '', 'active', '', '{}', 1, 1)`,
		`INSERT INTO items VALUES ('usr_1', 'thr_1', 'msg_1', 1, 'run_1', 'user_message', 0, 0, '{}', 1)`,
		`INSERT INTO runs (n, user_id, id, thread_id, item_id, status, error_code, error_message, allow_retry, stop_requested, owner, created_at)
			VALUES (7, 'usr_1', 'run_1', 'thr_1', 'msg_1', 'running', '', '', 0, 0, 'dead', 1)`,
		`INSERT INTO run_events VALUES (3, 0, 7, 1, '{"a":1}'), (5, 3, 7, 2, '{"a":2}')`,
		`INSERT INTO run_tails VALUES (7, 5, 2)`,
	} {
		want(t, db.Raw().Exec(statement).Error, nil)
	}
	want(t, db.Migrate(t.Context()), nil)
	got := must[[]models.Event](t)(db.RunEvents(t.Context(), "run_1", 0, 10))
	if !reflect.DeepEqual(got, events(`{"a":1}`, `{"a":2}`)) {
		t.Errorf("the log is %v", got)
	}
	next := models.RunBatch{RunID: "run_1", UserID: "usr_1", ThreadID: "thr_1", Owner: "dead", Events: []models.Event{{Seq: 3, Payload: []byte(`3`)}}}
	commit(t, db, next)
	if got := must[[]models.Event](t)(db.RunEvents(t.Context(), "run_1", 2, 10)); len(got) != 1 || got[0].Seq != 3 {
		t.Errorf("it goes on with %v", got)
	}
}

// TestLogNoticesWhatAnotherProcessDid has a process that stores only events, in
// the shortest way, while another one writes, deletes and takes over.
func TestLogNoticesWhatAnotherProcessDid(t *testing.T) {
	t.Parallel()
	url := modelstest.URL(t, "sqlite")
	db := open(t, url)
	want(t, db.Migrate(t.Context()), nil)
	other := open(t, url)
	runs := several(t, db, 3)
	for range 3 { // the runs are known from now on
		commit(t, db, runs[0].more(1), runs[1].more(1), runs[2].more(1))
	}
	commit(t, other, runs[0].more(2))
	commit(t, db, runs[0].more(1), runs[1].more(1))
	for _, r := range runs {
		r.check(t, db)
		r.check(t, other)
	}
	commit(t, db, runs[0].more(60), runs[1].more(60), runs[2].more(60)) // pages full: they leave the journal
	if n := journal(t, db); n != 0 {
		t.Fatalf("the journal has %d rows: it would tell of the deletion by itself", n)
	}
	gone := runs[1].batch
	want(t, other.DeleteThread(t.Context(), gone.UserID, gone.ThreadID), nil)
	lost := must[[]string](t)(db.Commit(t.Context(), []models.RunBatch{runs[0].more(1), runs[1].more(1)}))
	if !reflect.DeepEqual(lost, []string{gone.RunID}) {
		t.Errorf("lost is %v, want the run whose thread is deleted", lost)
	}
	commit(t, db, runs[0].more(1), runs[2].more(1))
	must[[]models.Run](t)(other.Orphans(t.Context(), "own_next"))
	late := runs[0].batch
	late.Events = []models.Event{{Seq: int64(len(runs[0].all) + 1), Payload: []byte(`{}`)}}
	if lost = must[[]string](t)(db.Commit(t.Context(), []models.RunBatch{late})); !reflect.DeepEqual(lost, []string{late.RunID}) {
		t.Errorf("lost is %v, want the run that has another owner", lost)
	}
	runs[0].check(t, db)
	runs[2].check(t, other)
}
