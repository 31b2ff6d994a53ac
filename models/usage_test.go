package models_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// wantLimit fails the test unless err is a limit of this kind.
func wantLimit(t testing.TB, err error, what string) {
	t.Helper()
	limit, ok := errors.AsType[*models.LimitError](err)
	if !ok || limit.What != what || limit.Resets <= 0 || limit.Resets > 24*time.Hour {
		t.Fatalf("error is %v (%+v), want the limit of %s", err, limit, what)
	}
}

func send(t testing.TB, db *models.DB, userID, text string) (*models.Accepted, error) {
	t.Helper()
	a, err := db.AcceptMessage(t.Context(), models.Message{UserID: userID, Owner: owner, Message: message(text)})
	if err == nil {
		finish(t, db, a)
	}
	return a, err
}

func TestDailyMessages(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		db.SetLimits(models.Limits{Messages: 3})
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		a := must[*models.Accepted](t)(send(t, db, u.ID, "one"))
		if a.Used == nil || a.Used.Messages != 1 {
			t.Errorf("used %+v", a.Used)
		}
		// A repeated request and a refused one cost nothing.
		m := models.Message{UserID: u.ID, ThreadID: a.Thread.ID, Owner: owner, ClientKey: "k", Message: message("two")}
		two := must[*models.Accepted](t)(db.AcceptMessage(t.Context(), m))
		must[*models.Accepted](t)(db.AcceptMessage(t.Context(), m))
		m.ClientKey = ""
		_, err := db.AcceptMessage(t.Context(), m)
		want(t, err, models.ErrBusy)
		finish(t, db, two)
		// Every door counts, and so does another try.
		retry := must[*models.Accepted](t)(db.AcceptRetry(t.Context(), u.ID, a.Thread.ID, two.Item.Item.Base().ID, owner))
		if retry.Used.Messages != 3 {
			t.Errorf("after the retry %+v", retry.Used)
		}
		finish(t, db, retry)
		_, err = send(t, db, u.ID, "four")
		wantLimit(t, err, "messages")
		_, err = db.AcceptRetry(t.Context(), u.ID, a.Thread.ID, two.Item.Item.Base().ID, owner)
		wantLimit(t, err, "messages")
		_, err = db.AcceptPlan(t.Context(), models.PlanRequest{UserID: u.ID, Owner: owner, Request: &chatkit.AddUserMessageRequest{
			ThreadID: a.Thread.ID, Input: chatkit.UserInput{Content: message("four").Content}}})
		wantLimit(t, err, "messages")
		if got := must[models.Usage](t)(db.UsedToday(t.Context(), u.ID)); got.Messages != 3 {
			t.Errorf("what was refused was counted: %+v", got)
		}
		must[*models.Accepted](t)(send(t, db, other.ID, "one")) // it is each person's own
		db.Advance(24 * time.Hour)
		must[*models.Accepted](t)(send(t, db, u.ID, "the next day"))
		db.Advance(100 * 24 * time.Hour)
		want(t, db.PurgeExpired(t.Context()), nil)
		if n := count(t, db, "usage_days"); n != 0 {
			t.Errorf("%d days are kept for ever", n)
		}
	})
}

func TestDailyTokens(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		want(t, db.AddTokens(t.Context(), u.ID, 1_000), nil)
		if n := count(t, db, "usage_days"); n != 0 {
			t.Errorf("%d rows without limits", n)
		}
		db.Freeze()
		db.SetLimits(models.Limits{Tokens: 100})
		want(t, db.AddTokens(t.Context(), u.ID, 99), nil)
		a := must[*models.Accepted](t)(send(t, db, u.ID, "one"))
		if a.Used.Tokens != 99 || a.Used.Messages != 1 {
			t.Errorf("used %+v", a.Used)
		}
		wantLimit(t, db.AddTokens(t.Context(), u.ID, 50), "tokens")
		if got := must[models.Usage](t)(db.UsedToday(t.Context(), u.ID)); got.Tokens != 149 {
			t.Errorf("used %+v", got)
		}
		_, err := send(t, db, u.ID, "two")
		wantLimit(t, err, "tokens")
		// What only goes on with an answer is held to it, too.
		_, err = db.AcceptPlan(t.Context(), models.PlanRequest{UserID: u.ID, Owner: owner, Request: &chatkit.CustomActionRequest{
			ThreadID: a.Thread.ID, Action: chatkit.Action{Type: "x"}}})
		wantLimit(t, err, "tokens")
	})
}

// TestDailyMessagesOfManyServers: servers that share a database share the limit.
func TestDailyMessagesOfManyServers(t *testing.T) {
	t.Parallel()
	url := modelstest.URL(t, "postgres")
	var servers []*models.DB
	for range 3 {
		db := must[*models.DB](t)(models.Open(t.Context(), url))
		t.Cleanup(func() { _ = db.Close() })
		db.SetLimits(models.Limits{Messages: 10})
		servers = append(servers, db)
	}
	u := modelstest.User(t, servers[0], "ada@example.com")
	results := make(chan error, 30)
	var wg sync.WaitGroup
	for i := range cap(results) {
		wg.Go(func() {
			_, err := servers[i%3].AcceptMessage(t.Context(), models.Message{UserID: u.ID, Owner: owner, Message: message("hello")})
			results <- err
		})
	}
	wg.Wait()
	close(results)
	accepted := 0
	for err := range results {
		if err == nil {
			accepted++
			continue
		}
		wantLimit(t, err, "messages")
	}
	if accepted != 10 {
		t.Errorf("%d messages were accepted", accepted)
	}
}
