package handlers

import (
	"errors"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
)

// tasksPage shows the tasks, filtered by ?status.
func (h *Handlers) tasksPage(c *fiber.Ctx) error {
	return h.showTasks(c, views.Tasks{Status: c.Query("status")}, c.Query("after"))
}

// showTasks fills in the page's tasks and answers with it, for htmx with its
// changing part only.
func (h *Handlers) showTasks(c *fiber.Ctx, t views.Tasks, after string) error {
	rows, more, err := h.DB.Todos(c.UserContext(), userID(c), models.TodoQuery{Status: t.Status, Limit: maxPage, After: after})
	if err != nil {
		return err
	}
	t.Viewer, t.Now = viewerView(c), h.Now()
	for _, row := range rows {
		t.Tasks = append(t.Tasks, taskView(row))
	}
	if more {
		t.More = rows[len(rows)-1].ID
	}
	if isHTMX(c) {
		return h.render(c, views.TasksView(t))
	}
	list, err := h.threadListView(c.UserContext(), userID(c), "", "")
	if err != nil {
		return err
	}
	return h.render(c, views.TasksPage(t, list))
}

func taskView(row models.Todo) views.Task {
	task := views.Task{ID: row.ID, Title: row.Title, Description: row.Description, Completed: row.Completed, Priority: row.Priority}
	if row.DueAt != nil {
		task.DueAt = &row.DueAt.Time
	}
	return task
}

func (h *Handlers) addTask(c *fiber.Ctx) error {
	form := taskForm(c)
	change, err := taskChange(form, nil)
	if err == nil {
		_, err = h.DB.CreateTodo(c.UserContext(), userID(c), change)
	}
	return h.tasksDone(c, err, func(t *views.Tasks, wrong map[string]string) {
		form.Errors = wrong
		t.New = form
	})
}

func (h *Handlers) updateTask(c *fiber.Ctx) error {
	row, err := h.DB.Todo(c.UserContext(), userID(c), c.Params("task"))
	if err != nil {
		return err
	}
	form := taskForm(c)
	form.ID = row.ID
	change, err := taskChange(form, row.DueAt)
	if err == nil {
		_, err = h.DB.UpdateTodo(c.UserContext(), row.UserID, row.ID, change)
	}
	return h.tasksDone(c, err, func(t *views.Tasks, wrong map[string]string) {
		form.Errors = wrong
		t.Editing = &form
	})
}

// completeTask ticks a task off, or with completed=false opens it again.
func (h *Handlers) completeTask(c *fiber.Ctx) error {
	completed := c.FormValue("completed") != "false"
	_, err := h.DB.UpdateTodo(c.UserContext(), userID(c), c.Params("task"), models.TodoChange{Completed: &completed})
	return h.tasksDone(c, err, nil)
}

func (h *Handlers) deleteTask(c *fiber.Ctx) error {
	_, err := h.DB.DeleteTodo(c.UserContext(), userID(c), c.Params("task"))
	return h.tasksDone(c, err, nil)
}

// tasksDone shows the tasks after a change. One that was refused shows its form
// again, with what is wrong by field.
func (h *Handlers) tasksDone(c *fiber.Ctx, err error, refused func(t *views.Tasks, wrong map[string]string)) error {
	t := views.Tasks{Status: c.FormValue("status")}
	bad, ok := errors.AsType[*models.InvalidError](err)
	switch {
	case ok && refused != nil:
		refused(&t, map[string]string{bad.Field: bad.Message})
		c.Status(problemOf(err).Status)
		return h.showTasks(c, t, "")
	case err != nil:
		return err
	}
	h.tasksChanged(userID(c))
	if isHTMX(c) {
		return h.showTasks(c, t, "")
	}
	if t.Status == "" || t.Status == "all" {
		return c.Redirect("/tasks", fiber.StatusSeeOther)
	}
	return c.Redirect("/tasks?status="+url.QueryEscape(t.Status), fiber.StatusSeeOther)
}

func taskForm(c *fiber.Ctx) views.TaskForm {
	return views.TaskForm{Title: c.FormValue("title"), Description: c.FormValue("description"),
		Due: c.FormValue("due_at"), Priority: c.FormValue("priority")}
}

// taskChange reads a form. The form has days only: a date whose day did not
// change keeps its time.
func taskChange(form views.TaskForm, present *models.Time) (models.TodoChange, error) {
	change := models.TodoChange{Title: &form.Title, Description: &form.Description, Priority: &form.Priority}
	var due *models.Time
	if form.Due != "" {
		day, err := time.Parse(time.DateOnly, form.Due)
		if err != nil {
			return change, &models.InvalidError{Field: "due_at", Message: "This is not a date. Write it like 2026-11-30."}
		}
		due = dueTime(&day)
	}
	if due == nil || present == nil || present.Format(time.DateOnly) != form.Due {
		change.DueAt = &due
	}
	return change, nil
}
