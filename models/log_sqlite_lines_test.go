package models_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestLogAfterItsBeginningWent: of a run whose events are in pages already, the
// journal may still have some, without those that they were shortened after.
func TestLogAfterItsBeginningWent(t *testing.T) {
	t.Parallel()
	url := modelstest.URL(t, "sqlite")
	db := open(t, url)
	want(t, db.Migrate(t.Context()), nil)
	runs := several(t, db, 2)
	for range 10 {
		commit(t, db, runs[0].more(1))
	}
	commit(t, db, runs[1].more(1)) // holds the journal from here on
	for range 80 {
		commit(t, db, runs[0].more(1))
	}
	var first models.Event // of the journal's rows
	row := db.Raw().Raw("SELECT n, lines FROM run_journal ORDER BY n LIMIT 1").Row()
	want(t, row.Scan(&first.Seq, &first.Payload), nil)
	if first.Seq != 11 {
		t.Fatalf("the journal begins with row %d, want 11: the test means nothing", first.Seq)
	}
	var next []byte
	want(t, db.Raw().Raw("SELECT lines FROM run_journal WHERE n = 12").Row().Scan(&next), nil)
	if !strings.Contains(string(next), "~") {
		t.Fatalf("row 12 is whole: the test means nothing: %s", next)
	}
	other := open(t, url)
	for _, r := range runs {
		r.check(t, other)
	}
	commit(t, other, runs[0].more(3), runs[1].more(2))
	for _, r := range runs {
		r.check(t, other)
		r.check(t, db)
	}
}

// TestLogIsShort: what all deltas of an answer begin with is stored once a page.
func TestLogIsShort(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	run := several(t, db, 1)[0]
	const n = 1000
	for i := range n {
		e := chatkit.ItemUpdated{ItemID: "msg_000000000000000000000000", Update: chatkit.TextDelta{Delta: fmt.Sprint(i, "\n")}}
		run.all = append(run.all, models.Event{Seq: int64(i + 1), Payload: must[[]byte](t)(chatkit.Marshal(e))})
	}
	b := run.batch
	b.Events, b.End = run.all, &models.RunEnd{Status: models.RunCompleted}
	commit(t, db, b)
	run.check(t, db)
	var stored int64
	want(t, db.Raw().Raw("SELECT SUM(length(lines)) FROM run_events").Scan(&stored).Error, nil)
	if whole := int64(len(run.all[0].Payload)); stored/n > whole/5 {
		t.Errorf("%d bytes for an event of %d", stored/n, whole)
	}
}
