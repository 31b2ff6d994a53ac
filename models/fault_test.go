package models_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

var errFault = errors.New("the test's fault")

// faults lets the statements of a database fail: the one that left counts down to.
// Below 0 none does.
type faults struct{ left atomic.Int64 }

// due reports whether this statement is the one.
func (f *faults) due() bool { return f.left.Load() > 0 && f.left.Add(-1) == 0 }

// fragile is a pool or a transaction whose statements may fail.
type fragile struct {
	gorm.ConnPool
	f *faults
}

func (p fragile) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if p.f.due() {
		return nil, errFault
	}
	return p.ConnPool.ExecContext(ctx, query, args...)
}

func (p fragile) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if p.f.due() {
		return nil, errFault
	}
	return p.ConnPool.QueryContext(ctx, query, args...)
}

func (p fragile) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if p.f.due() { // a Row can't be given an error, but a context that is over can
		over, cancel := context.WithCancel(ctx)
		cancel()
		return p.ConnPool.QueryRowContext(over, query, args...)
	}
	return p.ConnPool.QueryRowContext(ctx, query, args...)
}

func (p fragile) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	tx, err := p.ConnPool.(gorm.TxBeginner).BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return &fragileTx{fragile{tx, p.f}, tx}, nil
}

func (p fragile) GetDBConn() (*sql.DB, error) { return p.ConnPool.(*sql.DB), nil }

type fragileTx struct {
	fragile
	tx *sql.Tx
}

func (t *fragileTx) Commit() error {
	if t.f.due() {
		return errors.Join(errFault, t.tx.Rollback())
	}
	return t.tx.Commit()
}

func (t *fragileTx) Rollback() error { return t.tx.Rollback() }

// step is something that is done whole or not at all.
type step struct {
	name string
	do   func(ctx context.Context, db *models.DB) error
}

func nothing[T any](_ T, err error) error { return err }

// steps are done one after the other by people of the fixture; each changes
// something. Deleting an account is none of them: it goes on after a failure.
func steps(t *testing.T, db *models.DB) []step {
	t.Helper()
	ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
	a := accept(t, db, models.Message{UserID: ann.ID, Owner: owner, Message: message("first words")})
	title, other := "buy milk", "buy bread"
	todo := must[*models.Todo](t)(db.CreateTodo(t.Context(), ann.ID, models.TodoChange{Title: &title}))
	_, refresh, err := db.NewFamily(t.Context(), bob.ID)
	want(t, err, nil)
	reset := must[string](t)(db.NewMailLink(t.Context(), bob.ID, models.LinkPassword, bob.Email))
	_, invite, err := db.Invite(t.Context(), "guest@example.com")
	want(t, err, nil)
	note := &models.NewLetter{UserID: ann.ID, Kind: "note", Sealed: []byte("x"), Life: 1 << 40}
	letter := func(models.Occasion) (*models.NewLetter, error) { return note, nil }
	identity := models.NewIdentity{Issuer: "https://id.example.com", Subject: "1", Email: ann.Email}
	last := batch(a)
	last.Events = events(`{"type":"x"}`)
	last.Items = []models.ItemChange{{Item: answer("msg_1", a.Thread.ID, "more words")}}
	last.End = &models.RunEnd{Status: models.RunCompleted}
	return []step{
		{"account", func(ctx context.Context, db *models.DB) error {
			return nothing(db.CreateUser(ctx, models.NewUser{Email: "new@example.com", Password: modelstest.Password}))
		}},
		{"invitation", func(ctx context.Context, db *models.DB) error {
			return nothing(db.AcceptInvite(ctx, invite, models.NewUser{Email: "guest@example.com", Password: modelstest.Password}))
		}},
		{"refresh", func(ctx context.Context, db *models.DB) error {
			_, _, _, err := db.RotateRefresh(ctx, refresh)
			return err
		}},
		{"reset", func(ctx context.Context, db *models.DB) error {
			return nothing(db.ResetPassword(ctx, reset, "another good phrase", letter))
		}},
		{"password", func(ctx context.Context, db *models.DB) error {
			return db.SetPassword(ctx, bob.ID, "one more good phrase", letter)
		}},
		{"identity", func(ctx context.Context, db *models.DB) error { return db.LinkIdentity(ctx, ann.ID, identity, note) }},
		{"role", func(ctx context.Context, db *models.DB) error { return db.SetRole(ctx, bob.ID, models.RoleAdmin) }},
		{"events and items", func(ctx context.Context, db *models.DB) error {
			return nothing(db.Commit(ctx, []models.RunBatch{last}))
		}},
		{"message", func(ctx context.Context, db *models.DB) error {
			return nothing(db.AcceptMessage(ctx, models.Message{UserID: ann.ID, Owner: owner, Message: message("new thread")}))
		}},
		{"plan", func(ctx context.Context, db *models.DB) error {
			return nothing(db.AcceptPlan(ctx, models.PlanRequest{UserID: ann.ID, Owner: owner, Request: &chatkit.CreateThreadRequest{Input: input("planned")}}))
		}},
		{"edit", func(ctx context.Context, db *models.DB) error {
			return nothing(db.AcceptEdit(ctx, models.Message{UserID: ann.ID, ThreadID: a.Thread.ID, Owner: owner, Message: message("other words")}, a.Item.Item.Base().ID))
		}},
		{"title", func(ctx context.Context, db *models.DB) error {
			return nothing(db.UpdateThread(ctx, ann.ID, a.Thread.ID, models.ThreadChange{Title: &other}))
		}},
		{"link", func(ctx context.Context, db *models.DB) error { return db.ShareThread(ctx, ann.ID, a.Thread.ID) }},
		{"task", func(ctx context.Context, db *models.DB) error {
			return nothing(db.CreateTodo(ctx, ann.ID, models.TodoChange{Title: &other}))
		}},
		{"task's deletion", func(ctx context.Context, db *models.DB) error { return nothing(db.DeleteTodo(ctx, ann.ID, todo.ID)) }},
		{"task's return", func(ctx context.Context, db *models.DB) error { return nothing(db.RestoreTodo(ctx, ann.ID, todo.ID)) }},
		{"disabling", func(ctx context.Context, db *models.DB) error { return db.DisableUser(ctx, bob.ID) }},
		{"thread's deletion", func(ctx context.Context, db *models.DB) error { return db.DeleteThread(ctx, ann.ID, a.Thread.ID) }},
	}
}

// TestStepsAreWholeOrNothing lets each statement of each step fail, one after the
// other: the step then fails, and the database is as it was.
func TestStepsAreWholeOrNothing(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		list := steps(t, db)
		f := &faults{}
		pool, err := db.Raw().DB()
		want(t, err, nil)
		db.Raw().ConnPool = fragile{pool, f}
		db.Raw().Statement.ConnPool = db.Raw().ConnPool
		total := 0
		for _, s := range list {
			before := contents(t, pool, db.Driver())
			n := int64(1)
			for ; ; n++ {
				f.left.Store(n)
				err := s.do(t.Context(), db)
				failed := f.left.Swap(0) == 0
				if !failed {
					want(t, err, nil)
					break
				}
				if err == nil {
					t.Errorf("%s: statement %d failed, and nobody says so", s.name, n)
					break
				}
				if after := contents(t, pool, db.Driver()); after != before {
					t.Errorf("%s: statement %d failed, and something is left:\n%s\n%s", s.name, n, before, after)
					break
				}
			}
			if n == 1 {
				t.Errorf("%s has no statement that could fail", s.name)
			}
			if contents(t, pool, db.Driver()) == before {
				t.Errorf("%s changes nothing", s.name)
			}
			total += int(n) - 1
		}
		t.Logf("%d faults in %d steps", total, len(list))
	})
}

// contents are what the database holds.
func contents(t *testing.T, pool *sql.DB, driver string) string {
	t.Helper()
	names := "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
	if driver == "postgres" {
		names = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
	}
	all := ""
	for _, name := range rowsOf(t, pool, names) {
		all += name + "\n" + strings.Join(rowsOf(t, pool, "SELECT * FROM "+name), "\n") + "\n"
	}
	return all
}

// rowsOf are the rows of a query as text, sorted.
func rowsOf(t *testing.T, pool *sql.DB, query string) (list []string) {
	t.Helper()
	rows, err := pool.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	want(t, err, nil)
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		want(t, rows.Scan(into...), nil)
		list = append(list, strings.TrimSuffix(fmt.Sprintln(values...), "\n"))
	}
	want(t, rows.Err(), nil)
	slices.Sort(list)
	return list
}
