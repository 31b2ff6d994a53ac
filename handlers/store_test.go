package handlers

import (
	"slices"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestStoreLosesTheBadRunAlone(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		user := modelstest.User(t, db, "ann@example.com")
		begin := func() *models.Run {
			a, err := db.AcceptMessage(t.Context(), models.Message{UserID: user.ID, Owner: "own_a", Message: chatkit.NewUserText("hello")})
			if err != nil {
				t.Fatal(err)
			}
			return a.Run
		}
		batch := func(r *models.Run, payload string) live.Batch {
			return live.Batch{RunID: r.ID, UserID: r.UserID, ThreadID: r.ThreadID, Owner: "own_a",
				Events: []live.Event{{Seq: 1, Payload: []byte(payload)}}}
		}
		good, bad, gone := begin(), begin(), begin()
		if err := db.DeleteThread(t.Context(), user.ID, gone.ThreadID); err != nil {
			t.Fatal(err)
		}
		const event = `{"type":"progress_update","text":"hello"}`
		s := NewStore(db)
		lost, err := s.Commit(t.Context(), []live.Batch{batch(good, event), batch(bad, ""), batch(gone, event)})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(lost)
		want := []string{bad.ID, gone.ID}
		slices.Sort(want)
		if !slices.Equal(lost, want) {
			t.Errorf("lost %v, want %v", lost, want)
		}
		if events, err := s.RunEvents(t.Context(), good.ID, 0, 10); err != nil || len(events) != 1 {
			t.Errorf("the good run has %d events, %v", len(events), err)
		}
	})
}
