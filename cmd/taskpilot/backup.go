package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func backupCommand() command {
	return command{
		name: "backup", args: "<file>", nargs: 1,
		brief: "Copy the database and the attachments into a file, also while the server runs",
		more:  "The file is a tar archive, and must not exist. Postgres: pg_dump must be installed.\nThe secrets in DATA_DIR are not part of it, nor are attachments in an S3 bucket.",
		prepare: noFlags(func(ctx context.Context, p *program, args []string) error {
			c, err := p.config()
			if err != nil {
				return err
			}
			if _, err := os.Lstat(args[0]); !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s exists already; name a new file", args[0])
			}
			if err := c.backup(ctx, args[0]); err != nil {
				return fmt.Errorf("back up: %w", err)
			}
			copied := "The database and the attachments are"
			if _, isFolder := c.filesFolder(); !isFolder {
				copied = "The attachments are in a bucket, which you have to copy yourself, now. The database is"
			}
			_, err = fmt.Fprintf(p.stderr, "%s copied to %s.\n", copied, args[0])
			return err
		}),
	}
}

// filesFolder is where attachments are, if that is a folder.
func (c Config) filesFolder() (string, bool) {
	rest, ok := strings.CutPrefix(c.Files.URL, "file:")
	folder, err := url.PathUnescape(strings.TrimPrefix(rest, "//"))
	return filepath.FromSlash(folder), ok && err == nil
}

// backup writes the database and the attachments to a new file: complete or not
// at all.
func (c Config) backup(ctx context.Context, file string) (err error) {
	partial, database := file+".partial", file+".database"
	for _, left := range []string{partial, database} { // by one that was killed
		if err := os.Remove(left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	defer func() {
		os.Remove(database)
		if err != nil {
			os.Remove(partial)
		}
	}()
	folder, isFolder := c.filesFolder()
	if _, err := os.Stat(folder); !isFolder || errors.Is(err, fs.ErrNotExist) {
		folder = ""
	}
	linked := ""
	if folder != "" {
		if linked, err = os.MkdirTemp(filepath.Dir(folder), ".backup-"); err != nil {
			return err
		}
		defer os.RemoveAll(linked)
		if err := gather(ctx, folder, linked); err != nil {
			return err
		}
	}
	if err := c.copyDatabase(ctx, database); err != nil {
		return err
	}
	if folder != "" {
		if err := gather(ctx, folder, linked); err != nil {
			return err
		}
	}
	if err := writeArchive(ctx, partial, database, linked); err != nil {
		return err
	}
	return os.Rename(partial, file)
}

func (c Config) copyDatabase(ctx context.Context, file string) error {
	path, isFile := c.sqlitePath()
	if !isFile {
		if err := pgDump(ctx, c.DatabaseURL, file); err != nil {
			return err
		}
		return os.Chmod(file, 0o600)
	}
	return backupSQLite(ctx, path, file)
}

// restore puts the attachments of a whole backup into their folder, then the
// database into its place.
func (c Config) restore(ctx context.Context, file string, force bool, now time.Time) (err error) {
	archived, err := isArchive(file)
	if err != nil {
		return err
	}
	database := file
	if archived {
		var clean func()
		if database, clean, err = c.unpackDatabase(file); err != nil {
			return err
		}
		defer clean()
	}
	files := func() error { return nil }
	if folder, isFolder := c.filesFolder(); archived && isFolder {
		files = func() error { return unpackFiles(file, folder) }
	}
	if path, isFile := c.sqlitePath(); isFile {
		return restoreSQLite(ctx, database, path, force, now, files)
	}
	if err := pgRestore(ctx, c.DatabaseURL, database, force); err != nil {
		return err
	}
	return files()
}

// unpackDatabase checks an archive and puts its database into a file of
// DATA_DIR, where there is room for it, unlike where others put what is small.
// clean takes away that file, and the folder if it was made and stayed empty.
func (c Config) unpackDatabase(archive string) (database string, clean func(), err error) {
	_, err = os.Stat(c.DataDir)
	made := errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return "", nil, err
	}
	clean = func() {
		if database != "" {
			_ = os.Remove(database)
		}
		if made {
			_ = os.Remove(c.DataDir) // refuses if something is in it
		}
	}
	f, err := os.CreateTemp(c.DataDir, ".restore-") // mode 0600
	if err == nil {
		database = f.Name()
		err = errors.Join(f.Close(), checkArchive(archive, database))
	}
	if err != nil {
		clean()
		return "", nil, err
	}
	return database, clean, nil
}

func restoreCommand() command {
	return command{
		name: "restore", args: "<file>", nargs: 1,
		brief: "Put a backup in the database's place",
		more:  "Stop the server first. The backup is checked before anything is changed. Its\nattachments go to the folder of ATTACHMENTS_URL, beside what is there. SQLite:\na database that is there stays untouched unless --force is given; then it is kept\nbeside the new one under a name with the time. Postgres: pg_restore must be\ninstalled; --force replaces the tables that are there.",
		prepare: func(flags *flag.FlagSet) action {
			force := flags.Bool("force", false, "replace the database that is there")
			return func(ctx context.Context, p *program, args []string) error {
				c, err := p.config()
				if err != nil {
					return err
				}
				if err := c.restore(ctx, args[0], *force, p.now()); err != nil {
					return fmt.Errorf("restore: %w", err)
				}
				_, err = fmt.Fprintf(p.stderr, "%s is restored. Start the server to use it.\n", filepath.Base(args[0]))
				return err
			}
		},
	}
}
