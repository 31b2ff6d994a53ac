package assistant

import (
	"context"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// provider is a model server as an Agent sees it. It is safe for concurrent use.
type provider interface {
	// name is the engine's: "completions", "responses", ….
	name() string
	// reads says what the server takes besides text.
	reads() inputReads
	// stream sends one request and yields what the model answers, in order. It
	// returns nil only if the answer is whole, which an agents.Ended says; else its
	// error, or that of yield.
	stream(ctx context.Context, req *modelRequest, yield func(agents.Event) error) error
	// again returns an answer as the model is to see it when the turn goes on after
	// its tool calls.
	again(a *modelAnswer) []inputItem
	// close gives up idle connections.
	close()
}

// modelRequest is what a provider sends. The requests of one turn are one request that
// grows, so that a provider can keep there what it needs to go on.
type modelRequest struct {
	turn         *Turn // nil outside a turn, as for a title
	model        string
	instructions string      // the system text, of the operator's alone
	input        []inputItem // the whole conversation, oldest first
	fresh        int         // where in input that begins what came since the turn's last request
	tools        Tools
	choice       string // "": the model's; "none", "required", or a tool's name
	session      any    // the provider's own, nil at first

	decision *inputItem // of the person's, on a call that waited for it; see withDecision

	// busy tells the person that the server is busy and will be asked again.
	busy func() error
}

// modelAnswer is what came of one request.
type modelAnswer struct {
	words    strings.Builder
	text     string // of the messages: words' own
	thoughts int    // bytes
	calls    []agents.ToolCall
	outputs  []agents.Output
	ended    agents.Ended
	said     bool // there is something to be seen
}

// plainAgain shows an answer as text and calls.
func plainAgain(a *modelAnswer) []inputItem {
	var items []inputItem
	if a.text != "" {
		items = append(items, inputItem{kind: inputAssistant, text: a.text})
	}
	for _, c := range a.calls {
		items = append(items, inputItem{kind: inputCall, call: inputFunction{id: c.CallID, name: c.Name, arguments: c.Arguments}})
	}
	return items
}
