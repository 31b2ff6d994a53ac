package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	_ "modernc.org/sqlite" // the driver that openSQLite names
)

// restoreSQLite copies backup to path. What was at path is kept beside it. files
// restores what goes with it, once nothing stands in the way.
func restoreSQLite(ctx context.Context, backup, path string, force bool, now time.Time, files func() error) (err error) {
	if err := checkSQLite(ctx, backup); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	lock := flock.New(path + ".lock") // a server holds it while it runs
	locked, err := lock.TryLock()
	if err != nil {
		return err
	}
	if !locked {
		return errors.New("a server is using the database; stop it first")
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	if _, err := os.Lstat(path); err == nil && !force {
		return fmt.Errorf("%s exists; use --force to replace it", path)
	}
	copied, err := copyBeside(backup, path)
	if err != nil {
		return err
	}
	defer os.Remove(copied)
	if err := files(); err != nil {
		return err
	}
	if err := setAside(path, now); err != nil {
		return err
	}
	return os.Rename(copied, path)
}

// setAside renames a database, with the files that belong to it.
func setAside(path string, now time.Time) error {
	aside := path + ".replaced-" + now.UTC().Format("20060102T150405.000000Z")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		err := os.Rename(path+suffix, aside+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// copyBeside copies from into a new file in the folder of path, down to the disk.
func copyBeside(from, path string) (string, error) {
	source, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer source.Close()
	target, err := os.CreateTemp(filepath.Dir(path), ".restore-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = io.Copy(target, source)
	if err = errors.Join(err, target.Sync(), target.Close()); err != nil {
		os.Remove(target.Name())
		return "", err
	}
	return target.Name(), nil
}

// backupSQLite has SQLite write a consistent copy, also while a server writes.
// (Copying the file alone would leave out what is in its write-ahead log.)
func backupSQLite(ctx context.Context, path, file string) (err error) {
	db, err := openSQLite(path, "mode=rw")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", file); err != nil {
		return err
	}
	return checkSQLite(ctx, file)
}

// checkSQLite has SQLite read a whole database file and refuses a damaged one.
func checkSQLite(ctx context.Context, path string) (err error) {
	db, err := openSQLite(path, "mode=ro&immutable=1")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("%s is not a whole SQLite database: %w", path, err)
	}
	if verdict != "ok" {
		return fmt.Errorf("%s is damaged: %s", path, verdict)
	}
	return nil
}

// openSQLite opens an existing database file.
func openSQLite(path, options string) (*sql.DB, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() || info.Size() == 0 {
		return nil, fmt.Errorf("%s is not a database file", path)
	}
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: options}
	return sql.Open("sqlite", dsn.String())
}
