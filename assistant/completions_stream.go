package assistant

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit/agents"
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

// chatStream reads the chunks of one answer.
type chatStream struct {
	yield func(agents.Event) error
	calls []*modelCall
}

// take reads a chunk. The answer is whole with its finish reason, however its
// stream ends.
func (s *chatStream) take(raw []byte) (whole bool, err error) {
	var c chunk
	if json.Unmarshal(raw, &c) != nil {
		return false, errNotJSON
	}
	for _, choice := range c.Choices {
		if choice.Index != 0 {
			continue // one answer was asked for
		}
		for _, text := range []string{looseText(choice.Delta.Content), looseText(choice.Delta.Refusal)} {
			if text == "" {
				continue
			}
			if err := s.yield(agents.TextDelta{Text: text}); err != nil {
				return false, err
			}
		}
		for _, d := range choice.Delta.ToolCalls {
			if err := s.add(d); err != nil {
				return false, err
			}
		}
		if choice.Finish != nil && *choice.Finish != "" {
			return true, s.end(*choice.Finish)
		}
	}
	return false, nil
}

// end says what the answer came to.
func (s *chatStream) end(finish string) error {
	events := []agents.Event{agents.MessageDone{}}
	for _, c := range s.calls {
		events = append(events, agents.ToolCall{CallID: c.id, Name: c.name, Arguments: c.args.String()})
	}
	for _, ev := range append(events, agents.Ended{Reason: chatEnd(finish)}) {
		if err := s.yield(ev); err != nil {
			return err
		}
	}
	return nil
}

// chatEnd reads a finish reason. "stop" has many synonyms.
func chatEnd(finish string) string {
	switch finish {
	case "length":
		return agents.EndedLength
	case "content_filter":
		return agents.EndedFilter
	case "error":
		return agents.EndedError
	}
	return agents.EndedStop
}

// add puts a part of a tool call to its call. Servers mark parts in three ways:
// by index, by a new id at the same index, and by nothing.
func (s *chatStream) add(d callDelta) error {
	call := s.callFor(d)
	if call == nil {
		if len(s.calls) == maxCallsRound {
			return errTooLarge
		}
		call = &modelCall{index: len(s.calls), id: d.ID}
		if d.Index != nil {
			call.index = *d.Index
		}
		s.calls = append(s.calls, call)
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

func (s *chatStream) callFor(d callDelta) *modelCall {
	for i := len(s.calls) - 1; i >= 0; i-- {
		call := s.calls[i]
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
