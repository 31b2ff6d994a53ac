package models

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// query reads rows without GORM's reflection, which costs the lists that are
// read most more than the database does. text has ? for each argument, on both
// databases, and is the code's own.
func (db *DB) query(tx *gorm.DB, text string, args ...any) (*sql.Rows, error) {
	ctx := tx.Statement.Context
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if db.pg != nil {
		text = numbered(text)
	} else {
		// Nobody waits for the network, and watching a context costs two
		// goroutines for each statement.
		ctx = context.WithoutCancel(ctx)
	}
	began := time.Now()
	rows, err := tx.Statement.ConnPool.QueryContext(ctx, text, args...)
	tx.Logger.Trace(ctx, began, func() (string, int64) { return text, -1 }, err)
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
