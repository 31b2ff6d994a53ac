package agents

import (
	"bytes"
	"encoding/json"
	"strings"
)

// chatCallDelta is a part of a tool call.
type chatCallDelta struct {
	Index    *int  `json:"index"`
	ID       loose `json:"id"`
	Function struct {
		Name      loose           `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"function"`
}

// chatCall is a tool call as the model asked for it.
type chatCall struct {
	index    int
	id, name string
	args     strings.Builder
}

// addCall puts a part of a tool call to its call. another: it stands in one event
// with a part before it.
func (c *Completions) addCall(d chatCallDelta, another bool) error {
	call := c.callOf(d, another)
	if call == nil {
		if len(c.calls) == maxCalls {
			return ErrTooMuch
		}
		call = &chatCall{index: len(c.calls), id: d.ID.text()}
		if d.Index != nil {
			call.index = *d.Index
		}
		c.calls = append(c.calls, call)
	}
	call.takeName(d.Function.Name.text())
	args := loose{d.Function.Arguments}.text()
	if args == "" && bytes.HasPrefix(d.Function.Arguments, []byte("{")) {
		args = string(d.Function.Arguments) // an object where the protocol wants its text
	}
	if call.args.Len()+len(args) > maxArguments {
		return ErrTooMuch
	}
	call.args.WriteString(args)
	return nil
}

// takeName takes what a part says of the call's name: mostly all of it with the first
// part, but some servers send it again with each, and some in pieces.
func (call *chatCall) takeName(piece string) {
	switch {
	case strings.HasPrefix(piece, call.name):
		call.name = piece
	case call.args.Len() == 0:
		call.name += piece
	}
}

// callOf finds the call that a part belongs to; nil begins a new one. Servers mark
// parts in three ways: by index, by a new id at the same index, and by nothing but
// a name.
func (c *Completions) callOf(d chatCallDelta, another bool) *chatCall {
	id, name := d.ID.text(), d.Function.Name.text()
	for i := len(c.calls) - 1; i >= 0; i-- {
		call := c.calls[i]
		if d.Index != nil && call.index != *d.Index {
			continue
		}
		switch {
		case name == "" || call.name == "":
			return call
		case id != "" && id != call.id:
			return nil
		case id == "" && (another && d.Index == nil || json.Valid([]byte(call.args.String()))):
			return nil
		}
		return call
	}
	return nil
}
