// Package memstore is a chatkit.Store in memory: for tests, examples and trials.
// Nothing outlives the process.
package memstore

import (
	"context"
	"slices"
	"sync"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Store is a chatkit.Store in memory.
type Store struct {
	owner func(context.Context) string

	mu       sync.Mutex
	accounts map[string]*account
}

// account is what belongs to one person.
type account struct {
	threads     []*thread // in the order in which they were first saved
	attachments map[string]*chatkit.Attachment
}

type thread struct {
	meta  *chatkit.Thread
	items []chatkit.Item
}

// New returns an empty store. Owner names the person whom a context is for; with
// nil there is only one.
func New(owner func(context.Context) string) *Store {
	if owner == nil {
		owner = func(context.Context) string { return "" }
	}
	return &Store{owner: owner, accounts: map[string]*account{}}
}

// open locks the store and returns the caller's account.
func (s *Store) open(ctx context.Context) (*account, func()) {
	name := s.owner(ctx)
	s.mu.Lock()
	a := s.accounts[name]
	if a == nil {
		a = &account{attachments: map[string]*chatkit.Attachment{}}
		s.accounts[name] = a
	}
	return a, s.mu.Unlock
}

func (a *account) thread(id string) (*thread, error) {
	i := slices.IndexFunc(a.threads, func(t *thread) bool { return t.meta.ID == id })
	if i < 0 {
		return nil, chatkit.ErrNotFound
	}
	return a.threads[i], nil
}

// LoadThread returns a thread.
func (s *Store) LoadThread(ctx context.Context, id string) (*chatkit.Thread, error) {
	a, done := s.open(ctx)
	defer done()
	t, err := a.thread(id)
	if err != nil {
		return nil, err
	}
	return t.meta.Clone(), nil
}

// SaveThread inserts or overwrites a thread.
func (s *Store) SaveThread(ctx context.Context, meta *chatkit.Thread) error {
	a, done := s.open(ctx)
	defer done()
	if t, err := a.thread(meta.ID); err == nil {
		t.meta = meta.Clone()
		return nil
	}
	a.threads = append(a.threads, &thread{meta: meta.Clone()})
	return nil
}

// DeleteThread deletes a thread with its items.
func (s *Store) DeleteThread(ctx context.Context, id string) error {
	a, done := s.open(ctx)
	defer done()
	if _, err := a.thread(id); err != nil {
		return err
	}
	a.threads = slices.DeleteFunc(a.threads, func(t *thread) bool { return t.meta.ID == id })
	return nil
}

// ListThreads returns a page of threads by creation.
func (s *Store) ListThreads(ctx context.Context, page chatkit.PageRequest) (chatkit.Page[chatkit.Thread], error) {
	a, done := s.open(ctx)
	defer done()
	sorted := slices.Clone(a.threads)
	slices.SortStableFunc(sorted, func(x, y *thread) int {
		return x.meta.CreatedAt.Compare(y.meta.CreatedAt.Time)
	})
	rows, err := cut(sorted, page, func(t *thread) string { return t.meta.ID })
	list := chatkit.Page[chatkit.Thread]{HasMore: rows.HasMore, After: rows.After}
	for _, t := range rows.Data {
		list.Data = append(list.Data, *t.meta.Clone())
	}
	return list, err
}

// ListItems returns a page of a thread's items.
func (s *Store) ListItems(ctx context.Context, threadID string, page chatkit.PageRequest) (chatkit.Page[chatkit.Item], error) {
	a, done := s.open(ctx)
	defer done()
	t, err := a.thread(threadID)
	if err != nil {
		return chatkit.Page[chatkit.Item]{}, err
	}
	rows, err := cut(slices.Clone(t.items), page, itemID)
	for i, it := range rows.Data {
		if rows.Data[i], err = chatkit.CloneItem(it); err != nil {
			break
		}
	}
	return rows, err
}

func itemID(it chatkit.Item) string { return it.Base().ID }

// cut returns one page of rows that are in ascending order.
func cut[T any](rows []T, page chatkit.PageRequest, id func(T) string) (chatkit.Page[T], error) {
	if page.Order != chatkit.Asc {
		slices.Reverse(rows)
	}
	if page.After != "" {
		at := slices.IndexFunc(rows, func(r T) bool { return id(r) == page.After })
		if at < 0 {
			return chatkit.Page[T]{}, chatkit.ErrCursor
		}
		rows = rows[at+1:]
	}
	if size := page.Size(); len(rows) > size {
		rows = rows[:size]
		return chatkit.Page[T]{Data: rows, HasMore: true, After: id(rows[size-1])}, nil
	}
	return chatkit.Page[T]{Data: rows}, nil
}

// LoadItem returns an item.
func (s *Store) LoadItem(ctx context.Context, threadID, id string) (chatkit.Item, error) {
	a, done := s.open(ctx)
	defer done()
	t, err := a.thread(threadID)
	if err != nil {
		return nil, err
	}
	i := t.find(id)
	if i < 0 {
		return nil, chatkit.ErrNotFound
	}
	return chatkit.CloneItem(t.items[i])
}

func (t *thread) find(id string) int {
	return slices.IndexFunc(t.items, func(it chatkit.Item) bool { return it.Base().ID == id })
}

// SaveItem puts an item last, or in the place of the one with its id.
func (s *Store) SaveItem(ctx context.Context, threadID string, it chatkit.Item) error {
	own, err := chatkit.CloneItem(it)
	if err != nil {
		return err
	}
	a, done := s.open(ctx)
	defer done()
	t, err := a.thread(threadID)
	if err != nil {
		return err
	}
	if i := t.find(own.Base().ID); i >= 0 {
		t.items[i] = own
		return nil
	}
	t.items = append(t.items, own)
	return nil
}

// DeleteItem deletes an item, if it is there.
func (s *Store) DeleteItem(ctx context.Context, threadID, id string) error {
	a, done := s.open(ctx)
	defer done()
	if t, err := a.thread(threadID); err == nil {
		t.items = slices.DeleteFunc(t.items, func(it chatkit.Item) bool { return it.Base().ID == id })
	}
	return nil
}

// LoadAttachment returns what is known of an attachment.
func (s *Store) LoadAttachment(ctx context.Context, id string) (*chatkit.Attachment, error) {
	a, done := s.open(ctx)
	defer done()
	if att, ok := a.attachments[id]; ok {
		return att.Clone(), nil
	}
	return nil, chatkit.ErrNotFound
}

// SaveAttachment inserts or overwrites it.
func (s *Store) SaveAttachment(ctx context.Context, att *chatkit.Attachment) error {
	a, done := s.open(ctx)
	defer done()
	a.attachments[att.ID] = att.Clone()
	return nil
}

// DeleteAttachment deletes it, if it is there.
func (s *Store) DeleteAttachment(ctx context.Context, id string) error {
	a, done := s.open(ctx)
	defer done()
	delete(a.attachments, id)
	return nil
}

var _ chatkit.Store = (*Store)(nil)
