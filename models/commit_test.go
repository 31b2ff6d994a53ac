package models_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestCommit(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a, other := thread(t, db, u.ID, "question"), thread(t, db, u.ID, "another")
		first, second := batch(a), batch(other)
		first.Events, second.Events = events(`{"a":1}`, `{"a":2}`), events(`{"b":1}`)
		first.Items = []models.ItemChange{{Item: answer("msg_1", a.Thread.ID, "par"), Incomplete: true}}
		commit(t, db, first, second)

		next := batch(a)
		next.Events = []models.Event{{Seq: 3, Payload: []byte(`{"a":3}`)}, {Seq: 7, Payload: []byte(`{"a":7}`)}}
		next.Items = []models.ItemChange{
			{Item: answer("msg_2", a.Thread.ID, "gone at once")}, {RemoveID: "msg_2"},
			{Item: answer("msg_3", a.Thread.ID, "more")},
			{Item: answer("msg_1", a.Thread.ID, "part")}, {Item: answer("msg_1", a.Thread.ID, "partial")},
		}
		commit(t, db, next)

		log := must[[]models.Event](t)(db.RunEvents(t.Context(), a.Run.ID, 0, 10))
		if got := fmt.Sprintf("%d%s", log[3].Seq, log[3].Payload); len(log) != 4 || got != `7{"a":7}` {
			t.Errorf("log is %v", log)
		}
		if log = must[[]models.Event](t)(db.RunEvents(t.Context(), a.Run.ID, 1, 2)); len(log) != 2 || log[0].Seq != 2 || log[1].Seq != 3 {
			t.Errorf("log after 1 is %v", log)
		}
		if log = must[[]models.Event](t)(db.RunEvents(t.Context(), "run_none", 0, 2)); len(log) != 0 {
			t.Errorf("log of no run is %v", log)
		}
		if run := must[*models.Run](t)(db.Run(t.Context(), u.ID, a.Run.ID)); run.Status != models.RunRunning {
			t.Errorf("run is %+v", run)
		}
		items, _, err := db.Items(t.Context(), u.ID, a.Thread.ID, models.ItemQuery{Order: chatkit.Asc})
		want(t, err, nil)
		var got []string
		for _, it := range items[1:] {
			got = append(got, it.Item.Base().ID+" "+it.Item.(*chatkit.AssistantMessage).Text())
		}
		if !slices.Equal(got, []string{"msg_1 partial", "msg_3 more"}) || items[1].Incomplete || items[1].RunID != a.Run.ID {
			t.Errorf("items are %q, %+v", got, items)
		}
	})
}

func TestCommitEndsRun(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, "question")
		must[*models.Thread](t)(db.UpdateThread(t.Context(), u.ID, a.Thread.ID, models.ThreadChange{Title: ptr("mine")}))
		b := batch(a)
		b.Events, b.Title = events(`{}`, `{}`), ptr("Not this one")
		b.End = &models.RunEnd{Status: models.RunFailed, ErrorCode: "custom", ErrorMessage: "It broke.\x00", AllowRetry: true}
		commit(t, db, b)
		run := must[*models.Run](t)(db.Run(t.Context(), u.ID, a.Run.ID))
		if run.Status != models.RunFailed || run.ErrorMessage != "It broke." || !run.AllowRetry || run.FinishedAt == nil || run.LastSeq != 2 {
			t.Errorf("run is %+v", run)
		}
		_, err := db.ActiveRun(t.Context(), u.ID, a.Thread.ID)
		want(t, err, models.ErrNotFound)
		if th := must[*models.Thread](t)(db.Thread(t.Context(), u.ID, a.Thread.ID)); th.Title != "mine" || th.ActiveRunID != "" {
			t.Errorf("thread is %+v", th)
		}

		untitled := accept(t, db, models.Message{UserID: u.ID, Owner: owner, Message: message("")})
		b = batch(untitled)
		b.Title = ptr(" A\ntitle ")
		commit(t, db, b)
		if th := must[*models.Thread](t)(db.Thread(t.Context(), u.ID, untitled.Thread.ID)); th.Title != "A title" {
			t.Errorf("title is %q", th.Title)
		}
		// The first words are nobody's choice; what took their place is kept.
		words := thread(t, db, u.ID, "first words")
		for _, title := range []string{"A better title", "Yet another"} {
			b = batch(words)
			b.Title = &title
			commit(t, db, b)
		}
		if th := must[*models.Thread](t)(db.Thread(t.Context(), u.ID, words.Thread.ID)); th.Title != "A better title" {
			t.Errorf("title is %q", th.Title)
		}
	})
}

func TestCommitLost(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		good, done, deleted := thread(t, db, u.ID, "1"), thread(t, db, u.ID, "2"), thread(t, db, u.ID, "3")
		finish(t, db, done)
		want(t, db.DeleteThread(t.Context(), u.ID, deleted.Thread.ID), nil)
		taken, foreign, moved := batch(good), batch(good), batch(good)
		taken.Owner, foreign.UserID, moved.ThreadID = "somebody else", other.ID, done.Thread.ID
		for name, b := range map[string]models.RunBatch{"finished": batch(done), "deleted": batch(deleted),
			"taken over": taken, "of another user": foreign, "of another thread": moved} {
			b.Events = events(`{"lost":true}`)
			b.Items = []models.ItemChange{{Item: answer("msg_lost", b.ThreadID, "lost")}}
			b.End = &models.RunEnd{Status: models.RunCancelled}
			lost, err := db.Commit(t.Context(), []models.RunBatch{b})
			if err != nil || !slices.Equal(lost, []string{b.RunID}) {
				t.Errorf("%s: lost %v, %v", name, lost, err)
			}
		}
		kept, gone := batch(good), batch(deleted)
		kept.Events, gone.Events = events(`{}`), events(`{}`)
		lost, err := db.Commit(t.Context(), []models.RunBatch{gone, kept})
		if err != nil || !slices.Equal(lost, []string{gone.RunID}) {
			t.Errorf("lost %v, %v", lost, err)
		}
		if n := logged(t, db); n != 1 {
			t.Errorf("%d events are stored, want only the good run's", n)
		}
		if n := count(t, db, "items"); n != 2 {
			t.Errorf("%d items are stored, want the two questions", n)
		}
		if lost, err := db.Commit(t.Context(), nil); err != nil || lost != nil {
			t.Errorf("nothing to commit: %v, %v", lost, err)
		}
	})
}

func TestCommitRefusesTheBrokenPart(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		good, bad := batch(thread(t, db, u.ID, "1")), batch(thread(t, db, u.ID, "2"))
		good.Events = events(`{}`)
		for name, change := range map[string]func(b *models.RunBatch){
			"broken JSON": func(b *models.RunBatch) {
				b.Items = []models.ItemChange{{Item: &chatkit.WidgetItem{ItemBase: chatkit.ItemBase{ID: "x"}, Widget: []byte("{")}}}
			},
			"no id":  func(b *models.RunBatch) { b.Items = []models.ItemChange{{Item: answer("", "", "")}} },
			"odd id": func(b *models.RunBatch) { b.Items = []models.ItemChange{{Item: answer("x\x00", "", "")}} },
			"long id": func(b *models.RunBatch) {
				b.Items = []models.ItemChange{{Item: answer(strings.Repeat("x", 3000), "", "")}}
			},
			"odd gone": func(b *models.RunBatch) { b.Items = []models.ItemChange{{RemoveID: "\xff"}} },
			"order": func(b *models.RunBatch) {
				b.Events = []models.Event{{Seq: 2, Payload: []byte("{}")}, {Seq: 2, Payload: []byte("{}")}}
			},
			"empty":     func(b *models.RunBatch) { b.Events = []models.Event{{Seq: 1}} },
			"no number": func(b *models.RunBatch) { b.Events = []models.Event{{Payload: []byte("{}")}} },
			"no end":    func(b *models.RunBatch) { b.End = &models.RunEnd{Status: models.RunRunning} },
		} {
			b := bad
			change(&b)
			_, err := db.Commit(t.Context(), []models.RunBatch{good, b})
			part, ok := errors.AsType[*models.BatchError](err)
			if !ok || part.RunID != bad.RunID {
				t.Errorf("%s: error is %v, want one of the run", name, err)
			}
		}
		if n := logged(t, db); n != 0 {
			t.Errorf("%d events were stored", n)
		}
	})
}

func TestCommitAgainChangesNothing(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		a := thread(t, db, modelstest.User(t, db, "ada@example.com").ID, "question")
		b := batch(a)
		b.Events = events(`1`, `2`, `3`)
		commit(t, db, b)
		commit(t, db, b)
		b.Events = append(b.Events, models.Event{Seq: 4, Payload: []byte(`4`)})
		commit(t, db, b)
		if log := must[[]models.Event](t)(db.RunEvents(t.Context(), a.Run.ID, 0, 10)); !reflect.DeepEqual(log, b.Events) {
			t.Errorf("log is %v", log)
		}
	})
}

// TestCommitManyAtOnce: two writers, as on two replicas, and people who stop,
// read and delete meanwhile; nobody waits for another in a circle.
func TestCommitManyAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		runs := make([]*models.Accepted, 40)
		for i := range runs {
			runs[i] = thread(t, db, u.ID, "question")
		}
		var all sync.WaitGroup
		for half := range 2 {
			all.Go(func() {
				for seq := range int64(20) {
					var list []models.RunBatch
					for i := half; i < len(runs); i += 2 {
						b := batch(runs[i])
						b.Events = []models.Event{{Seq: seq + 1, Payload: []byte(`{}`)}}
						b.Items = []models.ItemChange{{Item: answer("msg_answer", b.ThreadID, strings.Repeat("x", int(seq)))}}
						list = append(list, b)
					}
					if seq%2 == 1 {
						slices.Reverse(list)
					}
					commit(t, db, list...)
				}
			})
		}
		all.Go(func() {
			for _, a := range runs {
				want(t, db.RequestStop(t.Context(), u.ID, a.Run.ID), nil)
				_, err := db.AcceptMessage(t.Context(), models.Message{UserID: u.ID, ThreadID: a.Thread.ID, Owner: owner, Message: message("more")})
				want(t, err, models.ErrBusy)
			}
		})
		all.Wait()
		for _, a := range runs {
			if log := must[[]models.Event](t)(db.RunEvents(t.Context(), a.Run.ID, 0, 100)); len(log) != 20 {
				t.Errorf("run has %d events, want 20", len(log))
			}
		}
	})
}

func TestPurgeEvents(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u := modelstest.User(t, db, "ada@example.com")
		old, young, running := thread(t, db, u.ID, "1"), thread(t, db, u.ID, "2"), thread(t, db, u.ID, "3")
		var list []models.RunBatch
		for _, a := range []*models.Accepted{old, young, running} {
			b := batch(a)
			b.Events = events(`1`, `2`, `3`)
			list = append(list, b)
		}
		commit(t, db, list...)
		finish(t, db, old)
		db.Advance(time.Hour)
		finish(t, db, young)
		before := must[*models.Run](t)(db.Run(t.Context(), u.ID, young.Run.ID)).FinishedAt.Time
		if n := must[int64](t)(db.PurgeEvents(t.Context(), before)); n != 3 {
			t.Errorf("purged %d events, want 3", n)
		}
		if n := must[int64](t)(db.PurgeEvents(t.Context(), before)); n != 0 {
			t.Errorf("purged %d events again", n)
		}
		for a, n := range map[*models.Accepted]int{old: 0, young: 3, running: 3} {
			if log := must[[]models.Event](t)(db.RunEvents(t.Context(), a.Run.ID, 0, 10)); len(log) != n {
				t.Errorf("run %q has %d events, want %d", a.Thread.Title, len(log), n)
			}
			if run := must[*models.Run](t)(db.Run(t.Context(), u.ID, a.Run.ID)); run.FinishedAt != nil && run.LastSeq != 3 {
				t.Errorf("last event is %d", run.LastSeq)
			}
		}
	})
}

// TestRunThatEndsBetweenTwoTries: a commit that lost against another transaction is
// begun again, and that other one may have been the thread's deletion.
func TestRunThatEndsBetweenTwoTries(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, "hello")
		if !db.StillHeld(t, batch(a)) {
			t.Error("a running one is lost")
		}
		want(t, db.DeleteThread(t.Context(), u.ID, a.Thread.ID), nil)
		if db.StillHeld(t, batch(a)) {
			t.Error("one whose thread is deleted is held")
		}
	})
}
