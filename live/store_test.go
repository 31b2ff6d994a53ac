package live_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
)

// memory is a store in memory that can be told to fail. The real stores run the
// same engine in the tests of packages handlers and cmd/taskpilot.
type memory struct {
	mu      sync.Mutex
	runs    map[string]*row
	fail    func([]live.Batch) error // asked before each commit, without the lock
	commits int
	down    bool
}

type row struct {
	live.Orphan
	owner  string
	end    *live.End
	events []live.Event
	items  []live.ItemChange
	stop   bool
}

func newMemory() *memory { return &memory{runs: map[string]*row{}} }

// accept adds a running run, as the database does when it accepts a message.
func (m *memory) accept(id, owner string) live.Spec {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.runs[id] = &row{Orphan: live.Orphan{RunID: id, UserID: "usr_1", ThreadID: "thr_" + id}, owner: owner}
	return live.Spec{RunID: id, UserID: "usr_1", ThreadID: "thr_" + id}
}

func (m *memory) Commit(_ context.Context, batches []live.Batch) (lost []string, err error) {
	m.mu.Lock()
	fail, down := m.fail, m.down
	m.mu.Unlock()
	if down {
		return nil, errors.New("the store is down")
	}
	if fail != nil {
		if err := fail(batches); err != nil {
			return nil, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.commits++
	for _, b := range batches {
		r := m.runs[b.RunID]
		if r == nil || r.owner != b.Owner || r.end != nil {
			lost = append(lost, b.RunID)
			continue
		}
		r.events = append(r.events, b.Events...)
		r.items = append(r.items, b.Items...)
		r.end = b.End
	}
	return lost, nil
}

func (m *memory) RunEvents(_ context.Context, id string, after int64, limit int) ([]live.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []live.Event
	for _, e := range m.runs[id].events {
		if e.Seq > after && len(list) < limit {
			list = append(list, e)
		}
	}
	return list, nil
}

func (m *memory) RunEnd(_ context.Context, id string) (*live.End, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.runs[id] == nil {
		return nil, errors.New("no such run")
	}
	return m.runs[id].end, nil
}

func (m *memory) StopRequests(_ context.Context, owner string) (ids []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, r := range m.runs {
		if r.owner == owner && r.stop && r.end == nil {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (m *memory) Orphans(_ context.Context, owner string) (list []live.Orphan, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.runs {
		if r.end == nil && r.owner != owner {
			r.owner = owner
			list = append(list, r.Orphan)
		}
	}
	return list, nil
}

func (m *memory) Ping(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return errors.New("the store is down")
	}
	return nil
}

func (m *memory) PurgeEvents(context.Context, time.Time) (int64, error) { return 0, nil }

func (m *memory) set(change func(*memory)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m)
}

// stored returns a copy of the run's row.
func (m *memory) stored(id string) row {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := *m.runs[id]
	r.events, r.items = slices.Clone(r.events), slices.Clone(r.items)
	return r
}

// text folds the run's stored events and returns the text of its messages.
func (r row) text() string {
	var fold chatkit.Fold
	for _, e := range r.events {
		ev, err := chatkit.UnmarshalEvent(e.Payload)
		if err != nil {
			return "bad event: " + err.Error()
		}
		if err := fold.Apply(ev); err != nil {
			return err.Error()
		}
	}
	return messageText(fold.Items())
}

func messageText(items []chatkit.Item) (text string) {
	for _, it := range items {
		if m, ok := it.(*chatkit.AssistantMessage); ok {
			text += m.Text()
		}
	}
	return text
}
