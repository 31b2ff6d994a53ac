package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// within runs fn with the shell's database and files open, as a server has them.
func (s *shell) within(fn func(db *models.DB, f *files.Files)) {
	s.t.Helper()
	c, err := loadConfig(env(s.env), s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	db, err := openDatabase(s.t.Context(), c)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	f, err := openFiles(s.t.Context(), c, db, slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	fn(db, f)
}

// TestBackupHasTheAttachments: restored into an empty server, every file can be
// read, also one that was deleted since; and a server's hourly sweep leaves them.
func TestBackupHasTheAttachments(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			from, to := newShell(t), newShell(t)
			if driver == "postgres" {
				from, to = newPostgresShell(t), newPostgresShell(t)
			}
			archive := filepath.Join(from.dir, "backup.tar")
			var user *models.User
			var ids []string
			from.within(func(db *models.DB, f *files.Files) {
				user = modelstest.User(t, db, "ann@example.com")
				for _, text := range []string{"first file", "second file"} {
					a, err := f.Add(t.Context(), user.ID, "note.txt", strings.NewReader(text))
					if err != nil {
						t.Fatal(err)
					}
					ids = append(ids, a.ID)
				}
				from.must("", "backup", archive)
				if err := f.Delete(t.Context(), user.ID, ids[0]); err != nil {
					t.Fatal(err)
				}
			})
			if left, _ := filepath.Glob(filepath.Join(from.dir, "data", ".backup-*")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
			force := "--force=" + map[string]string{"sqlite": "false", "postgres": "true"}[driver] // a test's database has tables
			to.must("", "restore", force, archive)
			to.within(func(db *models.DB, f *files.Files) {
				if err := f.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
				for i, want := range []string{"first file", "second file"} {
					c, err := f.Read(t.Context(), user.ID, ids[i], false)
					if err != nil {
						t.Fatalf("%s: %v", want, err)
					}
					got, err := io.ReadAll(c)
					if err != nil || string(got) != want || c.Close() != nil {
						t.Errorf("%q, %v, want %q", got, err, want)
					}
				}
			})
		})
	}
}

func TestCutArchivesAreRefused(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.within(func(db *models.DB, f *files.Files) {
		u := modelstest.User(t, db, "ann@example.com")
		if _, err := f.Add(t.Context(), u.ID, "note.txt", strings.NewReader("a file")); err != nil {
			t.Fatal(err)
		}
	})
	archive := filepath.Join(s.dir, "backup.tar")
	s.must("", "backup", archive)
	whole, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	to := newShell(t)
	// The last 3 blocks are the end; between it and the file's own 2 nothing is cut in half.
	for _, n := range []int{len(whole) - 3*512, len(whole) - 5*512, len(whole) - 4*512 + 3, 700} {
		to.fails(exitError, "whole", "", "restore", write(t, filepath.Join(s.dir, "cut.tar"), string(whole[:n])))
	}
	for _, name := range []string{"files/../../evil", "files//etc/evil", "evil", "files/"} {
		if local, err := archivedName(name); err == nil {
			t.Errorf("%s goes to %s", name, local)
		}
	}
	if _, err := os.Stat(filepath.Join(to.dir, "data")); err == nil {
		t.Error("a refused restore left something")
	}
}

func TestBackupSaysWhatABucketMeans(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("", "migrate")
	s.env["ATTACHMENTS_URL"] = "s3://files?region=eu-central-1"
	r := s.run("", "backup", filepath.Join(s.dir, "backup.tar"))
	if r.code != 0 || !strings.Contains(r.stderr, "in a bucket, which you have to copy yourself") {
		t.Errorf("code %d: %s", r.code, r.stderr)
	}
}
