package models

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"
)

// query reads rows without GORM's reflection, which costs the lists that are
// read most more than the database does. text has ? for each argument, on both
// databases, and is the code's own.
func (db *DB) query(ctx context.Context, text string, args ...any) (rows *sql.Rows, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	pool, err := db.reader.DB()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if db.pg != nil { // which keeps prepared statements by itself
		rows, err = pool.QueryContext(ctx, numbered(text), args...)
	} else {
		// Nobody waits for a network, and watching a context costs two goroutines
		// for each statement.
		rows, err = pool.QueryContext(context.WithoutCancel(ctx), text, args...)
	}
	db.reader.Logger.Trace(ctx, began, func() (string, int64) { return text, -1 }, err)
	return rows, err
}

// each calls scan for every row and closes rows.
func each(rows *sql.Rows, scan func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// numbered writes ? as $1, $2 and so on, as Postgres wants it.
func numbered(text string) string {
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(text, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		text = after
	}
}
