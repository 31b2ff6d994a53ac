package assistant

import (
	"encoding/json"
	"slices"

	"github.com/taskpilot/taskpilot/chatkit"
)

// recalled is what earlier answers of the thread showed.
type recalled struct {
	list    []Task    // the tasks listed last, as they were numbered; nil when none were
	last    *Task     // the task that was changed last
	unclear *ToolCall // the newest call, if it found several tasks to choose from
	made    []Task    // the tasks that the newest turn made; several count as a list
}

const recallItems = 40

// recall reads the tool calls among the thread's newest items.
func (a *builtinTurn) recall() (recalled, error) {
	var r recalled
	if a.turn.History == nil {
		return r, nil
	}
	items, err := a.turn.History.Recent(a.ctx, recallItems)
	if err != nil {
		return r, historyError(a.ctx, err)
	}
	for _, it := range items {
		if _, ok := it.(*chatkit.UserMessage); ok {
			r.made = nil
		}
		if call, ok := toolCallOf(it); ok {
			r.note(call)
		}
	}
	return r, nil
}

func (r *recalled) note(call ToolCall) {
	r.unclear = nil
	raw, err := json.Marshal(call.Output)
	if err != nil {
		return
	}
	var seen struct {
		Tasks   []Task `json:"tasks"`
		Matches []Task `json:"matches"`
		Task    *Task  `json:"task"`
	}
	if json.Unmarshal(raw, &seen) != nil {
		return // another tool's result
	}
	switch {
	case len(seen.Matches) > 0:
		r.list, r.unclear = seen.Matches, &call
	case seen.Tasks != nil:
		r.list = seen.Tasks
		if len(r.list) == 1 {
			r.last = &r.list[0]
		}
	case seen.Task != nil:
		r.last = seen.Task
		if call.Name != ToolAddTask {
			break
		}
		if r.made = append(r.made, *seen.Task); len(r.made) > 1 {
			r.list = slices.Clone(r.made)
		}
	}
}

// at returns the task with this number in the list shown last; -1 is its end.
func (r recalled) at(number int) (Task, bool) {
	if number < 0 {
		number += len(r.list) + 1
	}
	if number < 1 || number > len(r.list) {
		return Task{}, false
	}
	return r.list[number-1], true
}

// toolCallOf reads a hidden item that holds a tool call.
func toolCallOf(it chatkit.Item) (ToolCall, bool) {
	hidden, ok := it.(*chatkit.HiddenContext)
	if !ok {
		return ToolCall{}, false
	}
	var call ToolCall
	if json.Unmarshal(hidden.Content, &call) != nil || call.Type != ToolCallType {
		return ToolCall{}, false
	}
	return call, true
}
