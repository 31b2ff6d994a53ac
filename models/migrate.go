package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/taskpilot/taskpilot/models/migrations"
)

// Migrate brings the schema to this program's version, one process at a time.
// It refuses a database that a newer program has migrated, or that is not whole,
// and copies an existing SQLite file before it changes it.
func (db *DB) Migrate(ctx context.Context) error {
	if err := db.migrate(ctx, migrations.FS); err != nil {
		return fmt.Errorf("models: migrate: %w", err)
	}
	return nil
}

// migrate uses the migrations of fsys, which has a folder for each driver.
func (db *DB) migrate(ctx context.Context, fsys fs.FS) error {
	files, err := fs.Sub(fsys, db.Driver())
	if err != nil {
		return err
	}
	if db.pg != nil {
		return db.migratePostgres(ctx, files)
	}
	return db.migrateSQLite(ctx, files)
}

func (db *DB) migrateSQLite(ctx context.Context, files fs.FS) (err error) {
	one := flock.New(db.path+".migrate.lock", flock.SetPermissions(0o600))
	if _, err := one.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	defer func() { err = errors.Join(err, one.Unlock()) }()
	pool, err := db.writer.DB()
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, pool, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	return db.raise(ctx, pool, provider)
}

// migratePostgres uses connections of its own: a migration may take longer than
// a statement of the program ever may.
func (db *DB) migratePostgres(ctx context.Context, files fs.FS) (err error) {
	pool := stdlib.OpenDB(*db.pg)
	defer func() { err = errors.Join(err, pool.Close()) }()
	one, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
	if err != nil {
		return err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := one.SessionLock(ctx, conn); err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	defer func() { err = errors.Join(err, one.SessionUnlock(context.WithoutCancel(ctx), conn)) }()
	provider, err := goose.NewProvider(goose.DialectPostgres, pool, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	return db.raise(ctx, pool, provider)
}

// raise looks, migrates and looks again. The caller holds the lock.
func (db *DB) raise(ctx context.Context, pool *sql.DB, provider *goose.Provider) error {
	have, err := db.versionsOf(ctx, pool)
	if err != nil {
		return err
	}
	if err := db.checkVersions(ctx, have, provider); err != nil {
		return err
	}
	pending, err := provider.HasPending(ctx)
	if err != nil {
		return err
	}
	backup := ""
	if pending && len(have) > 0 {
		if backup, err = db.backUp(ctx, have[len(have)-1]); err != nil {
			return fmt.Errorf("back up first: %w", err)
		}
	}
	if _, err := provider.Up(ctx); err != nil {
		return errors.Join(err, db.forgetBackup(ctx, pool, backup, have))
	}
	return db.verify(ctx)
}

// forgetBackup deletes a backup of a migration that changed nothing, so that a
// server that tries again and again does not fill the disk.
func (db *DB) forgetBackup(ctx context.Context, pool *sql.DB, backup string, had []int64) error {
	if backup == "" {
		return nil
	}
	have, err := db.versionsOf(ctx, pool)
	if err != nil || !slices.Equal(have, had) {
		return err
	}
	return os.Remove(backup)
}

// backUp copies a SQLite file as it is and returns the copy's path; of Postgres
// its administrator takes backups.
func (db *DB) backUp(ctx context.Context, version int64) (string, error) {
	if db.path == "" {
		return "", nil
	}
	to := fmt.Sprintf("%s.backup-v%d-%s", db.path, version, db.now().UTC().Format("20060102T150405.000000"))
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	if err := f.Close(); err != nil {
		return "", err
	}
	// VACUUM INTO writes a whole database into a file that is empty.
	if err := db.writer.WithContext(ctx).Exec("VACUUM INTO ?", to).Error; err != nil {
		return "", errors.Join(err, os.Remove(to))
	}
	return to, nil
}
