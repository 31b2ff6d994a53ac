package models_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestThreadReadsBackEqual(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		made := must[*models.Thread](t)(db.CreateThread(t.Context(), u.ID, " Ti\x00tle\n🙂\xff ",
			map[string]any{"a": 1.5, "nul": "x\x00y", "deep": map[string]any{"b": []any{"c", nil, true}}}))
		if made.Title != "Title 🙂\uFFFD" || made.Metadata["nul"] != "xy" || made.Status.Type != chatkit.Active {
			t.Errorf("made %+v", made)
		}
		got := must[*models.Thread](t)(db.Thread(t.Context(), u.ID, made.ID))
		if !reflect.DeepEqual(got, made) {
			t.Errorf("read back %+v, want %+v", got, made)
		}
		if ck := got.ChatKit(); ck.ID != made.ID || ck.CreatedAt.Time != made.CreatedAt.Time {
			t.Errorf("on the wire %+v", ck)
		}
		_, err := db.CreateThread(t.Context(), u.ID, strings.Repeat("x", 201), nil)
		want(t, err, models.ErrInvalid)
		_, err = db.CreateThread(t.Context(), "usr_nobody", "", nil)
		want(t, err, models.ErrNotFound)
	})
}

func TestThreadIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		ada, bob := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		a := thread(t, db, ada.ID, "secret")
		finish(t, db, a)
		th, run, it := a.Thread.ID, a.Run.ID, a.Item.Item.Base().ID
		title := "stolen"
		for name, try := range map[string]func(user string) error{
			"Thread": func(u string) error { _, err := db.Thread(t.Context(), u, th); return err },
			"UpdateThread": func(u string) error {
				_, err := db.UpdateThread(t.Context(), u, th, models.ThreadChange{Title: &title})
				return err
			},
			"UpdateNone":   func(u string) error { _, err := db.UpdateThread(t.Context(), u, th, models.ThreadChange{}); return err },
			"DeleteThread": func(u string) error { return db.DeleteThread(t.Context(), u, th) },
			"Items":        func(u string) error { _, _, err := db.Items(t.Context(), u, th, models.ItemQuery{}); return err },
			"Item":         func(u string) error { _, err := db.Item(t.Context(), u, th, it); return err },
			"Run":          func(u string) error { _, err := db.Run(t.Context(), u, run); return err },
			"ActiveRun":    func(u string) error { _, err := db.ActiveRun(t.Context(), u, th); return err },
			"RequestStop":  func(u string) error { return db.RequestStop(t.Context(), u, run) },
			"AcceptRetry":  func(u string) error { _, err := db.AcceptRetry(t.Context(), u, th, it, owner); return err },
			"AcceptMessage": func(u string) error {
				_, err := db.AcceptMessage(t.Context(), models.Message{UserID: u, ThreadID: th, Owner: owner, Message: message("hi")})
				return err
			},
		} {
			if err := try(bob.ID); err != models.ErrNotFound {
				t.Errorf("%s by another user: %v, want not found", name, err)
			}
			if err := try(""); err != models.ErrNotFound {
				t.Errorf("%s by nobody: %v, want not found", name, err)
			}
		}
		if runs := must[[]models.Run](t)(db.Runs(t.Context(), bob.ID, th, []string{run})); len(runs) != 0 {
			t.Errorf("another user sees the run %+v", runs)
		}
		for _, user := range []string{bob.ID, ""} {
			list, _, err := db.Threads(t.Context(), user, models.PageQuery{})
			if err != nil || len(list) != 0 {
				t.Errorf("%q lists %v, %v", user, list, err)
			}
			_, _, err = db.Threads(t.Context(), user, models.PageQuery{After: th})
			want(t, err, models.ErrInvalid)
		}
		if got := must[*models.Thread](t)(db.Thread(t.Context(), ada.ID, th)); got.Title != "secret" {
			t.Errorf("the thread was changed: %+v", got)
		}
	})
}

// walk pages through a list and returns the ids in the order in which they came.
func walk(t *testing.T, limit int, page func(after string) ([]models.Thread, bool, error)) []string {
	t.Helper()
	var ids []string
	for after, more := "", true; more; {
		var (
			list []models.Thread
			err  error
		)
		if list, more, err = page(after); err != nil {
			t.Fatal(err)
		}
		if more && len(list) != limit || len(ids) > 100 {
			t.Fatalf("a page of %d with more to come, want %d", len(list), limit)
		}
		for _, th := range list {
			ids = append(ids, th.ID)
			after = th.ID
		}
	}
	return ids
}

func TestThreadPages(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u := modelstest.User(t, db, "ada@example.com")
		var all []models.Thread
		for i := range 12 {
			if i%4 == 0 { // four threads of each moment
				db.Advance(time.Second)
			}
			all = append(all, *must[*models.Thread](t)(db.CreateThread(t.Context(), u.ID, fmt.Sprint(i), nil)))
		}
		slices.SortFunc(all, func(a, b models.Thread) int {
			if d := a.CreatedAt.Compare(b.CreatedAt.Time); d != 0 {
				return d
			}
			return strings.Compare(a.ID, b.ID)
		})
		var asc []string
		for _, th := range all {
			asc = append(asc, th.ID)
		}
		desc := slices.Clone(asc)
		slices.Reverse(desc)
		for _, limit := range []int{1, 3, 4, 11, 12} {
			for order, ids := range map[chatkit.Order][]string{chatkit.Asc: asc, chatkit.Desc: desc, "": desc} {
				got := walk(t, limit, func(after string) ([]models.Thread, bool, error) {
					return db.Threads(t.Context(), u.ID, models.PageQuery{Limit: limit, After: after, Order: order})
				})
				if !slices.Equal(got, ids) {
					t.Errorf("limit %d, order %q: %v, want %v", limit, order, got, ids)
				}
			}
			got := walk(t, limit, func(after string) ([]models.Thread, bool, error) {
				return db.RecentThreads(t.Context(), u.ID, after, limit)
			})
			if !slices.Equal(got, desc) {
				t.Errorf("recent, limit %d: %v, want %v", limit, got, desc)
			}
		}
	})
}

func TestRecentThreadsFollowActivity(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.Freeze()
		u := modelstest.User(t, db, "ada@example.com")
		old := thread(t, db, u.ID, "old")
		finish(t, db, old)
		db.Advance(time.Second)
		young := must[*models.Thread](t)(db.CreateThread(t.Context(), u.ID, "young", nil))
		db.Advance(time.Second)
		a := accept(t, db, models.Message{UserID: u.ID, ThreadID: old.Thread.ID, Owner: owner, Message: message("again")})

		list, _, err := db.RecentThreads(t.Context(), u.ID, "", 10)
		want(t, err, nil)
		if len(list) != 2 || list[0].ID != old.Thread.ID || list[0].ActiveRunID != a.Run.ID || list[1].ActiveRunID != "" {
			t.Errorf("recent threads are %+v", list)
		}
		if list, _, err = db.Threads(t.Context(), u.ID, models.PageQuery{}); err != nil || list[0].ID != young.ID {
			t.Errorf("threads by creation are %+v, %v", list, err)
		}
	})
}

func TestUpdateThread(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		made := must[*models.Thread](t)(db.CreateThread(t.Context(), u.ID, "one", map[string]any{"a": "b"}))
		got := must[*models.Thread](t)(db.UpdateThread(t.Context(), u.ID, made.ID, models.ThreadChange{
			Title: ptr("two\x00"), Metadata: map[string]any{"c": "d\x00"}}))
		if got.Title != "two" || !reflect.DeepEqual(got.Metadata, map[string]any{"c": "d"}) || got.Status.Type != chatkit.Active {
			t.Errorf("updated to %+v", got)
		}
		locked := chatkit.ThreadStatus{Type: chatkit.Locked, Reason: "It is archived."}
		got = must[*models.Thread](t)(db.UpdateThread(t.Context(), u.ID, made.ID, models.ThreadChange{Status: &locked}))
		if got.Status != locked || got.Title != "two" {
			t.Errorf("updated to %+v", got)
		}
		_, err := db.AcceptMessage(t.Context(), models.Message{UserID: u.ID, ThreadID: made.ID, Owner: owner, Message: message("hi")})
		want(t, err, models.ErrInvalid)
		if !strings.Contains(err.Error(), locked.Reason) {
			t.Errorf("error is %v, want the reason", err)
		}
		_, err = db.UpdateThread(t.Context(), u.ID, made.ID, models.ThreadChange{Title: ptr(strings.Repeat("é", 201))})
		want(t, err, models.ErrInvalid)
		_, err = db.UpdateThread(t.Context(), u.ID, made.ID, models.ThreadChange{Status: &chatkit.ThreadStatus{Type: "odd"}})
		want(t, err, models.ErrInvalid)
	})
}

func TestTitleWords(t *testing.T) {
	t.Parallel()
	for text, title := range map[string]string{
		"  add\n\nbuy milk ":              "add buy milk",
		"":                                "",
		strings.Repeat("word ", 20):       strings.TrimSpace(strings.Repeat("word ", 12)),
		strings.Repeat("x", 100):          strings.Repeat("x", 60),
		strings.Repeat("é", 60):           strings.Repeat("é", 60),
		strings.Repeat("é", 60) + " more": strings.Repeat("é", 60),
	} {
		if got := models.TitleWords(text); got != title {
			t.Errorf("TitleWords(%q) = %q, want %q", text, got, title)
		}
	}
}
