package handlers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/models"
)

// todos lets the assistants' tools work on the tasks of the database.
type todos struct {
	db      *models.DB
	changed func(userID string)
}

var _ assistant.Tasks = todos{}

// NewTasks returns the people's tasks for the assistants' tools. changed is
// called after each change; nil means nobody needs to know.
func NewTasks(db *models.DB, changed func(userID string)) assistant.Tasks {
	if changed == nil {
		changed = func(string) {}
	}
	return todos{db, changed}
}

// foundTasks is how many matches of a name are looked at.
const foundTasks = 100

// AddTask creates a task.
func (t todos) AddTask(ctx context.Context, userID string, in assistant.TaskInput) (assistant.Task, error) {
	row, err := t.db.CreateTodo(ctx, userID, todoChange(in))
	return t.after(userID, row, err)
}

// ListTasks returns tasks, newest first.
func (t todos) ListTasks(ctx context.Context, userID, status string, limit int) ([]assistant.Task, error) {
	rows, _, err := t.db.Todos(ctx, userID, models.TodoQuery{Status: status, Limit: limit})
	return taskList(rows), taskError(err)
}

// Task returns one task.
func (t todos) Task(ctx context.Context, userID, id string) (assistant.Task, error) {
	row, err := t.db.Todo(ctx, userID, id)
	if err != nil {
		return assistant.Task{}, taskError(err)
	}
	return taskOf(row), nil
}

// FindTasks returns tasks by a part of their title, best match first.
func (t todos) FindTasks(ctx context.Context, userID, name string) ([]assistant.Task, error) {
	rows, err := t.db.FindTodos(ctx, userID, name, foundTasks)
	return taskList(rows), taskError(err)
}

// UpdateTask changes what is set.
func (t todos) UpdateTask(ctx context.Context, userID, id string, in assistant.TaskInput) (assistant.Task, error) {
	row, err := t.db.UpdateTodo(ctx, userID, id, todoChange(in))
	return t.after(userID, row, err)
}

// DeleteTask removes the task and returns what it was.
func (t todos) DeleteTask(ctx context.Context, userID, id string) (assistant.Task, error) {
	row, err := t.db.DeleteTodo(ctx, userID, id)
	return t.after(userID, row, err)
}

// after tells of a change and returns it.
func (t todos) after(userID string, row *models.Todo, err error) (assistant.Task, error) {
	if err != nil {
		return assistant.Task{}, taskError(err)
	}
	t.changed(userID)
	return taskOf(row), nil
}

func todoChange(in assistant.TaskInput) models.TodoChange {
	change := models.TodoChange{Title: in.Title, Description: in.Description, Priority: in.Priority, Completed: in.Completed}
	if in.DueAt != nil {
		due := dueTime(*in.DueAt)
		change.DueAt = &due
	}
	return change
}

func dueTime(t *time.Time) *models.Time {
	if t == nil {
		return nil
	}
	at := models.At(*t)
	return &at
}

// taskOf is a row as tools and the API show it.
func taskOf(row *models.Todo) assistant.Task {
	task := assistant.Task{ID: row.ID, Title: row.Title, Description: row.Description, Completed: row.Completed,
		Priority: row.Priority, CreatedAt: row.CreatedAt.Time, UpdatedAt: row.UpdatedAt.Time}
	if row.DueAt != nil {
		task.DueAt = &row.DueAt.Time
	}
	return task
}

func taskList(rows []models.Todo) []assistant.Task {
	tasks := make([]assistant.Task, len(rows))
	for i := range rows {
		tasks[i] = taskOf(&rows[i])
	}
	return tasks
}

// taskError puts the database's answer into the tools' words.
func taskError(err error) error {
	if errors.Is(err, models.ErrNotFound) {
		return assistant.ErrTaskNotFound
	}
	if bad, ok := errors.AsType[*models.InvalidError](err); ok {
		return fmt.Errorf("%w: %s", assistant.ErrTaskInvalid, bad.Message)
	}
	return err
}
