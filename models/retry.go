package models

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// attempts is how often a transaction that lost against another is begun again.
const attempts = 5

// write runs fn in one transaction. Postgres may end one of two transactions
// that wait for each other; that one is run again.
func (db *DB) write(ctx context.Context, fn func(tx *gorm.DB) error) error {
	for n := 1; ; n++ {
		err := db.writer.WithContext(ctx).Transaction(fn)
		if err == nil || n == attempts || !lostAgainstOther(err) {
			return err
		}
		pause := time.NewTimer(time.Duration(n) * time.Duration(1+rand.Int64N(int64(10*time.Millisecond))))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
	}
}

// lostAgainstOther reports a deadlock or a serialization failure.
func lostAgainstOther(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40P01" || pg.Code == "40001")
}
