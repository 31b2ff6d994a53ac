package assistant

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Tool is a function that an assistant may call on the person's behalf.
type Tool struct {
	Name        string
	Description string          // for the model
	Schema      json.RawMessage // of the arguments: a JSON schema object
	Progress    chatkit.ProgressUpdate
	Consent     bool          // the person is asked before it runs
	Timeout     time.Duration // of one call; 0: 15 s
	Origin      string        // the server that it comes from; "" for our own
	Client      bool          // the browser does it: the turn pauses until the output comes; Run is nil
	// Run does the work with the rights of userID. What it returns is written
	// as JSON for the model; a ToolFailure tells the model what went wrong. An
	// error is a failure of ours, which the model hears of in general words only.
	Run func(ctx context.Context, userID string, args json.RawMessage) (any, error)
	// Check holds arguments against the schema; nil: Run does. See CheckBy.
	Check func(args json.RawMessage) *ToolFailure
	// Bind makes a call exact before the person is asked about it. nil: the person
	// is shown the arguments.
	Bind func(ctx context.Context, userID string, args json.RawMessage) (Bound, error)
}

// Tools is the set of tools of an assistant.
type Tools []Tool

// ToolSource has tools that come and go, as those of other servers.
type ToolSource interface {
	// Tools lists the tools for a turn. An error leaves them out of the turn, and is
	// logged.
	Tools(ctx context.Context, turn *Turn) (Tools, error)
}

// ToolFailure is the result of a call that could not be carried out, in words
// that a model can pass on. Matches are the tasks that a name may have meant.
type ToolFailure struct {
	Error   string `json:"error"`
	Matches []Task `json:"matches,omitempty"`
}

const (
	toolTimeout   = 15 * time.Second
	maxToolArgs   = 64 << 10
	maxToolOutput = 128 << 10
)

// Find returns the tool with this name.
func (ts Tools) Find(name string) (Tool, bool) {
	for _, t := range ts {
		if t.Name == name {
			return t, true
		}
	}
	return Tool{}, false
}

// toolBroke is the result of a call that failed inside.
var toolBroke = ToolFailure{Error: "The tool failed for a reason that has nothing to do with its arguments. Nothing more is known; the person may try again later."}

// Call runs a tool as the user, whose consent the caller has. The output is always one that a model can read:
// an unknown tool, bad arguments, a failure and even a panic become a
// ToolFailure. The error tells the log what went wrong inside.
func (ts Tools) Call(ctx context.Context, userID, name string, args json.RawMessage) (any, error) {
	tool, ok := ts.Find(name)
	if !ok {
		return ToolFailure{Error: fmt.Sprintf("There is no tool named %q. The tools are: %s.", shorten(name, 60), ts.names())}, nil
	}
	if len(args) > maxToolArgs {
		return ToolFailure{Error: "The arguments are too long."}, nil
	}
	if len(bytes.TrimSpace(args)) == 0 {
		args = json.RawMessage("{}") // what many models send for "no arguments"
	}
	if failure := tool.checkArgs(args); failure != nil {
		return *failure, nil
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(tool.Timeout, toolTimeout))
	defer cancel()
	out, err := tool.run(ctx, userID, args)
	if err != nil {
		return toolBroke, fmt.Errorf("assistant: tool %s: %w", tool.Name, err)
	}
	if raw, err := json.Marshal(out); err != nil {
		return ToolFailure{Error: "The tool's result could not be written."}, fmt.Errorf("assistant: tool %s: write result: %w", tool.Name, err)
	} else if len(raw) > maxToolOutput {
		return ToolFailure{Error: "The result is too long. Ask for less."}, nil
	}
	return out, nil
}

// run turns a panic into an error: a broken tool must not end the process.
func (t Tool) run(ctx context.Context, userID string, args json.RawMessage) (out any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	if t.Run == nil {
		return nil, errors.New("it can only be done by a browser")
	}
	return t.Run(ctx, userID, args)
}

func (ts Tools) names() string {
	names := make([]string, len(ts))
	for i, t := range ts {
		names[i] = t.Name
	}
	return strings.Join(names, ", ")
}

// typed makes a Tool's Run from a function with typed arguments. Arguments that
// are not JSON, of a wrong type or unknown are answered with what is wrong.
func typed[A any](run func(ctx context.Context, userID string, args A) (any, error)) func(context.Context, string, json.RawMessage) (any, error) {
	return func(ctx context.Context, userID string, raw json.RawMessage) (any, error) {
		var args A
		if failure, ok := decodeArgs(raw, &args); !ok {
			return failure, nil
		}
		return run(ctx, userID, args)
	}
}

func decodeArgs(raw json.RawMessage, into any) (ToolFailure, bool) {
	if len(bytes.TrimSpace(raw)) == 0 {
		raw = json.RawMessage("{}") // what many models send for "no arguments"
	}
	clean, err := chatkit.CleanJSON(raw)
	if err != nil {
		return ToolFailure{Error: "The arguments are not valid JSON."}, false
	}
	dec := json.NewDecoder(bytes.NewReader(clean))
	dec.DisallowUnknownFields()
	err = dec.Decode(into)
	if err == nil {
		if _, err = dec.Token(); errors.Is(err, io.EOF) {
			return ToolFailure{}, true
		}
		return ToolFailure{Error: "The arguments must be one JSON object and nothing else."}, false
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return ToolFailure{Error: "The arguments must be a JSON object."}, false
		}
		return ToolFailure{Error: fmt.Sprintf("The argument %q can't be a %s.", wrong.Field, wrong.Value)}, false
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return ToolFailure{Error: "There is no argument " + shorten(name, 60) + "."}, false
	}
	return ToolFailure{Error: "The arguments are not valid JSON."}, false
}

// shorten cuts s to at most n runes.
func shorten(s string, n int) string {
	runes := 0
	for i := range s {
		if runes == n {
			return s[:i] + "…"
		}
		runes++
	}
	return s
}
