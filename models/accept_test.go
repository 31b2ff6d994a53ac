package models_test

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestAcceptMessage(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		in := message("Please plan\x00 a trip\xff 🙂 with many more words than any title could ever hold")
		a := accept(t, db, models.Message{UserID: u.ID, Owner: owner, Message: in, ThreadMetadata: map[string]any{"from": "test"}})
		if in.ID != "" {
			t.Error("the caller's message was changed")
		}
		base := a.Item.Item.Base()
		if !a.NewThread || a.Repeated || a.Item.Seq != 1 || a.Item.RunID != a.Run.ID || base.ThreadID != a.Thread.ID ||
			!strings.HasPrefix(base.ID, "msg_") || base.CreatedAt.IsZero() || a.Run.Status != models.RunRunning {
			t.Errorf("accepted %+v", a)
		}
		if title := "Please plan a trip\uFFFD 🙂 with many more words than any title"; a.Thread.Title != title {
			t.Errorf("title is %q, want %q", a.Thread.Title, title)
		}
		if got := must[*models.Thread](t)(db.Thread(t.Context(), u.ID, a.Thread.ID)); !reflect.DeepEqual(got, a.Thread) {
			t.Errorf("thread is %+v, want %+v", got, a.Thread)
		}
		if got := must[*models.Item](t)(db.Item(t.Context(), u.ID, a.Thread.ID, base.ID)); !reflect.DeepEqual(*got, a.Item) {
			t.Errorf("item is %+v, want %+v", got, a.Item)
		}
		if got := must[*models.Run](t)(db.ActiveRun(t.Context(), u.ID, a.Thread.ID)); !reflect.DeepEqual(got, a.Run) {
			t.Errorf("run is %+v, want %+v", got, a.Run)
		}

		m := models.Message{UserID: u.ID, ThreadID: a.Thread.ID, Owner: owner, Message: message("second")}
		_, err := db.AcceptMessage(t.Context(), m)
		want(t, err, models.ErrBusy)
		finish(t, db, a)
		if next := accept(t, db, m); next.NewThread || next.Item.Seq != 2 || next.Thread.Title != a.Thread.Title {
			t.Errorf("accepted %+v", next)
		}
		_, err = db.AcceptMessage(t.Context(), models.Message{UserID: u.ID, ThreadID: "thr_none", Message: message("hi")})
		want(t, err, models.ErrNotFound)
		_, err = db.AcceptMessage(t.Context(), models.Message{UserID: "usr_nobody", Message: message("hi")})
		want(t, err, models.ErrNotFound)
		_, err = db.AcceptMessage(t.Context(), models.Message{UserID: u.ID})
		want(t, err, models.ErrInvalid)
	})
}

func TestAcceptMessageOneOfManyAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		th := must[*models.Thread](t)(db.CreateThread(t.Context(), u.ID, "", nil))
		var accepted atomic.Int32
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				_, err := db.AcceptMessage(t.Context(), models.Message{UserID: u.ID, ThreadID: th.ID, Owner: owner, Message: message("hi")})
				if err == nil {
					accepted.Add(1)
				} else if !errors.Is(err, models.ErrBusy) {
					t.Errorf("AcceptMessage: %v, want busy", err)
				}
			})
		}
		all.Wait()
		items, _, err := db.Items(t.Context(), u.ID, th.ID, models.ItemQuery{})
		if accepted.Load() != 1 || err != nil || len(items) != 1 || count(t, db, "runs") != 1 {
			t.Errorf("accepted %d, stored %d items and %d runs (%v)", accepted.Load(), len(items), count(t, db, "runs"), err)
		}
	})
}

// TestOneRunningRunIsTheDatabasesRule: should the code ever forget to look, the
// index still refuses.
func TestOneRunningRunIsTheDatabasesRule(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		done := thread(t, db, u.ID, "first")
		finish(t, db, done)
		again := db.Raw().Table("runs").Where("id = ?", done.Run.ID)
		want(t, again.Update("status", models.RunRunning).Error, nil)
		finish(t, db, done)
		accept(t, db, models.Message{UserID: u.ID, ThreadID: done.Thread.ID, Owner: owner, Message: message("second")})
		again = db.Raw().Table("runs").Where("id = ?", done.Run.ID)
		if err := again.Update("status", models.RunRunning).Error; err == nil {
			t.Error("a thread has two running runs")
		}
	})
}

func TestAcceptMessageClientKey(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		for _, name := range []string{"new thread", "same thread"} {
			m := models.Message{UserID: u.ID, Owner: owner, ClientKey: "key of " + name, Message: message("hi")}
			if name == "same thread" {
				m.ThreadID = must[*models.Thread](t)(db.CreateThread(t.Context(), u.ID, "", nil)).ID
			}
			results := make(chan *models.Accepted, 64)
			var all sync.WaitGroup
			for range cap(results) {
				all.Go(func() {
					a, err := db.AcceptMessage(t.Context(), m)
					if err != nil {
						t.Errorf("AcceptMessage: %v", err)
						return
					}
					results <- a
				})
			}
			all.Wait()
			close(results)
			var first *models.Accepted
			fresh := 0
			for a := range results {
				if first == nil {
					first = a
				}
				if !a.Repeated {
					fresh++
				}
				if a.Run.ID != first.Run.ID || a.Thread.ID != first.Thread.ID || a.Item.Item.Base().ID != first.Item.Item.Base().ID {
					t.Errorf("%s: accepted %+v and %+v", name, a, first)
				}
			}
			if fresh != 1 {
				t.Errorf("%s: %d were stored, want 1", name, fresh)
			}
			finish(t, db, first)
			if again := accept(t, db, m); !again.Repeated || again.Run.Status != models.RunCompleted {
				t.Errorf("%s: repeated after the end: %+v", name, again)
			}
		}
		if a := accept(t, db, models.Message{UserID: other.ID, Owner: owner, ClientKey: "key of new thread", Message: message("hi")}); a.Repeated {
			t.Error("another user's key was taken for this one's")
		}
	})
}

func TestAcceptRetry(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		first := thread(t, db, u.ID, "first")
		th, id := first.Thread.ID, first.Item.Item.Base().ID
		_, err := db.AcceptRetry(t.Context(), u.ID, th, id, owner)
		want(t, err, models.ErrBusy)
		b := batch(first)
		b.Items = []models.ItemChange{{Item: answer("msg_answer", th, "an answer")}}
		b.End = &models.RunEnd{Status: models.RunCompleted}
		commit(t, db, b)
		second := accept(t, db, models.Message{UserID: u.ID, ThreadID: th, Owner: owner, Message: message("second")})
		finish(t, db, second)

		_, err = db.AcceptRetry(t.Context(), u.ID, th, "msg_answer", owner)
		want(t, err, models.ErrInvalid)
		_, err = db.AcceptRetry(t.Context(), u.ID, th, "msg_none", owner)
		want(t, err, models.ErrNotFound)

		again := must[*models.Accepted](t)(db.AcceptRetry(t.Context(), u.ID, th, id, "another"))
		if again.Run.ID == first.Run.ID || again.Run.Owner != "another" || again.Item.RunID != again.Run.ID || again.NewThread {
			t.Errorf("accepted %+v", again)
		}
		items, _, err := db.Items(t.Context(), u.ID, th, models.ItemQuery{Order: chatkit.Asc})
		want(t, err, nil)
		if len(items) != 1 || !reflect.DeepEqual(items[0], again.Item) {
			t.Errorf("items are %+v, want only %+v", items, again.Item)
		}
		_, err = db.Run(t.Context(), u.ID, second.Run.ID)
		want(t, err, models.ErrNotFound) // its message is gone
		finish(t, db, again)
		third := accept(t, db, models.Message{UserID: u.ID, ThreadID: th, Owner: owner, Message: message("third")})
		if third.Item.Seq <= second.Item.Seq {
			t.Errorf("number %d was used again", third.Item.Seq)
		}
	})
}

func TestAcceptEdit(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		quoting := message("first")
		quoting.QuotedText = "a quote"
		first := accept(t, db, models.Message{UserID: u.ID, Owner: owner, Message: quoting})
		th, id := first.Thread.ID, first.Item.Item.Base().ID
		edit := models.Message{UserID: u.ID, ThreadID: th, Owner: owner, ClientKey: "edit 1", Message: message("other\x00 words")}
		_, err := db.AcceptEdit(t.Context(), edit, id)
		want(t, err, models.ErrBusy)
		b := batch(first)
		b.Items = []models.ItemChange{{Item: answer("msg_answer", th, "an answer")}}
		b.End = &models.RunEnd{Status: models.RunCompleted}
		commit(t, db, b)
		_, err = db.AcceptEdit(t.Context(), edit, "msg_answer")
		want(t, err, models.ErrInvalid)
		foreign := edit
		foreign.UserID = other.ID
		_, err = db.AcceptEdit(t.Context(), foreign, id)
		want(t, err, models.ErrNotFound)

		edited := must[*models.Accepted](t)(db.AcceptEdit(t.Context(), edit, id))
		items, _, err := db.Items(t.Context(), u.ID, th, models.ItemQuery{Order: chatkit.Asc})
		want(t, err, nil)
		if len(items) != 1 || !reflect.DeepEqual(items[0], edited.Item) {
			t.Fatalf("items are %+v, want only %+v", items, edited.Item)
		}
		got := items[0].Item.(*chatkit.UserMessage)
		if got.ID != id || got.Text() != "other words" || got.QuotedText != "a quote" || edited.Run.ID == first.Run.ID || edited.Repeated {
			t.Errorf("the message is %+v in run %s", got, edited.Run.ID)
		}
		again := must[*models.Accepted](t)(db.AcceptEdit(t.Context(), edit, id))
		if !again.Repeated || again.Run.ID != edited.Run.ID {
			t.Errorf("the same edit once more: %+v", again)
		}
	})
}
