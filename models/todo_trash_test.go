package models_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestRestoreTodo(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		due := ptr(models.At(db.Now()))
		made := must[*models.Todo](t)(db.CreateTodo(t.Context(), u.ID, models.TodoChange{
			Title: ptr("Buy Milk"), Description: ptr("two"), Priority: ptr("high"), DueAt: &due, Completed: ptr(true)}))
		was := must[[2]int64](t)(db.TodosChanged(t.Context(), u.ID))
		changed := func(what string) {
			t.Helper()
			now := must[[2]int64](t)(db.TodosChanged(t.Context(), u.ID))
			if now == was {
				t.Errorf("%s is no change", what)
			}
			was = now
		}
		for range 2 { // deleted again after it was restored
			db.Advance(time.Second)
			must[*models.Todo](t)(db.DeleteTodo(t.Context(), u.ID, made.ID))
			changed("a deletion")
			_, err := db.DeletedTodo(t.Context(), other.ID, made.ID)
			want(t, err, models.ErrNotFound)
			_, err = db.RestoreTodo(t.Context(), other.ID, made.ID)
			want(t, err, models.ErrNotFound)
			if got := must[*models.Todo](t)(db.DeletedTodo(t.Context(), u.ID, made.ID)); got.Title != "Buy Milk" {
				t.Errorf("deleted %+v", got)
			}
			db.Advance(59 * time.Minute)
			got := must[*models.Todo](t)(db.RestoreTodo(t.Context(), u.ID, made.ID))
			changed("a restoration")
			if got.UpdatedAt = made.UpdatedAt; !reflect.DeepEqual(got, made) {
				t.Errorf("restored %+v, want %+v", got, made)
			}
			if found := must[[]models.Todo](t)(db.FindTodos(t.Context(), u.ID, "milk", 5)); len(found) != 1 {
				t.Errorf("it is found %d times", len(found))
			}
			_, err = db.RestoreTodo(t.Context(), u.ID, made.ID)
			want(t, err, models.ErrNotFound)
		}
		must[*models.Todo](t)(db.DeleteTodo(t.Context(), u.ID, made.ID))
		db.Advance(time.Hour)
		_, err := db.RestoreTodo(t.Context(), u.ID, made.ID)
		want(t, err, models.ErrNotFound)
		want(t, db.PurgeExpired(t.Context()), nil)
		var left int64
		if want(t, db.Raw().Table("deleted_todos").Count(&left).Error, nil); left != 0 {
			t.Errorf("%d deleted tasks are kept for longer than an hour", left)
		}
	})
}
