package models_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func todo(t testing.TB, db *models.DB, userID, title string) *models.Todo {
	t.Helper()
	return must[*models.Todo](t)(db.CreateTodo(t.Context(), userID, models.TodoChange{Title: &title}))
}

func titles(todos []models.Todo) []string {
	var list []string
	for _, t := range todos {
		list = append(list, t.Title)
	}
	return list
}

func TestTodo(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		due := ptr(models.Time{Time: time.Date(2030, 1, 2, 3, 4, 5, 678_901_234, time.FixedZone("", 3600))})
		made := must[*models.Todo](t)(db.CreateTodo(t.Context(), u.ID, models.TodoChange{
			Title: ptr(" Buy\x00 milk\n"), Description: ptr("two\nlitres\xff"), Priority: ptr("high"), DueAt: &due}))
		if made.Title != "Buy milk" || made.Description != "two\nlitres\uFFFD" || made.DueAt.Nanosecond() != 678_901_000 {
			t.Errorf("made %+v", made)
		}
		if got := must[*models.Todo](t)(db.Todo(t.Context(), u.ID, made.ID)); !reflect.DeepEqual(got, made) {
			t.Errorf("read back %+v, want %+v", got, made)
		}
		db.Advance(time.Second)
		none := (*models.Time)(nil)
		got := must[*models.Todo](t)(db.UpdateTodo(t.Context(), u.ID, made.ID,
			models.TodoChange{Completed: ptr(true), DueAt: &none, Priority: ptr("")}))
		if !got.Completed || got.DueAt != nil || got.Priority != "" || got.Title != "Buy milk" || got.UpdatedAt == made.UpdatedAt {
			t.Errorf("updated to %+v", got)
		}
		got = must[*models.Todo](t)(db.UpdateTodo(t.Context(), u.ID, made.ID, models.TodoChange{Completed: ptr(false)}))
		if again := must[*models.Todo](t)(db.Todo(t.Context(), u.ID, made.ID)); !reflect.DeepEqual(got, again) || got.Completed {
			t.Errorf("read back %+v, want %+v", again, got)
		}

		_, err := db.Todo(t.Context(), other.ID, made.ID)
		want(t, err, models.ErrNotFound)
		_, err = db.UpdateTodo(t.Context(), other.ID, made.ID, models.TodoChange{Completed: ptr(true)})
		want(t, err, models.ErrNotFound)
		_, err = db.DeleteTodo(t.Context(), other.ID, made.ID)
		want(t, err, models.ErrNotFound)
		if found := must[[]models.Todo](t)(db.FindTodos(t.Context(), other.ID, "milk", 5)); len(found) != 0 {
			t.Errorf("another user finds %+v", found)
		}
		if gone := must[*models.Todo](t)(db.DeleteTodo(t.Context(), u.ID, made.ID)); gone.Title != "Buy milk" {
			t.Errorf("deleted %+v", gone)
		}
		_, err = db.DeleteTodo(t.Context(), u.ID, made.ID)
		want(t, err, models.ErrNotFound)
	})
}

func TestTodoRefuses(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	u := modelstest.User(t, db, "ada@example.com")
	for name, c := range map[string]models.TodoChange{
		"no title":         {},
		"blank title":      {Title: ptr(" \x00\n")},
		"long title":       {Title: ptr(strings.Repeat("é", 201))},
		"long description": {Title: ptr("x"), Description: ptr(strings.Repeat("é", 4001))},
		"odd priority":     {Title: ptr("x"), Priority: ptr("urgent")},
	} {
		if _, err := db.CreateTodo(t.Context(), u.ID, c); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			want(t, err, models.ErrInvalid)
		}
	}
	_, err := db.CreateTodo(t.Context(), "usr_nobody", models.TodoChange{Title: ptr("x")})
	want(t, err, models.ErrNotFound)
	made := todo(t, db, u.ID, strings.Repeat("é", 200))
	_, err = db.UpdateTodo(t.Context(), u.ID, made.ID, models.TodoChange{Title: ptr("")})
	want(t, err, models.ErrInvalid)
}

func TestTodos(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u := modelstest.User(t, db, "ada@example.com")
		for _, title := range []string{"one", "two", "three", "four", "five"} {
			todo(t, db, u.ID, title)
			db.Advance(time.Second)
		}
		two := must[[]models.Todo](t)(db.FindTodos(t.Context(), u.ID, "TWO", 5))[0]
		must[*models.Todo](t)(db.UpdateTodo(t.Context(), u.ID, two.ID, models.TodoChange{Completed: ptr(true)}))
		for status, all := range map[string][]string{
			"": {"five", "four", "three", "two", "one"}, "all": {"five", "four", "three", "two", "one"},
			"pending": {"five", "four", "three", "one"}, "completed": {"two"},
		} {
			var seen []string
			for after, more := "", true; more; {
				var page []models.Todo
				var err error
				page, more, err = db.Todos(t.Context(), u.ID, models.TodoQuery{Status: status, Limit: 2, After: after})
				want(t, err, nil)
				seen = append(seen, titles(page)...)
				after = page[len(page)-1].ID
			}
			if !slices.Equal(seen, all) {
				t.Errorf("%q: %v, want %v", status, seen, all)
			}
		}
		_, _, err := db.Todos(t.Context(), u.ID, models.TodoQuery{Status: "odd"})
		want(t, err, models.ErrInvalid)
		_, _, err = db.Todos(t.Context(), u.ID, models.TodoQuery{After: "todo_none"})
		want(t, err, models.ErrInvalid)
	})
}

func TestFindTodos(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u := modelstest.User(t, db, "ada@example.com")
		for _, title := range []string{"Milk", "Buy milk and eggs", "ÄRZTE anrufen", "100% sure", "100 percent", `back\slash`} {
			todo(t, db, u.ID, title)
			db.Advance(time.Second)
		}
		for name, found := range map[string][]string{
			"milk": {"Milk", "Buy milk and eggs"}, "eggs  BUY": {"Buy milk and eggs"}, "ärzte": {"ÄRZTE anrufen"},
			"A\u0308RZTE": {"ÄRZTE anrufen"}, "100%": {"100% sure"}, "_": nil, `\`: {`back\slash`}, " ": nil, "nothing": nil,
		} {
			got := titles(must[[]models.Todo](t)(db.FindTodos(t.Context(), u.ID, name, 5)))
			if !slices.Equal(got, found) {
				t.Errorf("find %q: %q, want %q", name, got, found)
			}
		}
	})
}
