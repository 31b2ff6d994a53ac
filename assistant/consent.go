package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
)

// Consent is a question to a person: may this tool be called with exactly these
// arguments? It holds for one call, in one thread, for a short time.
type Consent struct {
	ID        string
	ThreadID  string
	ItemID    string // the widget that asks
	NoteID    string // the hidden item that tells the model
	BatchID   string // the same for calls that were asked for together
	CallID    string // the model's name for the call
	Tool      string
	Arguments json.RawMessage
	Question  string
	ExpiresAt time.Time
}

// Consents keeps questions until they are answered. It is safe for concurrent
// use, by several servers.
type Consents interface {
	// AskConsent stores a question of the user's.
	AskConsent(ctx context.Context, userID string, c Consent) error
	// AnswerConsent answers the question id that the widget itemID of the user's
	// thread asks, and returns it. Of several answers one counts; the others get
	// ErrConsentUsed, late ones ErrConsentExpired, and all that have the wrong
	// person, thread or widget ErrConsentUnknown.
	AnswerConsent(ctx context.Context, userID, threadID, itemID, id string, given bool) (Consent, error)
	// WaitingConsents counts the questions of a batch that can still be answered.
	WaitingConsents(ctx context.Context, userID, threadID, batchID string) (int, error)
}

// Why an answer to a question does not count.
var (
	ErrConsentUnknown = errors.New("assistant: no such consent")
	ErrConsentUsed    = errors.New("assistant: consent used")
	ErrConsentExpired = errors.New("assistant: consent expired")
)

// ErrWaiting is what Respond and Act return when the answer is complete as far
// as it goes, and goes on when the person has decided something.
var ErrWaiting = errors.New("assistant: waits for the person")

const (
	consentLife = 5 * time.Minute
	maxAsked    = 4 << 10 // bytes of arguments: they are to be read
	maxQuestion = 8       // questions in one turn
)

// Bound is a call made exact, for the person to decide on.
type Bound struct {
	Arguments json.RawMessage // what will be run
	Question  string          // "Delete the task “Buy milk”?"
	Yes       string          // on the button: "Delete"
	Danger    bool            // it can't be undone
	// Failure, if set, is the call's result at once: there is nothing to ask.
	Failure *ToolFailure
}

// bind makes a call exact. A tool that doesn't do so itself is asked about by its
// name, with all its arguments.
func (t Tool) bind(ctx context.Context, userID string, args json.RawMessage) (Bound, error) {
	if t.Bind != nil {
		return t.Bind(ctx, userID, args)
	}
	if failure := t.checkArgs(args); failure != nil {
		return Bound{Failure: failure}, nil
	}
	clean, err := chatkit.CleanJSON(args)
	if err != nil {
		return Bound{Failure: &ToolFailure{Error: "The arguments are not valid JSON."}}, nil
	}
	return Bound{Arguments: clean, Question: locale.Tf(ctx, "Let the assistant use “%s”?", plain(t.Name, 100)), Yes: locale.T(ctx, "Allow"), Danger: true}, nil
}

// waitingOutput is what a call has answered as long as nobody has decided.
type waitingOutput struct {
	Status    string       `json:"status"` // "waiting_for_consent"
	Question  string       `json:"question"`
	Note      string       `json:"note"`
	ConsentID string       `json:"consent_id"`
	ItemID    string       `json:"item_id"`
	ExpiresAt chatkit.Time `json:"expires_at"`
}

// askPerson stores the question about a call and returns the widget that asks it, and
// what the model hears meanwhile. Without a widget there is nothing to ask: told
// is the call's result.
func (l *toolLoop) askPerson(ctx context.Context, tool Tool, call *ToolCall, raw string) (*chatkit.WidgetItem, any, error) {
	switch {
	case l.cfg.Consents == nil:
		return nil, ToolFailure{Error: "This needs the person's consent, and there is no way to ask for it here."}, nil
	case l.asked == maxQuestion:
		return nil, ToolFailure{Error: "That is too much to ask the person at once. Wait for their answers, then go on."}, nil
	case len(raw) > maxAsked:
		return nil, ToolFailure{Error: "These arguments are too long for a person to read and agree to. Use shorter ones."}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, toolTimeout)
	defer cancel()
	bound, err := tool.bind(ctx, l.turn.User.ID, json.RawMessage(raw))
	if err != nil {
		l.logger.ErrorContext(ctx, "a tool failed", "tool", tool.Name, "error", err)
		return nil, toolBroke, nil
	}
	if bound.Failure != nil {
		return nil, *bound.Failure, nil
	}
	call.Arguments = storedArguments(string(bound.Arguments))
	if l.batch == "" {
		l.batch = chatkit.NewID("bat")
	}
	c := Consent{ID: chatkit.NewID("con"), ThreadID: l.turn.Thread.ID, ItemID: chatkit.NewID(chatkit.PrefixMessage),
		NoteID: chatkit.NewID(chatkit.PrefixHidden), BatchID: l.batch, CallID: call.ID, Tool: tool.Name,
		Arguments: bound.Arguments, Question: bound.Question, ExpiresAt: time.Now().Add(consentLife)}
	if err := l.cfg.Consents.AskConsent(ctx, l.turn.User.ID, c); err != nil {
		return nil, nil, fmt.Errorf("assistant: ask for consent: %w", err)
	}
	l.asked++
	item, err := consentWidget(ctx, c, tool, bound)
	if err != nil {
		return nil, nil, err
	}
	call.note = c.NoteID
	return item, waitingOutput{Status: "waiting_for_consent", Question: c.Question, ConsentID: c.ID, ItemID: c.ItemID,
		ExpiresAt: chatkit.At(c.ExpiresAt), Note: "Nothing has been done yet. The person is being asked and has to decide."}, nil
}
