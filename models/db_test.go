package models_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "data.db", "mysql://x", "sqlite:", "sqlite::memory:", "sqlite:" + t.TempDir(),
		"postgres://nobody:canary-secret@127.0.0.1:1/none", "postgres://canary-secret@:::bad"} {
		db, err := models.Open(t.Context(), url)
		if err == nil {
			t.Errorf("opened %q", url)
			want(t, db.Close(), nil)
		} else if strings.Contains(url, "nobody:") && strings.Contains(err.Error(), "canary-secret") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestSQLiteFilesArePrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new folder?#%41")
	db := open(t, "sqlite:"+filepath.Join(dir, "task pilot?.db"))
	want(t, db.Migrate(t.Context()), nil)
	want(t, db.Own(t.Context(), owner), nil)
	modelstest.User(t, db, "ada@example.com")
	files := must[[]os.DirEntry](t)(os.ReadDir(dir))
	if len(files) < 4 {
		t.Errorf("files are %v, want the database, its log, its index and its lock", files)
	}
	for _, f := range files {
		if mode := must[os.FileInfo](t)(f.Info()).Mode(); mode.Perm() != 0o600 {
			t.Errorf("%s has mode %v", f.Name(), mode)
		}
	}
}

func TestSQLiteSettings(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	for pragma, value := range map[string]string{"foreign_keys": "1", "journal_mode": "wal", "synchronous": "2", "busy_timeout": "5000"} {
		var got string
		want(t, db.Raw().Raw("PRAGMA "+pragma).Scan(&got).Error, nil)
		if got != value {
			t.Errorf("%s is %s, want %s", pragma, got, value)
		}
	}
	if err := db.Reader().Exec("DELETE FROM users").Error; err == nil {
		t.Error("a reader may write")
	}
}

// TestSQLiteVersion: 3.51.3 mended a race that corrupts databases in WAL mode.
func TestSQLiteVersion(t *testing.T) {
	t.Parallel()
	var version string
	want(t, modelstest.Open(t).Raw().Raw("SELECT sqlite_version()").Scan(&version).Error, nil)
	var major, minor, patch int
	_, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch)
	want(t, err, nil)
	if major*1_000_000+minor*1000+patch < 3_051_003 {
		t.Errorf("SQLite is %s, want 3.51.3 or later", version)
	}
}

func TestPostgresSettings(t *testing.T) {
	t.Parallel()
	db := modelstest.OpenPostgres(t)
	for setting, value := range map[string]string{"statement_timeout": "5s", "lock_timeout": "2s"} {
		var got string
		want(t, db.Raw().Raw("SHOW "+setting).Scan(&got).Error, nil)
		if got != value {
			t.Errorf("%s is %s, want %s", setting, got, value)
		}
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		want(t, db.Ping(t.Context()), nil)
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Ping(over); err == nil {
			t.Error("ping succeeded for a caller that is gone")
		}
		if _, _, err := db.Threads(over, "usr_x", models.PageQuery{}); err == nil {
			t.Error("a read succeeded for a caller that is gone")
		}
	})
}

// TestOddIDsAreNotFound: an id from a URL may hold anything; what cannot be
// stored is not there.
func TestOddIDsAreNotFound(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, "question")
		for _, odd := range []string{"\x00", "thr_\xff", "' OR 1=1 --", strings.Repeat("x", 100_000)} {
			for name, try := range map[string]func() error{
				"User":          func() error { _, err := db.User(t.Context(), odd); return err },
				"Session":       func() error { _, err := db.Session(t.Context(), odd); return err },
				"RotateRefresh": func() error { _, _, _, err := db.RotateRefresh(t.Context(), odd); return err },
				"Thread":        func() error { _, err := db.Thread(t.Context(), u.ID, odd); return err },
				"Owner":         func() error { _, err := db.Thread(t.Context(), odd, a.Thread.ID); return err },
				"Item":          func() error { _, err := db.Item(t.Context(), u.ID, a.Thread.ID, odd); return err },
				"Items":         func() error { _, _, err := db.Items(t.Context(), u.ID, odd, models.ItemQuery{}); return err },
				"Run":           func() error { _, err := db.Run(t.Context(), u.ID, odd); return err },
				"RequestStop":   func() error { return db.RequestStop(t.Context(), u.ID, odd) },
				"DeleteThread":  func() error { return db.DeleteThread(t.Context(), u.ID, odd) },
				"Todo":          func() error { _, err := db.Todo(t.Context(), u.ID, odd); return err },
				"AcceptRetry":   func() error { _, err := db.AcceptRetry(t.Context(), u.ID, odd, odd, owner); return err },
				"Authenticate":  func() error { _, err := db.Authenticate(t.Context(), odd, odd); return err },
			} {
				if err := try(); !errors.Is(err, models.ErrNotFound) {
					t.Errorf("%s(%.10q): %v, want not found", name, odd, err)
				}
			}
			for name, try := range map[string]func() error{
				"Threads": func() error { _, _, err := db.Threads(t.Context(), u.ID, models.PageQuery{After: odd}); return err },
				"Items": func() error {
					_, _, err := db.Items(t.Context(), u.ID, a.Thread.ID, models.ItemQuery{After: odd})
					return err
				},
				"Todos": func() error { _, _, err := db.Todos(t.Context(), u.ID, models.TodoQuery{After: odd}); return err },
			} {
				if err := try(); !errors.Is(err, models.ErrInvalid) {
					t.Errorf("%s after %.10q: %v, want invalid", name, odd, err)
				}
			}
		}
	})
}

func TestTime(t *testing.T) {
	t.Parallel()
	for _, at := range []time.Time{{}, time.Unix(0, 0), time.Date(2026, 1, 2, 3, 4, 5, 6789, time.FixedZone("", -7200)), time.Date(1905, 1, 1, 0, 0, 0, 0, time.UTC)} {
		stored, err := models.At(at).Value()
		want(t, err, nil)
		var back models.Time
		want(t, back.Scan(stored), nil)
		if !at.IsZero() && at.Unix() != 0 && back != models.At(at) {
			t.Errorf("%v came back as %v", at, back)
		}
	}
	if err := new(models.Time).Scan("now"); err == nil {
		t.Error("read a time from text")
	}
}
