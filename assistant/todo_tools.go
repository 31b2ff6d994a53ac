package assistant

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
)

// Names of the task tools.
const (
	ToolAddTask      = "add_task"
	ToolListTasks    = "list_tasks"
	ToolFindTask     = "find_task_by_name"
	ToolCompleteTask = "complete_task"
	ToolDeleteTask   = "delete_task"
	ToolUpdateTask   = "update_task"
)

func taskToolNames() []string {
	return []string{ToolAddTask, ToolListTasks, ToolFindTask, ToolCompleteTask, ToolDeleteTask, ToolUpdateTask}
}

const (
	maxListed      = 50   // tasks in one result
	maxCounted     = 1000 // tasks that are read to say how many there are
	maxDescription = 300  // runes of a description in a result
)

// TaskResult is the result of a call that changed one task. Status is
// "created", "completed", "updated" or "deleted".
type TaskResult struct {
	Status string `json:"status"`
	Task   Task   `json:"task"`
}

// TaskList is the result of a call that found tasks: open ones first, at most
// 50. Total counts up to 1,000; More is how many there are beyond those listed.
type TaskList struct {
	Tasks []Task `json:"tasks"`
	Total int    `json:"total"`
	More  int    `json:"more,omitempty"`
}

// TaskTools returns the six tools for the person's to-do list.
func TaskTools(tasks Tasks) Tools {
	t := taskTools{tasks}
	return Tools{
		{Name: ToolAddTask, Description: "Add a task to the person's to-do list.", Schema: schemaAdd,
			Progress: progress("notebook-pencil", locale.Mark("Adding the task…")), Run: typed(t.add)},
		{Name: ToolListTasks, Description: "List the person's tasks, open ones first, newest first.", Schema: schemaList,
			Progress: progress("notebook", locale.Mark("Looking at the tasks…")), Run: typed(t.list)},
		{Name: ToolFindTask, Description: "Find tasks whose title contains a name.", Schema: schemaFind,
			Progress: progress("search", locale.Mark("Searching the tasks…")), Run: typed(t.find)},
		{Name: ToolCompleteTask, Description: "Mark one task as done. " + byIDOrName, Schema: schemaOne,
			Progress: progress("check", locale.Mark("Completing the task…")), Run: typed(t.complete)},
		{Name: ToolDeleteTask, Description: "Delete one task for good. The app asks the person for consent by itself; don't ask them yourself. " + byIDOrName, Schema: schemaOne,
			Progress: progress("notebook", locale.Mark("Deleting the task…")), Run: typed(t.delete), Consent: true, Bind: t.bindDelete},
		{Name: ToolUpdateTask, Description: "Change a task: its title, description, priority or due date, or open it again. " + byIDOrName, Schema: schemaUpdate,
			Progress: progress("notebook-pencil", locale.Mark("Changing the task…")), Run: typed(t.update)},
	}
}

const byIDOrName = "Say which by task_id, or by name when the id is not known."

func progress(icon, text string) chatkit.ProgressUpdate {
	return chatkit.ProgressUpdate{Icon: icon, Text: text}
}

// The schemas say nothing of longest lengths: servers that turn them into a
// grammar, as llama.cpp does, refuse large ones. The task list checks them.
const (
	propsWhich = `"task_id":{"type":"string","description":"the task's id"},"name":{"type":"string","description":"the task's present title, or a part of it"}`
	propsRest  = `"description":{"type":"string"},` +
		`"priority":{"type":"string","enum":["","low","medium","high"]},` +
		`"due_at":{"type":"string","description":"a date as 2026-11-30, or an RFC 3339 time with the person's offset from UTC; empty for none"}`
)

func object(props, required string) json.RawMessage {
	return json.RawMessage(`{"type":"object","properties":{` + props + `},"required":[` + required + `],"additionalProperties":false}`)
}

var (
	schemaAdd    = object(`"title":{"type":"string","minLength":1},`+propsRest, `"title"`)
	schemaList   = object(`"status":{"type":"string","enum":["all","pending","completed"],"description":"default all"}`, "")
	schemaFind   = object(`"name":{"type":"string","minLength":1}`, `"name"`)
	schemaOne    = object(propsWhich, "")
	schemaUpdate = object(propsWhich+`,"title":{"type":"string","minLength":1,"description":"the new title"},`+
		propsRest+`,"completed":{"type":"boolean"}`, "")
)

type taskTools struct{ tasks Tasks }

type addArgs struct {
	Title       string  `json:"title"`
	Description *string `json:"description"`
	Priority    *string `json:"priority"`
	DueAt       *string `json:"due_at"`
}

func (t taskTools) add(ctx context.Context, userID string, a addArgs) (any, error) {
	title := strings.TrimSpace(a.Title)
	if title == "" {
		return ToolFailure{Error: "A task needs a title."}, nil
	}
	in := TaskInput{Title: &title, Description: a.Description, Priority: a.Priority}
	if failure, ok := setDue(&in, a.DueAt); !ok {
		return failure, nil
	}
	task, err := t.tasks.AddTask(ctx, userID, in)
	return changed("created", task, err)
}

type listArgs struct {
	Status *string `json:"status"`
}

func (t taskTools) list(ctx context.Context, userID string, a listArgs) (any, error) {
	status := "all"
	if a.Status != nil && *a.Status != "" {
		status = *a.Status
	}
	switch status {
	case "all", "pending", "completed":
	default:
		return ToolFailure{Error: `The status is one of "all", "pending" and "completed".`}, nil
	}
	tasks, err := t.tasks.ListTasks(ctx, userID, status, maxCounted)
	if err != nil {
		return nil, err
	}
	return listOf(tasks), nil
}

type findArgs struct {
	Name string `json:"name"`
}

func (t taskTools) find(ctx context.Context, userID string, a findArgs) (any, error) {
	name := strings.TrimSpace(a.Name)
	if name == "" {
		return ToolFailure{Error: "Say which name to look for."}, nil
	}
	tasks, err := t.tasks.FindTasks(ctx, userID, name)
	if err != nil {
		return nil, err
	}
	return listOf(tasks), nil
}

type oneArgs struct {
	TaskID string `json:"task_id"`
	Name   string `json:"name"`
	Title  string `json:"title"` // what models write instead of name
}

func (a oneArgs) which() which { return which{id: a.TaskID, name: firstOf(a.Name, a.Title)} }

func (t taskTools) complete(ctx context.Context, userID string, a oneArgs) (any, error) {
	done := true
	return t.on(ctx, userID, a.which().preferring(false), func(id string) (any, error) {
		task, err := t.tasks.UpdateTask(ctx, userID, id, TaskInput{Completed: &done})
		return changed("completed", task, err)
	})
}

// bindDelete finds the task that is meant, so that the person agrees to this one
// and no other.
func (t taskTools) bindDelete(ctx context.Context, userID string, raw json.RawMessage) (Bound, error) {
	var args oneArgs
	if failure, ok := decodeArgs(raw, &args); !ok {
		return Bound{Failure: &failure}, nil
	}
	found, err := t.on(ctx, userID, args.which(), func(id string) (any, error) { return t.tasks.Task(ctx, userID, id) })
	if err != nil {
		return Bound{}, err
	}
	task, ok := found.(Task)
	if !ok {
		failure, _ := found.(ToolFailure)
		return Bound{Failure: &failure}, nil
	}
	exact, err := json.Marshal(map[string]string{"task_id": task.ID})
	return Bound{Arguments: exact, Question: locale.Tf(ctx, "Delete the task “%s”?", task.Title), Yes: locale.T(ctx, "Delete"), Danger: true}, err
}

func (t taskTools) delete(ctx context.Context, userID string, a oneArgs) (any, error) {
	return t.on(ctx, userID, a.which(), func(id string) (any, error) {
		task, err := t.tasks.DeleteTask(ctx, userID, id)
		return changed("deleted", task, err)
	})
}

type updateArgs struct {
	TaskID      string  `json:"task_id"`
	Name        string  `json:"name"`
	Title       *string `json:"title"`
	Description *string `json:"description"`
	Priority    *string `json:"priority"`
	DueAt       *string `json:"due_at"`
	Completed   *bool   `json:"completed"`
}

func (t taskTools) update(ctx context.Context, userID string, a updateArgs) (any, error) {
	in := TaskInput{Title: a.Title, Description: a.Description, Priority: a.Priority, Completed: a.Completed}
	if failure, ok := setDue(&in, a.DueAt); !ok {
		return failure, nil
	}
	if in == (TaskInput{}) {
		return ToolFailure{Error: "Say what to change: title, description, priority, due_at or completed."}, nil
	}
	if in.Title != nil && strings.TrimSpace(*in.Title) == "" {
		return ToolFailure{Error: "A task needs a title."}, nil
	}
	w := which{id: a.TaskID, name: a.Name}
	if a.Completed != nil {
		w = w.preferring(!*a.Completed)
	}
	return t.on(ctx, userID, w, func(id string) (any, error) {
		task, err := t.tasks.UpdateTask(ctx, userID, id, in)
		return changed("updated", task, err)
	})
}

// setDue reads a due date; "" takes it away.
func setDue(in *TaskInput, text *string) (ToolFailure, bool) {
	if text == nil {
		return ToolFailure{}, true
	}
	var due *time.Time
	if s := strings.TrimSpace(*text); s != "" {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			at, err = time.Parse(time.DateOnly, s)
		}
		if err != nil {
			return ToolFailure{Error: "due_at must look like 2026-11-30 or 2026-11-30T09:00:00Z."}, false
		}
		at = SentDue(at)
		due = &at
	}
	in.DueAt = &due
	return ToolFailure{}, true
}
