package handlers

import (
	"bufio"
	"context"
	"testing"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// An assistant may lock its thread and open it again; the page is told while the
// answer goes on, and each time only what is new.
func TestPageSeesThatItsThreadIsLocked(t *testing.T) {
	t.Parallel()
	next := make(chan chatkit.ThreadStatus)
	locks := scripted(func(ctx context.Context, turn *assistant.Turn, emit assistant.Emit) error {
		for status := range next {
			thread := *turn.Thread.Clone()
			thread.Status = status
			if err := emit(chatkit.ThreadUpdated{Thread: &thread}); err != nil {
				return err
			}
		}
		return emit(chatkit.ItemDone{Item: said("Done.")})
	})
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Assistant = locks })
	user := modelstest.User(t, s.db, "ann@example.com")
	page := s.browser(user)
	thread := s.program(user).newThread()
	res, err := page.http.Do(page.request("GET", "/live?watch="+thread+":0", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	seen := pageReader{r: bufio.NewReader(res.Body)}
	seen.until(t, `data-state="active" hidden`)
	page.post("/chat/"+thread+"/messages", words).want(303)
	next <- chatkit.ThreadStatus{Type: chatkit.Locked, Reason: "One moment, please."}
	seen.until(t, "One moment, please.")
	page.post("/chat/"+thread+"/messages", words).want(400).has("One moment, please.")
	seen.html = ""
	next <- chatkit.ThreadStatus{Type: chatkit.Active}
	seen.until(t, `data-state="active" hidden`)
	close(next)
	seen.until(t, "Done.")
	page.do("GET", "/chat/"+thread, nil).want(200).has(`data-state="active" hidden`).lacks("One moment")
}

// A page that connects while its newest message is written anew is not told of the
// turn that has lost it: an empty turn would stand at the thread's end.
func TestPageIsNotToldOfATurnThatWasMadeAgain(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	api := s.program(user)
	thread := api.newThread()
	api.do("POST", "/api/v1/chatkit/threads/"+thread+"/messages", map[string]string{"content": "a question"}).want(200)
	first, err := s.db.LatestRun(t.Context(), user.ID, thread)
	if err != nil {
		t.Fatal(err)
	}
	p := &livePage{h: s.h, user: user.ID}
	if _, ok, err := p.standing(t.Context(), first); err != nil || !ok {
		t.Errorf("the newest turn: %v, %v", ok, err)
	}
	again, err := s.db.AcceptRetry(t.Context(), user.ID, thread, first.ItemID, s.h.Owner)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := p.standing(t.Context(), first); err != nil || ok {
		t.Errorf("the turn that was made again: %v, %v", ok, err)
	}
	if _, ok, err := p.standing(t.Context(), again.Run); err != nil || !ok {
		t.Errorf("what took its place: %v, %v", ok, err)
	}
}

// An answer that is made again and fails at once, before the page could see it
// run, leaves no new item. The page has to hear how it ended all the same.
func TestPageSeesAnAnswerThatWasTooQuick(t *testing.T) {
	t.Parallel()
	fails := scripted(func(context.Context, *assistant.Turn, assistant.Emit) error {
		return &chatkit.Error{Message: "No luck.", AllowRetry: true}
	})
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Assistant = fails })
	user := modelstest.User(t, s.db, "ann@example.com")
	page, api := s.browser(user), s.program(user)
	thread := api.newThread()
	api.do("POST", "/api/v1/chatkit/threads/"+thread+"/messages", map[string]string{"content": "a question"}).want(200)
	first, err := s.db.LatestRun(t.Context(), user.ID, thread)
	if err != nil {
		t.Fatal(err)
	}
	res, err := page.http.Do(page.request("GET", "/live?watch="+thread+":1000", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	seen := pageReader{r: bufio.NewReader(res.Body)}
	seen.until(t, first.ID)

	again, err := s.db.AcceptRetry(t.Context(), user.ID, thread, first.ItemID, s.h.Owner)
	if err != nil {
		t.Fatal(err)
	}
	end := models.RunBatch{RunID: again.Run.ID, UserID: user.ID, ThreadID: thread, Owner: s.h.Owner,
		End: &models.RunEnd{Status: models.RunFailed, ErrorCode: "custom", ErrorMessage: "No luck again.", AllowRetry: true}}
	if _, err := s.db.Commit(t.Context(), []models.RunBatch{end}); err != nil {
		t.Fatal(err)
	}
	s.h.Engine.Signals.Notify(user.ID, live.Signal{Kind: live.RunEnded, ThreadID: thread, RunID: again.Run.ID})
	seen.until(t, "No luck again.")
}
