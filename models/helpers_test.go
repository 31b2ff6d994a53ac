package models_test

import (
	"errors"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// owner is the instance that runs the answers of most tests.
const owner = "test-owner"

func message(text string) *chatkit.UserMessage { return chatkit.NewUserText(text) }

// answer is an assistant's message of the thread.
func answer(id, threadID, text string) *chatkit.AssistantMessage {
	return &chatkit.AssistantMessage{ItemBase: chatkit.ItemBase{ID: id, ThreadID: threadID},
		Content: []*chatkit.OutputText{{Text: text}}}
}

// batch begins a RunBatch of an accepted run.
func batch(a *models.Accepted) models.RunBatch {
	return models.RunBatch{RunID: a.Run.ID, UserID: a.Run.UserID, ThreadID: a.Run.ThreadID, Owner: a.Run.Owner}
}

func events(payloads ...string) []models.Event {
	list := make([]models.Event, len(payloads))
	for i, p := range payloads {
		list[i] = models.Event{Seq: int64(i + 1), Payload: []byte(p)}
	}
	return list
}

// commit stores batches and fails the test if a run was lost.
func commit(t testing.TB, db *models.DB, batches ...models.RunBatch) {
	t.Helper()
	lost, err := db.Commit(t.Context(), batches)
	if err != nil || len(lost) > 0 {
		t.Fatalf("Commit: lost %v, error %v", lost, err)
	}
}

// finish ends a run.
func finish(t testing.TB, db *models.DB, a *models.Accepted) {
	t.Helper()
	b := batch(a)
	b.End = &models.RunEnd{Status: models.RunCompleted}
	commit(t, db, b)
}

// want fails the test unless err is target; nil is no error.
func want(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("error is %v, want %v", err, target)
	}
}

// must returns v, or fails the test.
func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// logged is the number of events that the database has.
func logged(t testing.TB, db *models.DB) int64 {
	t.Helper()
	query := "SELECT COUNT(*) FROM run_events"
	if db.Driver() == "sqlite" {
		query = "SELECT (SELECT COALESCE(SUM(events), 0) FROM run_events) + " +
			"(SELECT COALESCE(SUM(length(CAST(lines AS TEXT)) - length(replace(CAST(lines AS TEXT), char(10), ''))), 0) FROM run_journal)"
	}
	var n int64
	if err := db.Raw().Raw(query).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func ptr[T any](v T) *T { return &v }
