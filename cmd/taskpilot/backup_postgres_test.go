package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models/modelstest"
)

func newPostgresShell(t *testing.T) *shell {
	t.Helper()
	s := newShell(t)
	s.env["DATABASE_URL"] = modelstest.URL(t, "postgres")
	return s
}

func TestBackupAndRestoreOnPostgres(t *testing.T) {
	t.Parallel()
	s := newPostgresShell(t)
	s.must(testPassword, "user", "add", "ann@example.com")
	copied := filepath.Join(s.dir, "copy.dump")
	s.must("", "backup", copied)
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup's mode: %v, %v", info, err)
	}
	s.must(testPassword, "user", "add", "bob@example.com")
	s.fails(exitError, "already exists", "", "restore", copied)
	if list := s.must("", "user", "list"); !strings.Contains(list, "bob@") {
		t.Error("a refused restore changed the database")
	}
	s.must("", "restore", copied, "--force")
	if list := s.must("", "user", "list"); !strings.Contains(list, "ann@") || strings.Contains(list, "bob@") {
		t.Errorf("after the restore: %s", list)
	}
	s.must(testPassword, "user", "add", "cy@example.com") // the schema is whole
}

func TestBadBackupsAreRefusedOnPostgres(t *testing.T) {
	t.Parallel()
	s := newPostgresShell(t)
	s.must(testPassword, "user", "add", "ann@example.com")
	s.fails(exitError, "no such file", "", "restore", "--force", filepath.Join(s.dir, "missing"))
	s.fails(exitError, "pg_restore", "", "restore", "--force", write(t, filepath.Join(s.dir, "text"), "not a dump"))
	if list := s.must("", "user", "list"); !strings.Contains(list, "ann@") {
		t.Error("a refused restore changed the database")
	}
}

func TestPostgresErrorsShowNoPassword(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.env["DATABASE_URL"] = "postgres://ann:canary@127.0.0.1:1/chat?connect_timeout=2"
	for _, args := range [][]string{{"backup", filepath.Join(s.dir, "copy")}, {"user", "list"}, {"migrate"}} {
		r := s.run("", args...)
		if r.code != exitError || strings.Contains(r.stderr+r.stdout, "canary") {
			t.Errorf("%q: code %d: %s", args, r.code, r.stderr)
		}
	}
}
