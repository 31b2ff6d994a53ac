package models

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"

	"github.com/taskpilot/taskpilot/models/internal/effort"
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	writer *gorm.DB // SQLite: one connection, whose transactions take the write lock at once
	reader *gorm.DB // SQLite: a few read-only connections; Postgres: the same pool as writer

	log eventLog

	path string          // of the SQLite file, else ""
	pg   *pgx.ConnConfig // of Postgres, else nil

	limits    Limits
	auditKept time.Duration // 0: for ever
	now       func() time.Time
	cost      cost          // of a password's hash
	hashing   chan struct{} // a slot for each password that may be hashed at once

	room atomic.Pointer[workRoom] // nil while it is used

	untidy atomic.Bool // SQLite's index has changed since TidyIndex

	accessChanges atomic.Int64

	ownMu sync.Mutex
	own   lease // held between Own and Disown
}

// hashesAtOnce bounds the memory that sign-ins take: each needs 19 MiB.
const hashesAtOnce = 4

// Open opens "sqlite:path" or a postgres:// URL. It creates the SQLite file,
// readable by its owner only, and does not migrate.
func Open(ctx context.Context, url string) (*DB, error) {
	db := &DB{now: time.Now, cost: today, hashing: make(chan struct{}, hashesAtOnce)}
	if effort.IsLittle(ctx) {
		db.cost = littleCost
	}
	db.untidy.Store(true)
	var err error
	switch scheme, rest, _ := strings.Cut(url, ":"); scheme {
	case "sqlite":
		err = db.openSQLite(strings.TrimPrefix(rest, "//"))
	case "postgres", "postgresql":
		err = db.openPostgres(url)
	default:
		err = errors.New("the address must begin with sqlite: or postgres://")
	}
	if err == nil {
		err = db.Ping(ctx)
	}
	if err != nil {
		return nil, errors.Join(wrap("open", err), db.Close())
	}
	return db, nil
}

// Driver returns "sqlite" or "postgres".
func (db *DB) Driver() string {
	if db.pg != nil {
		return "postgres"
	}
	return "sqlite"
}

// Ping asks the database for an answer.
func (db *DB) Ping(ctx context.Context) error {
	for _, pool := range db.pools() {
		if err := pool.PingContext(ctx); err != nil {
			return wrap("ping", err)
		}
	}
	return nil
}

// Close gives up ownership and closes every connection.
func (db *DB) Close() error {
	errs := []error{db.Disown()}
	for _, pool := range db.pools() {
		errs = append(errs, pool.Close())
	}
	return errors.Join(errs...)
}

func (db *DB) pools() []*sql.DB {
	var list []*sql.DB
	for _, g := range []*gorm.DB{db.writer, db.reader} {
		if g == nil || len(list) > 0 && db.writer == db.reader {
			continue
		}
		if pool, err := g.DB(); err == nil {
			list = append(list, pool)
		}
	}
	return list
}

func (db *DB) read(ctx context.Context) *gorm.DB { return db.reader.WithContext(ctx) }

// duplicate reports a row that a unique index refused.
func duplicate(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23505"
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code() == 1555 || lite.Code() == 2067 // SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE
	}
	return false
}

// orphaned reports a row that a foreign key refused: its owner is gone.
func orphaned(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23503"
	}
	lite, ok := errors.AsType[*sqlite.Error](err)
	return ok && lite.Code() == 787 // SQLITE_CONSTRAINT_FOREIGNKEY
}

// unstorable reports a text that Postgres cannot even compare with, such as an
// id with a NUL. All that is stored is clean, so nothing has that id.
func unstorable(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == "22021"
}

// unwritable reports that it is the disk, not the change, that keeps the database
// from storing it.
func unwritable(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "53100" || pg.Code == "25006" // disk_full, read_only_sql_transaction
	}
	lite, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch lite.Code() & 0xff {
	case 8, 10, 13: // SQLITE_READONLY, _IOERR, _FULL, in whatever variety
		return true
	}
	return false
}

// unreachable reports that there was no connection to the database, or that it broke.
func unreachable(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		class := pg.Code[:min(3, len(pg.Code))]
		return class == "57P" || class[:min(2, len(class))] == "08" || pg.Code == "53300" // shutdown or start, connection, too_many_connections
	}
	_, connect := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[*net.OpError](err)
	return connect || network || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF)
}

// patient lets the rest of a transaction take as long as it needs: Postgres
// would end a statement that deletes years of somebody's threads.
func (db *DB) patient(tx *gorm.DB) error {
	if db.pg == nil {
		return nil
	}
	return tx.Exec("SET LOCAL statement_timeout = 0").Error
}

// limited reports a *LimitError.
func limited(err error) bool {
	_, ok := errors.AsType[*LimitError](err)
	return ok
}

// wrap says what was being done, and turns the database's "no row" into ours.
// The package's own errors pass unchanged.
func wrap(doing string, err error) error {
	switch {
	case err == nil, limited(err), errors.Is(err, ErrNotFound), errors.Is(err, ErrConflict),
		errors.Is(err, ErrInvalid), errors.Is(err, ErrBusy), errors.Is(err, ErrExpired), errors.Is(err, ErrLastAdmin):
		return err
	case errors.Is(err, gorm.ErrRecordNotFound), unstorable(err):
		return ErrNotFound
	}
	if errors.Is(err, ErrUnwritable) || errors.Is(err, ErrUnreachable) {
		return fmt.Errorf("models: %s: %w", doing, err)
	}
	if unwritable(err) {
		err = fmt.Errorf("%w: %w", ErrUnwritable, err)
	} else if unreachable(err) {
		err = fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return fmt.Errorf("models: %s: %w", doing, err)
}
