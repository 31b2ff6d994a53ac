package models_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestUnwritableIsSaid: who reads the error can tell a full or read-only disk from
// a change that is wrong; what is there is still read, and all is well afterwards.
func TestUnwritableIsSaid(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann := modelstest.User(t, db, "ann@example.com")
		fill, free := "PRAGMA max_page_count = 1", "PRAGMA max_page_count = 4294967294" // 1: as many as there are
		if db.Driver() == "postgres" {
			fill, free = "SET default_transaction_read_only = on", "SET default_transaction_read_only = off"
			pool, err := db.Raw().DB()
			if err != nil {
				t.Fatal(err)
			}
			pool.SetMaxOpenConns(1) // the one that is told
		}
		tell := func(statement string) {
			if err := db.Raw().Exec(statement).Error; err != nil {
				t.Fatal(err)
			}
		}
		tell(fill)
		long, title := strings.Repeat("x", 4000), "milk"
		var err error
		for n := 0; n < 100 && err == nil; n++ {
			_, err = db.CreateTodo(t.Context(), ann.ID, models.TodoChange{Title: &title, Description: &long})
		}
		if !errors.Is(err, models.ErrUnwritable) {
			t.Errorf("adding to what is full: %v", err)
		}
		if _, err := db.User(t.Context(), ann.ID); err != nil {
			t.Errorf("reading what is full: %v", err)
		}
		tell(free)
		if _, err := db.CreateTodo(t.Context(), ann.ID, models.TodoChange{Title: &title}); err != nil {
			t.Errorf("adding when there is room again: %v", err)
		}
	})
}

func TestUnreachableIsSaid(t *testing.T) {
	t.Parallel()
	if _, err := models.Open(t.Context(), "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable"); !errors.Is(err, models.ErrUnreachable) {
		t.Errorf("without a database: %v", err)
	}
}
