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

// shownItems is a thread with an item of each way to be stored: as it is sent,
// not as it is sent, hidden.
func shownItems(t *testing.T, db *models.DB, userID string) (threadID string) {
	t.Helper()
	a := thread(t, db, userID, `a question with <tags> & "quotes"`)
	b := batch(a)
	for i, it := range []chatkit.Item{
		answer("msg_1", a.Thread.ID, "an answer with <tags> & \"quotes\" \u2028"),
		&chatkit.HiddenContext{ItemBase: chatkit.ItemBase{ID: "hid_1"}, Content: json.RawMessage(`"secret"`)},
		&chatkit.WidgetItem{ItemBase: chatkit.ItemBase{ID: "wig_1"}, Widget: json.RawMessage(`{"type":"Card","a":null,"children":[]}`)},
		&chatkit.ClientToolCall{ItemBase: chatkit.ItemBase{ID: "tc_1"}, CallID: "c", Name: "look"},
		&chatkit.UnknownItem{ItemBase: chatkit.ItemBase{ID: "new_1"}, Type: "novelty", Raw: json.RawMessage(`{"type":"novelty","id":"other","more":[1,null]}`)},
		&chatkit.UserMessage{ItemBase: chatkit.ItemBase{ID: "msg_3"}, Attachments: []*chatkit.Attachment{{ID: "atc_1", Name: "a", MimeType: "text/plain", Type: chatkit.AttachmentFile}},
			Content: []chatkit.UserContent{&chatkit.InputTag{ID: "t", Text: "t", Data: map[string]any{"attachments": []any{}}}}},
		&chatkit.SDKHiddenContext{ItemBase: chatkit.ItemBase{ID: "hid_2"}, Content: "secret"},
	} {
		it.Base().ThreadID, it.Base().CreatedAt = a.Thread.ID, chatkit.At(time.Unix(1_700_000_000+int64(i), 500_000))
		b.Items = append(b.Items, models.ItemChange{Item: it})
	}
	b.Items = append(b.Items, models.ItemChange{Item: answer("msg_2", "", "without a time")})
	b.End = &models.RunEnd{Status: models.RunCompleted}
	commit(t, db, b)
	return a.Thread.ID
}

// TestShownAsListed: what is shown is what the store lists, less what clients
// must not see, byte for byte.
func TestShownAsListed(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann := modelstest.User(t, db, "ann@example.com")
		id := shownItems(t, db, ann.ID)
		for range 3 {
			must[*models.Thread](t)(db.CreateThread(t.Context(), ann.ID, "<title>", map[string]any{"k": "v"}))
		}
		store, ctx := models.NewStore(db), models.WithUser(t.Context(), ann.ID)
		want(t, store.SaveThread(ctx, &chatkit.Thread{ID: "thr_x", AllowedImageDomains: []string{"example.com"},
			Status: chatkit.ThreadStatus{Type: chatkit.Locked, Reason: "Later."}}), nil)
		want(t, store.SaveThread(ctx, &chatkit.Thread{ID: "thr_y", AllowedImageDomains: []string{},
			Status: chatkit.ThreadStatus{Type: chatkit.Closed, Reason: "2026-01-02 03:04:05"}}), nil) // a text, not a time
		same := func(what string, got, want any) {
			t.Helper()
			if g, w := must[[]byte](t)(chatkit.Marshal(got)), must[[]byte](t)(chatkit.Marshal(want)); string(g) != string(w) {
				t.Errorf("%s: shown %s\nlisted %s", what, g, w)
			}
		}
		var page chatkit.PageRequest
		for _, page.Limit = range []int{0, 1, 2, 5, 100} {
			for _, page.Order = range []chatkit.Order{"", chatkit.Asc, chatkit.Desc} {
				for page.After = ""; ; {
					listed := must[chatkit.Page[chatkit.Item]](t)(store.ListItems(ctx, id, page))
					same("items", must[chatkit.Page[chatkit.Item]](t)(db.ShowItems(t.Context(), ann.ID, id, page)), visible(listed))
					if page.After = listed.After; !listed.HasMore {
						break
					}
				}
				for page.After = ""; ; {
					listed := must[chatkit.Page[chatkit.Thread]](t)(store.ListThreads(ctx, page))
					same("threads", must[chatkit.Page[chatkit.Thread]](t)(db.ShowThreads(t.Context(), ann.ID, page)), listed)
					if page.After = listed.After; !listed.HasMore {
						break
					}
				}
			}
		}
		whole := must[*chatkit.Thread](t)(store.LoadThread(ctx, id))
		whole.Items = must[chatkit.Page[chatkit.Item]](t)(store.ListItems(ctx, id, chatkit.PageRequest{Order: chatkit.Asc}))
		same("thread", must[*chatkit.Thread](t)(db.ShowThread(t.Context(), ann.ID, id)), whole)
	})
}

func visible(page chatkit.Page[chatkit.Item]) chatkit.Page[chatkit.Item] {
	var shown []chatkit.Item
	for _, it := range page.Data {
		if !chatkit.Hidden(it) {
			shown = append(shown, it)
		}
	}
	page.Data = shown
	return page
}

// TestShownUndecoded: messages, which are most of what there is, go out as they
// are stored; an item whose row says something else does not.
func TestShownUndecoded(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	ann := modelstest.User(t, db, "ann@example.com")
	id := shownItems(t, db, ann.ID)
	page := must[chatkit.Page[chatkit.Item]](t)(db.ShowItems(t.Context(), ann.ID, id, chatkit.PageRequest{Order: chatkit.Asc}))
	got := map[string]bool{}
	for _, it := range page.Data {
		_, got[it.Base().ID] = it.(*chatkit.EncodedItem)
	}
	question := page.Data[0].Base().ID
	for item, encoded := range map[string]bool{question: true, "msg_1": true, "wig_1": true, "tc_1": true, "new_1": false, "msg_2": false, "msg_3": false} {
		if is, there := got[item]; is != encoded || !there {
			t.Errorf("%s: undecoded %v, want %v", item, is, encoded)
		}
	}
}

func TestShownToTheOwnerOnly(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		id := shownItems(t, db, ann.ID)
		empty := must[*models.Thread](t)(db.CreateThread(t.Context(), ann.ID, "", nil))
		page := must[chatkit.Page[chatkit.Item]](t)(db.ShowItems(t.Context(), ann.ID, empty.ID, chatkit.PageRequest{}))
		if len(page.Data) != 0 || page.HasMore {
			t.Errorf("an empty thread shows %+v", page)
		}
		for _, c := range []struct{ user, thread, after string }{
			{bob.ID, id, ""}, {bob.ID, id, "msg_1"}, {bob.ID, empty.ID, ""}, {ann.ID, "thr_none", ""}, {ann.ID, "thr_none", "msg_1"}, {"", id, ""}, {ann.ID, "a\x00b", ""},
		} {
			if _, err := db.ShowItems(t.Context(), c.user, c.thread, chatkit.PageRequest{After: c.after}); !errors.Is(err, chatkit.ErrNotFound) {
				t.Errorf("items of %q: %v", c, err)
			}
			if _, err := db.ShowThread(t.Context(), c.user, c.thread); !errors.Is(err, chatkit.ErrNotFound) {
				t.Errorf("thread of %q: %v", c, err)
			}
		}
		threads := must[chatkit.Page[chatkit.Thread]](t)(db.ShowThreads(t.Context(), bob.ID, chatkit.PageRequest{}))
		if len(threads.Data) != 0 {
			t.Errorf("a stranger's threads: %+v", threads)
		}
		_, err := db.ShowThreads(t.Context(), bob.ID, chatkit.PageRequest{After: id})
		want(t, err, chatkit.ErrCursor)
		_, err = db.ShowItems(t.Context(), ann.ID, id, chatkit.PageRequest{After: "msg_none"})
		want(t, err, chatkit.ErrCursor)
	})
}

// TestShownAtOnce: the first who ask compile the statements, all at once, on more
// goroutines than there are connections.
func TestShownAtOnce(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	ann := modelstest.User(t, db, "ann@example.com")
	id := shownItems(t, db, ann.ID)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			threads, err1 := db.ShowThreads(t.Context(), ann.ID, chatkit.PageRequest{})
			thread, err2 := db.ShowThread(t.Context(), ann.ID, id)
			if err1 != nil || err2 != nil || len(threads.Data) != 1 || len(thread.Items.Data) != 7 {
				t.Errorf("%d threads, %v, %v", len(threads.Data), err1, err2)
			}
		})
	}
	all.Wait()
}
