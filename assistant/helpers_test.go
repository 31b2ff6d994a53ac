package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// TestMain proves that nothing of this package goes on after its work is done.
func TestMain(m *testing.M) {
	before := runtime.NumGoroutine()
	code := m.Run()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(5 * time.Second)
	for runtime.NumGoroutine() > before {
		select {
		case <-tick.C:
			continue
		case <-deadline:
		}
		fmt.Fprintf(os.Stderr, "%d goroutines before, %d after the tests\n", before, runtime.NumGoroutine())
		_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 1)
		code = 1
		break
	}
	os.Exit(code)
}

// memory is Tasks without a database.
type memory struct {
	mu    sync.Mutex
	tasks map[string][]Task // by user, oldest first
	next  int
	fail  error // returned by every method if set
}

func newMemory(userID string, titles ...string) *memory {
	m := &memory{tasks: map[string][]Task{}}
	for _, title := range titles {
		_, _ = m.AddTask(context.Background(), userID, TaskInput{Title: &title})
	}
	return m
}

func (m *memory) AddTask(_ context.Context, userID string, in TaskInput) (Task, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return Task{}, m.fail
	}
	if len(*in.Title) > 200 {
		return Task{}, fmt.Errorf("%w: the title is longer than 200 characters", ErrTaskInvalid)
	}
	m.next++
	t := Task{ID: fmt.Sprintf("todo_%d", m.next)}
	t.apply(in)
	m.tasks[userID] = append(m.tasks[userID], t)
	return t, nil
}

func (t *Task) apply(in TaskInput) {
	set(&t.Title, in.Title)
	set(&t.Description, in.Description)
	set(&t.Completed, in.Completed)
	set(&t.Priority, in.Priority)
	set(&t.DueAt, in.DueAt)
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

func (m *memory) ListTasks(_ context.Context, userID, status string, limit int) ([]Task, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []Task
	for _, t := range slices.Backward(m.tasks[userID]) {
		if status == "all" || t.Completed == (status == "completed") {
			list = append(list, t)
		}
	}
	return list[:min(limit, len(list))], m.fail
}

func (m *memory) Task(_ context.Context, userID, id string) (Task, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.tasks[userID], func(t Task) bool { return t.ID == id })
	if i < 0 || m.fail != nil {
		return Task{}, errors.Join(m.fail, ErrTaskNotFound)
	}
	return m.tasks[userID][i], nil
}

func (m *memory) FindTasks(ctx context.Context, userID, name string) ([]Task, error) {
	list, err := m.ListTasks(ctx, userID, "all", 1000)
	return slices.DeleteFunc(list, func(t Task) bool {
		return !strings.Contains(strings.ToLower(t.Title), strings.ToLower(name))
	}), err
}

func (m *memory) UpdateTask(_ context.Context, userID, id string, in TaskInput) (Task, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.tasks[userID], func(t Task) bool { return t.ID == id })
	if i < 0 || m.fail != nil {
		return Task{}, errors.Join(m.fail, ErrTaskNotFound)
	}
	m.tasks[userID][i].apply(in)
	return m.tasks[userID][i], nil
}

func (m *memory) DeleteTask(_ context.Context, userID, id string) (Task, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.tasks[userID], func(t Task) bool { return t.ID == id })
	if i < 0 || m.fail != nil {
		return Task{}, errors.Join(m.fail, ErrTaskNotFound)
	}
	t := m.tasks[userID][i]
	m.tasks[userID] = slices.Delete(m.tasks[userID], i, i+1)
	return t, nil
}

func (m *memory) titles(userID string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var titles []string
	for _, t := range m.tasks[userID] {
		mark := ""
		if t.Completed {
			mark = " ✓"
		}
		titles = append(titles, t.Title+mark)
	}
	return titles
}

// past is a History of these items.
type past []chatkit.Item

func (p past) Recent(_ context.Context, limit int) ([]chatkit.Item, error) {
	return p[max(0, len(p)-limit):], nil
}

func (p past) Before(ctx context.Context, itemID string, limit int) ([]chatkit.Item, error) {
	i := slices.IndexFunc(p, func(it chatkit.Item) bool { return it.Base().ID == itemID })
	if i < 0 {
		return nil, chatkit.ErrNotFound
	}
	return p[:i].Recent(ctx, limit)
}

func (p past) Oldest(_ context.Context, limit int) ([]chatkit.Item, error) {
	return p[:min(limit, len(p))], nil
}

// talk is a conversation with an assistant: what it emits becomes history.
type talk struct {
	t         testing.TB
	assistant Assistant
	user      User
	items     []chatkit.Item
	events    []chatkit.Event
	fold      chatkit.Fold // of the last turn
}

func newTalk(t testing.TB, a Assistant) *talk {
	return &talk{t: t, assistant: a, user: User{ID: "usr_a", Name: "Ada"}}
}

// ask sends a message and returns the answer's text.
func (c *talk) ask(text string) (string, error) {
	return c.askIn(context.Background(), text, func(chatkit.Event) error { return nil })
}

func (c *talk) askIn(ctx context.Context, text string, watch Emit) (string, error) {
	c.t.Helper()
	in := chatkit.NewUserText(text)
	in.ID = chatkit.NewID(chatkit.PrefixMessage)
	c.items = append(c.items, in)
	c.fold, c.events = chatkit.Fold{}, nil
	turn := &Turn{User: c.user, Thread: chatkit.Thread{ID: "thr_1"}, Input: in, History: past(c.items), Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	err := c.assistant.Respond(ctx, turn, func(ev chatkit.Event) error {
		c.check(ev)
		c.events = append(c.events, ev)
		if err := c.fold.Apply(ev); err != nil {
			c.t.Errorf("fold: %v", err)
		}
		return watch(ev)
	})
	answer := c.text()
	if err == nil {
		c.items = append(c.items, c.fold.Items()...)
		if len(c.fold.PendingItems()) > 0 {
			c.t.Errorf("after %q there are unfinished items", text)
		}
	}
	return answer, err
}

// check holds every event against the rules of the protocol.
func (c *talk) check(ev chatkit.Event) {
	c.t.Helper()
	if _, err := chatkit.MarshalEvent(ev); err != nil {
		c.t.Errorf("%s can't be written: %v", ev.EventType(), err)
	}
	switch e := ev.(type) {
	case chatkit.ItemAdded:
		switch e.Item.(type) {
		case *chatkit.WorkflowItem, *chatkit.GeneratedImageItem:
			return
		}
		m, ok := e.Item.(*chatkit.AssistantMessage)
		if !ok || len(m.Content) != 0 || m.ID == "" || m.ThreadID != "thr_1" {
			c.t.Errorf("added %#v, want an empty assistant message of the thread", e.Item)
		}
	case chatkit.ItemUpdated:
		if !c.fold.Pending(e.ItemID) {
			c.t.Errorf("update of an item that is not pending: %#v", e)
		}
	case chatkit.ItemDone:
		if m, ok := e.Item.(*chatkit.AssistantMessage); ok {
			if folded, _ := c.fold.Item(m.ID).(*chatkit.AssistantMessage); folded == nil || folded.Text() != m.Text() || m.Text() == "" {
				c.t.Errorf("done with %q, but streamed %+v", m.Text(), folded)
			}
		}
	}
}

func (c *talk) text() string {
	var parts []string
	for _, it := range c.fold.Items() {
		if m, ok := it.(*chatkit.AssistantMessage); ok {
			parts = append(parts, m.Text())
		}
	}
	return strings.Join(parts, "\n--\n")
}

func (c *talk) calls() []ToolCall {
	var calls []ToolCall
	for _, it := range c.fold.Items() {
		if call, ok := toolCallOf(it); ok {
			calls = append(calls, call)
		}
	}
	return calls
}

// say asks, fails the test on an error and on an answer without want.
func (c *talk) say(text, want string) string {
	c.t.Helper()
	answer, err := c.ask(text)
	if err != nil || !strings.Contains(answer, want) {
		c.t.Fatalf("%q was answered with %q, %v; want %q in it", text, answer, err, want)
	}
	return answer
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
