package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/taskpilot/taskpilot/models"
)

const (
	vocabulary   = 20_000
	wordsEach    = 20   // of a message
	ofFew        = 1000 // messages of a person with few
	eachThread   = 100
	year         = 365 * 24 * time.Hour
	insertAtOnce = 500
)

// filler writes messages as they were before there was an index.
type filler struct {
	database string
	messages int
	db       *models.DB
	people   []string
}

// chance is a number from 0 to 1 that looks like one of chance.
func chance(seed ...int) float64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, seed) // it can't fail
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}

// word is the nth most common word.
func word(n int) string {
	const consonants, vowels = "bdfghklmnprstvwz", "aeiou"
	var b strings.Builder
	for n += 17; n > 0; n /= len(consonants) * len(vowels) {
		b.WriteByte(consonants[n%len(consonants)])
		b.WriteByte(vowels[n/len(consonants)%len(vowels)])
	}
	return b.String()
}

// text is the nth message: common words are in most, rare ones in few.
func text(n int) string {
	list := make([]string, wordsEach)
	for i := range list {
		list[i] = word(int(vocabulary * math.Pow(chance(n, i), 4)))
	}
	if n%10 == 0 {
		list = append(list, string([]rune{rune(0x4e00 + n/10%50), rune(0x4e00 + n/500%50), rune(0x4e00 + n%3000)}))
	}
	return strings.Join(list, " ")
}

// row is one message with its place.
type row struct {
	user, thread, id, payload string
	seq, at                   int64
}

// rows calls put for every message. They are spread over a year.
func (f *filler) rows(put func(row) error) error {
	start := time.Now().Add(-year)
	n := 0
	for p, user := range f.people {
		many := ofFew
		if p == 0 {
			many = f.messages / 10
		}
		for i := 0; i < many && n < f.messages; i, n = i+1, n+1 {
			kind := `{"type":"assistant_message","content":[{"type":"output_text","text":"` + text(n) + `"}]}`
			if err := put(row{user, fmt.Sprintf("thr_%d_%d", p, i/eachThread), fmt.Sprintf("msg_%d", n), kind,
				int64(i%eachThread + 1), start.Add(year / time.Duration(many) * time.Duration(i)).UnixMicro()}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *filler) fill(ctx context.Context) error {
	for i := range 1 + (f.messages-f.messages/10+ofFew-1)/ofFew {
		f.people = append(f.people, fmt.Sprintf("usr_%d", i))
	}
	if there, err := f.db.Users(ctx, "", 1); err != nil || len(there) > 0 {
		return err
	}
	if f.db.Driver() == "postgres" {
		return f.copyPostgres(ctx)
	}
	return f.insertSQLite(ctx)
}

const (
	insertUser   = "INSERT INTO users (id, email, name, password_hash, role, created_at, updated_at) VALUES ('%[1]s', '%[1]s@example.com', 'x', 'x', 'user', 0, 0)"
	insertThread = "INSERT INTO threads (user_id, id, title, status_type, status_reason, metadata, created_at, updated_at) VALUES ('%s', '%s', 'A thread', 'active', '', '{}', %[3]d, %[3]d)"
	toIndex      = "INSERT INTO search_todo (user_id, thread_id, seq) SELECT user_id, id, 0 FROM threads"
)

// insertSQLite writes without waiting for the disk.
func (f *filler) insertSQLite(ctx context.Context) (err error) {
	pool, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(f.database, "sqlite:")+"?_pragma=synchronous(0)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit that does nothing
	exec := func(text string, args ...any) error {
		_, err := tx.ExecContext(ctx, text, args...)
		return err
	}
	for _, user := range f.people {
		if err := exec(fmt.Sprintf(insertUser, user)); err != nil {
			return err
		}
	}
	insert, err := tx.PrepareContext(ctx, "INSERT INTO items (user_id, thread_id, id, seq, run_id, type, hidden, incomplete, payload, created_at) VALUES (?, ?, ?, ?, 'run', 'assistant_message', 0, 0, ?, ?)")
	if err != nil {
		return err
	}
	err = f.rows(func(r row) error {
		if r.seq == 1 {
			if err := exec(fmt.Sprintf(insertThread, r.user, r.thread, r.at)); err != nil {
				return err
			}
		}
		_, err := insert.ExecContext(ctx, r.user, r.thread, r.id, r.seq, r.payload, r.at)
		return err
	})
	if err != nil {
		return err
	}
	return errors.Join(exec(toIndex), tx.Commit())
}

func (f *filler) copyPostgres(ctx context.Context) (err error) {
	conn, err := pgx.Connect(ctx, f.database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	for _, user := range f.people {
		if _, err := conn.Exec(ctx, fmt.Sprintf(insertUser, user)); err != nil {
			return err
		}
	}
	var threads, items [][]any
	flush := func() error {
		_, err1 := conn.CopyFrom(ctx, pgx.Identifier{"threads"}, []string{"user_id", "id", "title", "status_type", "status_reason", "metadata", "created_at", "updated_at"}, pgx.CopyFromRows(threads))
		_, err2 := conn.CopyFrom(ctx, pgx.Identifier{"items"}, []string{"user_id", "thread_id", "id", "seq", "run_id", "type", "hidden", "incomplete", "payload", "created_at"}, pgx.CopyFromRows(items))
		threads, items = threads[:0], items[:0]
		return errors.Join(err1, err2)
	}
	err = f.rows(func(r row) error {
		if r.seq == 1 {
			threads = append(threads, []any{r.user, r.thread, "A thread", "active", "", "{}", r.at, r.at})
		}
		items = append(items, []any{r.user, r.thread, r.id, r.seq, "run", "assistant_message", false, false, r.payload, r.at})
		if len(items) < insertAtOnce {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, toIndex)
	return err
}

// settle does what Postgres does by itself after a while, and a server for SQLite.
func (f *filler) settle(ctx context.Context) error {
	if f.db.Driver() != "postgres" {
		for {
			if more, err := f.db.TidyIndex(ctx); err != nil || !more {
				return err
			}
		}
	}
	conn, err := pgx.Connect(ctx, f.database)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "VACUUM ANALYZE")
	return errors.Join(err, conn.Close(ctx))
}
