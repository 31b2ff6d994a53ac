package assistant

import (
	"encoding/json"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/agents"
)

const (
	maxAnswer     = 8 << 20 // bytes of text in one answer
	maxThoughts   = 8 << 20 // bytes of thoughts in one answer
	maxCallsRound = 64      // tool calls that one answer may ask for
)

// take keeps of an answer what the turn goes on with, and bounds it.
func (a *modelAnswer) take(ev agents.Event) error {
	switch e := ev.(type) {
	case agents.TextDelta:
		return a.add(e.Text)
	case agents.TextDone:
		if a.text == "" { // the server sent no deltas
			return a.add(e.Text)
		}
	case agents.MessageDone:
		for _, p := range e.Parts {
			if a.text == "" {
				return a.add(p.Text)
			}
		}
	case agents.ThoughtDelta:
		if a.thoughts += len(e.Text); a.thoughts > maxThoughts {
			return errTooLarge
		}
	case agents.ImageDone:
		a.said = true
	case agents.ToolCall:
		if len(a.calls) == maxCallsRound || len(e.Arguments) > maxToolArgs {
			return errTooLarge
		}
		a.calls = append(a.calls, e)
	case agents.Output:
		a.outputs = append(a.outputs, e)
	case agents.Ended:
		a.ended = e
	}
	return nil
}

func (a *modelAnswer) add(text string) error {
	if a.words.Len()+len(text) > maxAnswer {
		return errTooLarge
	}
	a.words.WriteString(text)
	a.text = a.words.String() // shares its bytes
	a.said = a.said || strings.TrimSpace(text) != ""
	return nil
}

// callsTools reports whether the tool calls are whole: an answer that was cut off
// may have cut their arguments.
func (a *modelAnswer) callsTools() bool { return a.ended.Reason == agents.EndedStop }

// tidyCalls gives each call an id of its own and a name.
func (a *modelAnswer) tidyCalls() {
	used := map[string]bool{}
	for i := range a.calls {
		c := &a.calls[i]
		c.CallID = chatkit.CleanText(c.CallID)
		if c.CallID == "" || len(c.CallID) > 128 || used[c.CallID] {
			c.CallID = chatkit.NewID("call")
		}
		used[c.CallID] = true
		c.Arguments = firstOf(strings.TrimSpace(c.Arguments), "{}")
		c.Name = firstOf(chatkit.CleanText(shorten(c.Name, 128)), "unknown")
	}
}

// sendable returns arguments as they may be sent back: servers refuse a
// conversation in which a model's arguments are not JSON.
func sendable(arguments string) string {
	if !json.Valid([]byte(arguments)) {
		return "{}"
	}
	return arguments
}
