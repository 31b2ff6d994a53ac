package handlers

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/taskpilot/taskpilot/assistant"
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
