package assistant

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// toolLoop runs the tools of one turn and ends it when there are too many: a
// model may go round in circles, and every call is the person's time and data.
type toolLoop struct {
	*agentTurn
	tools  Tools
	began  time.Time
	rounds int
	calls  int
	seen   map[string]int // how often each call was asked for
}

func newToolLoop(t *agentTurn, tools Tools) *toolLoop {
	return &toolLoop{agentTurn: t, tools: tools, began: time.Now(), seen: map[string]int{}}
}

// run runs the calls of one round, in order, and returns an output for each. It
// reports true when the turn pauses: what goes on is up to the person or their
// browser. A call that the browser is to do comes last, and only one in a round.
func (l *toolLoop) run(ctx context.Context, calls []agents.ToolCall) (outputs []inputItem, pause bool, err error) {
	l.rounds++
	if l.rounds > l.limits.Rounds {
		return nil, false, limitReached("it took too many steps")
	}
	var client *agents.ToolCall
	for i, call := range calls {
		if err := l.allow(call); err != nil {
			return nil, false, err
		}
		if tool, ok := l.tools.Find(call.Name); ok && tool.Client && client == nil {
			client = &calls[i]
			continue
		}
		result, asked, err := l.call(ctx, call)
		if err != nil {
			return nil, false, err
		}
		pause = pause || asked
		outputs = append(outputs, inputItem{kind: inputOutput, text: visible(result), call: inputFunction{id: call.CallID}})
	}
	if client != nil {
		return nil, true, l.askClient(*client)
	}
	return outputs, pause, nil
}

func (l *toolLoop) allow(call agents.ToolCall) error {
	l.calls++
	key := call.Name + " " + canonical(call.Arguments)
	l.seen[key]++
	switch {
	case l.calls > l.limits.Calls:
		return limitReached("it took too many steps")
	case l.seen[key] >= l.limits.Repeats:
		return limitReached("it went round in circles")
	case time.Since(l.began) > l.limits.Tooling:
		return limitReached("it took too long")
	}
	return nil
}

// limitReached allows no retry: what was done once must not be done twice.
func limitReached(why string) error {
	return &chatkit.Error{Message: "I stopped because " + why + ". What is already done stays done: see your tasks, then tell me how to go on."}
}

// call does one call, shows it in the workflow, stores what was asked and
// answered, and returns the answer for the model. It reports true when the person
// was asked first.
func (l *toolLoop) call(ctx context.Context, call agents.ToolCall) (result string, asked bool, err error) {
	stored := ToolCall{ID: call.CallID, Name: call.Name, Arguments: storedArguments(call.Arguments)}
	tool, known := l.tools.Find(call.Name)
	var question chatkit.Item
	if known && tool.Consent {
		if question, stored.Output, err = l.consent(ctx, tool, stored); err != nil {
			return "", false, err
		}
	} else if stored.Output, err = l.runShown(ctx, tool, call); err != nil {
		return "", false, err
	}
	text, err := json.Marshal(stored.Output)
	if err != nil {
		return "", false, fmt.Errorf("assistant: write tool result: %w", err)
	}
	if err := l.store(stored); err != nil || question == nil {
		return string(text), false, err
	}
	return string(text), true, l.out.Emit(chatkit.ItemDone{Item: question})
}

// consent has the person asked whether a call may be done.
func (l *toolLoop) consent(ctx context.Context, tool Tool, call ToolCall) (chatkit.Item, any, error) {
	if l.cfg.Consent == nil {
		return nil, ToolFailure{Error: "This needs the person's consent, and there is no way to ask for it here."}, nil
	}
	return l.cfg.Consent.Ask(ctx, l.turn, tool, call)
}

// runShown runs a call while a task of the workflow shows it.
func (l *toolLoop) runShown(ctx context.Context, tool Tool, call agents.ToolCall) (any, error) {
	index, err := l.out.AddTask(callTask(tool, "loading"))
	if err != nil {
		return nil, err
	}
	result, failed := l.tools.Call(ctx, l.turn.User.ID, call.Name, json.RawMessage(call.Arguments))
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if failed != nil {
		l.logger.ErrorContext(ctx, "a tool failed", "tool", call.Name, "error", failed)
	}
	task := callTask(tool, "complete")
	if failure, ok := result.(ToolFailure); ok {
		task.Content = "That did not work: " + failure.Error
	}
	return result, l.out.UpdateTask(index, task)
}

// callTask shows a call.
func callTask(tool Tool, status string) *chatkit.CustomTask {
	note := tool.Progress
	if note.Text == "" {
		note = progress("sparkle", "Working…")
	}
	return &chatkit.CustomTask{Icon: note.Icon, TaskBase: chatkit.TaskBase{Title: note.Text, StatusIndicator: status}}
}

// askClient hands a call to the browser.
func (l *toolLoop) askClient(call agents.ToolCall) error {
	arguments := json.RawMessage(sendable(call.Arguments))
	return l.out.Emit(chatkit.ItemDone{Item: &chatkit.ClientToolCall{
		Status: chatkit.CallPending, CallID: call.CallID, Name: call.Name, Arguments: arguments}})
}

// store keeps what a tool was asked and answered, for later turns and for the REST
// reply.
func (l *toolLoop) store(call ToolCall) error {
	call.Type = ToolCallType
	raw, err := json.Marshal(call)
	if err != nil {
		return fmt.Errorf("assistant: write tool call: %w", err)
	}
	return l.out.Emit(chatkit.ItemDone{Item: &chatkit.HiddenContext{Content: raw}})
}

// toolsOf returns the tools of a turn. A source that fails is left out: it must
// not break the chat.
func (t *agentTurn) toolsOf(ctx context.Context, turn *Turn) Tools {
	tools := t.cfg.Tools
	for _, source := range t.cfg.Sources {
		more, err := source.Tools(ctx, turn)
		if err != nil {
			t.logger.WarnContext(ctx, "tools are left out of a turn", "error", err)
		}
		tools = append(tools[:len(tools):len(tools)], more...)
	}
	return tools
}

// storedArguments keeps arguments as JSON if they are an object, else as text.
func storedArguments(args string) any {
	clean, err := chatkit.CleanJSON([]byte(args))
	var object map[string]any
	if err == nil && json.Unmarshal(clean, &object) == nil && object != nil {
		return object
	}
	return chatkit.CleanText(shorten(args, 2000))
}

// canonical returns the arguments in one form: keys sorted, no white space.
func canonical(args string) string {
	var v any
	if json.Unmarshal([]byte(args), &v) != nil {
		return args
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return args
	}
	return string(raw)
}
