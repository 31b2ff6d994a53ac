package assistant

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// responseNote is stored, hidden, after an answer of a server that keeps
// conversations: what comes later in the thread is all that it must be sent.
type responseNote struct {
	Type string `json:"type"` // always responseNoteType
	ID   string `json:"id"`
}

const responseNoteType = "response_id"

// noteOf reads a hidden item that says how far a server knows the conversation.
func noteOf(it chatkit.Item) (string, bool) {
	hidden, ok := it.(*chatkit.HiddenContext)
	if !ok {
		return "", false
	}
	var note responseNote
	if json.Unmarshal(hidden.Content, &note) != nil || note.Type != responseNoteType {
		return "", false
	}
	return note.ID, true
}

// keepNote stores how far the server knows the conversation, if it keeps it.
func (t *agentTurn) keepNote(got *modelAnswer) error {
	r, ok := t.provider.(*responses)
	if !ok || !r.opts.Keep || got.ended.ResponseID == "" || got.ended.Reason != agents.EndedStop {
		return nil
	}
	raw, err := json.Marshal(responseNote{responseNoteType, got.ended.ResponseID})
	if err != nil {
		return err
	}
	return t.out.Emit(chatkit.ItemDone{Item: &chatkit.HiddenContext{Content: raw}})
}

// keptItems is how far back a note is looked for.
const keptItems = 100

// since returns what the server does not know yet of the turn's conversation, and
// the id of the answer up to which it knows it; "" if it knows nothing.
func (r *responses) since(ctx context.Context, req *modelRequest) ([]inputItem, string, error) {
	if req.turn == nil || req.turn.History == nil {
		return nil, "", nil
	}
	items, err := req.turn.History.Recent(ctx, keptItems)
	if err != nil {
		return nil, "", historyError(ctx, err)
	}
	for i, it := range slices.Backward(items) {
		id, ok := noteOf(it)
		if !ok {
			continue
		}
		turn := *req.turn
		turn.History = section(items[i+1:])
		input, err := inputReader{reads: r.reads(), tools: req.tools}.read(ctx, &turn)
		return withDecision(input, req.decision), id, err
	}
	return nil, "", nil
}

// section is a History of a part of a thread.
type section []chatkit.Item

// Recent returns the newest items.
func (s section) Recent(_ context.Context, limit int) ([]chatkit.Item, error) {
	return s[max(0, len(s)-limit):], nil
}

// Before returns the items before the one with this id.
func (s section) Before(ctx context.Context, itemID string, limit int) ([]chatkit.Item, error) {
	i := slices.IndexFunc(s, func(it chatkit.Item) bool { return it.Base().ID == itemID })
	return s[:max(i, 0)].Recent(ctx, limit)
}

// Oldest returns the oldest items.
func (s section) Oldest(_ context.Context, limit int) ([]chatkit.Item, error) {
	return s[:min(limit, len(s))], nil
}
