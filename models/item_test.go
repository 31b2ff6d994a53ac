package models_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestItemPages(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, "question")
		b := batch(a)
		for i := 2; i <= 9; i++ {
			var it chatkit.Item = answer(fmt.Sprintf("msg_%d", i), a.Thread.ID, "text")
			if i%3 == 0 {
				it = &chatkit.HiddenContext{ItemBase: *it.Base(), Content: json.RawMessage(`{"secret":true}`)}
			}
			b.Items = append(b.Items, models.ItemChange{Item: it})
		}
		commit(t, db, b)
		for name, c := range map[string]struct {
			q    models.ItemQuery
			seqs []int64
			more bool
		}{
			"newest first":   {models.ItemQuery{}, []int64{8, 7, 5, 4, 2, 1}, false},
			"a page":         {models.ItemQuery{Limit: 2}, []int64{8, 7}, true},
			"the next":       {models.ItemQuery{Limit: 2, After: "msg_7"}, []int64{5, 4}, true},
			"after hidden":   {models.ItemQuery{Limit: 2, After: "msg_6"}, []int64{5, 4}, true},
			"the last":       {models.ItemQuery{Limit: 2, After: "msg_4"}, []int64{2, 1}, false},
			"oldest first":   {models.ItemQuery{Limit: 3, Order: chatkit.Asc}, []int64{1, 2, 4}, true},
			"onwards":        {models.ItemQuery{Order: chatkit.Asc, After: "msg_4"}, []int64{5, 7, 8}, false},
			"with hidden":    {models.ItemQuery{Hidden: true, Limit: 4}, []int64{9, 8, 7, 6}, true},
			"between":        {models.ItemQuery{AfterSeq: 2, BeforeSeq: 7, Hidden: true, Order: chatkit.Asc}, []int64{3, 4, 5, 6}, false},
			"cursor, before": {models.ItemQuery{After: "msg_7", BeforeSeq: 5}, []int64{4, 2, 1}, false},
			"of the turn":    {models.ItemQuery{RunID: a.Run.ID, Limit: 1}, []int64{8}, true},
			"of no turn":     {models.ItemQuery{RunID: "run_none"}, nil, false},
		} {
			items, more, err := db.Items(t.Context(), u.ID, a.Thread.ID, c.q)
			want(t, err, nil)
			var seqs []int64
			for _, it := range items {
				seqs = append(seqs, it.Seq)
			}
			if !slices.Equal(seqs, c.seqs) || more != c.more {
				t.Errorf("%s: %v, more %v; want %v, %v", name, seqs, more, c.seqs, c.more)
			}
		}
		_, _, err := db.Items(t.Context(), u.ID, a.Thread.ID, models.ItemQuery{After: "msg_none"})
		want(t, err, models.ErrInvalid)
	})
}

// TestCanonicalText: what goes in comes back as the same bytes from both databases.
func TestCanonicalText(t *testing.T) {
	t.Parallel()
	texts := map[string]string{
		"plain": "plain", "nul\x00nul": "nulnul", "bad\xffutf8": "bad\uFFFDutf8", "cut \xf0": "cut \uFFFD",
		"👩‍👩‍👧‍👦 e\u0301 \u202eltr": "👩‍👩‍👧‍👦 e\u0301 \u202eltr", `\u0000 "quoted" \\`: `\u0000 "quoted" \\`,
		"lines\r\n\ttabs\u2028": "lines\r\n\ttabs\u2028", "<b>&amp;'": "<b>&amp;'", strings.Repeat("🙂", 50_000): strings.Repeat("🙂", 50_000),
	}
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		u := modelstest.User(t, db, "ada@example.com")
		a := thread(t, db, u.ID, "question")
		b := batch(a)
		raw := func(text string) []byte {
			return must[[]byte](t)(json.Marshal(map[string]string{"type": "x", "text": text}))
		}
		var wanted []string
		for in, out := range texts {
			id := chatkit.NewID("msg")
			wanted = append(wanted, out)
			b.Items = append(b.Items, models.ItemChange{Item: answer(id, a.Thread.ID, in)})
			b.Events = append(b.Events, models.Event{Seq: int64(len(b.Items)), Payload: raw(in)})
		}
		b.Events = append(b.Events, models.Event{Seq: int64(len(b.Items) + 1), Payload: []byte("{\"raw\":\"\xff\"}")})
		commit(t, db, b)

		items, _, err := db.Items(t.Context(), u.ID, a.Thread.ID, models.ItemQuery{Order: chatkit.Asc, AfterSeq: 1})
		want(t, err, nil)
		log := must[[]models.Event](t)(db.RunEvents(t.Context(), a.Run.ID, 0, 0))
		if len(items) != len(texts) || len(log) != len(texts)+1 {
			t.Fatalf("%d items and %d events of %d texts", len(items), len(log), len(texts))
		}
		for i, text := range wanted {
			if got := items[i].Item.(*chatkit.AssistantMessage).Text(); got != text {
				t.Errorf("item is %.60q, want %.60q", got, text)
			}
			var event struct{ Text string }
			want(t, json.Unmarshal(log[i].Payload, &event), nil)
			if event.Text != text {
				t.Errorf("event is %.60q, want %.60q", event.Text, text)
			}
		}
		if got := string(log[len(log)-1].Payload); got != "{\"raw\":\"\uFFFD\"}" {
			t.Errorf("event is %q", got)
		}
	})
}
