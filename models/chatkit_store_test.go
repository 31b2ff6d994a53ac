package models_test

import (
	"errors"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/storetest"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestStoreKeepsTheContract(t *testing.T) {
	t.Parallel()
	for driver, open := range map[string]func(testing.TB) *models.DB{"sqlite": modelstest.Open, "postgres": modelstest.OpenPostgres} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, func(t *testing.T) storetest.Setup {
				db := open(t)
				ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
				return storetest.Setup{Store: models.NewStore(db),
					Ann: models.WithUser(t.Context(), ann.ID), Bob: models.WithUser(t.Context(), bob.ID)}
			})
		})
	}
}

// TestStoreWithoutUser: a context that says nothing of a person sees nothing.
func TestStoreWithoutUser(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		store, ann := models.NewStore(db), modelstest.User(t, db, "ann@example.com")
		thread := &chatkit.Thread{ID: "thr_1"}
		want(t, store.SaveThread(models.WithUser(t.Context(), ann.ID), thread), nil)
		if _, err := store.LoadThread(t.Context(), "thr_1"); !errors.Is(err, chatkit.ErrNotFound) {
			t.Errorf("load: %v", err)
		}
		if err := store.SaveThread(t.Context(), thread); !errors.Is(err, chatkit.ErrNotFound) {
			t.Errorf("save: %v", err)
		}
		page, err := store.ListThreads(t.Context(), chatkit.PageRequest{})
		if err != nil || len(page.Data) != 0 {
			t.Errorf("list: %v, %v", page, err)
		}
	})
}

// TestStoreKeepsTurns: an item that comes from outside a run belongs to the
// newest turn, one that is replaced stays in its own.
func TestStoreKeepsTurns(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann := modelstest.User(t, db, "ann@example.com")
		a := accept(t, db, models.Message{UserID: ann.ID, Owner: owner, Message: message("hello")})
		store, ctx := models.NewStore(db), models.WithUser(t.Context(), ann.ID)
		for _, text := range []string{"one", "two"} {
			want(t, store.SaveItem(ctx, a.Thread.ID, answer("msg_a", a.Thread.ID, text)), nil)
		}
		items, _, err := db.Items(t.Context(), ann.ID, a.Thread.ID, models.ItemQuery{Order: chatkit.Asc})
		want(t, err, nil)
		if len(items) != 2 || items[1].RunID != a.Run.ID || items[1].Seq != 2 {
			t.Fatalf("items are %+v", items)
		}
		if text := items[1].Item.(*chatkit.AssistantMessage).Text(); text != "two" {
			t.Errorf("the item says %q", text)
		}
	})
}

func TestFeedbackLastWins(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		thread := must[*models.Thread](t)(db.CreateThread(t.Context(), ann.ID, "", nil))
		save := func(kind string, ids ...string) error {
			return db.SaveFeedback(t.Context(), ann.ID, thread.ID, ids, kind)
		}
		want(t, save(chatkit.FeedbackPositive, "b", "a", "a"), nil)
		want(t, save(chatkit.FeedbackNegative, "b"), nil)
		want(t, save(chatkit.FeedbackNegative), nil)
		want(t, db.SaveFeedback(t.Context(), bob.ID, thread.ID, []string{"a"}, chatkit.FeedbackNegative), models.ErrNotFound)
		want(t, save("splendid", "a"), models.ErrInvalid)
		want(t, save(chatkit.FeedbackPositive, make([]string, 1000)...), models.ErrInvalid)
		list := must[[]models.Feedback](t)(db.Feedback(t.Context(), ann.ID, thread.ID))
		if len(list) != 2 || list[0].Kind != chatkit.FeedbackPositive || list[1].Kind != chatkit.FeedbackNegative {
			t.Errorf("stored are %+v", list)
		}
	})
}
