package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/taskpilot/taskpilot/models"
)

func serveCommand() command {
	return command{
		name:  "serve",
		brief: "Serve the chat (the default)",
		more:  "Brings the database's schema up to date, then serves until it is told to end\n(SIGINT, SIGTERM). Settings are environment variables: see .env.example.",
		prepare: func(*flag.FlagSet) action {
			return func(ctx context.Context, p *program, _ []string) error {
				c, err := p.config()
				if err != nil {
					return err
				}
				if err := c.loadSecrets(); err != nil {
					return err
				}
				if err := c.makeDirs(); err != nil {
					return err
				}
				return serve(ctx, c, newLogger(c, p.stderr))
			}
		},
	}
}

func migrateCommand() command {
	return command{
		name:  "migrate",
		brief: "Bring the database's schema up to date",
		more:  "serve does this by itself; run it alone to prepare an upgrade. A SQLite database\nis copied first.",
		prepare: func(*flag.FlagSet) action {
			return withNewDB(func(_ context.Context, p *program, _ *models.DB, _ Config, _ []string) error {
				_, err := fmt.Fprintln(p.stderr, "The database is up to date.")
				return err
			})
		},
	}
}

// config reads the settings from the environment and .env.
func (p *program) config() (Config, error) {
	file, err := readDotEnv(p.dir)
	if err != nil {
		return Config{}, err
	}
	asked := map[string]bool{}
	c, err := loadConfig(p.lookup.before(file).noting(asked), p.dir)
	c.Unknown = unknownNames(file, p.environ, asked)
	if problems, ok := errors.AsType[configError](err); ok {
		return Config{}, append(problems, c.Unknown...) // they may be why
	}
	return c, err
}

// dbAction is an action on the open, migrated database.
type dbAction func(ctx context.Context, p *program, db *models.DB, c Config, args []string) error

// withDB opens and migrates the database around do. One that is not there is not
// made: somebody has forgotten the server's settings.
func withDB(do dbAction) action {
	open := withNewDB(do)
	return func(ctx context.Context, p *program, args []string) error {
		c, err := p.config()
		if err != nil {
			return err
		}
		if path, ok := c.sqlitePath(); ok {
			if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("there is no database at %s; run this with the settings of the server (DATABASE_URL, DATA_DIR) and in its folder", path)
			}
		}
		return open(ctx, p, args)
	}
}

// withNewDB is withDB for what a server may begin with.
func withNewDB(do dbAction) action {
	return func(ctx context.Context, p *program, args []string) (err error) {
		c, err := p.config()
		if err != nil {
			return err
		}
		if err := c.makeDirs(); err != nil {
			return err
		}
		db, err := openDatabase(ctx, c)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		ctx = models.WithActor(ctx, models.Actor{Door: models.DoorCommand})
		return do(ctx, p, db, c, args)
	}
}

// makeDirs makes the folders that files are going to be in.
func (c Config) makeDirs() error {
	dirs := []string{c.DataDir}
	if path, ok := c.sqlitePath(); ok {
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, dir := range dirs {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make the data folder: %w", err)
		}
	}
	return nil
}

// sqlitePath returns the database's file, if it is one.
func (c Config) sqlitePath() (string, bool) {
	return strings.CutPrefix(c.DatabaseURL, "sqlite:")
}
