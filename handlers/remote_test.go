package handlers

import (
	"errors"
	"testing"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestRemoteThreads(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		thread, err := db.CreateThread(t.Context(), ann.ID, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		r := NewRemoteThreads(db)
		want := assistant.RemoteThread{ID: "thread_1", Item: "msg_1", Run: "run_1"}
		for _, remote := range []assistant.RemoteThread{{}, want, {}, want} {
			if err := r.KeepRemoteThread(t.Context(), ann.ID, thread.ID, remote); err != nil {
				t.Fatal(err)
			}
			if got, err := r.RemoteThread(t.Context(), ann.ID, thread.ID); got != remote || err != nil {
				t.Errorf("kept %+v, got %+v, %v", remote, got, err)
			}
		}
		if got, err := r.RemoteThread(t.Context(), bob.ID, thread.ID); got.ID != "" || err != nil {
			t.Errorf("bob reads %+v, %v", got, err)
		}
		if err := r.KeepRemoteThread(t.Context(), bob.ID, thread.ID, want); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("bob writes: %v", err)
		}
	})
}
