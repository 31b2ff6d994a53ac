package handlers

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// addTask makes a task. A date and a priority that the line itself names are
// read from it, where the form's own fields say nothing.
func (h *Handlers) addTask(c *fiber.Ctx) error {
	form := taskForm(c)
	change, err := taskChange(form, nil, time.UTC)
	if err == nil && form.Due == "" && form.Priority == "" {
		in := todoChange(assistant.ReadTask(form.Title, locale.Of(c.UserContext()).Code, h.here(c)))
		change.Title, change.DueAt, change.Priority = in.Title, in.DueAt, in.Priority
	}
	var row *models.Todo
	if err == nil {
		row, err = h.DB.CreateTodo(c.UserContext(), userID(c), change)
	}
	if err != nil {
		return h.tasksRefused(c, err, form)
	}
	said := locale.Tf(c.UserContext(), "Added: %s. %s", row.Title, views.TaskNotes(c.UserContext(), taskView(*row), h.here(c)))
	return h.tasksDone(c, views.Tasks{}, said, true)
}

func (h *Handlers) updateTask(c *fiber.Ctx) error {
	row, err := h.DB.Todo(c.UserContext(), userID(c), c.Params("task"))
	if err != nil {
		return err
	}
	form := taskForm(c)
	form.ID = row.ID
	change, err := taskChange(form, row.DueAt, locale.Zone(c.UserContext()))
	if err == nil {
		row, err = h.DB.UpdateTodo(c.UserContext(), row.UserID, row.ID, change)
	}
	if err != nil {
		return h.tasksRefused(c, err, form)
	}
	return h.tasksDone(c, views.Tasks{}, locale.Tf(c.UserContext(), "Saved: %s", row.Title), false)
}

// completeTask ticks a task off, or with completed=false opens it again.
func (h *Handlers) completeTask(c *fiber.Ctx) error {
	completed := c.FormValue("completed") != "false"
	row, err := h.DB.UpdateTodo(c.UserContext(), userID(c), c.Params("task"), models.TodoChange{Completed: &completed})
	if err != nil {
		return err
	}
	said := locale.Tf(c.UserContext(), "Open again: %s", row.Title)
	if completed {
		said = locale.Tf(c.UserContext(), "Done: %s", row.Title)
	}
	return h.tasksDone(c, views.Tasks{}, said, false)
}

// moveTask puts a task before or after another one.
func (h *Handlers) moveTask(c *fiber.Ctx) error {
	move := models.Move{Before: c.FormValue("before"), After: c.FormValue("after")}
	if err := h.DB.MoveTodo(c.UserContext(), userID(c), c.Params("task"), move); err != nil {
		return err
	}
	return h.tasksDone(c, views.Tasks{}, locale.T(c.UserContext(), "Moved."), false)
}

// deleteTask deletes a task and offers to have it back.
func (h *Handlers) deleteTask(c *fiber.Ctx) error {
	row, err := h.DB.DeleteTodo(c.UserContext(), userID(c), c.Params("task"))
	if err != nil {
		return err
	}
	task := taskView(*row)
	return h.tasksDone(c, views.Tasks{Deleted: &task}, locale.Tf(c.UserContext(), "Deleted: %s. You can undo that.", row.Title), false)
}

func (h *Handlers) restoreTask(c *fiber.Ctx) error {
	row, err := h.DB.RestoreTodo(c.UserContext(), userID(c), c.Params("task"))
	if err != nil {
		return err
	}
	return h.tasksDone(c, views.Tasks{}, locale.Tf(c.UserContext(), "Back in the list: %s", row.Title), false)
}

func taskForm(c *fiber.Ctx) views.TaskForm {
	return views.TaskForm{Title: c.FormValue("title"), Description: c.FormValue("description"),
		Due: c.FormValue("due_at"), Priority: c.FormValue("priority")}
}

// taskChange reads a form. The form has days only: a date whose day did not
// change keeps its time.
func taskChange(form views.TaskForm, present *models.Time, zone *time.Location) (models.TodoChange, error) {
	change := models.TodoChange{Title: &form.Title, Description: &form.Description, Priority: &form.Priority}
	var due *models.Time
	if form.Due != "" {
		day, err := time.Parse(time.DateOnly, form.Due)
		if err != nil {
			return change, &models.InvalidError{Field: "due_at", Message: locale.Mark("This is not a date. Write it like 2026-11-30.")}
		}
		due = dueTime(&day)
	}
	if due == nil || present == nil || views.DueDay(present.Time, zone).Format(time.DateOnly) != form.Due {
		change.DueAt = &due
	}
	return change, nil
}
