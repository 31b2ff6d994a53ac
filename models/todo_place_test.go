package models_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func placed(t *testing.T, db *models.DB, userID string) string {
	t.Helper()
	list, _, err := db.Todos(t.Context(), userID, models.TodoQuery{Placed: true, Limit: 100})
	want(t, err, nil)
	return strings.Join(titles(list), " ")
}

func TestMoveTodo(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		ids := map[string]string{}
		for _, title := range []string{"d", "c", "b", "a"} {
			ids[title] = todo(t, db, u.ID, title).ID
			db.Advance(time.Second)
		}
		if got := placed(t, db, u.ID); got != "a b c d" {
			t.Fatalf("at first %s: the newest comes first", got)
		}
		for _, step := range []struct{ move, before, after, want string }{
			{"d", "b", "", "a d b c"},
			{"a", "", "c", "d b c a"}, // to the end
			{"d", "", "a", "b c a d"}, // and after that
			{"d", "b", "", "d b c a"}, // to the beginning
			{"c", "", "", "c d b a"},
			{"b", "", "d", "c d b a"}, // where it is already
			{"b", "a", "", "c d b a"},
			{"a", "c", "", "a c d b"},
		} {
			db.Advance(time.Millisecond)
			want(t, db.MoveTodo(t.Context(), u.ID, ids[step.move], models.Move{Before: ids[step.before], After: ids[step.after]}), nil)
			if got := placed(t, db, u.ID); got != step.want {
				t.Errorf("%+v made %s", step, got)
			}
		}
		db.Advance(time.Millisecond)
		first := todo(t, db, u.ID, "new")
		if got := placed(t, db, u.ID); got != "new a c d b" {
			t.Errorf("a new task: %s", got)
		}
		theirs := todo(t, db, other.ID, "theirs")
		want(t, db.MoveTodo(t.Context(), other.ID, first.ID, models.Move{}), models.ErrNotFound)
		want(t, db.MoveTodo(t.Context(), u.ID, first.ID, models.Move{After: theirs.ID}), models.ErrNotFound)
		want(t, db.MoveTodo(t.Context(), u.ID, first.ID, models.Move{Before: theirs.ID}), models.ErrNotFound)
		want(t, db.MoveTodo(t.Context(), u.ID, first.ID, models.Move{Before: first.ID}), models.ErrInvalid)
		if got := placed(t, db, u.ID); got != "new a c d b" {
			t.Errorf("a refused move: %s", got)
		}
	})
}

// Between two places there is always another, and the order of random moves is
// that of a plain list.
func TestPlaces(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	list := []string{models.PlaceBetween("", "")}
	for range 3000 {
		i := random.IntN(len(list) + 1)
		if random.IntN(3) == 0 {
			i = len(list) / 2 // again and again in the same gap
		}
		a, b := "", ""
		if i > 0 {
			a = list[i-1]
		}
		if i < len(list) {
			b = list[i]
		}
		place := models.PlaceBetween(a, b)
		if place <= a || b != "" && place >= b || strings.HasSuffix(place, "0") {
			t.Fatalf("%q is not between %q and %q", place, a, b)
		}
		list = slices.Insert(list, i, place)
	}
	for _, micros := range []int64{1_000_000, -1} {
		last := "7ff9f00000000000123"
		for range 10_000 {
			next := models.PlaceBeside(last, micros)
			if (next > last) != (micros > 0) || next == last || len(next) > 17 {
				t.Fatalf("%q lies %d beside %q", next, micros, last)
			}
			last = next
		}
	}
	for _, end := range []string{"7fffffffffffffff8", "00000000000000018", "8", "f"} {
		if next := models.PlaceBeside(end, 1); next <= end {
			t.Errorf("%q comes after %q", next, end)
		}
		if next := models.PlaceBeside(end, -1); next >= end {
			t.Errorf("%q comes before %q", next, end)
		}
	}
}

// TestManyWordsAreAskedFor: SQLite takes no condition of a thousand parts.
func TestManyWordsAreAskedFor(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		title := "buy milk"
		must[*models.Todo](t)(db.CreateTodo(t.Context(), u.ID, models.TodoChange{Title: &title}))
		for text, n := range map[string]int{strings.Repeat("milk buy ", 1500): 1, "bread " + strings.Repeat("milk ", 3000): 0} {
			list, _, err := db.Todos(t.Context(), u.ID, models.TodoQuery{Text: text})
			if err != nil || len(list) != n {
				t.Errorf("%.12s…: %d tasks, %v", text, len(list), err)
			}
		}
	})
}

func TestTodosFilteredAndPaged(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
		for _, row := range []struct {
			title, priority, due string
			done                 bool
		}{
			{"yesterday", "high", "2026-11-25T00:00:00Z", false},
			{"done", "", "2026-11-25T00:00:00Z", true},
			{"morning", "", "2026-11-26T09:00:00Z", false},
			{"today", "low", "2026-11-26T00:00:00Z", false},
			{"evening", "", "2026-11-26T19:00:00Z", false},
			{"sunday", "", "2026-11-29T00:00:00Z", false},
			{"Someday ÄÖ", "high", "", false},
		} {
			c := models.TodoChange{Title: &row.title, Priority: &row.priority, Completed: &row.done}
			if row.due != "" {
				at := must[time.Time](t)(time.Parse(time.RFC3339, row.due))
				due := ptr(models.At(at))
				c.DueAt = &due
			}
			must[*models.Todo](t)(db.CreateTodo(t.Context(), u.ID, c))
		}
		for q, wanted := range map[models.TodoQuery]string{
			{Due: "overdue"}:                     "morning yesterday",
			{Due: "today"}:                       "evening today morning",
			{Due: "week"}:                        "sunday evening today morning",
			{Due: "none"}:                        "Someday ÄÖ",
			{Priority: "high"}:                   "Someday ÄÖ yesterday",
			{Priority: "high", Due: "overdue"}:   "yesterday",
			{Text: "äö some"}:                    "Someday ÄÖ",
			{Text: "day", Status: "pending"}:     "Someday ÄÖ sunday today yesterday",
			{Text: "%"}:                          "",
			{Status: "completed"}:                "done",
			{Status: "pending", Priority: "low"}: "today",
		} {
			q.Now, q.Placed = now, true
			list, _, err := db.Todos(t.Context(), u.ID, q)
			want(t, err, nil)
			if got := strings.Join(titles(list), " "); got != wanted {
				t.Errorf("%+v: %s, want %s", q, got, wanted)
			}
		}
		// In Auckland it is one in the morning of the 27th: the day without a time of the
		// 26th is over, and its evening in UTC is the morning of the 27th.
		auckland := must[*time.Location](t)(time.LoadLocation("Pacific/Auckland"))
		for q, wanted := range map[models.TodoQuery]string{
			{Due: "overdue"}: "today morning yesterday",
			{Due: "today"}:   "evening",
			{Due: "week"}:    "sunday evening",
		} {
			q.Now, q.Placed = now.In(auckland), true
			list, _, err := db.Todos(t.Context(), u.ID, q)
			want(t, err, nil)
			if got := strings.Join(titles(list), " "); got != wanted {
				t.Errorf("in Auckland, %+v: %s, want %s", q, got, wanted)
			}
		}
		for _, bad := range []models.TodoQuery{{Status: "x"}, {Due: "soon"}, {Priority: "urgent"}} {
			_, _, err := db.Todos(t.Context(), u.ID, bad)
			want(t, err, models.ErrInvalid)
		}
		var pages []string
		for after, more := "", true; more; {
			var page []models.Todo
			var err error
			page, more, err = db.Todos(t.Context(), u.ID, models.TodoQuery{Placed: true, Limit: 3, After: after})
			want(t, err, nil)
			pages = append(pages, fmt.Sprint(titles(page)))
			after = page[len(page)-1].ID
		}
		if got := strings.Join(pages, ""); got != "[Someday ÄÖ sunday evening][today morning done][yesterday]" {
			t.Errorf("pages %s", got)
		}
	})
}
