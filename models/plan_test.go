package models_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestLongThreadIsReadByIndex: a thread of 100,000 items costs what one of ten
// does, because every page is a range of an index.
func TestLongThreadIsReadByIndex(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, "question")
		const most = 100_000
		fill(t, db, a, most)
		if db.Driver() == "postgres" { // its autovacuum does this; nobody does it on SQLite
			want(t, db.Raw().Exec("ANALYZE").Error, nil)
		}
		queries := record(t, db)

		middle := fmt.Sprintf("msg_%d", most/2)
		for name, q := range map[string]models.ItemQuery{
			"newest": {}, "oldest": {Order: chatkit.Asc}, "middle": {After: middle}, "middle onwards": {After: middle, Order: chatkit.Asc},
			"after a number": {AfterSeq: most - 5, Order: chatkit.Asc}, "before a number": {BeforeSeq: 5, Hidden: true},
			"a turn": {RunID: a.Run.ID},
		} {
			items, _, err := db.Items(t.Context(), u.ID, a.Thread.ID, q)
			if err != nil || len(items) == 0 {
				t.Errorf("%s: %d items, %v", name, len(items), err)
			}
		}
		must[*models.Item](t)(db.Item(t.Context(), u.ID, a.Thread.ID, middle))
		must[*models.Thread](t)(db.Thread(t.Context(), u.ID, a.Thread.ID))
		must[*models.Run](t)(db.ActiveRun(t.Context(), u.ID, a.Thread.ID))
		if list, err := db.Runs(t.Context(), u.ID, a.Thread.ID, []string{a.Run.ID, "run_1", "run_2"}); err != nil || len(list) != 1 {
			t.Errorf("%d runs, %v", len(list), err)
		}
		if _, _, err := db.RecentThreads(t.Context(), u.ID, "", 10); err != nil {
			t.Error(err)
		}
		must[uint64](t)(db.ThreadsChanged(t.Context(), u.ID, 10))
		statements := queries()
		if len(statements) < 15 {
			t.Fatalf("recorded only %d statements", len(statements))
		}
		for _, s := range statements {
			checkPlan(t, db, s)
		}
	})
}

// fill adds items to a thread until it has n.
func fill(t *testing.T, db *models.DB, a *models.Accepted, n int) {
	t.Helper()
	series := "FROM generate_series(CAST(? AS int), CAST(? AS int)) AS s (i)"
	if db.Driver() == "sqlite" {
		series = "FROM (WITH RECURSIVE s (i) AS (SELECT ? UNION ALL SELECT i + 1 FROM s WHERE i < ?) SELECT i FROM s)"
	}
	insert := `INSERT INTO items (user_id, thread_id, id, seq, run_id, type, hidden, incomplete, payload, created_at)
		SELECT ?, ?, 'msg_' || i, i, 'run_' || (i / 3), 'assistant_message', i % 5 = 0, 1 = 0,
		'{"type":"assistant_message","content":[{"type":"output_text","text":"some words"}]}', i ` + series
	want(t, db.Raw().Exec("UPDATE threads SET item_seq = ?", n).Error, nil)
	const some = 10_000 // no statement may take long
	for from := 2; from <= n; from += some {
		err := db.Raw().Exec(insert, a.Thread.UserID, a.Thread.ID, from, min(from+some-1, n)).Error
		want(t, err, nil)
	}
}

type statement struct {
	sql  string
	args []any
}

// record notes every reading statement until the function it returns is called.
func record(t *testing.T, db *models.DB) func() []statement {
	t.Helper()
	var list []statement
	note := func(tx *gorm.DB) { list = append(list, statement{tx.Statement.SQL.String(), tx.Statement.Vars}) }
	if err := db.Reader().Callback().Query().After("gorm:query").Register("test:record", note); err != nil {
		t.Fatal(err)
	}
	return func() []statement {
		if err := db.Reader().Callback().Query().Remove("test:record"); err != nil {
			t.Fatal(err)
		}
		return list
	}
}

// checkPlan fails the test if the statement reads a table from end to end, or
// sorts what it read.
func checkPlan(t *testing.T, db *models.DB, s statement) {
	t.Helper()
	explain := "EXPLAIN "
	if db.Driver() == "sqlite" {
		explain = "EXPLAIN QUERY PLAN "
	}
	pool := must[*sql.DB](t)(db.Raw().DB())
	rows := must[*sql.Rows](t)(pool.QueryContext(t.Context(), explain+s.sql, s.args...))
	defer rows.Close()
	columns := must[[]string](t)(rows.Columns())
	var plan strings.Builder
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		want(t, rows.Scan(cells...), nil)
		fmt.Fprintln(&plan, *cells[len(cells)-1].(*any)) // the last column is the text
	}
	want(t, rows.Err(), nil)
	// The last one reads all runs of a thread where a few are wanted.
	for _, bad := range []string{"SCAN", "TEMP B-TREE", "Seq Scan on items", "runs_item (user_id=? AND thread_id=?)"} {
		if strings.Contains(plan.String(), bad) {
			t.Errorf("%s\n%s", s.sql, plan.String())
		}
	}
	if !strings.Contains(strings.ToUpper(plan.String()), "INDEX") && !strings.Contains(s.sql, "threads") && !strings.Contains(s.sql, "runs") {
		t.Errorf("no index is used: %s\n%s", s.sql, plan.String())
	}
}
