package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
)

// change is what a turn of the built-in assistant did to one task.
type change struct {
	call   string // the tool's name
	before *Task  // nil if the task was made
	after  Task   // as the tool returned it
}

// changesOf returns the changes of the newest turn that made any, in order.
func changesOf(items []chatkit.Item) []change {
	var turn, last []change
	for _, it := range items {
		if _, ok := it.(*chatkit.UserMessage); ok && len(turn) > 0 {
			last, turn = turn, nil
		}
		if call, ok := toolCallOf(it); ok {
			if c, ok := changeOf(call); ok {
				turn = append(turn, c)
			}
		}
	}
	if len(turn) > 0 {
		return turn
	}
	return last
}

func changeOf(call ToolCall) (change, bool) {
	raw, err := json.Marshal(call.Output)
	if err != nil {
		return change{}, false
	}
	var result TaskResult
	if json.Unmarshal(raw, &result) != nil || result.Task.ID == "" || result.Status == "" {
		return change{}, false
	}
	return change{call.Name, call.Before, result.Task}, true
}

// undo takes the last change of this conversation back. A task that was changed
// since, here or elsewhere, is left as it is.
func (a *builtinTurn) undo() (string, error) {
	if a.turn.History == nil {
		return nothingToUndo(a.ctx), nil
	}
	items, err := a.turn.History.Recent(a.ctx, recallItems)
	if err != nil {
		return "", historyError(a.ctx, err)
	}
	changes := changesOf(items)
	if len(changes) == 0 {
		return nothingToUndo(a.ctx), nil
	}
	var done []string
	for i := len(changes) - 1; i >= 0; i-- {
		words, err := a.undoOne(changes[i])
		if err != nil {
			return "", err
		}
		done = append(done, words)
	}
	return strings.Join(done, "\n\n"), nil
}

func nothingToUndo(ctx context.Context) string {
	return locale.T(ctx, "There is nothing to undo: I changed nothing in this conversation lately.")
}

func (a *builtinTurn) undoOne(c change) (string, error) {
	title := bold(c.after.Title)
	if c.call == ToolDeleteTask {
		if c.before != nil {
			return a.restore(*c.before) // whole, where what the tool told was shortened
		}
		return a.restore(c.after)
	}
	now, err := a.tasks.Task(a.ctx, a.turn.User.ID, c.after.ID)
	switch {
	case errors.Is(err, ErrTaskNotFound):
		return locale.Tf(a.ctx, "%s is gone, so I can't undo that.", title), nil
	case err != nil:
		return "", a.unreachable(err)
	case !now.UpdatedAt.Equal(c.after.UpdatedAt):
		return locale.Tf(a.ctx, "%s was changed again since, so I leave it as it is.", title), nil
	case c.before == nil && c.call != ToolAddTask:
		return locale.Tf(a.ctx, "I don't know how %s was before.", title), nil
	case c.before == nil:
		if _, err := a.call(ToolDeleteTask, map[string]any{"task_id": now.ID}); err != nil {
			return "", err
		}
		return locale.Tf(a.ctx, "Undone: %s is off your list.", title), nil
	}
	if _, err := a.call(ToolUpdateTask, taskArgs(*c.before, now.ID)); err != nil {
		return "", err
	}
	return locale.Tf(a.ctx, "Undone: %s is as it was before.", bold(c.before.Title)), nil
}

// restore makes a deleted task again.
func (a *builtinTurn) restore(t Task) (string, error) {
	args := taskArgs(t, "")
	delete(args, "completed")
	if _, err := a.call(ToolAddTask, args); err != nil {
		return "", err
	}
	if t.Completed && a.made != nil {
		if _, err := a.call(ToolCompleteTask, map[string]any{"task_id": a.made.ID}); err != nil {
			return "", err
		}
	}
	return locale.Tf(a.ctx, "Undone: %s is back on your list.", bold(t.Title)), nil
}

// taskArgs are arguments that make a task, or one with this id, like t.
func taskArgs(t Task, id string) map[string]any {
	args := map[string]any{"title": t.Title, "description": t.Description, "priority": t.Priority, "completed": t.Completed, "due_at": ""}
	if t.DueAt != nil {
		args["due_at"] = t.DueAt.UTC().Format(time.RFC3339Nano)
	}
	if id != "" {
		args["task_id"] = id
	}
	return args
}

// before returns the task that a call will change, as it is; nil if that can't be told.
func (a *builtinTurn) before(tool string, args map[string]any) *Task {
	id, _ := args["task_id"].(string)
	name, _ := args["name"].(string)
	switch tool {
	case ToolCompleteTask, ToolUpdateTask, ToolDeleteTask:
	default:
		return nil
	}
	if id != "" {
		if t, err := a.tasks.Task(a.ctx, a.turn.User.ID, id); err == nil {
			return &t
		}
	}
	if name == "" {
		return nil
	}
	found, err := a.tasks.FindTasks(a.ctx, a.turn.User.ID, name)
	if err != nil {
		return nil
	}
	var prefer *bool
	if completed, ok := args["completed"].(bool); ok {
		open := !completed
		prefer = &open
	} else if tool == ToolCompleteTask {
		prefer = new(bool)
	}
	if found = narrow(found, name, prefer); len(found) != 1 {
		return nil
	}
	return &found[0]
}

// unreachableWords are translated where they are shown, as all errors are.
var unreachableWords = locale.Mark("I can't reach your task list at the moment. Please try again.")

// unreachable words a failure to read the tasks.
func (a *builtinTurn) unreachable(err error) error {
	if ctxErr := a.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	return &chatkit.Error{Message: unreachableWords, AllowRetry: true, Err: fmt.Errorf("assistant: read tasks: %w", err)}
}
