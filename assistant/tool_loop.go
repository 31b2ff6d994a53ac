package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/agents"
	"github.com/taskpilot/taskpilot/views/locale"
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
	asked  int            // questions to the person
	batch  string         // their name together
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
		return nil, false, limitReached(tooManySteps)
	}
	client := l.clientCall(calls)
	for i, call := range calls {
		if err := l.allow(call); err != nil {
			return nil, false, err
		}
		if i == client {
			continue
		}
		result, err := l.call(ctx, call)
		if err != nil {
			return nil, false, err
		}
		outputs = append(outputs, inputItem{kind: inputOutput, text: visible(result), call: inputFunction{id: call.CallID}})
	}
	if client >= 0 {
		return nil, true, l.askClient(ctx, calls[client])
	}
	return outputs, l.asked > 0, nil
}

// clientCall is the index of the call that the browser is to do, -1 for none.
// While the person is asked about another call the browser waits, too.
func (l *toolLoop) clientCall(calls []agents.ToolCall) int {
	client := -1
	for i, call := range calls {
		tool, _ := l.tools.Find(call.Name)
		if tool.Consent {
			return -1
		}
		if tool.Client && client < 0 && tool.checkArgs(json.RawMessage(call.Arguments)) == nil {
			client = i
		}
	}
	return client
}

// waits returns ErrWaiting when a question to the person is open.
func (l *toolLoop) waits() error {
	if l.asked > 0 {
		return ErrWaiting
	}
	return nil
}

func (l *toolLoop) allow(call agents.ToolCall) error {
	l.calls++
	key := call.Name + " " + canonical(call.Arguments)
	l.seen[key]++
	switch {
	case l.calls > l.limits.Calls:
		return limitReached(tooManySteps)
	case l.seen[key] >= l.limits.Repeats:
		return limitReached(locale.Mark("I stopped because it went round in circles."))
	case time.Since(l.began) > l.limits.Tooling:
		return limitReached(locale.Mark("I stopped because it took too long."))
	}
	return nil
}

var tooManySteps = locale.Mark("I stopped because it took too many steps.")

// limitReached allows no retry: what was done once must not be done twice.
func limitReached(words string) error {
	return &chatkit.Error{Message: words + " " + locale.Mark("What is already done stays done: see your tasks, then tell me how to go on.")}
}

// call does one call, shows it in the workflow, stores what was asked and
// answered, and returns the answer for the model. A call that needs consent is
// not done: the person is asked.
func (l *toolLoop) call(ctx context.Context, call agents.ToolCall) (result string, err error) {
	stored := ToolCall{ID: call.CallID, Name: call.Name, Arguments: storedArguments(call.Arguments)}
	tool, _ := l.tools.Find(call.Name)
	var question *chatkit.WidgetItem
	switch {
	case tool.Consent:
		question, stored.Output, err = l.askPerson(ctx, tool, &stored, call.Arguments)
	case tool.Client && tool.checkArgs(json.RawMessage(call.Arguments)) != nil:
		stored.Output = *tool.checkArgs(json.RawMessage(call.Arguments))
	case tool.Client:
		stored.Output = ToolFailure{Error: "The page does one thing at a time. Call this tool again when the rest is done."}
	default:
		stored.Output, err = l.runShown(ctx, tool, call)
	}
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(stored.Output)
	if err != nil {
		return "", fmt.Errorf("assistant: write tool result: %w", err)
	}
	if err := l.store(stored); err != nil || question == nil {
		return string(text), err
	}
	return string(text), l.showQuestion(ctx, question)
}

// showQuestion shows the widget that asks, and says the question to those who see
// no widgets.
func (l *toolLoop) showQuestion(ctx context.Context, question *chatkit.WidgetItem) error {
	if !l.turn.Widgets {
		text := question.CopyText + " " + locale.T(ctx, "Nothing is done until you have said yes, in this conversation's page.")
		m := output{turn: l.turn, emit: l.out.Emit}.message()
		if err := errors.Join(m.write(text), m.done()); err != nil {
			return err
		}
	}
	return l.out.Emit(chatkit.ItemDone{Item: question})
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
		task.Content = locale.Tf(ctx, "That did not work: %s", failure.Error)
	}
	return result, l.out.UpdateTask(index, task)
}

// callTask shows a call. Its words are English, by which they are known again, and
// translated where they are shown.
func callTask(tool Tool, status string) *chatkit.CustomTask {
	note := tool.Progress
	if note.Text == "" {
		note = progress("sparkle", locale.Mark("Working…"))
	}
	if status == "complete" {
		note.Text = strings.TrimSuffix(note.Text, "…")
	}
	return &chatkit.CustomTask{Icon: note.Icon, TaskBase: chatkit.TaskBase{Title: note.Text, StatusIndicator: status}}
}

// maxClientCalls bounds what browsers do for one message of the person's: each
// output begins a turn of its own, with limits of its own.
const maxClientCalls = 8

// askClient hands a call to the browser.
func (l *toolLoop) askClient(ctx context.Context, call agents.ToolCall) error {
	done, err := l.clientCalls(ctx)
	if err != nil {
		return err
	}
	if done >= maxClientCalls {
		return limitReached(tooManySteps)
	}
	return l.out.CallClient(call)
}

// clientCalls counts the calls that browsers have done since the person's message.
func (l *toolLoop) clientCalls(ctx context.Context) (int, error) {
	if l.turn.Input != nil || l.turn.History == nil {
		return 0, nil
	}
	items, err := l.turn.History.Recent(ctx, 100)
	if err != nil {
		return 0, historyError(ctx, err)
	}
	n := 0
	for _, it := range slices.Backward(items) {
		switch it.(type) {
		case *chatkit.UserMessage:
			return n, nil
		case *chatkit.ClientToolCall:
			n++
		}
	}
	return n, nil
}

// store keeps what a tool was asked and answered, for later turns and for the REST
// reply.
func (t *agentTurn) store(call ToolCall) error {
	call.Type = ToolCallType
	raw, err := json.Marshal(call)
	if err != nil {
		return fmt.Errorf("assistant: write tool call: %w", err)
	}
	note := &chatkit.HiddenContext{Content: raw}
	note.ID = call.note
	return t.out.Emit(chatkit.ItemDone{Item: note})
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
		for _, tool := range more {
			if _, taken := tools.Find(tool.Name); !taken { // ours come first
				tools = append(tools[:len(tools):len(tools)], tool)
			}
		}
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
