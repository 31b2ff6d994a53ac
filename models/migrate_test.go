package models_test

import (
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/migrations"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// later is the program's migrations and one more.
func later(t *testing.T, statement string) fs.FS {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, driver := range []string{"sqlite", "postgres"} {
		names := must[[]string](t)(fs.Glob(migrations.FS, driver+"/*.sql"))
		for _, name := range names {
			fsys[name] = &fstest.MapFile{Data: must[[]byte](t)(fs.ReadFile(migrations.FS, name))}
		}
		fsys[fmt.Sprintf("%s/%05d_later.sql", driver, newest(t)+1)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + statement)}
	}
	return fsys
}

// newest is the version that the program's migrations lead to.
func newest(t *testing.T) int {
	t.Helper()
	names := must[[]string](t)(fs.Glob(migrations.FS, "sqlite/*.sql"))
	number, _, _ := strings.Cut(filepath.Base(slices.Max(names)), "_")
	return must[int](t)(strconv.Atoi(number))
}

// refused fails the test unless err says what is wrong and what to do.
func refused(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("migrate: %v, want an error with %q", err, w)
		}
	}
}

func TestMigrateAgain(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		nest(t, db, "ada@example.com")
		before := dump(t, db)
		want(t, db.Migrate(t.Context()), nil)
		if dump(t, db) != before {
			t.Error("migrating again changed something")
		}
	})
}

func TestMigrateRefusesNewer(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		want(t, db.MigrateFrom(t.Context(), later(t, "CREATE TABLE later (id text);")), nil)
		refused(t, db.Migrate(t.Context()), fmt.Sprintf("version %d", newest(t)+1), fmt.Sprintf("version %d at most", newest(t)), "newer program")
	})
}

func TestMigrateRefusesHalf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ statement, words string }{
		"a table is gone":       {"DROP TABLE todos", "not whole"},
		"a column is gone":      {"ALTER TABLE todos DROP COLUMN priority", "not whole"},
		"versions have a gap":   {"UPDATE goose_db_version SET version_id = 9 WHERE version_id = 1", "missing"},
		"no record of versions": {"DROP TABLE goose_db_version", "no record of its version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			modelstest.Each(t, func(t *testing.T, db *models.DB) {
				want(t, db.Raw().Exec(c.statement).Error, nil)
				refused(t, db.Migrate(t.Context()), c.words, "restore a backup")
			})
		})
	}
}

func TestMigrateFailureLeavesDatabaseAsItWas(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			url := modelstest.URL(t, driver)
			db := open(t, url)
			want(t, db.Migrate(t.Context()), nil)
			nest(t, db, "ada@example.com")
			before := dump(t, db)
			err := db.MigrateFrom(t.Context(), later(t, "CREATE TABLE later (id text);\nDELETE FROM users;\nDROP TABLE no_such_table;"))
			refused(t, err, "no_such_table")
			if dump(t, db) != before {
				t.Error("a failed migration changed something")
			}
			if left := must[[]string](t)(filepath.Glob(strings.TrimPrefix(url, "sqlite:") + ".backup-*")); len(left) != 0 {
				t.Errorf("backups of what did not change: %v", left)
			}
			want(t, db.Migrate(t.Context()), nil)
		})
	}
}

func TestMigrateBacksUp(t *testing.T) {
	t.Parallel()
	url := modelstest.URL(t, "sqlite")
	path := strings.TrimPrefix(url, "sqlite:")
	db := open(t, url)
	want(t, db.Migrate(t.Context()), nil)
	if found := must[[]string](t)(filepath.Glob(path + ".backup-*")); len(found) != 0 {
		t.Errorf("an empty database was backed up: %v", found)
	}
	nest(t, db, "ada@example.com")
	before := dump(t, db)
	want(t, db.MigrateFrom(t.Context(), later(t, "DELETE FROM users;")), nil)
	if dump(t, db) == before {
		t.Fatal("the later migration did nothing")
	}
	found := must[[]string](t)(filepath.Glob(fmt.Sprintf("%s.backup-v%d-*", path, newest(t))))
	if len(found) != 1 {
		t.Fatalf("backups are %v, want one", found)
	}
	if mode := must[os.FileInfo](t)(os.Stat(found[0])).Mode(); mode.Perm() != 0o600 {
		t.Errorf("the backup's mode is %v", mode)
	}
	restored := open(t, "sqlite:"+found[0])
	want(t, restored.Migrate(t.Context()), nil)
	if after := dump(t, restored); after != before {
		t.Errorf("restored:\n%s\nwant:\n%s", after, before)
	}
	var check string
	want(t, restored.Raw().Raw("PRAGMA integrity_check").Scan(&check).Error, nil)
	if check != "ok" {
		t.Errorf("integrity check of the backup: %s", check)
	}
}

func TestMigrateTwoProcessesAtOnce(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			url := modelstest.URL(t, driver)
			if driver == "postgres" {
				empty(t, url)
			}
			var all sync.WaitGroup
			for range 4 {
				db := open(t, url)
				all.Go(func() {
					if err := db.Migrate(t.Context()); err != nil {
						t.Errorf("Migrate: %v", err)
					}
				})
			}
			all.Wait()
			db := open(t, url)
			modelstest.User(t, db, "ada@example.com")
			want := len(must[[]string](t)(fs.Glob(migrations.FS, driver+"/*.sql"))) + 1
			if n := count(t, db, "goose_db_version"); n != int64(want) {
				t.Errorf("%d versions are on record, want 0 and %d more", n, want-1)
			}
		})
	}
}

// empty takes the schema out of a Postgres database.
func empty(t *testing.T, url string) {
	t.Helper()
	pool := must[*sql.DB](t)(sql.Open("pgx", url))
	defer pool.Close()
	_, err := pool.ExecContext(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	want(t, err, nil)
}
