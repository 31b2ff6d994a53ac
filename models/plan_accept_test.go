package models_test

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// plan accepts a request of the user's.
func plan(t *testing.T, db *models.DB, r models.PlanRequest) *models.Planned {
	t.Helper()
	r.Owner = owner
	return must[*models.Planned](t)(db.AcceptPlan(t.Context(), r))
}

func input(text string) chatkit.UserInput {
	return chatkit.UserInput{Content: []chatkit.UserContent{&chatkit.InputText{Text: text}}}
}

// end commits the last batch of a planned run, with items.
func end(t *testing.T, db *models.DB, p *models.Planned, items ...chatkit.Item) {
	t.Helper()
	b := models.RunBatch{RunID: p.Run.ID, UserID: p.Run.UserID, ThreadID: p.Run.ThreadID, Owner: owner,
		End: &models.RunEnd{Status: models.RunCompleted}}
	for _, it := range items {
		b.Items = append(b.Items, models.ItemChange{Item: it})
	}
	commit(t, db, b)
}

func TestAcceptPlanOfMessages(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		first := plan(t, db, models.PlanRequest{UserID: u.ID, Request: &chatkit.CreateThreadRequest{Input: input("Hello there")}})
		if !first.NewThread || first.Thread.Title != "Hello there" || first.Plan.Thread.Title != "Hello there" {
			t.Errorf("first %+v", first.Thread)
		}
		add := models.PlanRequest{UserID: u.ID, Owner: owner, Request: &chatkit.AddUserMessageRequest{ThreadID: first.Thread.ID, Input: input("More")}}
		_, err := db.AcceptPlan(t.Context(), add)
		want(t, err, models.ErrBusy)
		end(t, db, first, answer("msg_a", first.Thread.ID, "Hi"))
		second := plan(t, db, add)
		end(t, db, second)
		items, _, err := db.Items(t.Context(), u.ID, first.Thread.ID, models.ItemQuery{Order: chatkit.Asc})
		want(t, err, nil)
		if len(items) != 3 || items[0].RunID != first.Run.ID || items[2].RunID != second.Run.ID || items[2].Item.Base().ID != second.Run.ItemID {
			t.Errorf("items %+v", items)
		}
		again := plan(t, db, models.PlanRequest{UserID: u.ID,
			Request: &chatkit.RetryRequest{ThreadID: first.Thread.ID, ItemID: items[0].Item.Base().ID}})
		items, _, err = db.Items(t.Context(), u.ID, first.Thread.ID, models.ItemQuery{Hidden: true})
		if want(t, err, nil); len(items) != 1 || items[0].RunID != again.Run.ID {
			t.Errorf("after the retry %+v", items)
		}
	})
}

// TestAcceptPlanNamesUntitledThread: clients learn of the title that a first
// message gives to a thread that was there before.
func TestAcceptPlanNamesUntitledThread(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	u := modelstest.User(t, db, "ada@example.com")
	thread := must[*models.Thread](t)(db.CreateThread(t.Context(), u.ID, "", nil))
	p := plan(t, db, models.PlanRequest{UserID: u.ID, Request: &chatkit.AddUserMessageRequest{ThreadID: thread.ID, Input: input("Hello")}})
	last, ok := p.Plan.Events[len(p.Plan.Events)-1].(chatkit.ThreadUpdated)
	if !ok || last.Thread.Title != "Hello" {
		t.Errorf("events %+v", p.Plan.Events)
	}
}

func TestAcceptPlanIsTheOwners(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		p := plan(t, db, models.PlanRequest{UserID: ann.ID, Request: &chatkit.CreateThreadRequest{Input: input("Hello")}})
		end(t, db, p)
		id := p.Thread.ID
		for _, req := range []chatkit.Request{
			&chatkit.AddUserMessageRequest{ThreadID: id, Input: input("x")}, &chatkit.AddToolOutputRequest{ThreadID: id},
			&chatkit.AddStructuredInputRequest{ThreadID: id, ItemID: p.Run.ItemID}, &chatkit.RetryRequest{ThreadID: id, ItemID: p.Run.ItemID},
			&chatkit.CustomActionRequest{ThreadID: id},
		} {
			if _, err := db.AcceptPlan(t.Context(), models.PlanRequest{UserID: bob.ID, Owner: owner, Request: req}); !errors.Is(err, chatkit.ErrNotFound) {
				t.Errorf("%s: %v", req.RequestType(), err)
			}
		}
	})
}

// TestAcceptPlanGoesOn: outputs of tools, answers to questions and actions begin
// a turn of their own, for the message that came before.
func TestAcceptPlanGoesOn(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		p := plan(t, db, models.PlanRequest{UserID: u.ID, Request: &chatkit.CreateThreadRequest{Input: input("Hello")}})
		id, message := p.Thread.ID, p.Run.ItemID
		call := &chatkit.ClientToolCall{Status: chatkit.CallPending, CallID: "c", Name: "n", Arguments: json.RawMessage(`{}`)}
		call.ID, call.ThreadID = "tc_1", id
		ask := &chatkit.StructuredInput{Inputs: []*chatkit.Question{{ID: "q", Question: "Q?", Type: chatkit.QuestionFreeform}}}
		ask.ID, ask.ThreadID = "msg_q", id
		end(t, db, p, ask, call)
		next := func(req chatkit.Request) *models.Planned {
			t.Helper()
			p := plan(t, db, models.PlanRequest{UserID: u.ID, Request: req})
			run := must[*models.Run](t)(db.LatestRun(t.Context(), u.ID, id))
			if run.ID != p.Run.ID || run.ItemID != message {
				t.Errorf("%s: the newest run is %+v, want %+v", req.RequestType(), run, p.Run)
			}
			end(t, db, p)
			return p
		}
		output := &chatkit.AddToolOutputRequest{ThreadID: id, Result: json.RawMessage(`{"n":1}`)}
		next(output)
		_, err := db.AcceptPlan(t.Context(), models.PlanRequest{UserID: u.ID, Owner: owner, Request: output})
		want(t, err, chatkit.ErrConflict)
		answers := &chatkit.AddStructuredInputRequest{ThreadID: id, ItemID: "msg_q", Status: chatkit.InputAnswered,
			Answers: map[string]chatkit.Answer{"q": {Values: []string{"A"}}}}
		next(answers)
		_, err = db.AcceptPlan(t.Context(), models.PlanRequest{UserID: u.ID, Owner: owner, Request: answers})
		want(t, err, chatkit.ErrConflict)
		next(&chatkit.CustomActionRequest{ThreadID: id, Action: chatkit.Action{Type: "a"}})
		if p := plan(t, db, models.PlanRequest{UserID: u.ID,
			Request: &chatkit.CustomActionRequest{ThreadID: id, ItemID: "tc_1", Action: chatkit.Action{Type: "a"}}}); p.Run != nil || p.Plan.Refusal == nil {
			t.Errorf("an action of no widget: %+v", p)
		}
	})
}

// TestAcceptPlanInEmptyThread: a page's own action needs no message before it.
func TestAcceptPlanInEmptyThread(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		thread := must[*models.Thread](t)(db.CreateThread(t.Context(), u.ID, "", nil))
		p := plan(t, db, models.PlanRequest{UserID: u.ID, Request: &chatkit.CustomActionRequest{ThreadID: thread.ID, Action: chatkit.Action{Type: "a"}}})
		if run := must[*models.Run](t)(db.LatestRun(t.Context(), u.ID, thread.ID)); run.ID != p.Run.ID {
			t.Errorf("the newest run is %+v", run)
		}
	})
}

func TestAcceptPlanRepeated(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		db.Freeze()
		r := models.PlanRequest{UserID: u.ID, ClientKey: "k", Key: models.KeyLife{Ended: time.Minute, Delivered: 5 * time.Second},
			Request: &chatkit.CreateThreadRequest{Input: input("Hello")}}
		first := plan(t, db, r)
		same := func(what string, repeated bool) *models.Planned {
			t.Helper()
			p := plan(t, db, r)
			if p.Repeated != repeated || !p.KeyEnds || repeated == (p.Run.ID != first.Run.ID) {
				t.Errorf("%s: %+v", what, p)
			}
			return p
		}
		db.Advance(time.Hour)
		same("while it runs", true)
		end(t, db, first)
		db.Advance(59 * time.Second)
		same("soon after its end", true)
		want(t, db.Delivered(t.Context(), u.ID, first.Run.ID), nil)
		db.Advance(4 * time.Second)
		same("soon after it was read", true)
		db.Advance(time.Second)
		first = same("later", false)
		end(t, db, first)
		db.Advance(time.Minute)
		same("a minute after its end", false)
	})
}

// TestAcceptPlanAtOnce: of equal requests at the same time one begins a run and
// the others join it.
func TestAcceptPlanAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		thread := must[*models.Thread](t)(db.CreateThread(t.Context(), u.ID, "", nil))
		var all sync.WaitGroup
		var mu sync.Mutex
		ids := map[string]bool{}
		for range 8 {
			all.Go(func() {
				p, err := db.AcceptPlan(t.Context(), models.PlanRequest{UserID: u.ID, Owner: owner, ClientKey: "k",
					Request: &chatkit.AddUserMessageRequest{ThreadID: thread.ID, Input: input("Hello")}})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				ids[p.Run.ID] = true
			})
		}
		all.Wait()
		if len(ids) != 1 {
			t.Errorf("%d runs, want 1", len(ids))
		}
	})
}
