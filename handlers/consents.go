package handlers

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
)

// consents keeps the assistants' questions in the database.
type consents struct{ db *models.DB }

var _ assistant.Consents = consents{}

// NewConsents returns the questions of the database for the assistants.
func NewConsents(db *models.DB) assistant.Consents { return consents{db} }

// AskConsent stores a question.
func (s consents) AskConsent(ctx context.Context, userID string, c assistant.Consent) error {
	return s.db.AskConsent(ctx, userID, models.Consent{ID: c.ID, ThreadID: c.ThreadID, ItemID: c.ItemID, NoteID: c.NoteID,
		BatchID: c.BatchID, CallID: c.CallID, Tool: c.Tool, Arguments: string(c.Arguments), Question: c.Question, ExpiresAt: models.At(c.ExpiresAt)})
}

// AnswerConsent answers a question once.
func (s consents) AnswerConsent(ctx context.Context, userID, threadID, itemID, id string, given bool) (assistant.Consent, error) {
	state := models.ConsentRefused
	if given {
		state = models.ConsentGiven
	}
	c, err := s.db.AnswerConsent(ctx, userID, threadID, itemID, id, state)
	switch {
	case errors.Is(err, models.ErrNotFound):
		return assistant.Consent{}, assistant.ErrConsentUnknown
	case errors.Is(err, models.ErrConflict):
		return assistant.Consent{}, assistant.ErrConsentUsed
	case errors.Is(err, models.ErrExpired):
		return assistant.Consent{}, assistant.ErrConsentExpired
	case err != nil:
		return assistant.Consent{}, err
	}
	return assistant.Consent{ID: c.ID, ThreadID: c.ThreadID, ItemID: c.ItemID, NoteID: c.NoteID, BatchID: c.BatchID, CallID: c.CallID,
		Tool: c.Tool, Arguments: json.RawMessage(c.Arguments), Question: c.Question, ExpiresAt: c.ExpiresAt.Time}, nil
}

// WaitingConsents counts the open questions of a batch.
func (s consents) WaitingConsents(ctx context.Context, userID, threadID, batchID string) (int, error) {
	return s.db.WaitingConsents(ctx, userID, threadID, batchID)
}

// produce makes a run's work of an assistant's: both have a word for an answer
// that waits for the person.
func produce(work func(ctx context.Context, emit assistant.Emit) error) live.Produce {
	return func(ctx context.Context, emit func(chatkit.Event) error) error {
		err := work(ctx, emit)
		if errors.Is(err, assistant.ErrWaiting) {
			return live.ErrWaiting
		}
		return err
	}
}
