package assistant

import (
	"context"
	"fmt"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/widget"
	"github.com/taskpilot/taskpilot/views/locale"
)

// The actions of the task list. Each carries the list's filter as status, so
// that the list stays what it was when it is drawn again.
const (
	actionToggle = "task.toggle" // id, completed
	actionDelete = "task.delete" // id
	actionAdd    = "task.add"    // title, from the form
)

// widgetTasks is how many tasks the list shows.
const widgetTasks = 25

// taskWidget is the person's tasks with what can be done about them.
func taskWidget(ctx context.Context, tasks []Task, more int, status string) (*chatkit.WidgetItem, error) {
	rows := widget.Nodes{&widget.Title{Value: headline(ctx, status), Size: "sm"}}
	for _, t := range tasks {
		rows = append(rows, taskRow(ctx, t, status))
	}
	if len(tasks) == 0 {
		rows = append(rows, &widget.Text{Value: locale.T(ctx, "Nothing here."), Color: widget.Secondary})
	}
	if more > 0 {
		rows = append(rows, &widget.Caption{Value: locale.Tn(ctx, more, "and %d more.", "and %d more.")})
	}
	rows = append(rows, &widget.Divider{Flush: true}, addForm(ctx, status))
	raw, err := widget.JSON(&widget.Card{Base: widget.Base{Key: "tasks"}, Size: "md", Children: rows})
	if err != nil {
		return nil, fmt.Errorf("assistant: task list: %w", err)
	}
	return &chatkit.WidgetItem{Widget: raw, CopyText: copyText(tasks)}, nil
}

func headline(ctx context.Context, status string) string {
	switch status {
	case "pending":
		return locale.T(ctx, "Open tasks")
	case "completed":
		return locale.T(ctx, "Completed tasks")
	}
	return locale.T(ctx, "Your tasks")
}

// taskRow is one task: a box to tick, how urgent it is, and a way to delete it.
func taskRow(ctx context.Context, t Task, status string) widget.Node {
	row := widget.Nodes{
		// The box waits for its answer, so that it works beside a running answer.
		&widget.Checkbox{Name: "done." + t.ID, Label: t.Title, DefaultChecked: t.Completed, OnChange: &widget.Action{
			Type: actionToggle, Payload: taskPayload{ID: t.ID, Completed: new(!t.Completed), Status: status},
			Loading: widget.LoadSelf, Sync: true}},
		&widget.Spacer{},
	}
	if t.DueAt != nil && !t.Completed {
		row = append(row, &widget.Caption{Value: locale.Tf(ctx, "due %s", clocked(ctx, *t.DueAt, locale.DayMonth(ctx, dueOn(ctx, *t.DueAt))))})
	}
	if t.Priority == "high" && !t.Completed {
		row = append(row, &widget.Badge{Label: locale.T(ctx, "High priority"), Color: "danger", Size: "sm"})
	}
	row = append(row, &widget.Button{Label: locale.T(ctx, "Delete"), Color: "secondary", Variant: "ghost", Size: "xs", OnClick: &widget.Action{
		Type: actionDelete, Payload: taskPayload{ID: t.ID, Status: status}, Loading: widget.LoadContainer}})
	return &widget.Row{Layout: widget.Layout{Base: widget.Base{Key: t.ID}, Align: "center", Gap: widget.Units(2), Children: row}}
}

func addForm(ctx context.Context, status string) widget.Node {
	return &widget.Form{Direction: "row",
		OnSubmit: &widget.Action{Type: actionAdd, Payload: taskPayload{Status: status}, Loading: widget.LoadContainer},
		Layout: widget.Layout{Base: widget.Base{Key: "add"}, Align: "center", Gap: widget.Units(2), Children: widget.Nodes{
			&widget.Input{Name: "title", Placeholder: locale.T(ctx, "Add a task"), Required: true},
			&widget.Button{Label: locale.T(ctx, "Add"), Submit: true, Style: "primary", Size: "sm"},
		}}}
}

// taskPayload is what the list's actions carry.
type taskPayload struct {
	ID        string `json:"id,omitempty"`
	Title     string `json:"title,omitempty"`
	Completed *bool  `json:"completed,omitempty"`
	Status    string `json:"status,omitempty"`
}

func copyText(tasks []Task) string {
	var b strings.Builder
	for _, t := range tasks {
		box := "[ ] "
		if t.Completed {
			box = "[x] "
		}
		b.WriteString("- " + box + t.Title + "\n")
	}
	return b.String()
}
