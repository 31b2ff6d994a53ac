package models_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// asked stores a question of the thread that expires in five minutes.
func asked(t testing.TB, db *models.DB, userID, threadID, id string) models.Consent {
	t.Helper()
	c := models.Consent{ID: id, ThreadID: threadID, ItemID: "wid_" + id, NoteID: "hid_" + id, BatchID: "bat_1", CallID: "call_1",
		Tool: "delete_task", Arguments: `{"task_id":"todo_1"}`, Question: "Delete “milk”?",
		ExpiresAt: models.At(db.Now().Add(5 * time.Minute))}
	want(t, db.AskConsent(t.Context(), userID, c), nil)
	return c
}

func TestConsentIsForOneAnswer(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		a, b := thread(t, db, u.ID, "question"), thread(t, db, u.ID, "another")
		theirs := thread(t, db, other.ID, "question")
		c := asked(t, db, u.ID, a.Thread.ID, "con_1")
		want(t, db.AskConsent(t.Context(), other.ID, models.Consent{ID: "con_2", ThreadID: a.Thread.ID, ItemID: "i", NoteID: "n"}), models.ErrNotFound)

		answer := func(userID, threadID, itemID, id string) (*models.Consent, error) {
			return db.AnswerConsent(t.Context(), userID, threadID, itemID, id, models.ConsentGiven)
		}
		for name, try := range map[string][4]string{
			"another person":                 {other.ID, a.Thread.ID, c.ItemID, c.ID},
			"another person in their thread": {other.ID, theirs.Thread.ID, c.ItemID, c.ID},
			"another thread":                 {u.ID, b.Thread.ID, c.ItemID, c.ID},
			"another widget":                 {u.ID, a.Thread.ID, "wid_other", c.ID},
			"no such question":               {u.ID, a.Thread.ID, c.ItemID, "con_none"},
			"a NUL":                          {u.ID, a.Thread.ID, c.ItemID, "con\x00"},
		} {
			if _, err := answer(try[0], try[1], try[2], try[3]); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n, err := db.WaitingConsents(t.Context(), u.ID, a.Thread.ID, "bat_1"); n != 1 || err != nil {
			t.Errorf("waiting: %d, %v", n, err)
		}
		got := must[*models.Consent](t)(answer(u.ID, a.Thread.ID, c.ItemID, c.ID))
		if got.Arguments != c.Arguments || got.Tool != c.Tool || got.CallID != "call_1" || got.NoteID != c.NoteID || got.State != models.ConsentGiven {
			t.Errorf("got %+v", got)
		}
		_, err := answer(u.ID, a.Thread.ID, c.ItemID, c.ID)
		want(t, err, models.ErrConflict)
		if n, err := db.WaitingConsents(t.Context(), u.ID, a.Thread.ID, "bat_1"); n != 0 || err != nil {
			t.Errorf("waiting after the answer: %d, %v", n, err)
		}
	})
}

func TestConsentExpires(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, "question")
		c := asked(t, db, u.ID, a.Thread.ID, "con_1")
		db.Advance(5 * time.Minute)
		_, err := db.AnswerConsent(t.Context(), u.ID, a.Thread.ID, c.ItemID, c.ID, models.ConsentGiven)
		want(t, err, models.ErrExpired)
		if n, err := db.WaitingConsents(t.Context(), u.ID, a.Thread.ID, "bat_1"); n != 0 || err != nil {
			t.Errorf("waiting: %d, %v", n, err)
		}
		want(t, db.PurgeExpired(t.Context()), nil)
		if n := count(t, db, "consents"); n != 1 {
			t.Errorf("a late answer can't be told apart from a wrong one")
		}
		db.Advance(48 * time.Hour)
		want(t, db.PurgeExpired(t.Context()), nil)
		if n := count(t, db, "consents"); n != 0 {
			t.Errorf("%d consents are kept for ever", n)
		}
	})
}

func TestConsentCountsOnceOfMany(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, "question")
		c := asked(t, db, u.ID, a.Thread.ID, "con_1")
		var wg sync.WaitGroup
		results := make(chan error, 8)
		for range cap(results) {
			wg.Go(func() {
				_, err := db.AnswerConsent(t.Context(), u.ID, a.Thread.ID, c.ItemID, c.ID, models.ConsentGiven)
				results <- err
			})
		}
		wg.Wait()
		close(results)
		given := 0
		for err := range results {
			if err == nil {
				given++
			} else if !errors.Is(err, models.ErrConflict) {
				t.Errorf("unexpected %v", err)
			}
		}
		if given != 1 {
			t.Errorf("%d answers counted", given)
		}
	})
}
