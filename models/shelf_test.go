package models_test

import (
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// listed names the threads in each of the user's lists, by their titles.
func listed(t *testing.T, db *models.DB, userID string) string {
	t.Helper()
	var lists []string
	note := func(threads []models.Thread) {
		var names []string
		for _, th := range threads {
			names = append(names, th.Title)
		}
		lists = append(lists, strings.Join(names, " "))
	}
	recent, _, err := db.RecentThreads(t.Context(), userID, "", 10)
	want(t, err, nil)
	note(recent)
	note(must[[]models.Thread](t)(db.PinnedThreads(t.Context(), userID)))
	archived, _, err := db.ArchivedThreads(t.Context(), userID, "", 10)
	want(t, err, nil)
	note(archived)
	shown := must[chatkit.Page[chatkit.Thread]](t)(db.ShowThreads(t.Context(), userID, chatkit.PageRequest{}))
	stored := must[chatkit.Page[chatkit.Thread]](t)(models.NewStore(db).ListThreads(models.WithUser(t.Context(), userID), chatkit.PageRequest{}))
	if len(shown.Data) != len(recent) || len(stored.Data) != len(recent) {
		t.Errorf("clients are shown %d and %d threads, the list has %d", len(shown.Data), len(stored.Data), len(recent))
	}
	return strings.Join(lists, " | ")
}

func TestPinAndArchive(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		ids := map[string]string{}
		for _, name := range []string{"a", "b", "c"} {
			ids[name] = thread(t, db, u.ID, name).Thread.ID
			db.Advance(time.Second)
		}
		step := func(err error, lists string) {
			t.Helper()
			want(t, err, nil)
			db.Advance(time.Second)
			if got := listed(t, db, u.ID); got != lists {
				t.Errorf("%q, want %q", got, lists)
			}
		}
		step(nil, "c b a |  | ")
		step(db.PinThreads(t.Context(), u.ID, true, ids["a"]), "c b a | a | ")
		step(db.PinThreads(t.Context(), u.ID, true, ids["b"]), "c b a | b a | ")
		step(db.PinThreads(t.Context(), u.ID, false, ids["a"]), "c b a | b | ")
		step(db.ArchiveThreads(t.Context(), u.ID, true, ids["b"], ids["b"]), "c a |  | b")
		step(db.ArchiveThreads(t.Context(), u.ID, true, ids["a"]), "c |  | a b")
		step(db.ArchiveThreads(t.Context(), u.ID, false, ids["a"]), "c a |  | b")
		finish(t, db, &models.Accepted{Thread: &models.Thread{ID: ids["b"], UserID: u.ID}, Run: must[*models.Run](t)(db.ActiveRun(t.Context(), u.ID, ids["b"]))})
		a := accept(t, db, models.Message{UserID: u.ID, ThreadID: ids["b"], Owner: owner, Message: message("again")})
		if a.Thread.ArchivedAt != nil {
			t.Error("the thread is said to be archived")
		}
		step(nil, "b c a | b | ")

		want(t, db.PinThreads(t.Context(), other.ID, true, ids["a"]), models.ErrNotFound)
		want(t, db.ArchiveThreads(t.Context(), other.ID, true, ids["a"]), models.ErrNotFound)
		want(t, db.ArchiveThreads(t.Context(), u.ID, true, ids["a"], "thr_none"), models.ErrNotFound)
		step(nil, "b c a | b | ")
	})
}

func TestThreadsChanged(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		sum := func() uint64 { t.Helper(); return must[uint64](t)(db.ThreadsChanged(t.Context(), u.ID, 10)) }
		was := sum()
		changed := func(what string, err error) {
			t.Helper()
			want(t, err, nil)
			now := sum()
			if now == was {
				t.Errorf("%s is no change", what)
			}
			was = now
		}
		a := thread(t, db, u.ID, "a")
		id := a.Thread.ID
		changed("a thread", nil)
		finish(t, db, a)
		changed("the end of an answer", nil)
		_, err := db.UpdateThread(t.Context(), u.ID, id, models.ThreadChange{Title: ptr("renamed")})
		changed("another title", err)
		changed("a pin", db.PinThreads(t.Context(), u.ID, true, id))
		changed("no pin", db.PinThreads(t.Context(), u.ID, false, id))
		changed("the archive", db.ArchiveThreads(t.Context(), u.ID, true, id))
		changed("out of the archive", db.ArchiveThreads(t.Context(), u.ID, false, id))
		changed("a deletion", db.TrashThreads(t.Context(), u.ID, id))
		changed("a restoration", db.RestoreThreads(t.Context(), u.ID, id))
		thread(t, db, other.ID, "hers")
		if sum() != was {
			t.Error("someone else's thread is a change")
		}
	})
}

func TestTrash(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		a, b := thread(t, db, u.ID, "a"), thread(t, db, u.ID, "b")
		want(t, db.ShareThread(t.Context(), u.ID, a.Thread.ID), nil)
		link := must[*models.Share](t)(db.Share(t.Context(), u.ID, a.Thread.ID))
		want(t, db.TrashThreads(t.Context(), other.ID, a.Thread.ID), models.ErrNotFound)
		want(t, db.TrashThreads(t.Context(), u.ID, a.Thread.ID, "thr_none"), models.ErrNotFound)
		want(t, db.RestoreThreads(t.Context(), u.ID, a.Thread.ID), models.ErrNotFound)
		want(t, db.TrashThreads(t.Context(), u.ID, a.Thread.ID), nil)
		if got := listed(t, db, u.ID); got != "b |  | " {
			t.Errorf("lists: %q", got)
		}
		checkGone(t, db, a, link)
		want(t, db.RestoreThreads(t.Context(), other.ID, a.Thread.ID), models.ErrNotFound)
		want(t, db.DeleteThread(t.Context(), u.ID, a.Thread.ID), models.ErrNotFound)
		if list := must[[]models.Thread](t)(db.Trashed(t.Context(), u.ID, a.Thread.ID, b.Thread.ID)); len(list) != 1 || list[0].Title != "a" {
			t.Errorf("hidden: %v", list)
		}
		if list := must[[]models.Thread](t)(db.Trashed(t.Context(), other.ID, a.Thread.ID)); len(list) != 0 {
			t.Errorf("another person sees %v", list)
		}
		want(t, db.EmptyTrash(t.Context()), nil) // too early
		want(t, db.RestoreThreads(t.Context(), u.ID, a.Thread.ID), nil)
		if items, _, err := db.Items(t.Context(), u.ID, a.Thread.ID, models.ItemQuery{}); err != nil || len(items) != 1 {
			t.Errorf("restored: %d items, %v", len(items), err)
		}
		want(t, db.TrashThreads(t.Context(), u.ID, a.Thread.ID, b.Thread.ID), nil)
		want(t, db.RestoreThreads(t.Context(), u.ID, b.Thread.ID), nil)
		db.Advance(models.UndoTime)
		want(t, db.EmptyTrash(t.Context()), nil)
		want(t, db.RestoreThreads(t.Context(), u.ID, a.Thread.ID), models.ErrNotFound)
		if n := count(t, db, "threads"); n != 1 {
			t.Errorf("%d threads are stored", n)
		}
		if n := count(t, db, "search_docs"); n != 2 {
			t.Errorf("%d documents are stored", n)
		}
	})
}

// checkGone fails the test if anything of the thread can be read or changed.
func checkGone(t *testing.T, db *models.DB, a *models.Accepted, link *models.Share) {
	t.Helper()
	user, id, item := a.Thread.UserID, a.Thread.ID, a.Item.Item.Base().ID
	title := "new"
	store, ctx := models.NewStore(db), models.WithUser(t.Context(), user)
	_, err := db.Thread(t.Context(), user, id)
	want(t, err, models.ErrNotFound)
	_, _, err = db.Items(t.Context(), user, id, models.ItemQuery{})
	want(t, err, models.ErrNotFound)
	_, err = db.Item(t.Context(), user, id, item)
	want(t, err, models.ErrNotFound)
	_, err = db.ShowThread(t.Context(), user, id)
	want(t, err, chatkit.ErrNotFound)
	_, err = db.ShowItems(t.Context(), user, id, chatkit.PageRequest{})
	want(t, err, chatkit.ErrNotFound)
	_, err = db.UpdateThread(t.Context(), user, id, models.ThreadChange{Title: &title})
	want(t, err, models.ErrNotFound)
	_, err = db.AcceptMessage(t.Context(), models.Message{UserID: user, ThreadID: id, Owner: owner, Message: message("x")})
	want(t, err, models.ErrNotFound)
	_, err = db.AcceptRetry(t.Context(), user, id, item, owner)
	want(t, err, models.ErrNotFound)
	_, _, err = db.SharedThread(t.Context(), link.ID)
	want(t, err, models.ErrNotFound)
	want(t, db.ShareThread(t.Context(), user, id), models.ErrNotFound)
	want(t, db.PinThreads(t.Context(), user, true, id), models.ErrNotFound)
	want(t, db.TrashThreads(t.Context(), user, id), models.ErrNotFound)
	want(t, store.SaveItem(ctx, id, answer("msg_x", id, "x")), chatkit.ErrNotFound)
	_, err = store.LoadItem(ctx, id, item)
	want(t, err, chatkit.ErrNotFound)
}
