package models

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/libtnb/sqlite"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

const (
	sqliteReaders   = 4
	postgresMaxConn = 16
)

// The pragmas of every SQLite connection. synchronous=FULL: what was committed
// survives a power cut. Readers are held to reading by query_only;
// the system caches the file for them all, so each needs little of its own.
var (
	pragmas       = []string{"foreign_keys(1)", "journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)"}
	readerPragmas = []string{"foreign_keys(1)", "query_only(1)", "busy_timeout(5000)", "cache_size(-500)"}
)

func (db *DB) openSQLite(path string) error {
	if path == "" || path == ":memory:" {
		return errors.New("sqlite: needs the path of a file, as in sqlite:data/taskpilot.db")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := private(path); err != nil {
		return err
	}
	db.path, db.log = path, &sqliteLog{}
	if db.writer, err = openFile(path, pragmas, "immediate", 1); err != nil {
		return err
	}
	db.reader, err = openFile(path, readerPragmas, "deferred", sqliteReaders)
	return err
}

// private makes sure that the file is there and nobody else's to read; SQLite
// gives the files beside it the same mode.
func private(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

func openFile(path string, pragmas []string, txlock string, size int) (*gorm.DB, error) {
	// Without the _texttotime that the dialect would add, a text that looks like a
	// time stays the text that it is: times are stored as integers.
	query := url.Values{"_pragma": pragmas, "_txlock": {txlock}}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
	pool := sqlitePool(dsn)
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	g, err := gorm.Open(sqlite.New(sqlite.Config{Conn: pool}), gormConfig())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite file %s: %w", path, err), pool.Close())
	}
	return g, nil
}

func (db *DB) openPostgres(address string) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return err
	}
	db.pg, db.log = config.Copy(), postgresLog{}
	set := config.RuntimeParams
	set["statement_timeout"] = cmp.Or(set["statement_timeout"], "5s")
	set["lock_timeout"] = cmp.Or(set["lock_timeout"], "2s")
	set["idle_in_transaction_session_timeout"] = "60s"
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(postgresMaxConn)
	pool.SetMaxIdleConns(postgresMaxConn)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	db.writer, err = gorm.Open(postgres.New(postgres.Config{Conn: pool}), gormConfig())
	if err != nil {
		return errors.Join(err, pool.Close())
	}
	db.reader = db.writer
	return nil
}

// gormConfig has no prepared statements: the connections keep their own.
func gormConfig() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		Logger:                 slowLog{slog.Default()},
	}
}
