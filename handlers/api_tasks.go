package handlers

import (
	"encoding/json"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
)

// taskRequest is the body of creating and changing a task. DueAt tells null,
// which clears the date, from a missing key.
type taskRequest struct {
	Title       *string         `json:"title"`
	Description *string         `json:"description"`
	Completed   *bool           `json:"completed"`
	DueAt       json.RawMessage `json:"due_at"`
	Priority    *string         `json:"priority"`
}

func readTask(c *fiber.Ctx) (models.TodoChange, error) {
	var body taskRequest
	if err := decodeJSON(c, &body); err != nil {
		return models.TodoChange{}, err
	}
	change := models.TodoChange{Title: body.Title, Description: body.Description, Completed: body.Completed, Priority: body.Priority}
	if len(body.DueAt) == 0 {
		return change, nil
	}
	var due *chatkit.Time
	if err := json.Unmarshal(body.DueAt, &due); err != nil {
		return change, badRequest("due_at must be a time like 2026-11-30T09:00:00Z, or null for none.")
	}
	var at *models.Time
	if due != nil {
		if written := new(time.Time); json.Unmarshal(body.DueAt, written) == nil { // with its offset
			due.Time = assistant.SentDue(*written)
		}
		at = dueTime(&due.Time)
	}
	change.DueAt = &at
	return change, nil
}

func (h *Handlers) apiTasks(c *fiber.Ctx) error {
	limit, after, _, err := listQuery(c, maxPage, chatkit.Desc)
	if err != nil {
		return err
	}
	rows, more, err := h.DB.Todos(c.UserContext(), userID(c), models.TodoQuery{Status: c.Query("status"), Limit: limit, After: after})
	if err != nil {
		return err
	}
	body := pageJSON[assistant.Task]{Data: taskList(rows), HasMore: more}
	if more {
		body.After = &rows[len(rows)-1].ID
	}
	return c.JSON(body)
}

func (h *Handlers) apiCreateTask(c *fiber.Ctx) error {
	change, err := readTask(c)
	if err != nil {
		return err
	}
	row, err := h.DB.CreateTodo(c.UserContext(), userID(c), change)
	if err != nil {
		return err
	}
	h.tasksChanged(row.UserID)
	c.Location("/api/v1/tasks/" + row.ID)
	return c.Status(fiber.StatusCreated).JSON(taskOf(row))
}

func (h *Handlers) apiTask(c *fiber.Ctx) error {
	row, err := h.DB.Todo(c.UserContext(), userID(c), c.Params("task"))
	if err != nil {
		return err
	}
	return c.JSON(taskOf(row))
}

// apiUpdateTask changes what the body names, for PATCH and PUT alike.
func (h *Handlers) apiUpdateTask(c *fiber.Ctx) error {
	change, err := readTask(c)
	if err != nil {
		return err
	}
	row, err := h.DB.UpdateTodo(c.UserContext(), userID(c), c.Params("task"), change)
	if err != nil {
		return err
	}
	h.tasksChanged(row.UserID)
	return c.JSON(taskOf(row))
}

func (h *Handlers) apiDeleteTask(c *fiber.Ctx) error {
	if _, err := h.DB.DeleteTodo(c.UserContext(), userID(c), c.Params("task")); err != nil {
		return err
	}
	h.tasksChanged(userID(c))
	return c.SendStatus(fiber.StatusNoContent)
}

// tasksChanged lets the person's pages draw their tasks again.
func (h *Handlers) tasksChanged(userID string) {
	h.Engine.Signals.Notify(userID, live.Signal{Kind: live.TasksChanged})
}
