// Package storetest tests a chatkit.Store against the contract that
// chatkit.Server relies on. The names of most of its tests are those of the
// official Python SDK's store tests, whose behaviour they hold.
package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Setup is a fresh, empty store and the contexts of two people who use it.
type Setup struct {
	Store    chatkit.Store
	Ann, Bob context.Context
}

// Run runs every test of the contract, each with a Setup of its own.
func Run(t *testing.T, open func(t *testing.T) Setup) {
	for _, group := range []map[string]func(*suite){threadTests(), itemTests(), attachmentTests()} {
		for name, test := range group {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := open(t)
				test(&suite{T: t, store: s.Store, ann: s.Ann, bob: s.Bob})
			})
		}
	}
}

type suite struct {
	*testing.T
	store    chatkit.Store
	ann, bob context.Context
}

// must fails the test on an error.
func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// notFound fails the test unless err says that something is not there.
func (s *suite) notFound(err error, what string) {
	s.Helper()
	if !errors.Is(err, chatkit.ErrNotFound) {
		s.Errorf("%s: got %v, want ErrNotFound", what, err)
	}
}

// at is a time so many seconds after the tests' beginning of time.
func at(seconds int) chatkit.Time {
	return chatkit.At(time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC).Add(time.Duration(seconds) * time.Second))
}

// thread saves a thread of Ann's.
func (s *suite) thread(id string, seconds int) *chatkit.Thread {
	s.Helper()
	thread := &chatkit.Thread{ID: id, CreatedAt: at(seconds)}
	s.must(s.store.SaveThread(s.ann, thread))
	return thread
}

// message saves a message of Ann's.
func (s *suite) message(threadID, id string, seconds int) {
	s.Helper()
	m := chatkit.NewUserText("text of " + id)
	m.ID, m.ThreadID, m.CreatedAt = id, threadID, at(seconds)
	s.must(s.store.SaveItem(s.ann, threadID, m))
}

// sameItem fails the test unless both items are alike on the wire.
func (s *suite) sameItem(got, want chatkit.Item) {
	s.Helper()
	g, w := wire(s.T, got), wire(s.T, want)
	if !reflect.DeepEqual(g, w) {
		s.Errorf("\n got %v\nwant %v", g, w)
	}
}

func wire(t *testing.T, it chatkit.Item) any {
	t.Helper()
	raw, err := chatkit.Marshal(it)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// ids pages through a list with the cursors it gives and returns all ids.
func (s *suite) ids(limit int, order chatkit.Order, list func(chatkit.PageRequest) ([]string, bool, string, error)) []string {
	s.Helper()
	var all []string
	for page := (chatkit.PageRequest{Limit: limit, Order: order}); ; {
		rows, more, after, err := list(page)
		s.must(err)
		if len(rows) > limit {
			s.Fatalf("a page of %d rows, asked for %d", len(rows), limit)
		}
		all = append(all, rows...)
		if !more {
			if after != "" {
				s.Errorf("the last page has the cursor %q", after)
			}
			return all
		}
		if len(rows) != limit || after != rows[limit-1] || len(all) > 1000 {
			s.Fatalf("page of %d rows, cursor %q, after %d rows", len(rows), after, len(all))
		}
		page.After = after
	}
}

func (s *suite) threadIDs(ctx context.Context) func(chatkit.PageRequest) ([]string, bool, string, error) {
	return func(page chatkit.PageRequest) ([]string, bool, string, error) {
		rows, err := s.store.ListThreads(ctx, page)
		var ids []string
		for _, t := range rows.Data {
			ids = append(ids, t.ID)
		}
		return ids, rows.HasMore, rows.After, err
	}
}

func (s *suite) itemIDs(threadID string) func(chatkit.PageRequest) ([]string, bool, string, error) {
	return func(page chatkit.PageRequest) ([]string, bool, string, error) {
		rows, err := s.store.ListItems(s.ann, threadID, page)
		var ids []string
		for _, it := range rows.Data {
			ids = append(ids, it.Base().ID)
		}
		return ids, rows.HasMore, rows.After, err
	}
}

// numbered returns prefix_0 to prefix_n-1, or from n-1 down to 0.
func numbered(prefix string, n int, order chatkit.Order) []string {
	ids := make([]string, n)
	for i := range ids {
		k := i
		if order == chatkit.Desc {
			k = n - 1 - i
		}
		ids[i] = fmt.Sprintf("%s_%d", prefix, k)
	}
	return ids
}
