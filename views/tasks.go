package views

import (
	"context"
	"strconv"
	"time"

	"github.com/taskpilot/taskpilot/views/locale"
)

func boolText(b bool) string { return strconv.FormatBool(b) }

// editing returns the form of the task if its change was refused.
func editing(t Tasks, task string) *TaskForm {
	if t.Editing != nil && t.Editing.ID == task {
		return t.Editing
	}
	return nil
}

// formOf is the refused form, or one with the task's own values.
func formOf(task Task, form *TaskForm) TaskForm {
	if form != nil {
		return *form
	}
	f := TaskForm{ID: task.ID, Title: task.Title, Description: task.Description, Priority: task.Priority}
	if task.DueAt != nil {
		f.Due = task.DueAt.UTC().Format(time.DateOnly)
	}
	return f
}

// A due date is a day, kept as midnight UTC.
func dueDay(task Task) time.Time { return task.DueAt.UTC().Truncate(24 * time.Hour) }

// today is now's date in its own zone, as a day in UTC.
func today(now time.Time) time.Time {
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
}

func late(task Task, now time.Time) bool {
	return !task.Completed && task.DueAt != nil && dueDay(task).Before(today(now))
}

func dueText(ctx context.Context, task Task, now time.Time) string {
	due := dueDay(task)
	switch days := int(due.Sub(today(now)).Hours() / 24); {
	case days == 0:
		return locale.T(ctx, "Today")
	case days == 1:
		return locale.T(ctx, "Tomorrow")
	case days == -1:
		return locale.T(ctx, "Yesterday")
	case days > 1 && days < 7:
		return locale.Weekday(ctx, due)
	}
	if due.Year() == now.Year() {
		return locale.DayMonth(ctx, due)
	}
	return locale.Date(ctx, due)
}

func priorityText(ctx context.Context, priority string) string {
	switch priority {
	case "high":
		return locale.T(ctx, "High")
	case "medium":
		return locale.T(ctx, "Medium")
	}
	return locale.T(ctx, "Low")
}

func priorityClass(priority string) string {
	switch priority {
	case "high", "medium":
		return priority
	}
	return "low"
}
