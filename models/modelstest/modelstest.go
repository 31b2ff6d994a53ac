// Package modelstest gives tests fresh, migrated databases on SQLite and Postgres.
package modelstest

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/taskpilot/taskpilot/models"
)

// Main runs a package's tests and ends what they started. Use it as
// func TestMain(m *testing.M) { modelstest.Main(m) }.
func Main(m *testing.M) { m.Run() }

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
func Open(t testing.TB) *models.DB { return open(t, URL(t, "sqlite")) }

// OpenPostgres returns a fresh, migrated Postgres database.
func OpenPostgres(t testing.TB) *models.DB { return open(t, URL(t, "postgres")) }

// URL returns the address of a fresh database; driver is "sqlite" or "postgres".
func URL(t testing.TB, driver string) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "taskpilot.db")
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

// Password is the password of every user that User creates.
const Password = "correct horse battery"

func open(t testing.TB, url string) *models.DB {
	t.Helper()
	db, err := models.Open(context.Background(), url)
	if err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Migrate(context.Background()); err != nil {
		t.Fatalf("migrate %s: %v", url, err)
	}
	return db
}
