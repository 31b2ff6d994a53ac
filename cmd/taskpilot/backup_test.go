package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofrs/flock"
	"golang.org/x/mod/semver"
)

func (s *shell) database() string { return strings.TrimPrefix(s.env["DATABASE_URL"], "sqlite:") }

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must(testPassword, "user", "add", "ann@example.com")
	copied := filepath.Join(s.dir, "backup of today.db")
	s.must("", "backup", copied)
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup's mode: %v, %v", info, err)
	}
	s.fails(exitError, "exists already", "", "backup", copied)

	s.must(testPassword, "user", "add", "bob@example.com")
	s.fails(exitError, "--force", "", "restore", copied)
	if list := s.must("", "user", "list"); !strings.Contains(list, "bob@") {
		t.Error("a refused restore changed the database")
	}
	s.must("", "restore", copied, "--force")
	list := s.must("", "user", "list")
	if !strings.Contains(list, "ann@") || strings.Contains(list, "bob@") {
		t.Errorf("after the restore: %s", list)
	}
	kept, err := filepath.Glob(s.database() + ".replaced-*Z")
	if err != nil || len(kept) != 1 {
		t.Fatalf("the replaced database: %q, %v", kept, err)
	}

	other := newShell(t)
	other.must("", "restore", kept[0])
	if list := other.must("", "user", "list"); !strings.Contains(list, "bob@") {
		t.Errorf("the replaced database lost what was in it: %s", list)
	}
}

func TestBackupWhileInUse(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("", "migrate")
	c, err := loadConfig(env(s.env), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	db, err := openDatabase(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Own(t.Context(), "own_test"); err != nil {
		t.Fatal(err)
	}
	s.must(testPassword, "user", "add", "ann@example.com")
	copied := filepath.Join(s.dir, "copy.db")
	s.must("", "backup", copied)
	s.fails(exitError, "stop it first", "", "restore", "--force", copied)

	other := newShell(t)
	other.must("", "restore", copied)
	if list := other.must("", "user", "list"); !strings.Contains(list, "ann@") {
		t.Errorf("the backup lacks what was still in the write-ahead log: %s", list)
	}
}

func TestBadBackupsAreRefused(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must(testPassword, "user", "add", "ann@example.com")
	whole := filepath.Join(s.dir, "whole.db")
	s.must("", "backup", whole)
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	damaged := []byte(string(content))
	for i := 8192; i < 12288; i++ {
		damaged[i] = 0xa5
	}
	for name, text := range map[string]string{
		"missing": "", "empty": "", "text": "not a database at all, however long it may be", "cut": string(content[:len(content)/2]), "damaged": string(damaged),
	} {
		path := filepath.Join(s.dir, name)
		if name != "missing" {
			write(t, path, text)
		}
		if r := s.run("", "restore", "--force", path); r.code != exitError {
			t.Errorf("%s: code %d, %s", name, r.code, r.stderr)
		}
	}
	if list := s.must("", "user", "list"); !strings.Contains(list, "ann@") {
		t.Error("a refused restore changed the database")
	}
	if kept, _ := filepath.Glob(s.database() + ".replaced*"); len(kept) > 0 {
		t.Errorf("a refused restore set the database aside: %q", kept)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(s.database()), ".restore-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestNothingToBackUp(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.fails(exitError, "no such file", "", "backup", filepath.Join(s.dir, "copy.db"))
	if _, err := os.Stat(s.database()); err == nil {
		t.Error("the backup created a database")
	}
	if left, _ := filepath.Glob(filepath.Join(s.dir, "copy.db*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestRestoreLetsGoOfTheLock(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("", "migrate")
	copied := filepath.Join(s.dir, "copy.db")
	s.must("", "backup", copied)
	s.must("", "restore", "--force", copied)
	lock := flock.New(s.database() + ".lock")
	if locked, err := lock.TryLock(); !locked || err != nil {
		t.Errorf("the lock is still held: %v, %v", locked, err)
	}
	lock.Close()
}

func TestPasswordStaysOffTheCommandLine(t *testing.T) {
	t.Parallel()
	address, password, err := splitPassword("postgres://ann:p%40ss@db:5432/chat?sslmode=require")
	if err != nil || address != "postgres://ann@db:5432/chat?sslmode=require" || password != "p@ss" {
		t.Errorf("got %q, %q, %v", address, password, err)
	}
}

// TestSQLiteEngine asks the engine itself: its version is not that of the Go
// module around it. Before 3.51.3 a write-ahead log could be corrupted.
func TestSQLiteEngine(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var version string
	if err := db.QueryRowContext(t.Context(), "SELECT sqlite_version()").Scan(&version); err != nil {
		t.Fatal(err)
	}
	if semver.Compare("v"+version, "v3.51.3") < 0 {
		t.Errorf("SQLite %s is too old", version)
	}
}
