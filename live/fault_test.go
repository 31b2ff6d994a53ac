package live_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
)

// talk emits deltas until ctx ends, after telling that the first is out.
func talk(began chan<- struct{}) live.Produce {
	return func(ctx context.Context, emit func(chatkit.Event) error) error {
		m := &chatkit.AssistantMessage{}
		if err := emit(chatkit.ItemAdded{Item: m}); err != nil {
			return err
		}
		for i := 0; ; i++ {
			if err := emit(chatkit.ItemUpdated{ItemID: m.ID, Update: chatkit.TextDelta{Delta: "word "}}); err != nil {
				return err
			}
			if i == 0 {
				close(began)
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Millisecond):
			}
		}
	}
}

// silent ignores its context until the test ends.
func silent(t *testing.T, began chan<- struct{}) live.Produce {
	return func(ctx context.Context, emit func(chatkit.Event) error) error {
		close(began)
		<-t.Context().Done()
		return nil
	}
}

func TestStopKeepsWhatWasSaid(t *testing.T) {
	t.Parallel()
	store, began := newMemory(), make(chan struct{})
	e := engine(t, store)
	start(t, e, store.accept("run_a", me), talk(began))
	<-began
	asked := time.Now()
	if !e.Stop("run_a") {
		t.Fatal("the run is not there")
	}
	end, _ := read(t, e, store, "run_a", 0)
	if end.Status != live.Cancelled || end.Message != "" {
		t.Errorf("ended as %+v", end)
	}
	if took := time.Since(asked); took > time.Second {
		t.Errorf("stopping took %v", took)
	}
	r := store.stored("run_a")
	if len(r.items) != 2 || !r.items[0].Incomplete {
		t.Fatalf("stored items: %+v", r.items)
	}
	if got := messageText([]chatkit.Item{r.items[0].Item}); got == "" || got != r.text() {
		t.Errorf("the item has %q, readers saw %q", got, r.text())
	}
	if _, ok := r.items[1].Item.(*chatkit.SDKHiddenContext); !ok {
		t.Errorf("no note for the model: %T", r.items[1].Item)
	}
	if e.Stop("run_a") {
		t.Error("a finished run could be stopped")
	}
}

func TestStopAskedOfAnotherProcess(t *testing.T) {
	t.Parallel()
	store, began := newMemory(), make(chan struct{})
	e := engine(t, store)
	start(t, e, store.accept("run_a", me), talk(began))
	<-began
	store.set(func(m *memory) { m.runs["run_a"].stop = true })
	if end, _ := read(t, e, store, "run_a", 0); end.Status != live.Cancelled {
		t.Errorf("ended as %+v", end)
	}
}

func TestStopOfAProducerThatDoesNotListen(t *testing.T) {
	t.Parallel()
	store, began := newMemory(), make(chan struct{})
	e := engine(t, store)
	start(t, e, store.accept("run_a", me), silent(t, began))
	<-began
	e.Stop("run_a")
	if end, _ := read(t, e, store, "run_a", 0); end.Status != live.Cancelled {
		t.Errorf("ended as %+v", end)
	}
}

func TestFailuresFailTheirRunAlone(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		err     error
		message string
		retry   bool
	}{
		"for people": {&chatkit.Error{Message: "The model is busy.", AllowRetry: true, Err: errors.New("canary")}, "The model is busy.", true},
		"internal":   {errors.New("canary"), "Something went wrong", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemory()
			e := engine(t, store)
			start(t, e, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error { return c.err })
			start(t, e, store.accept("run_b", me), func(ctx context.Context, emit func(chatkit.Event) error) error { return say(emit, "fine") })
			end, events := read(t, e, store, "run_a", 0)
			if end.Status != live.Failed || !strings.Contains(end.Message, c.message) || end.AllowRetry != c.retry {
				t.Errorf("ended as %+v", end)
			}
			last := string(events[len(events)-1].Payload)
			if !strings.Contains(last, `"type":"error"`) || strings.Contains(last, "canary") {
				t.Errorf("last event: %s", last)
			}
			if end, _ := read(t, e, store, "run_b", 0); end.Status != live.Completed {
				t.Errorf("the other run ended as %+v", end)
			}
		})
	}
}

func TestPanicFailsItsRunAlone(t *testing.T) {
	t.Parallel()
	store := newMemory()
	e := engine(t, store)
	start(t, e, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error {
		if err := emit(chatkit.ItemAdded{Item: &chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: "half"}}}}); err != nil {
			return err
		}
		panic("canary")
	})
	end, _ := read(t, e, store, "run_a", 0)
	if end.Status != live.Failed || strings.Contains(end.Message, "canary") {
		t.Errorf("ended as %+v", end)
	}
	if r := store.stored("run_a"); len(r.items) != 1 || !r.items[0].Incomplete {
		t.Errorf("the half answer was not kept: %+v", r.items)
	}
}

func TestTooLongARun(t *testing.T) {
	t.Parallel()
	store, began := newMemory(), make(chan struct{})
	e := engine(t, store, func(o *live.Options) { o.RunLimit = 30 * time.Millisecond })
	start(t, e, store.accept("run_a", me), talk(began))
	if end, _ := read(t, e, store, "run_a", 0); end.Status != live.Failed || !strings.Contains(end.Message, "too long") {
		t.Errorf("ended as %+v", end)
	}
}

func TestOneRunsTroubleStaysItsOwn(t *testing.T) {
	t.Parallel()
	store := newMemory()
	store.fail = func(batches []live.Batch) error {
		for _, b := range batches {
			if b.RunID == "run_bad" && len(b.Events) > 0 {
				return errors.New("this row can't be stored")
			}
		}
		return nil
	}
	e := engine(t, store)
	hello := func(ctx context.Context, emit func(chatkit.Event) error) error { return say(emit, "hello") }
	start(t, e, store.accept("run_bad", me), hello)
	for _, id := range []string{"run_a", "run_b", "run_c"} {
		start(t, e, store.accept(id, me), hello)
	}
	for _, id := range []string{"run_a", "run_b", "run_c"} {
		if end, _ := read(t, e, store, id, 0); end.Status != live.Completed {
			t.Errorf("%s ended as %+v", id, end)
		}
	}
	if end, events := read(t, e, store, "run_bad", 0); end.Status != live.Failed || len(events) > 1 {
		t.Errorf("the bad run ended as %+v after %d events", end, len(events))
	}
	waitFor(t, func() bool { return store.stored("run_bad").end != nil }) // its end is owed and paid
}

func TestOutageLosesNothing(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*memory){
		"out of reach": func(m *memory) { m.down = true },
		"full disk":    func(m *memory) { m.fail = func([]live.Batch) error { return live.ErrUnwritable } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemory()
			store.set(begin)
			e := engine(t, store)
			start(t, e, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error { return say(emit, "a", "b", "c") })
			time.AfterFunc(200*time.Millisecond, func() { store.set(func(m *memory) { m.down, m.fail = false, nil }) })
			if end, _ := read(t, e, store, "run_a", 0); end.Status != live.Completed {
				t.Errorf("ended as %+v", end)
			}
			if got := store.stored("run_a").text(); got != "abc" {
				t.Errorf("stored %q", got)
			}
		})
	}
}

// TestGivenUpButNotLost: an answer that can't be stored any further ends with a
// word to its readers, and what they saw of it is kept once the store takes it.
func TestGivenUpButNotLost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"full disk":                {live.ErrUnwritable, "can't store anything"},
		"refused for other causes": {errors.New("no"), "Something went wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, began := newMemory(), make(chan struct{})
			e := engine(t, store, func(o *live.Options) { o.Outage = 50 * time.Millisecond })
			start(t, e, store.accept("run_a", me), talk(began))
			<-began
			waitFor(t, func() bool { return store.stored("run_a").text() != "" })
			store.set(func(m *memory) { m.fail = func([]live.Batch) error { return c.err } })
			end, events := read(t, e, store, "run_a", 0)
			if end.Status != live.Failed || !strings.Contains(end.Message, c.says) || !end.AllowRetry {
				t.Errorf("ended as %+v", end)
			}
			if last := string(events[len(events)-1].Payload); !strings.Contains(last, `"type":"error"`) || !strings.Contains(last, `"allow_retry":true`) {
				t.Errorf("the last event is %s", last)
			}
			shown := store.stored("run_a").text()
			if store.stored("run_a").end != nil {
				t.Error("the store took the end, although it takes nothing")
			}
			store.set(func(m *memory) { m.fail = nil })
			waitFor(t, func() bool { return store.stored("run_a").end != nil })
			r := store.stored("run_a")
			if len(r.items) != 1 || !r.items[0].Incomplete || messageText([]chatkit.Item{r.items[0].Item}) != shown {
				t.Errorf("of %q was kept: %+v", shown, r.items)
			}
			if r.end.Message != end.Message {
				t.Errorf("stored as %+v, told as %+v", r.end, end)
			}
		})
	}
}

func TestRunThatIsGoneFromTheStore(t *testing.T) {
	t.Parallel()
	store, began := newMemory(), make(chan struct{})
	e := engine(t, store)
	start(t, e, store.accept("run_a", me), talk(began))
	<-began
	f := e.Follow("run_a", 0)
	store.set(func(m *memory) { m.runs["run_a"].owner = "own_other" })
	for {
		if _, err := f.Next(t.Context()); err != nil {
			break
		}
	}
	if f.End().Status != live.Failed {
		t.Errorf("ended as %+v", f.End())
	}
}

func TestAMillionDeltasTakeNoMoreThanTheirText(t *testing.T) {
	t.Parallel()
	store := newMemory()
	store.fail = func([]live.Batch) error { <-time.After(time.Millisecond); return nil } // as slow as a disk
	e := engine(t, store)
	const n = 1_000_000
	start(t, e, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error {
		m := &chatkit.AssistantMessage{}
		if err := emit(chatkit.ItemAdded{Item: m}); err != nil {
			return err
		}
		up := chatkit.ItemUpdated{ItemID: m.ID, Update: chatkit.TextDelta{Delta: "abcd"}}
		for range n {
			if err := emit(up); err != nil {
				return err
			}
		}
		return nil
	})
	end, events := read(t, e, store, "run_a", 0)
	if end.Status != live.Completed {
		t.Errorf("ended as %+v", end)
	}
	size := 0
	for _, ev := range events {
		size += len(ev.Payload)
	}
	if limit := 3 * 4 * n; size > limit { // the deltas, the finished item once more, and what frames them
		t.Errorf("the log has %d bytes for a text of %d", size, 4*n)
	}
	if got := len(store.stored("run_a").text()); got != 4*n {
		t.Errorf("%d of %d characters", got, 4*n)
	}
}

// waitFor polls a condition that no event announces.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen")
		}
		<-time.After(time.Millisecond)
	}
}
