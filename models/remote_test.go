package models_test

import (
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestRemoteThread(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ada, bob := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		th := must[*models.Thread](t)(db.CreateThread(t.Context(), ada.ID, "", nil)).ID
		_, err := db.RemoteThread(t.Context(), ada.ID, th)
		want(t, err, models.ErrNotFound)
		want(t, db.ForgetRemoteThread(t.Context(), ada.ID, th), nil)
		for _, row := range []models.RemoteThread{{RemoteID: "thread_1", ItemID: "msg_1", RunID: "run_1"}, {RemoteID: "thread_2", ItemID: "msg_2"}} {
			row.UserID, row.ThreadID = ada.ID, th
			want(t, db.KeepRemoteThread(t.Context(), row), nil)
			got := must[*models.RemoteThread](t)(db.RemoteThread(t.Context(), ada.ID, th))
			if got.RemoteID != row.RemoteID || got.ItemID != row.ItemID || got.RunID != row.RunID {
				t.Errorf("kept %+v, got %+v", row, got)
			}
		}
		_, err = db.RemoteThread(t.Context(), bob.ID, th)
		want(t, err, models.ErrNotFound)
		want(t, db.KeepRemoteThread(t.Context(), models.RemoteThread{UserID: bob.ID, ThreadID: th, RemoteID: "stolen"}), models.ErrNotFound)
		want(t, db.ForgetRemoteThread(t.Context(), bob.ID, th), nil)
		if err := db.KeepRemoteThread(t.Context(), models.RemoteThread{UserID: ada.ID, ThreadID: th, RemoteID: strings.Repeat("x", 201)}); err == nil {
			t.Error("an endless id is kept")
		}
		if got := must[*models.RemoteThread](t)(db.RemoteThread(t.Context(), ada.ID, th)); got.RemoteID != "thread_2" {
			t.Errorf("another person changed it: %+v", got)
		}
		want(t, db.DeleteThread(t.Context(), ada.ID, th), nil)
		_, err = db.RemoteThread(t.Context(), ada.ID, th)
		want(t, err, models.ErrNotFound)
	})
}
