package handlers

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestAPITasks(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		v := s.program(modelstest.User(t, db, "ann@example.com"))
		signals := s.h.Engine.Signals.Subscribe(v.user.ID)
		defer signals.Close()
		var milk, got assistant.Task
		r := v.do("POST", "/api/v1/tasks", `{"title":" buy  milk ","due_at":"2026-11-30T10:00:00+01:00","priority":"high","id":"todo_x","user_id":"usr_x","created_at":"2000-01-01T00:00:00Z"}`).want(201).json(&milk)
		if milk.Title != "buy milk" || milk.DueAt == nil || milk.DueAt.Format("15:04Z07:00") != "09:00Z" || milk.ID == "todo_x" || milk.CreatedAt.Year() == 2000 {
			t.Errorf("made %+v", milk)
		}
		path := "/api/v1/tasks/" + milk.ID
		if r.header.Get("Location") != path {
			t.Errorf("Location %s", r.header.Get("Location"))
		}
		if !slices.Contains(signals.Take(), live.Signal{Kind: live.TasksChanged}) {
			t.Error("nobody was told")
		}
		v.do("PATCH", path, `{"completed":true}`).want(200).json(&got)
		if !got.Completed || got.Title != "buy milk" || got.Priority != "high" || got.DueAt == nil {
			t.Errorf("PATCH changed more than it said: %+v", got)
		}
		var bare assistant.Task
		v.do("PUT", path, `{"due_at":null,"priority":"","description":"blue"}`).want(200).lacks("due_at").lacks("priority").json(&bare)
		if bare.DueAt != nil || bare.Priority != "" || bare.Description != "blue" || !bare.Completed {
			t.Errorf("PUT made %+v", bare)
		}
		v.do("POST", "/api/v1/tasks", `{"title":"bread"}`).want(201)
		for status, want := range map[string]string{"": "bread buy milk", "all": "bread buy milk", "pending": "bread", "completed": "buy milk"} {
			var page pageJSON[assistant.Task]
			v.do("GET", "/api/v1/tasks?status="+status, nil).want(200).json(&page)
			var titles []string
			for _, task := range page.Data {
				titles = append(titles, task.Title)
			}
			if got := strings.Join(titles, " "); got != want {
				t.Errorf("%q: %s, want %s", status, got, want)
			}
		}
		v.do("DELETE", path, nil).want(204)
		v.do("GET", path, nil).problem(404, "not_found")
	})
}

func TestAPITasksRefuse(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	v := boot(t, db).program(modelstest.User(t, db, "ann@example.com"))
	var made assistant.Task
	v.do("POST", "/api/v1/tasks", map[string]string{"title": strings.Repeat("ö", 200)}).want(201).json(&made)
	for _, body := range []string{`{}`, `{"title":""}`, `{"title":"  "}`, `{"title":"` + strings.Repeat("x", 201) + `"}`, `{"title":7}`, `{"title":"a","completed":"yes"}`,
		`{"title":"a","due_at":"tomorrow"}`, `{"title":"a","due_at":""}`, `{"title":"a","due_at":7}`, `{"title":"a","due_at":"99999-01-01T00:00:00Z"}`,
		`{"title":"a","priority":"urgent"}`, `{"title":"a","description":"` + strings.Repeat("x", 4001) + `"}`} {
		v.do("POST", "/api/v1/tasks", body).problem(400, "invalid_request")
		if body != `{}` {
			v.do("PATCH", "/api/v1/tasks/"+made.ID, body).problem(400, "invalid_request")
		}
	}
	for _, query := range []string{"status=done", "status=ALL", "limit=0", "limit=x"} {
		v.do("GET", "/api/v1/tasks?"+query, nil).problem(400, "invalid_request")
	}
	v.do("GET", "/api/v1/tasks?after=todo_none", nil).problem(404, "not_found")
	rows, _, err := db.Todos(t.Context(), v.user.ID, models.TodoQuery{})
	if err != nil || len(rows) != 1 || rows[0].Title != made.Title {
		t.Errorf("stored %+v, %v", rows, err)
	}
}

func TestTasksPage(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		v := boot(t, db).browser(modelstest.User(t, db, "ann@example.com"))
		only := func() models.Todo {
			t.Helper()
			rows, _, err := db.Todos(t.Context(), v.user.ID, models.TodoQuery{})
			if err != nil || len(rows) != 1 {
				t.Fatalf("%d tasks, %v", len(rows), err)
			}
			return rows[0]
		}
		to := v.post("/tasks", url.Values{"title": {"buy <milk>"}, "due_at": {"2026-11-30"}, "priority": {"low"}, "filter": {"status=pending"}}).
			want(303).header.Get("Location")
		if to != "/tasks?status=pending" {
			t.Errorf("led to %s", to)
		}
		v.do("GET", to, nil).want(200).has("buy &lt;milk&gt;").lacks("buy <milk>")
		path := "/tasks/" + only().ID
		v.post(path, url.Values{"title": {""}, "description": {"kept words"}}).want(400).has("The title is missing").has("kept words")
		v.post(path, url.Values{"title": {"x"}, "due_at": {"soon"}}).want(400).has("This is not a date")
		v.post("/tasks", url.Values{"title": {strings.Repeat("long ", 50)}}).want(400).has("The title is too long").has("long long")
		if row := only(); row.Title != "buy <milk>" {
			t.Errorf("a refused change was stored: %+v", row)
		}
		v.post(path+"/complete", url.Values{"completed": {"true"}}).want(303)
		v.do("GET", "/tasks?status=pending", nil).want(200).lacks("buy &lt;milk")
		v.post(path+"/complete", url.Values{"completed": {"false"}}, "HX-Request", "true").want(200).has("buy &lt;milk").lacks("<html")
		v.do("GET", "/tasks?status=nonsense", nil).want(400)
		v.post(path+"/delete", nil).want(303)
		v.do("GET", "/tasks", nil).want(200).lacks("buy &lt;milk")
	})
}

// A line says when and how important, unless the form's fields do.
func TestTaskInOneLine(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	s.h.Now = func() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) } // a Thursday
	v := s.browser(modelstest.User(t, db, "ann@example.com"))
	v.post("/tasks", url.Values{"title": {"call mum tomorrow at 5, high priority"}}, "HX-Request", "true").want(200).
		has("Added: call mum. Due: Tomorrow, ").has("High priority").has(`name="title" value="" maxlength="250"`)
	v.post("/tasks", url.Values{"title": {"sing today"}, "priority": {"low"}}).want(303)
	rows, _, err := db.Todos(t.Context(), v.user.ID, models.TodoQuery{})
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	if sing, call := rows[0], rows[1]; sing.Title != "sing today" || sing.DueAt != nil || sing.Priority != "low" ||
		call.Title != "call mum" || call.Priority != "high" || call.DueAt.Format(time.RFC3339) != "2026-11-27T17:00:00Z" {
		t.Errorf("%+v", rows)
	}
}

func TestTasksFilterIsInTheAddress(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	v := boot(t, db).browser(modelstest.User(t, db, "ann@example.com"))
	for _, title := range []string{"buy bread", "buy milk", "sleep"} {
		v.post("/tasks", url.Values{"title": {title}, "priority": {map[bool]string{true: "high"}[title == "buy milk"]}}).want(303)
	}
	v.do("GET", "/tasks?q=BUY&priority=high", nil).want(200).has("buy milk").lacks("buy bread").lacks("sleep").
		has(`name="filter" value="priority=high&amp;q=BUY"`)
	v.do("GET", "/tasks?due=today&q=milk", nil).want(200).has("No task matches")
	r := v.do("GET", "/tasks?status=all&due=&priority=&q=milk", nil, "HX-Request", "true").want(200).has("buy milk").lacks("<html")
	if got := r.header.Get("HX-Replace-Url"); got != "/tasks?q=milk" {
		t.Errorf("the address becomes %q", got)
	}
	for _, bad := range []string{"due=soon", "priority=urgent", "status=x"} {
		v.do("GET", "/tasks?"+bad, nil).want(400)
	}
	v.do("GET", "/tasks?after=todo_none", nil).want(200).has("buy milk") // it was deleted: the list begins anew
}

func TestTasksMoveAndComeBack(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		v, other := s.browser(modelstest.User(t, db, "ann@example.com")), s.browser(modelstest.User(t, db, "bob@example.com"))
		list := func() (ids []string, titles string) {
			t.Helper()
			rows, _, err := db.Todos(t.Context(), v.user.ID, models.TodoQuery{Placed: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				ids, titles = append(ids, row.ID), titles+row.Title
			}
			return ids, titles
		}
		for _, title := range []string{"c", "b", "a"} {
			v.post("/tasks", url.Values{"title": {title}}).want(303)
		}
		ids, _ := list()
		v.post("/tasks/"+ids[2]+"/move", url.Values{"before": {ids[0]}, "filter": {"status=pending"}}).want(303)
		v.post("/tasks/"+ids[0]+"/move", url.Values{"after": {ids[1]}}, "HX-Request", "true").want(200).has(`hx-swap-oob="innerHTML">Moved.`)
		if _, titles := list(); titles != "cba" {
			t.Errorf("moved to %s", titles)
		}
		v.post("/tasks/"+ids[1]+"/move", url.Values{"after": {ids[1]}}).want(400)
		other.post("/tasks/"+ids[1]+"/move", nil).want(404)

		to := v.post("/tasks/"+ids[1]+"/delete", url.Values{"filter": {"status=pending"}}).want(303).header.Get("Location")
		v.do("GET", to, nil).want(200).has("“b” is deleted.").has("/tasks/" + ids[1] + "/restore")
		other.do("GET", "/tasks?deleted="+ids[1], nil).want(200).lacks("is deleted")
		other.post("/tasks/"+ids[1]+"/restore", nil).want(404)
		v.post("/tasks/"+ids[1]+"/restore", nil, "HX-Request", "true").want(200).has("Back in the list: b")
		v.post("/tasks/"+ids[1]+"/restore", nil).want(404)
		v.do("GET", to, nil).want(200).lacks("is deleted")
		if _, titles := list(); titles != "cba" {
			t.Errorf("it came back as %s", titles)
		}
	})
}

// A long list comes in pages, and moving works across their edges.
func TestTasksInPages(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	v := boot(t, db).browser(modelstest.User(t, db, "ann@example.com"))
	var ids []string
	for range tasksOnPage + 2 {
		title := "task"
		row, err := db.CreateTodo(t.Context(), v.user.ID, models.TodoChange{Title: &title})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, row.ID)
	}
	slices.Reverse(ids)
	last, next := ids[tasksOnPage-1], ids[tasksOnPage]
	v.do("GET", "/tasks", nil).want(200).has(`href="/tasks?after=` + last + `"`).has(`name="after" value="` + next + `"`).lacks(`id="task-` + next)
	v.do("GET", "/tasks?after="+last, nil).want(200).has(`id="task-` + next).has(`name="before" value="` + last + `"`).lacks(`id="task-` + last).lacks("More tasks")
}

func TestNewChatTakesWords(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	v := boot(t, db).browser(modelstest.User(t, db, "ann@example.com"))
	v.do("GET", "/chat?say=Add+%3Cmilk%3E", nil).want(200).has("\nAdd &lt;milk&gt;</textarea>")
}

// The form has days only: saving it must not take the hour from a task that has one.
func TestTaskFormKeepsTheHour(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	v := s.browser(modelstest.User(t, db, "ann@example.com"))
	api := s.program(v.user)
	var task assistant.Task
	api.do("POST", "/api/v1/tasks", `{"title":"call","due_at":"2026-11-30T16:45:00Z"}`).want(201).json(&task)
	for day, want := range map[string]string{"2026-11-30": "2026-11-30T16:45:00Z", "2026-12-01": "2026-12-01T00:00:00Z", "": ""} {
		v.post("/tasks/"+task.ID, url.Values{"title": {"call"}, "due_at": {day}}).want(303)
		var got assistant.Task
		api.do("GET", "/api/v1/tasks/"+task.ID, nil).want(200).json(&got)
		due := ""
		if got.DueAt != nil {
			due = got.DueAt.Format("2006-01-02T15:04:05Z07:00")
		}
		if due != want {
			t.Errorf("day %q: due %s, want %s", day, due, want)
		}
		api.do("PATCH", "/api/v1/tasks/"+task.ID, `{"due_at":"2026-11-30T16:45:00Z"}`).want(200)
	}
}

func TestTasksForTools(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
	var told []string
	tasks := NewTasks(db, func(userID string) { told = append(told, userID) })
	ctx := t.Context()
	title, empty := "buy milk", ""
	made, err := tasks.AddTask(ctx, ann.ID, assistant.TaskInput{Title: &title})
	if err != nil || made.Title != title {
		t.Fatal(made, err)
	}
	if _, err := tasks.AddTask(ctx, ann.ID, assistant.TaskInput{Title: &empty}); !isInvalid(err) {
		t.Errorf("empty title: %v", err)
	}
	if _, err := tasks.UpdateTask(ctx, bob.ID, made.ID, assistant.TaskInput{Title: &title}); !isMissing(err) {
		t.Errorf("another person's task: %v", err)
	}
	if _, err := tasks.DeleteTask(ctx, bob.ID, made.ID); !isMissing(err) {
		t.Errorf("another person's task: %v", err)
	}
	if found, err := tasks.FindTasks(ctx, ann.ID, "MILK"); err != nil || len(found) != 1 {
		t.Errorf("found %v, %v", found, err)
	}
	if found, err := tasks.FindTasks(ctx, bob.ID, "milk"); err != nil || len(found) != 0 {
		t.Errorf("found another person's %v, %v", found, err)
	}
	if _, err := tasks.DeleteTask(ctx, ann.ID, made.ID); err != nil {
		t.Error(err)
	}
	if !slices.Equal(told, []string{ann.ID, ann.ID}) {
		t.Errorf("told %v", told)
	}
}

func isInvalid(err error) bool {
	return errors.Is(err, assistant.ErrTaskInvalid) && strings.Contains(err.Error(), "The title is missing.")
}

func isMissing(err error) bool { return errors.Is(err, assistant.ErrTaskNotFound) }
