package assistant

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// which says what task is meant: by id, or by a name that may be a part of the
// title. If prefer is set and several tasks have the name, the one whose
// Completed equals it is meant.
type which struct {
	id, name string
	prefer   *bool
}

func (w which) preferring(completed bool) which {
	w.prefer = &completed
	return w
}

// on runs do with the id of the task that is meant, or returns a ToolFailure
// that says why that is not clear.
func (t taskTools) on(ctx context.Context, userID string, w which, do func(id string) (any, error)) (any, error) {
	id, name := strings.TrimSpace(w.id), strings.TrimSpace(w.name)
	if id == "" && name == "" {
		return ToolFailure{Error: "Say which task, by task_id or by name."}, nil
	}
	if id != "" {
		out, err := do(id)
		if !errors.Is(err, ErrTaskNotFound) {
			return out, err
		}
		name = firstOf(name, id) // small models write the title where the id belongs
	}
	found, err := t.tasks.FindTasks(ctx, userID, name)
	if err != nil {
		return nil, err
	}
	switch found = narrow(found, name, w.prefer); len(found) {
	case 0:
		return ToolFailure{Error: fmt.Sprintf("No task matches %q.", shorten(name, 100))}, nil
	case 1:
		out, err := do(found[0].ID)
		if errors.Is(err, ErrTaskNotFound) { // deleted meanwhile
			return ToolFailure{Error: fmt.Sprintf("No task matches %q.", shorten(name, 100))}, nil
		}
		return out, err
	}
	return ToolFailure{
		Error:   fmt.Sprintf("Several tasks match %q. Ask the person which one is meant, then use its task_id.", shorten(name, 100)),
		Matches: listOf(found).Tasks,
	}, nil
}

// narrow keeps the tasks that are named exactly so, if any are, and of several
// the preferred one.
func narrow(found []Task, name string, prefer *bool) []Task {
	keep := func(test func(Task) bool) {
		kept := slices.DeleteFunc(slices.Clone(found), func(t Task) bool { return !test(t) })
		if len(kept) > 0 {
			found = kept
		}
	}
	keep(func(t Task) bool { return strings.EqualFold(strings.TrimSpace(t.Title), name) })
	if prefer != nil {
		keep(func(t Task) bool { return t.Completed == *prefer })
	}
	return found
}

// changed makes a tool's result of what Tasks returned.
func changed(status string, task Task, err error) (any, error) {
	if errors.Is(err, ErrTaskInvalid) {
		return ToolFailure{Error: invalidWords(err)}, nil
	}
	if err != nil {
		return nil, err
	}
	return TaskResult{Status: status, Task: trimmed(task)}, nil
}

// invalidWords returns the words for people in an error that wraps ErrTaskInvalid.
func invalidWords(err error) string {
	words := strings.ReplaceAll(err.Error(), ErrTaskInvalid.Error(), "")
	if words = strings.Trim(words, ": "); words == "" {
		return "The task is not valid."
	}
	if !strings.HasSuffix(words, ".") {
		words += "."
	}
	first, size := utf8.DecodeRuneInString(words)
	return strings.ToUpper(string(first)) + words[size:]
}

// listOf returns the first tasks, open ones before completed ones.
func listOf(tasks []Task) TaskList {
	sorted := slices.Clone(tasks)
	slices.SortStableFunc(sorted, func(a, b Task) int {
		switch {
		case a.Completed == b.Completed:
			return 0
		case b.Completed:
			return -1
		}
		return 1
	})
	list := TaskList{Tasks: []Task{}, Total: len(sorted), More: max(0, len(sorted)-maxListed)}
	for _, t := range sorted[:len(sorted)-list.More] {
		list.Tasks = append(list.Tasks, trimmed(t))
	}
	return list
}

func trimmed(t Task) Task {
	t.Description = shorten(t.Description, maxDescription)
	return t
}

func firstOf(values ...string) string {
	for _, v := range values {
		if strings.TrimSpace(v) != "" {
			return v
		}
	}
	return ""
}
