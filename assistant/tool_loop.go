package assistant

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"github.com/taskpilot/taskpilot/chatkit"
)

// toolLoop runs the tools of one turn and ends it when there are too many: a
// model may go round in circles, and every call is the person's time and data.
type toolLoop struct {
	c      *Completions
	out    output
	began  time.Time
	rounds int
	calls  int
	seen   map[string]int // how often each call was asked for
}

func newToolLoop(c *Completions, out output) *toolLoop {
	return &toolLoop{c: c, out: out, began: time.Now(), seen: map[string]int{}}
}

// run runs the calls of one round and returns a message for each.
func (l *toolLoop) run(ctx context.Context, calls []openai.ToolCall) ([]openai.ChatCompletionMessage, error) {
	l.rounds++
	if l.rounds > l.c.limits.Rounds {
		return nil, limitReached("it took too many steps")
	}
	results := make([]openai.ChatCompletionMessage, 0, len(calls))
	for _, call := range calls {
		if err := l.allow(call); err != nil {
			return nil, err
		}
		result, err := l.call(ctx, call)
		if err != nil {
			return nil, err
		}
		results = append(results, openai.ChatCompletionMessage{
			Role: openai.ChatMessageRoleTool, Content: result, ToolCallID: call.ID})
	}
	return results, nil
}

func (l *toolLoop) allow(call openai.ToolCall) error {
	l.calls++
	key := call.Function.Name + " " + canonical(call.Function.Arguments)
	l.seen[key]++
	switch {
	case l.calls > l.c.limits.Calls:
		return limitReached("it took too many steps")
	case l.seen[key] >= l.c.limits.Repeats:
		return limitReached("it went round in circles")
	case time.Since(l.began) > l.c.limits.Tooling:
		return limitReached("it took too long")
	}
	return nil
}

// limitReached allows no retry: what was done once must not be done twice.
func limitReached(why string) error {
	return &chatkit.Error{Message: "I stopped because " + why + ". What is already done stays done: see your tasks, then tell me how to go on."}
}

// call runs one tool, stores what it was asked and answered, and returns the
// answer for the model.
func (l *toolLoop) call(ctx context.Context, call openai.ToolCall) (string, error) {
	name := call.Function.Name
	note := progress("sparkle", "Working…")
	if tool, ok := l.c.tools.Find(name); ok && tool.Progress.Text != "" {
		note = tool.Progress
	}
	if err := l.out.progress(note); err != nil {
		return "", err
	}
	result, failed := l.c.tools.Call(ctx, l.out.turn.User.ID, name, json.RawMessage(call.Function.Arguments))
	if err := context.Cause(ctx); err != nil {
		return "", err
	}
	if failed != nil {
		l.c.logger.ErrorContext(ctx, "a tool failed", "tool", name, "error", failed)
	}
	text, err := json.Marshal(result)
	if err != nil {
		return "", fmt.Errorf("assistant: write tool result: %w", err)
	}
	stored := ToolCall{ID: call.ID, Name: name, Arguments: storedArguments(call.Function.Arguments), Output: result}
	return string(text), l.out.toolCall(stored)
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
