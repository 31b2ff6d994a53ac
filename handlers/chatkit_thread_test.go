package handlers

import (
	"context"
	"slices"
	"testing"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// What an assistant changes of a thread is stored before it is shown; what it did
// not change stays as others left it.
func TestAssistantsChangeThreads(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann := modelstest.User(t, db, "ann@example.com")
		answers := scripted(func(ctx context.Context, turn *assistant.Turn, emit assistant.Emit) error {
			closed := chatkit.ThreadStatus{Type: chatkit.Closed, Reason: "by its owner"}
			if turn.Input.Text() == "beside" {
				if _, err := db.UpdateThread(ctx, ann.ID, turn.Thread.ID, models.ThreadChange{Status: &closed}); err != nil {
					return err
				}
			}
			thread := turn.Thread
			thread.Title = "A name"
			if turn.Input.Text() == "lock" {
				thread.Status = chatkit.ThreadStatus{Type: chatkit.Locked, Reason: "enough"}
				thread.AllowedImageDomains = []string{"a.example"}
			}
			return emit(chatkit.ThreadUpdated{Thread: &thread})
		})
		v := boot(t, db, func(o *Options) { o.Assistant = answers }).program(ann)
		for text, want := range map[string]models.Thread{
			"lock":   {Status: chatkit.ThreadStatus{Type: chatkit.Locked, Reason: "enough"}, ImageDomains: []string{"a.example"}},
			"beside": {Status: chatkit.ThreadStatus{Type: chatkit.Closed, Reason: "by its owner"}},
			"name":   {Status: chatkit.ThreadStatus{Type: chatkit.Active}},
		} {
			id := threadOfEvents(t, v.create(text))
			row, err := db.Thread(t.Context(), ann.ID, id)
			if err != nil || row.Status != want.Status || !slices.Equal(row.ImageDomains, want.ImageDomains) || row.Title != "A name" {
				t.Errorf("%s: %+v, %v", text, row, err)
			}
		}
	})
}
