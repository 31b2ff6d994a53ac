package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
)

// TaskBoard is an Assistant that also shows the to-do list as a widget, whenever
// the assistant inside has read the list for somebody who sees widgets, and does
// the widget's actions. Other actions are the inside assistant's.
type TaskBoard struct {
	Assistant
	tasks  Tasks
	logger *slog.Logger
}

var (
	_ Actor     = (*TaskBoard)(nil)
	_ SyncActor = (*TaskBoard)(nil)
)

// WithTaskBoard returns the assistant with the widget. logger may be nil.
func WithTaskBoard(inside Assistant, tasks Tasks, logger *slog.Logger) *TaskBoard {
	return &TaskBoard{Assistant: inside, tasks: tasks, logger: orDiscard(logger)}
}

// Respond answers as the inside assistant does, and shows the list it has read.
func (l *TaskBoard) Respond(ctx context.Context, turn *Turn, emit Emit) error {
	ctx = speaking(ctx, turn)
	if !turn.Widgets {
		return l.Assistant.Respond(ctx, turn, emit)
	}
	status, listed := "", false
	err := l.Assistant.Respond(ctx, turn, func(ev chatkit.Event) error {
		if s, ok := listedStatus(ev); ok {
			status, listed = s, true
		}
		return emit(ev)
	})
	if err != nil || !listed {
		return err
	}
	it, err := l.draw(ctx, turn, status)
	if err != nil {
		return err
	}
	return emit(chatkit.ItemDone{Item: it})
}

// listedStatus reports the reading of the list, and which tasks were asked for.
func listedStatus(ev chatkit.Event) (status string, ok bool) {
	done, ok := ev.(chatkit.ItemDone)
	if !ok {
		return "", false
	}
	call, ok := toolCallOf(done.Item)
	if !ok || call.Name != ToolListTasks {
		return "", false
	}
	args, _ := call.Arguments.(map[string]any)
	status, _ = args["status"].(string)
	return filter(status), true
}

// filter is the status of a list; what is none means all tasks.
func filter(status string) string {
	if status == "pending" || status == "completed" {
		return status
	}
	return "all"
}

// draw makes the widget anew.
func (l *TaskBoard) draw(ctx context.Context, turn *Turn, status string) (*chatkit.WidgetItem, error) {
	tasks, err := l.tasks.ListTasks(ctx, turn.User.ID, status, maxCounted)
	if err != nil {
		return nil, l.unreachable(ctx, err)
	}
	shown := tasks[:min(len(tasks), widgetTasks)]
	return taskWidget(ctx, shown, len(tasks)-len(shown), status)
}

func (l *TaskBoard) unreachable(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	l.logger.ErrorContext(ctx, "the task list failed", "error", err)
	return &chatkit.Error{Message: unreachableWords, AllowRetry: true, Err: err}
}

// Act does an action and puts the list as it is then in the widget's place.
func (l *TaskBoard) Act(ctx context.Context, turn *Turn, action chatkit.Action, sender *chatkit.WidgetItem, emit Emit) error {
	if !isTaskAction(action) {
		if actor, ok := l.Assistant.(Actor); ok {
			return actor.Act(ctx, turn, action, sender, emit)
		}
		return errUnknownAction
	}
	it, notice, err := l.act(ctx, turn, action, sender)
	if err != nil {
		return err
	}
	if notice != "" {
		if err := emit(chatkit.Notice{Level: "warning", Message: notice}); err != nil {
			return err
		}
	}
	if sender == nil {
		return emit(chatkit.ItemDone{Item: it})
	}
	return emit(chatkit.ItemReplaced{Item: it})
}

// ActSync does an action that the widget waits for.
func (l *TaskBoard) ActSync(ctx context.Context, turn *Turn, action chatkit.Action, sender *chatkit.WidgetItem) (chatkit.Item, error) {
	if !isTaskAction(action) {
		if actor, ok := l.Assistant.(SyncActor); ok {
			return actor.ActSync(ctx, turn, action, sender)
		}
		return nil, errUnknownAction
	}
	it, _, err := l.act(ctx, turn, action, sender)
	if err != nil || sender == nil {
		return nil, err
	}
	return it, nil
}

var errUnknownAction = &chatkit.Error{Message: locale.Mark("I don't know what this button is to do.")}

func isTaskAction(action chatkit.Action) bool {
	return action.Type == actionToggle || action.Type == actionDelete || action.Type == actionAdd
}

// act changes the task and draws the list. A change that is not possible, such
// as one of a task that is gone, is said in notice; the list then shows why.
func (l *TaskBoard) act(ctx context.Context, turn *Turn, action chatkit.Action, sender *chatkit.WidgetItem) (it *chatkit.WidgetItem, notice string, err error) {
	ctx = speaking(ctx, turn)
	var p taskPayload
	if err := json.Unmarshal(action.Payload, &p); err != nil {
		return nil, "", &chatkit.Error{Message: locale.Mark("This button's data can't be read. Load the conversation again."),
			Err: fmt.Errorf("assistant: payload of %s: %w", action.Type, err)}
	}
	err = l.change(ctx, turn.User.ID, action.Type, p)
	switch {
	case errors.Is(err, ErrTaskNotFound):
		notice = locale.T(ctx, "That task is not there any more. The list is up to date again.")
	case errors.Is(err, ErrTaskInvalid):
		notice = locale.T(ctx, "That can't be a task: its title needs 1 to 200 characters.")
	case err != nil:
		return nil, "", l.unreachable(ctx, err)
	}
	if it, err = l.draw(ctx, turn, filter(p.Status)); err == nil && sender != nil {
		it.ItemBase = sender.ItemBase
	}
	return it, notice, err
}

func (l *TaskBoard) change(ctx context.Context, userID, action string, p taskPayload) error {
	var err error
	switch action {
	case actionToggle:
		if p.Completed == nil {
			return ErrTaskInvalid
		}
		_, err = l.tasks.UpdateTask(ctx, userID, p.ID, TaskInput{Completed: p.Completed})
	case actionDelete:
		_, err = l.tasks.DeleteTask(ctx, userID, p.ID)
	case actionAdd:
		title := strings.TrimSpace(chatkit.CleanText(p.Title))
		if title == "" {
			return ErrTaskInvalid
		}
		_, err = l.tasks.AddTask(ctx, userID, TaskInput{Title: &title})
	}
	return err
}
