package handlers

import (
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// everything is every value of every column of every table, a line each.
func everything(t *testing.T, driver, address string) string {
	t.Helper()
	name, source := "sqlite", strings.TrimPrefix(address, "sqlite:")
	list := "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'" // those keep all they have in tables of their own
	if driver == "postgres" {
		name, source = "pgx", address
		list = "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
	}
	db, err := sql.Open(name, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all strings.Builder
	for _, table := range texts(t, db, list) {
		for _, value := range texts(t, db, "SELECT * FROM "+table[0]) {
			for _, v := range value {
				fmt.Fprintf(&all, "%s: %s\n", table[0], v)
			}
		}
	}
	return all.String()
}

// texts are the rows of a query, with every column as text.
func texts(t *testing.T, db *sql.DB, query string) [][]string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(columns))
		for i, v := range values {
			row[i] = fmt.Sprintf("%s", *v.(*any))
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// filesIn counts the files below a folder.
func filesIn(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDeletedAccountLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			address, dir := modelstest.URL(t, driver), t.TempDir()
			db := openAt(t, address)
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			began := make(chan struct{}, 1)
			s := boot(t, db, func(o *Options) {
				var err error
				o.Files, err = files.Open(t.Context(), files.Options{DB: db, URL: "file:" + dir + "/bucket", Dir: dir + "/uploads", Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = o.Files.Close() })
			})
			other := modelstest.User(t, db, "bob@example.com")
			before := everything(t, driver, address)
			settle(t, s, other)
			kept := filesIn(t, dir)
			ann := modelstest.User(t, db, "ann-marker@example.com")
			e := settle(t, s, ann)
			live := e.furnishMore(t, s)
			s.h.Assistant = hold(began)
			running := s.browser(ann)
			running.post("/chat", url.Values{"content": {"zyxmarker question"}}).want(303)
			<-began

			marks := []string{ann.ID, "ann-marker", "zyxmarker"}
			full := everything(t, driver, address)
			for _, mark := range marks {
				if !strings.Contains(full, mark) || strings.Contains(before, mark) {
					t.Fatalf("the test's own data is not there: no %q", mark)
				}
			}
			if filesIn(t, dir) <= kept {
				t.Fatal("the test's own files are not there")
			}
			refuseToDelete(t, running)
			r := running.post("/settings/delete", url.Values{"confirm": {" Ann-Marker@example.com "}, proofField: {modelstest.Password}}).want(200).has("Your account is deleted")
			if r.header.Get("Clear-Site-Data") == "" {
				t.Error("the browser keeps what it stored")
			}
			within(t, 2*time.Second, live)
			settled(t, s)
			s.h.outbox.wg.Wait()
			after := everything(t, driver, address)
			for _, mark := range marks {
				for line := range strings.Lines(after) {
					if strings.Contains(line, mark) {
						t.Errorf("left over: %q in %.300s", mark, line)
					}
				}
			}
			if n := filesIn(t, dir); n != kept {
				t.Errorf("%d files are left, want the other person's %d", n, kept)
			}
			if !strings.Contains(after, other.ID) || !strings.Contains(after, "secret words") {
				t.Error("another person's things are gone too")
			}
			running.do("GET", "/chat", nil).want(303)
			running.post("/settings/delete", nil).want(401)
		})
	}
}

// refuseToDelete tries it without what is needed.
func refuseToDelete(t *testing.T, v *visitor) {
	t.Helper()
	for _, form := range []url.Values{
		{},
		{"confirm": {"ann-marker@example.com"}},
		{"confirm": {"bob@example.com"}, proofField: {modelstest.Password}},
		{"confirm": {"ann-marker@example.com"}, proofField: {"wrong password"}},
	} {
		if r := v.post("/settings/delete", form); r.status != 400 && r.status != 403 {
			t.Fatalf("%v: %d", form, r.status)
		}
	}
	v.do("GET", "/settings", nil).want(200)
}

// furnishMore gives the owner what settle does not, and an open page.
func (e estate) furnishMore(t *testing.T, s *server) <-chan error {
	t.Helper()
	v := s.browser(e.user)
	v.post("/chat/"+e.thread+"/share", nil).want(303)
	v.post("/chat/"+e.thread+"/feedback", url.Values{"item_id": {e.item}, "kind": {"positive"}}).want(303)
	v.post("/tasks/"+e.task+"/delete", nil).want(303) // which can be undone for a while
	if _, err := s.db.NewMailLink(t.Context(), e.user.ID, models.LinkPassword, e.user.Email); err != nil {
		t.Fatal(err)
	}
	return v.live(t)
}

// settled waits until no answer is being written any more.
func settled(t *testing.T, s *server) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); s.h.Engine.Active() > 0; <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("the answer goes on")
		}
	}
}
