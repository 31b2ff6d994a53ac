package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
)

func openConn(t *testing.T) *sql.DB {
	t.Helper()
	pool := sqlitePool("file:" + filepath.Join(t.TempDir(), "x.db") + "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)")
	pool.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	})
	say(t, pool, "CREATE TABLE t (a INTEGER, b TEXT)")
	say(t, pool, "INSERT INTO t VALUES (1, '2026-01-02 03:04:05'), (2, 'two'), (3, NULL)")
	return pool
}

func say(t *testing.T, pool interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
}, text string, args ...any) {
	t.Helper()
	if _, err := pool.ExecContext(t.Context(), text, args...); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// kept is how many statements the pool's one connection keeps.
func kept(t *testing.T, pool *sql.DB) (n int) {
	t.Helper()
	conn, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		own := c.(*sqliteConn)
		if n = own.order.Len(); n != len(own.byText) {
			return fmt.Errorf("%d statements under %d texts", n, len(own.byText))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestStatementsAreKept: a statement is compiled once, one that is being used is
// nobody else's, and only so many are kept.
func TestStatementsAreKept(t *testing.T) {
	t.Parallel()
	pool := openConn(t)
	tx, err := pool.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	const text = "SELECT a FROM t WHERE a >= ? ORDER BY a"
	var seen []int64
	var walk func(from int64)
	walk = func(from int64) { // the same statement within its own rows
		rows, err := tx.QueryContext(t.Context(), text, from)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var a int64
			if err := rows.Scan(&a); err != nil {
				t.Fatal(err)
			}
			if seen = append(seen, a); a > from {
				walk(a)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	walk(1)
	if got := fmt.Sprint(seen); got != "[1 2 2 3 3 3 3]" {
		t.Errorf("walked %s", got)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	before := kept(t, pool)
	for range 3 {
		say(t, pool, "UPDATE t SET b = b WHERE a = ?", 1)
	}
	if after := kept(t, pool); after != before+1 {
		t.Errorf("%d statements, then %d", before, after)
	}
	for i := range 2 * keptStatements {
		say(t, pool, fmt.Sprintf("UPDATE t SET b = b WHERE a = %d", i))
	}
	if n := kept(t, pool); n != keptStatements {
		t.Errorf("%d statements are kept, want %d", n, keptStatements)
	}
}

// TestKeptStatementsSeeTheSchema: a table that has changed is read as it is.
func TestKeptStatementsSeeTheSchema(t *testing.T) {
	t.Parallel()
	pool := openConn(t)
	columns := func() int {
		rows, err := pool.QueryContext(t.Context(), "SELECT * FROM t WHERE a = 1")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		list, err := rows.Columns()
		if err != nil || !rows.Next() {
			t.Fatal(err, rows.Err())
		}
		values := make([]any, len(list))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before := columns()
	say(t, pool, "ALTER TABLE t ADD COLUMN c INTEGER")
	if n := columns(); before != 2 || n != 3 {
		t.Errorf("%d columns, then %d", before, n)
	}
	say(t, pool, "DROP TABLE t")
	if _, err := pool.ExecContext(t.Context(), "UPDATE t SET b = b WHERE a = ?", 1); err == nil {
		t.Error("a table that is gone was changed")
	}
}

// TestStatementsAfterFailures: a statement that failed, or whose reader left, does
// its next work as if nothing had been.
func TestStatementsAfterFailures(t *testing.T) {
	t.Parallel()
	pool := openConn(t)
	say(t, pool, "CREATE UNIQUE INDEX once ON t (a)")
	const insert, read = "INSERT INTO t VALUES (?, ?)", "SELECT a, b FROM t WHERE a > ? ORDER BY a"
	for a := int64(10); a < 13; a++ {
		say(t, pool, insert, a, "x")
		if _, err := pool.ExecContext(t.Context(), insert, a, "x"); err == nil {
			t.Fatal("the same number twice")
		}
	}
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		rows, err := pool.QueryContext(ctx, read, 1)
		if err != nil || !rows.Next() {
			t.Fatal(err)
		}
		cancel()
		for rows.Next() {
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		var a int64
		var b sql.NullString
		if err := pool.QueryRowContext(t.Context(), read, 11).Scan(&a, &b); err != nil || a != 12 || b.String != "x" {
			t.Errorf("read %d, %v: %v", a, b, err)
		}
	}
	var text string
	if err := pool.QueryRowContext(t.Context(), "SELECT coalesce(b, '') FROM t WHERE a = 1").Scan(&text); err != nil || text != "2026-01-02 03:04:05" {
		t.Errorf("a text that looks like a time is %q: %v", text, err)
	}
}

// TestStatementsOfManyAtOnce: connections are used by many goroutines, each by one
// at a time.
func TestStatementsOfManyAtOnce(t *testing.T) {
	t.Parallel()
	pool := openConn(t)
	pool.SetMaxOpenConns(4)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for n := range 50 {
				var a int64
				if err := pool.QueryRowContext(t.Context(), "SELECT a FROM t WHERE a = ?", 1+(i+n)%3).Scan(&a); err != nil || a != int64(1+(i+n)%3) {
					t.Errorf("%d instead of %d: %v", a, 1+(i+n)%3, err)
				}
			}
		})
	}
	all.Wait()
}
