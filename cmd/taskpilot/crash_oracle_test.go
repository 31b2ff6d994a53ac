package main

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// oracle compares what callers saw with what is in the database. It reads the
// database with SQL of its own.
type oracle struct {
	t     *testing.T
	sql   *sql.DB
	pg    bool
	fresh func() (*sql.DB, error) // opens another connection
}

func newOracle(t *testing.T, url string) *oracle {
	t.Helper()
	driver, source := "pgx", url
	path, lite := strings.CutPrefix(url, "sqlite:")
	if lite {
		driver, source = "sqlite", "file:"+path+"?_pragma=busy_timeout(5000)"
	}
	pool, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	})
	return &oracle{t: t, sql: pool, pg: !lite, fresh: func() (*sql.DB, error) { return sql.Open(driver, source) }}
}

// number returns the first column of a query's first row. Its parameters are
// $1, $2 and so on in both databases.
func (o *oracle) number(query string, args ...any) (n int) {
	o.t.Helper()
	if err := o.sql.QueryRowContext(o.t.Context(), query, args...).Scan(&n); err != nil {
		o.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// integrity has SQLite check everything that it stores, on a connection of its own:
// one that has checked the index of search before takes what the server merged
// meanwhile for damage.
func (o *oracle) integrity() {
	o.t.Helper()
	pool, err := o.fresh()
	if err != nil {
		o.t.Fatal(err)
	}
	defer pool.Close()
	var report string
	if err := pool.QueryRowContext(o.t.Context(), "PRAGMA integrity_check").Scan(&report); err != nil || report != "ok" {
		o.t.Errorf("integrity check: %s %v", report, err)
	}
}

// sound checks that the database holds together.
func (o *oracle) sound() {
	o.t.Helper()
	if n := o.number("SELECT COUNT(*) FROM runs WHERE status <> 'running' AND finished_at IS NULL"); n != 0 {
		o.t.Errorf("%d ended runs have no time of their end", n)
	}
	if o.pg {
		return
	}
	o.integrity()
	rows, err := o.sql.QueryContext(o.t.Context(), "PRAGMA foreign_key_check")
	if err != nil {
		o.t.Fatal(err)
	}
	defer rows.Close()
	if rows.Next() {
		o.t.Error("a row refers to one that is not there")
	}
	if err := rows.Err(); err != nil {
		o.t.Error(err)
	}
}

// fate is what the database says of a message's run.
type fate struct {
	runID, itemID, status string
	retry                 bool
	incomplete            bool   // an item of it is
	text                  string // of the stored answer
}

// fate looks a message up by its key; nil when it was never stored.
func (o *oracle) fate(r *recording) *fate {
	o.t.Helper()
	messages := o.number("SELECT COUNT(*) FROM items WHERE user_id = $1 AND type = 'user_message' AND payload LIKE $2",
		r.user.ID, "%"+r.key+" %")
	rows, err := o.sql.QueryContext(o.t.Context(),
		"SELECT id, item_id, status, allow_retry FROM runs WHERE user_id = $1 AND client_key = $2", r.user.ID, r.key)
	if err != nil {
		o.t.Fatal(err)
	}
	defer rows.Close()
	var list []*fate
	for rows.Next() {
		f := &fate{}
		if err := rows.Scan(&f.runID, &f.itemID, &f.status, &f.retry); err != nil {
			o.t.Fatal(err)
		}
		list = append(list, f)
	}
	if err := rows.Err(); err != nil {
		o.t.Fatal(err)
	}
	if len(list) > 1 || messages != len(list) {
		o.t.Fatalf("%s is stored %d times, with %d runs", r, messages, len(list))
	}
	if len(list) == 0 {
		return nil
	}
	o.readAnswer(r, list[0])
	return list[0]
}

// readAnswer reads the stored items of a run.
func (o *oracle) readAnswer(r *recording, f *fate) {
	o.t.Helper()
	rows, err := o.sql.QueryContext(o.t.Context(),
		"SELECT payload, incomplete FROM items WHERE user_id = $1 AND thread_id = $2 AND run_id = $3 AND type = 'assistant_message' ORDER BY seq",
		r.user.ID, r.thread, f.runID)
	if err != nil {
		o.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var payload string
		var incomplete bool
		if err := rows.Scan(&payload, &incomplete); err != nil {
			o.t.Fatal(err)
		}
		item, err := chatkit.UnmarshalItem([]byte(payload))
		if err != nil {
			o.t.Fatal(err)
		}
		f.text += item.(*chatkit.AssistantMessage).Text()
		f.incomplete = f.incomplete || incomplete
	}
	if err := rows.Err(); err != nil {
		o.t.Fatal(err)
	}
}

// explains checks that a message's fate fits what its caller was told.
func (o *oracle) explains(f *fate, r *recording) {
	o.t.Helper()
	full := answerTo(r.key, r.words)
	switch {
	case r.runID != "" && f.runID != r.runID:
		o.t.Errorf("%s: stored with run %s", r, f.runID)
	case !strings.HasPrefix(full, f.text):
		o.t.Errorf("%s: the stored answer is not what the model said: %q", r, f.text)
	case f.status == "completed":
		if f.text != full || f.incomplete {
			o.t.Errorf("%s: completed with %d of %d bytes, incomplete %v", r, len(f.text), len(full), f.incomplete)
		}
	case f.status != "interrupted" || r.whole:
		o.t.Errorf("%s: %s, its stream ended in order: %v", r, f.status, r.whole)
	case !f.retry:
		o.t.Errorf("%s: interrupted without a retry", r)
	case f.incomplete != (f.text != ""):
		o.t.Errorf("%s: interrupted with %q, marked %v", r, f.text, f.incomplete)
	}
}
