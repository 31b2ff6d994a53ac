package models_test

import (
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestMain(m *testing.M) { modelstest.Main(m) }

// thread begins a thread of the user's with one message and its run.
func thread(t testing.TB, db *models.DB, userID, text string) *models.Accepted {
	t.Helper()
	return accept(t, db, models.Message{UserID: userID, Owner: owner, Message: message(text)})
}

func accept(t testing.TB, db *models.DB, m models.Message) *models.Accepted {
	t.Helper()
	a, err := db.AcceptMessage(t.Context(), m)
	if err != nil {
		t.Fatalf("AcceptMessage: %v", err)
	}
	return a
}
