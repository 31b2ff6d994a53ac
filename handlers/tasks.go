package handlers

import (
	"errors"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// tasksOnPage is how many tasks a page lists.
const tasksOnPage = 100

// tasksPage shows the tasks that the address asks for.
func (h *Handlers) tasksPage(c *fiber.Ctx) error {
	t := views.Tasks{Filter: views.TaskFilter{Status: c.Query("status"), Due: c.Query("due"), Priority: c.Query("priority"),
		Text: c.Query("q"), After: c.Query("after")}}
	if id := c.Query("deleted"); id != "" {
		if err := h.offerUndo(c, &t, id); err != nil {
			return err
		}
	}
	return h.showTasks(c, t, false)
}

// offerUndo lets the page offer a deleted task back. One that is there again, or
// was deleted too long ago, is not offered.
func (h *Handlers) offerUndo(c *fiber.Ctx, t *views.Tasks, id string) error {
	row, err := h.DB.DeletedTodo(c.UserContext(), userID(c), id)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err == nil {
		task := taskView(*row)
		t.Deleted = &task
	}
	return err
}

// showTasks fills in the page's tasks and answers with it, for htmx with its
// changing part only, and the box for a new task if that is to be drawn anew.
func (h *Handlers) showTasks(c *fiber.Ctx, t views.Tasks, boxToo bool) error {
	t.Viewer, t.Now = viewerView(c), h.here(c)
	if err := h.fillTasks(c, &t); err != nil {
		return err
	}
	if isHTMX(c) {
		c.Set("HX-Replace-Url", t.Filter.URL())
		return h.render(c, views.TasksAnswer(t, boxToo))
	}
	list, err := h.threadListView(c.UserContext(), userID(c), "", "")
	if err != nil {
		return err
	}
	return h.render(c, views.TasksPage(t, list))
}

// fillTasks reads the tasks that the filter lets through. Where the task after
// which the page began is gone, the list begins anew.
func (h *Handlers) fillTasks(c *fiber.Ctx, t *views.Tasks) error {
	rows, _, err := h.DB.Todos(c.UserContext(), userID(c), models.TodoQuery{Status: t.Filter.Status, Due: t.Filter.Due,
		Priority: t.Filter.Priority, Text: t.Filter.Text, Now: t.Now, Placed: true, Limit: tasksOnPage + 1, After: t.Filter.After})
	if bad, ok := errors.AsType[*models.InvalidError](err); ok && bad.Field == models.FieldAfter {
		t.Filter.After = ""
		return h.fillTasks(c, t)
	}
	if err != nil {
		return err
	}
	if len(rows) > tasksOnPage {
		t.Next, rows = rows[tasksOnPage].ID, rows[:tasksOnPage]
	}
	for _, row := range rows {
		t.Tasks = append(t.Tasks, taskView(row))
	}
	return nil
}

func taskView(row models.Todo) views.Task {
	task := views.Task{ID: row.ID, Title: row.Title, Description: row.Description, Completed: row.Completed, Priority: row.Priority}
	if row.DueAt != nil {
		task.DueAt = &row.DueAt.Time
	}
	return task
}

// filterOf is the filter of the list that a form was sent from.
func filterOf(c *fiber.Ctx) views.TaskFilter {
	q, err := url.ParseQuery(c.FormValue("filter"))
	if err != nil {
		return views.TaskFilter{} // no page of ours sent it
	}
	return views.ReadTaskFilter(q)
}

// tasksDone shows the tasks after a change; said tells those who do not see it.
func (h *Handlers) tasksDone(c *fiber.Ctx, t views.Tasks, said string, boxToo bool) error {
	h.tasksChanged(userID(c))
	t.Filter, t.Said = filterOf(c), said
	if isHTMX(c) {
		return h.showTasks(c, t, boxToo)
	}
	return c.Redirect(t.Self(), fiber.StatusSeeOther)
}

// tasksRefused shows the form of a change again, with what is wrong by field.
// Other errors are not the form's.
func (h *Handlers) tasksRefused(c *fiber.Ctx, err error, form views.TaskForm) error {
	bad, ok := errors.AsType[*models.InvalidError](err)
	if !ok {
		return err
	}
	form.Errors = map[string]string{bad.Field: locale.Known(c.UserContext(), bad.Message)}
	t := views.Tasks{Filter: filterOf(c), Said: form.Errors[bad.Field]}
	if form.ID == "" {
		t.New = form
	} else {
		t.Editing = &form
	}
	c.Status(problemOf(err).Status)
	return h.showTasks(c, t, form.ID == "")
}
