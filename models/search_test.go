package models_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/migrations"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// find returns what a search finds, matches in brackets.
func find(t *testing.T, db *models.DB, userID, text string) []string {
	t.Helper()
	list := []string{}
	for _, h := range must[*models.Found](t)(db.Search(t.Context(), userID, models.SearchQuery{Text: text})).Hits {
		line := ""
		if h.ItemID == "" {
			line = "title: "
		}
		for _, s := range h.Excerpt {
			if s.Match {
				line += "[" + s.Text + "]"
			} else {
				line += s.Text
			}
		}
		list = append(list, line)
	}
	return list
}

func wantFound(t *testing.T, db *models.DB, userID, text string, want ...string) {
	t.Helper()
	if got := find(t, db, userID, text); !slices.Equal(got, want) {
		t.Errorf("%q finds %q, want %q", text, got, want)
	}
}

func TestSearchInAnyScript(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u, other := modelstest.User(t, db, "ada@example.com"), modelstest.User(t, db, "bob@example.com")
		a := thread(t, db, u.ID, "Something long enough that the title is only its beginning and ends before the Crème Brûlée")
		b := batch(a)
		b.Items = []models.ItemChange{{Item: answer("msg_1", a.Thread.ID, "我住在東京都。ภาษาไทยง่าย")}, {Item: answer("msg_2", a.Thread.ID, "데이터를 검색 **データ** हिन्दी don't")}}
		b.End = &models.RunEnd{Status: models.RunCompleted}
		commit(t, db, b)

		for question, want := range map[string]string{
			"CREME": "[Crème] Brûlée", "brûlée creme": "[Crème] [Brûlée]", "brul": "Crème [Brûlée]", `"creme brulee"`: "[Crème Brûlée]",
			"東": "我住在[東]京都。", "東京": "我住在[東京]都。", "東京都": "[東京都]", "都": "東京[都]", "住東京": "",
			"ไทย": "ภาษา[ไทย]", "ไ": "ภาษา[ไ]ทย", "검색": "[검색]", "데이터": "[데이터]를", "데": "[데]이터", "ﾃﾞｰﾀ": "[データ]", "デ": "[デ]ータ",
			"हिन्दी": "[हिन्दी]", "हि": "[हिन्दी]", "dont": "[don't]", "reme": "", `"brulee creme"`: "", "東京 검색": "", "' OR \" --": "",
		} {
			got := find(t, db, u.ID, question)
			switch {
			case want == "" && len(got) > 0, want != "" && (len(got) != 1 || !strings.Contains(got[0], want)):
				t.Errorf("%q finds %q, want %q", question, got, want)
			}
			wantFound(t, db, other.ID, question)
		}
		got := find(t, db, u.ID, "something")
		if len(got) != 2 || !strings.HasPrefix(got[0], "title: [Something]") || !strings.HasPrefix(got[1], "[Something] long") {
			t.Errorf("a word of title and message finds %q", got)
		}
	})
}

func TestSearchFollowsEveryChange(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, "apple")
		wantFound(t, db, u.ID, "apple", "title: [apple]", "[apple]")

		title := "Pears"
		must[*models.Thread](t)(db.UpdateThread(t.Context(), u.ID, a.Thread.ID, models.ThreadChange{Title: &title}))
		wantFound(t, db, u.ID, "apple", "[apple]")
		wantFound(t, db, u.ID, "pear", "title: [Pears]")

		store, ctx := models.NewStore(db), models.WithUser(t.Context(), u.ID)
		note := answer("msg_note", a.Thread.ID, "cherry")
		want(t, store.SaveItem(ctx, a.Thread.ID, note), nil)
		wantFound(t, db, u.ID, "cherry", "[cherry]")
		want(t, store.SaveItem(ctx, a.Thread.ID, answer("msg_note", a.Thread.ID, "plum")), nil)
		wantFound(t, db, u.ID, "cherry")
		wantFound(t, db, u.ID, "plum", "[plum]")
		want(t, store.SaveItem(ctx, a.Thread.ID, answer("msg_note", a.Thread.ID, "")), nil)
		wantFound(t, db, u.ID, "plum")
		want(t, store.SaveItem(ctx, a.Thread.ID, answer("msg_note", a.Thread.ID, "quince")), nil)
		want(t, store.DeleteItem(ctx, a.Thread.ID, "msg_note"), nil)
		wantFound(t, db, u.ID, "quince")

		b := batch(a)
		b.Items = []models.ItemChange{{Item: answer("msg_1", a.Thread.ID, "grape")}}
		b.End = &models.RunEnd{Status: models.RunCompleted}
		commit(t, db, b)
		wantFound(t, db, u.ID, "grape", "[grape]")
		again := must[*models.Accepted](t)(db.AcceptEdit(t.Context(), models.Message{UserID: u.ID, ThreadID: a.Thread.ID, Owner: owner,
			Message: message("melon")}, a.Item.Item.Base().ID))
		wantFound(t, db, u.ID, "grape")
		wantFound(t, db, u.ID, "apple")
		wantFound(t, db, u.ID, "melon", "[melon]")
		b = batch(again)
		b.Items = []models.ItemChange{{Item: answer("msg_1", a.Thread.ID, "fig")}, {RemoveID: "msg_1"}}
		better := "Tropical"
		b.Title, b.End = &better, &models.RunEnd{Status: models.RunCompleted}
		commit(t, db, b)
		wantFound(t, db, u.ID, "fig")
		wantFound(t, db, u.ID, "tropical") // the title was chosen

		want(t, db.ArchiveThreads(t.Context(), u.ID, true, a.Thread.ID), nil)
		wantFound(t, db, u.ID, "melon", "[melon]")
		want(t, db.TrashThreads(t.Context(), u.ID, a.Thread.ID), nil)
		wantFound(t, db, u.ID, "melon")
		wantFound(t, db, u.ID, "pear")
		want(t, db.RestoreThreads(t.Context(), u.ID, a.Thread.ID), nil)
		wantFound(t, db, u.ID, "melon", "[melon]")
		want(t, db.DeleteThread(t.Context(), u.ID, a.Thread.ID), nil)
		wantFound(t, db, u.ID, "melon")
		if n := count(t, db, "search_docs"); n != 0 {
			t.Errorf("%d documents are left", n)
		}
	})
}

// TestSearchForOneLetter: it is the beginning of titles' words, and of a message a
// word. Phrases are told from texts that only have their words.
func TestSearchForOneLetter(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, "Compare")
		b := batch(a)
		b.Items = []models.ItemChange{{Item: answer("msg_1", a.Thread.ID, "C is older than Go, than any other")}}
		b.End = &models.RunEnd{Status: models.RunCompleted}
		commit(t, db, b)
		wantFound(t, db, u.ID, "c", "title: [Compare]", "[C] is older than Go, than any other")
		wantFound(t, db, u.ID, "older t", "C is [older] [than] Go, [than] any other")
		wantFound(t, db, u.ID, `"than any"`, "C is older than Go, [than any] other")
		wantFound(t, db, u.ID, `"than go" "is older"`, "C [is older] [than Go], than any other")
		wantFound(t, db, u.ID, `"than older"`)
		wantFound(t, db, u.ID, `"than other`)
		wantFound(t, db, u.ID, `other "older th`, "C is [older than] Go, than any [other]")
	})
}

// TestSearchForgets: what was deleted is not only out of reach but out of the index.
func TestSearchForgets(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	u := modelstest.User(t, db, "ada@example.com")
	thread(t, db, u.ID, "unforgettable")
	want(t, db.Raw().Exec("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, search_index, row)").Error, nil)
	left := func() (n int64) {
		t.Helper()
		want(t, db.Raw().Raw("SELECT COUNT(*) FROM vocabulary WHERE term LIKE '%unforgettable'").Scan(&n).Error, nil)
		return n
	}
	if n := left(); n != 2 {
		t.Fatalf("%d terms, want one each for the title and the message", n)
	}
	want(t, db.DeleteUser(t.Context(), u.ID), nil)
	if n := left(); n != 0 {
		t.Errorf("%d terms are left", n)
	}
}

func TestSearchByThePage(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, "needle 0")
		const n = 50 // over many slices, some of them at the same time
		store, ctx := models.NewStore(db), models.WithUser(t.Context(), u.ID)
		day := a.Thread.CreatedAt.Time
		var all []string
		for i := 1; i <= n; i++ {
			it := answer(fmt.Sprintf("msg_%02d", i), a.Thread.ID, fmt.Sprintf("needle %d", i))
			it.CreatedAt = chatkit.At(day.AddDate(0, 0, -7*(i/3)-1))
			want(t, store.SaveItem(ctx, a.Thread.ID, it), nil)
		}
		q := models.SearchQuery{Text: "needle", Limit: 7}
		for pages := 0; ; pages++ {
			found := must[*models.Found](t)(db.Search(t.Context(), u.ID, q))
			for _, h := range found.Hits {
				all = append(all, h.ItemID)
				if i := len(all) - 1; i > 1 && found.Hits[0].At.Before(h.At.Time) {
					t.Errorf("%s is older than the next", found.Hits[0].ItemID)
				}
			}
			if q.After = found.After; q.After == "" || pages > n {
				break
			}
		}
		if all[0] != "" || len(all) != n+2 {
			t.Errorf("%d hits, want the title, the first message and %d: %v", len(all), n, all)
		}
		slices.Sort(all)
		if len(slices.Compact(all)) != n+2 {
			t.Errorf("some came twice: %v", all)
		}
		titles := must[*models.Found](t)(db.Search(t.Context(), u.ID, models.SearchQuery{Text: "needle", Titles: true}))
		if len(titles.Hits) != 1 || titles.After != "" {
			t.Errorf("titles: %+v", titles)
		}
		for _, bad := range []string{"x", "t", "m-", "zzz", "m\x00", "é"} {
			if _, err := db.Search(t.Context(), u.ID, models.SearchQuery{Text: "needle", After: bad}); !errors.Is(err, models.ErrInvalid) {
				t.Errorf("cursor %q: %v", bad, err)
			}
		}
	})
}

// TestSearchIndexesOlder: what was there before the index is found after the
// backfill, which may be cut at any step, and nothing twice.
func TestSearchIndexesOlder(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, "first words")
		fill(t, db, a, 1001)
		want(t, db.Raw().Exec("DELETE FROM search_docs").Error, nil)
		want(t, db.Raw().Exec("INSERT INTO search_todo (user_id, thread_id, seq) SELECT user_id, id, 0 FROM threads").Error, nil)
		found := must[*models.Found](t)(db.Search(t.Context(), u.ID, models.SearchQuery{Text: "words"}))
		if len(found.Hits) != 0 || !found.Unfinished {
			t.Errorf("before: %d hits, unfinished %v", len(found.Hits), found.Unfinished)
		}
		b := batch(a)
		b.Items = []models.ItemChange{{Item: answer("msg_new", a.Thread.ID, "new words")}}
		commit(t, db, b)
		steps := 0
		for ; ; steps++ {
			more, err := db.IndexOlder(t.Context())
			want(t, err, nil)
			if !more {
				break
			}
		}
		if steps < 5 {
			t.Errorf("%d items were indexed in %d steps", 1001, steps)
		}
		// Of every five items of fill one is hidden.
		if n := count(t, db, "search_docs"); n != 1+1+800+1 {
			t.Errorf("%d documents", n)
		}
		found = must[*models.Found](t)(db.Search(t.Context(), u.ID, models.SearchQuery{Text: "words", Limit: 1000}))
		if len(found.Hits) != 803 || found.Unfinished {
			t.Errorf("after: %d hits, unfinished %v", len(found.Hits), found.Unfinished)
		}
	})
}

// TestSearchTidies: the index is put together until it has few parts, and has
// all that it had.
func TestSearchTidies(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	u := modelstest.User(t, db, "ada@example.com")
	const n = 20
	for i := range n {
		thread(t, db, u.ID, fmt.Sprintf("needle %d", i))
	}
	parts := func() (n int64) {
		t.Helper()
		want(t, db.Raw().Raw("SELECT COUNT(DISTINCT segid) FROM search_index_idx").Scan(&n).Error, nil)
		return n
	}
	if parts() < n {
		t.Fatalf("the test means nothing: the index has %d parts", parts())
	}
	for {
		more, err := db.TidyIndex(t.Context())
		want(t, err, nil)
		if !more {
			break
		}
	}
	if parts() >= 8 {
		t.Errorf("the index has %d parts still", parts())
	}
	found := must[*models.Found](t)(db.Search(t.Context(), u.ID, models.SearchQuery{Text: "needle", Messages: true, Limit: 100}))
	if len(found.Hits) != n {
		t.Errorf("%d of %d are found", len(found.Hits), n)
	}
	want(t, db.Raw().Exec("INSERT INTO search_index (search_index) VALUES ('integrity-check')").Error, nil)
}

// TestSearchIsBuiltAnew: what an older version had indexed is found after the
// migration and the backfill.
func TestSearchIsBuiltAnew(t *testing.T) {
	t.Parallel()
	db := open(t, modelstest.URL(t, "sqlite"))
	before := fstest.MapFS{}
	for _, name := range must[[]string](t)(fs.Glob(migrations.FS, "sqlite/*.sql")) {
		if name < "sqlite/00031" {
			before[name] = &fstest.MapFile{Data: must[[]byte](t)(fs.ReadFile(migrations.FS, name))}
		}
	}
	_ = db.MigrateFrom(t.Context(), before) // done, but it misses columns that came later
	for _, statement := range []string{
		"INSERT INTO users (id, email, name, password_hash, role, created_at, updated_at) VALUES ('usr_1', 'ada@example.com', '', '', 'user', 0, 0)",
		"INSERT INTO threads (user_id, id, title, status_type, status_reason, metadata, created_at, updated_at) VALUES ('usr_1', 'thr_1', 'Fruit', 'active', '', '{}', 0, 0)",
		`INSERT INTO items (user_id, thread_id, id, seq, run_id, type, hidden, incomplete, payload, created_at) VALUES ('usr_1', 'thr_1', 'msg_1', 1, 'run_1', 'assistant_message', 0, 0, '{"type":"assistant_message","content":[{"type":"output_text","text":"needle"}]}', 0)`,
		"INSERT INTO search_docs (n, user_id, thread_id, item_id, place, words) VALUES (7, 'usr_1', 'thr_1', 'msg_1', 'abc', 'needle')",
	} {
		want(t, db.Raw().Exec(statement).Error, nil)
	}
	want(t, db.Migrate(t.Context()), nil)
	if found := must[*models.Found](t)(db.Search(t.Context(), "usr_1", models.SearchQuery{Text: "needle"})); !found.Unfinished {
		t.Error("nothing says that the index is being built")
	}
	for more := true; more; {
		var err error
		more, err = db.IndexOlder(t.Context())
		want(t, err, nil)
	}
	wantFound(t, db, "usr_1", "needle", "[needle]")
	wantFound(t, db, "usr_1", "fruit", "title: [Fruit]")
}
