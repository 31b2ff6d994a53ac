package assistant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/agents"
	"github.com/taskpilot/taskpilot/views/locale"
)

var _ Actor = (*Agent)(nil)

// Act takes the answer to a question for consent. If it is yes, exactly the call
// that was asked about is done. When no question of its batch is open any more,
// the model goes on.
func (a *Agent) Act(ctx context.Context, turn *Turn, action chatkit.Action, sender *chatkit.WidgetItem, emit Emit) error {
	if action.Type != actionAllow && action.Type != actionRefuse || a.cfg.Consents == nil {
		return errUnknownAction
	}
	return a.inTurn(ctx, turn, emit, func(ctx context.Context, t *agentTurn) error {
		c, err := t.decided(ctx, action, sender)
		if err != nil {
			return t.refused(ctx, err)
		}
		output, err := t.carryOut(ctx, c, action.Type == actionAllow)
		if err != nil {
			return err
		}
		waiting, err := a.cfg.Consents.WaitingConsents(ctx, turn.User.ID, turn.Thread.ID, c.BatchID)
		if err != nil {
			return fmt.Errorf("assistant: open questions: %w", err)
		}
		if waiting > 0 {
			if err := t.out.Finish(); err != nil {
				return err
			}
			return ErrWaiting
		}
		t.decision = &inputItem{kind: inputOutput, text: visible(output), call: inputFunction{id: c.CallID, name: c.Tool, arguments: string(c.Arguments)}}
		return t.run(ctx)
	})
}

// decided reads the answer and marks its question as answered.
func (t *agentTurn) decided(ctx context.Context, action chatkit.Action, sender *chatkit.WidgetItem) (Consent, error) {
	var p consentPayload
	dec := json.NewDecoder(bytes.NewReader(action.Payload))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil || sender == nil {
		return Consent{}, ErrConsentUnknown
	}
	return t.cfg.Consents.AnswerConsent(ctx, t.turn.User.ID, t.turn.Thread.ID, sender.ID, p.ID, action.Type == actionAllow)
}

// refused says why an answer does not count. Nothing has been done.
func (t *agentTurn) refused(ctx context.Context, err error) error {
	var words string
	switch {
	case errors.Is(err, ErrConsentUsed):
		words = locale.T(ctx, "This question has been answered already. It counts once; nothing more was done.")
	case errors.Is(err, ErrConsentExpired):
		words = locale.T(ctx, "This question was open for five minutes and is closed now. Nothing was done. Ask again if you still want it.")
	case errors.Is(err, ErrConsentUnknown):
		words = locale.T(ctx, "There is no such question in this conversation. Nothing was done. Ask again if you still want it.")
	default:
		return fmt.Errorf("assistant: answer to a question for consent: %w", err)
	}
	if err := t.out.Emit(chatkit.Notice{Level: "warning", Title: locale.T(ctx, "Nothing was done"), Message: words}); err != nil {
		return err
	}
	return t.out.Finish()
}

// carryOut does what was agreed to, or notes that it was refused, and closes the
// question. It returns what the model hears.
func (t *agentTurn) carryOut(ctx context.Context, c Consent, given bool) (string, error) {
	tools := t.toolsOf(ctx, t.turn)
	var result any = ToolFailure{Error: "The person said no. Nothing was done. Don't ask for it again unless they want it."}
	outcome := locale.T(ctx, "You said no. Nothing was done.")
	if given {
		tool, ok := tools.Find(c.Tool)
		if !ok {
			tool = Tool{Name: c.Tool}
		}
		loop := newToolLoop(t, tools)
		var err error
		if result, err = loop.runShown(ctx, tool, agents.ToolCall{CallID: c.CallID, Name: c.Tool, Arguments: string(c.Arguments)}); err != nil {
			return "", err
		}
		outcome = locale.T(ctx, "You agreed. It is done.")
		if failure, ok := result.(ToolFailure); ok {
			outcome = locale.Tf(ctx, "You agreed, but it did not work: %s", plain(failure.Error, 300))
		}
	}
	item, err := answeredWidget(c, outcome)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(result)
	if err != nil {
		return "", fmt.Errorf("assistant: write tool result: %w", err)
	}
	call := ToolCall{ID: c.CallID, Name: c.Tool, Arguments: storedArguments(string(c.Arguments)), Output: result, note: c.NoteID}
	if err := t.store(call); err != nil {
		return "", err
	}
	return string(text), t.out.Emit(chatkit.ItemReplaced{Item: item})
}

// withDecision puts what came of a question into what the model reads: the
// thread as it was read may not have it yet.
func withDecision(input []inputItem, d *inputItem) []inputItem {
	if d == nil {
		return input
	}
	for i := range input {
		if input[i].kind == inputOutput && input[i].call.id == d.call.id {
			input[i].text = d.text
			return input
		}
	}
	return append(input, inputItem{kind: inputCall, call: d.call}, *d) // the call is further back than was read
}
