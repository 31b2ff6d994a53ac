// Package modelstest gives tests fresh, migrated databases on SQLite and on a
// real Postgres, which it finds or starts by itself. They hash passwords with
// little effort.
package modelstest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/internal/effort"
)

// Password is the password of every user that User creates.
const Password = "correct horse battery"

// Main runs a package's tests and stops the Postgres server that they started.
// A package that uses Postgres has func TestMain(m *testing.M) { modelstest.Main(m) }.
func Main(m *testing.M) {
	code := m.Run()
	server().stop()
	os.Exit(code)
}

// Each runs fn on a fresh database of each kind, in parallel.
func Each(t *testing.T, fn func(t *testing.T, db *models.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, Open(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, OpenPostgres(t))
	})
}

// Open returns a fresh, migrated SQLite database.
func Open(t testing.TB) *models.DB {
	t.Helper()
	return open(t, Copy(t))
}

// Copy returns the address of a fresh, migrated SQLite file.
func Copy(t testing.TB) string {
	t.Helper()
	url := URL(t, "sqlite")
	made, err := template()
	if err == nil {
		err = os.WriteFile(strings.TrimPrefix(url, "sqlite:"), made, 0o600)
	}
	if err != nil {
		t.Fatalf("copy the template: %v", err)
	}
	return url
}

// Context returns a context with which models.Open makes a test's database: it
// hashes passwords with little effort.
func Context(ctx context.Context) context.Context { return effort.Little(ctx) }

// template is a migrated SQLite file, made when first used.
var template = sync.OnceValues(func() (made []byte, err error) {
	dir, err := os.MkdirTemp("", "tp-sqlite-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "template.db")
	if err := migrated("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// migrated migrates a new database and closes it.
func migrated(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, err := models.Open(ctx, url)
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(ctx), db.Close())
}

// OpenPostgres returns a fresh, migrated Postgres database.
func OpenPostgres(t testing.TB) *models.DB {
	t.Helper()
	return open(t, URL(t, "postgres"))
}

// URL returns the address of a fresh database that goes with the test: with
// driver "sqlite" a file that is not there yet, with "postgres" a migrated
// database. Any number of models.Open may share it.
func URL(t testing.TB, driver string) string {
	t.Helper()
	if driver == "sqlite" {
		return "sqlite:" + filepath.Join(t.TempDir(), "taskpilot.db")
	}
	return server().database(t)
}

// User creates a user whose password is Password.
func User(t testing.TB, db *models.DB, email string) *models.User {
	t.Helper()
	u, err := db.CreateUser(context.Background(), models.NewUser{Email: email, Password: Password})
	if err != nil {
		t.Fatalf("create user %s: %v", email, err)
	}
	return u
}

func open(t testing.TB, url string) *models.DB {
	t.Helper()
	db, err := models.Open(effort.Little(context.Background()), url)
	if err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close %s: %v", url, err)
		}
	})
	return db
}

// server is the one Postgres of the test process, started when first used.
var server = sync.OnceValue(func() *postgres { return new(postgres) })
