package assistant

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	openai "github.com/sashabaranov/go-openai"

	"github.com/taskpilot/taskpilot/chatkit"
)

const (
	maxAnswer     = 1 << 20 // bytes of text in one answer
	maxCallsRound = 64      // tool calls that one answer may ask for
)

// chunk is one event of a streamed completion: what we read of it. Fields that
// servers write in several ways are left raw.
type chunk struct {
	Choices []struct {
		Index  int     `json:"index"`
		Finish *string `json:"finish_reason"`
		Delta  struct {
			Content   json.RawMessage `json:"content"`
			Refusal   json.RawMessage `json:"refusal"`
			ToolCalls []callDelta     `json:"tool_calls"`
		} `json:"delta"`
	} `json:"choices"`
}

type callDelta struct {
	Index    *int   `json:"index"`
	ID       string `json:"id"`
	Function struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"function"`
}

// modelCall is a tool call as the model asked for it.
type modelCall struct {
	index    int
	id, name string
	args     strings.Builder
}

// round is one answer of the model: text, tool calls, and how it ended.
type round struct {
	message *message
	calls   []*modelCall
	finish  string
}

// read reads an answer to its end and emits its text on the way. Without a
// finish reason an answer is not complete, however its stream ended.
func (r *round) read(o *opened) error {
	raw, err := o.first, error(nil)
	for err == nil {
		if err := r.apply(raw); err != nil {
			return err
		}
		if r.finish != "" {
			return nil // what may follow, usage and the end mark, is not needed
		}
		raw, err = o.stream.RecvRaw()
	}
	if errors.Is(err, io.EOF) {
		return errCut
	}
	return err
}

func (r *round) apply(raw []byte) error {
	var c chunk
	if json.Unmarshal(raw, &c) != nil {
		return errNotJSON
	}
	for _, choice := range c.Choices {
		if choice.Index != 0 {
			continue // one answer was asked for
		}
		for _, text := range []string{looseText(choice.Delta.Content), looseText(choice.Delta.Refusal)} {
			if r.message.text.Len()+len(text) > maxAnswer {
				return errTooLarge
			}
			if err := r.message.write(text); err != nil {
				return err
			}
		}
		for _, d := range choice.Delta.ToolCalls {
			if err := r.add(d); err != nil {
				return err
			}
		}
		if choice.Finish != nil {
			r.finish = *choice.Finish
		}
	}
	return nil
}

// add puts a part of a tool call to its call. Servers mark parts in three ways:
// by index, by a new id at the same index, and by nothing.
func (r *round) add(d callDelta) error {
	call := r.callFor(d)
	if call == nil {
		if len(r.calls) == maxCallsRound {
			return errTooLarge
		}
		call = &modelCall{index: len(r.calls), id: d.ID}
		if d.Index != nil {
			call.index = *d.Index
		}
		r.calls = append(r.calls, call)
	}
	if call.name == "" {
		call.name = d.Function.Name
	}
	args := looseText(d.Function.Arguments)
	if args == "" && bytes.HasPrefix(d.Function.Arguments, []byte("{")) {
		args = string(d.Function.Arguments) // an object where the protocol wants its text
	}
	if call.args.Len()+len(args) > maxToolArgs {
		return errTooLarge
	}
	call.args.WriteString(args)
	return nil
}

func (r *round) callFor(d callDelta) *modelCall {
	for i := len(r.calls) - 1; i >= 0; i-- {
		call := r.calls[i]
		if d.Index != nil && call.index != *d.Index {
			continue
		}
		if d.ID != "" && d.ID != call.id && d.Function.Name != "" {
			return nil
		}
		return call
	}
	return nil
}

// toolCalls returns the calls as go-openai sends them back, each with an id of
// its own.
func (r *round) toolCalls() []openai.ToolCall {
	calls := make([]openai.ToolCall, len(r.calls))
	used := map[string]bool{}
	for i, call := range r.calls {
		id := chatkit.CleanText(call.id)
		if id == "" || len(id) > 128 || used[id] {
			id = chatkit.NewID("call")
		}
		used[id] = true
		args := strings.TrimSpace(call.args.String())
		if args == "" {
			args = "{}"
		}
		name := firstOf(chatkit.CleanText(shorten(call.name, 64)), "unknown")
		calls[i] = openai.ToolCall{ID: id, Type: openai.ToolTypeFunction,
			Function: openai.FunctionCall{Name: name, Arguments: args}}
	}
	return calls
}

// sendable returns the calls as they may be sent back: servers refuse a
// conversation in which a model's arguments are not JSON.
func sendable(calls []openai.ToolCall) []openai.ToolCall {
	list := slices.Clone(calls)
	for i := range list {
		if !json.Valid([]byte(list[i].Function.Arguments)) {
			list[i].Function.Arguments = "{}"
		}
	}
	return list
}

// looseText reads text that is a string or a list of text parts.
func looseText(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	if raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return ""
		}
		return s
	}
	var parts []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	if raw[0] != '[' || json.Unmarshal(raw, &parts) != nil {
		return ""
	}
	var b strings.Builder
	for _, p := range parts {
		if p.Type == "text" {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}
