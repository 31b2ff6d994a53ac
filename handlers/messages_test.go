package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// counted is echo that counts how often it was asked.
func counted(n *atomic.Int64) scripted {
	return func(ctx context.Context, turn *assistant.Turn, emit assistant.Emit) error {
		n.Add(1)
		return echo(ctx, turn, emit)
	}
}

func TestRepeatedMessageIsOneMessage(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		var asked atomic.Int64
		s := boot(t, db, func(o *Options) { o.Assistant = counted(&asked) })
		ann := s.program(modelstest.User(t, db, "ann@example.com"))
		path := "/api/v1/chatkit/threads/" + ann.newThread() + "/messages"
		bodies := make([]string, 8)
		var wg sync.WaitGroup
		for i := range bodies { // at once, as an impatient client would
			wg.Go(func() {
				bodies[i] = string(ann.do("POST", path, map[string]string{"content": "hello"}, "Idempotency-Key", "k1").want(http.StatusOK).body)
			})
		}
		wg.Wait()
		for _, body := range bodies {
			if body != bodies[0] {
				t.Errorf("two answers:\n%s\n%s", body, bodies[0])
			}
		}
		if n := asked.Load(); n != 1 {
			t.Errorf("the assistant was asked %d times", n)
		}
		ann.do("POST", path, map[string]string{"content": "hello"}, "Idempotency-Key", "k2").want(http.StatusOK)
		if n := asked.Load(); n != 2 {
			t.Errorf("after a new key: %d times", n)
		}
		// The key of one request is not another's, at whatever door.
		create := `{"type":"threads.create","params":{"input":` + userInput("hello") + `}}`
		ann.do("POST", path, map[string]string{"content": "good-bye"}, "Idempotency-Key", "k1").problem(409, "idempotency_key_reused")
		ann.do("POST", "/api/v1/chatkit", create, "Idempotency-Key", "k1").problem(409, "idempotency_key_reused")
		ann.do("POST", "/api/"+ann.user.ID+"/chat", map[string]string{"content": "hello"}, "Idempotency-Key", "k1").problem(409, "idempotency_key_reused")
		if n := asked.Load(); n != 2 {
			t.Errorf("with a key of another request: %d times", n)
		}
	})
}

func TestDoubleClickIsOneConversation(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Assistant = counted(&asked) })
	ann := s.browser(modelstest.User(t, s.db, "ann@example.com"))
	form := url.Values{"content": {"hello"}, "client_key": {"c1"}}
	first := ann.post("/chat", form).want(http.StatusSeeOther).header.Get("Location")
	if second := ann.post("/chat", form).want(http.StatusSeeOther).header.Get("Location"); second != first {
		t.Errorf("two conversations: %s and %s", first, second)
	}
	if n := asked.Load(); n > 1 {
		t.Errorf("the assistant was asked %d times", n)
	}
}

// TestHistoryPages reads a thread from both of its ends, as assistants do, and
// finds nothing of it in another person's name.
func TestHistoryPages(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db, func(o *Options) { o.Assistant = scripted(echo) })
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		p := s.program(ann)
		thread := p.newThread()
		for _, text := range []string{"one", "two"} {
			p.do("POST", "/api/v1/chatkit/threads/"+thread+"/messages", map[string]string{"content": text}).want(http.StatusOK)
		}
		h := history{db, ann.ID, thread}
		all, err := h.Recent(t.Context(), 10)
		if err != nil || len(all) != 4 {
			t.Fatalf("%d items, %v", len(all), err)
		}
		ids := func(items []chatkit.Item, err error) string {
			if err != nil {
				t.Error(err)
			}
			var b strings.Builder
			for _, it := range items {
				b.WriteString(it.Base().ID + " ")
			}
			return b.String()
		}
		if got, want := ids(h.Recent(t.Context(), 2)), ids(all[2:], nil); got != want {
			t.Errorf("recent: %s, want %s", got, want)
		}
		if got, want := ids(h.Before(t.Context(), all[2].Base().ID, 1)), ids(all[1:2], nil); got != want {
			t.Errorf("before: %s, want %s", got, want)
		}
		if got, want := ids(h.Oldest(t.Context(), 2)), ids(all[:2], nil); got != want {
			t.Errorf("oldest: %s, want %s", got, want)
		}
		if items, err := (history{db, bob.ID, thread}).Oldest(t.Context(), 2); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("another person's: %d items, %v", len(items), err)
		}
	})
}

// A run that ended between the reading of a page's items and of its runs is shown
// with its answer.
func TestRunEndsWhileItsPageIsRead(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		ann := modelstest.User(t, db, "ann@example.com")
		thread := s.program(ann).ask("hello")
		items, _, err := db.Items(t.Context(), ann.ID, thread, models.ItemQuery{Limit: 10, Order: chatkit.Asc})
		if err != nil || len(items) < 2 {
			t.Fatalf("%d items, %v", len(items), err)
		}
		shown := func() int {
			list, err := s.h.turnViews(t.Context(), ann.ID, thread, [][]models.Item{items[:1]})
			if err != nil {
				t.Fatal(err)
			}
			return len(list[0].Items)
		}
		if n := shown(); n != len(items) {
			t.Errorf("%d of %d items are shown", n, len(items))
		}
		s.h.Now = func() time.Time { return time.Now().Add(time.Minute) }
		if n := shown(); n != 1 {
			t.Errorf("items of an old run were read twice: %d are shown", n)
		}
	})
}
