package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

func backupCommand() command {
	return command{
		name: "backup", args: "<file>", nargs: 1,
		brief: "Copy the database into a file, also while the server runs",
		more:  "SQLite: a complete database file. Postgres: a dump made by pg_dump, which must be\ninstalled. The file must not exist. The secrets in DATA_DIR are not part of it.",
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
			_, err = fmt.Fprintf(p.stderr, "The database is copied to %s.\n", args[0])
			return err
		}),
	}
}

// backup writes the database to a new file: complete or not at all.
func (c Config) backup(ctx context.Context, file string) (err error) {
	partial := file + ".partial"
	if err := os.Remove(partial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(partial)
		}
	}()
	path, isFile := c.sqlitePath()
	if !isFile {
		err = pgDump(ctx, c.DatabaseURL, partial)
	} else {
		err = backupSQLite(ctx, path, partial)
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(partial, 0o600); err != nil {
		return err
	}
	return os.Rename(partial, file)
}

func restoreCommand() command {
	return command{
		name: "restore", args: "<file>", nargs: 1,
		brief: "Put a backup in the database's place",
		more:  "Stop the server first. The backup is checked before anything is changed. SQLite:\na database that is there stays untouched unless --force is given; then it is kept\nbeside the new one under a name with the time. Postgres: pg_restore must be\ninstalled; --force replaces the tables that are there.",
		prepare: func(flags *flag.FlagSet) action {
			force := flags.Bool("force", false, "replace the database that is there")
			return func(ctx context.Context, p *program, args []string) error {
				c, err := p.config()
				if err != nil {
					return err
				}
				if path, isFile := c.sqlitePath(); isFile {
					err = restoreSQLite(ctx, args[0], path, *force, p.now())
				} else {
					err = pgRestore(ctx, c.DatabaseURL, args[0], *force)
				}
				if err != nil {
					return fmt.Errorf("restore: %w", err)
				}
				_, err = fmt.Fprintf(p.stderr, "%s is restored. Start the server to use it.\n", filepath.Base(args[0]))
				return err
			}
		},
	}
}
