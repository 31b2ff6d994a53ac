package live_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
)

func TestReadersFromAnywhereSeeTheSame(t *testing.T) {
	t.Parallel()
	store := newMemory()
	e := engine(t, store)
	started := make(chan struct{})
	var words []string
	for i := range 3000 {
		words = append(words, fmt.Sprint(i, " "))
	}
	start(t, e, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error {
		<-started
		for _, w := range words {
			if err := errors.Join(emit(chatkit.ProgressUpdate{Text: w})); err != nil {
				return err
			}
		}
		return say(emit, words...)
	})
	var wg sync.WaitGroup
	for _, after := range []int64{0, 1, 500, 2999} {
		wg.Go(func() {
			end, events := read(t, e, store, "run_a", after)
			if end.Status != live.Completed || events[0].Seq != after+1 {
				t.Errorf("after %d: first %d, ended as %+v", after, events[0].Seq, end)
			}
		})
	}
	close(started)
	wg.Wait()
	// Nobody is left in memory: the whole log comes from the store.
	if _, events := read(t, e, store, "run_a", 0); len(events) < 3000 {
		t.Errorf("%d events later on", len(events))
	}
}

func TestReaderThatFallsBehindHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	store := newMemory()
	e := engine(t, store)
	start(t, e, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error {
		for range 5000 { // far more than memory keeps
			if err := emit(chatkit.ProgressUpdate{Text: strings.Repeat("x", 200)}); err != nil {
				return err
			}
		}
		return nil
	})
	slow := e.Follow("run_a", 0)
	first, err := slow.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if end, _ := read(t, e, store, "run_a", 0); end.Status != live.Completed { // the fast one ends meanwhile
		t.Fatalf("ended as %+v", end)
	}
	n := int64(len(first))
	for {
		events, err := slow.Next(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if events[0].Seq != n+1 {
			t.Fatalf("event %d after %d", events[0].Seq, n)
		}
		n += int64(len(events))
	}
	if n != 5000 {
		t.Errorf("the slow reader saw %d events", n)
	}
}

func TestFollowingARunOfAnotherProcess(t *testing.T) {
	t.Parallel()
	store := newMemory()
	there, here := engine(t, store), engine(t, onlyReads{store})
	start(t, there, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error {
		return say(emit, "from", " ", "afar")
	})
	if end, _ := read(t, here, store, "run_a", 0); end.Status != live.Completed {
		t.Errorf("ended as %+v", end)
	}
}

// onlyReads is the store as a process without runs of its own uses it.
type onlyReads struct{ *memory }

func (onlyReads) Orphans(context.Context, string) ([]live.Orphan, error) { return nil, nil }

func TestRestartFinishesWhatACrashLeft(t *testing.T) {
	t.Parallel()
	store, began := newMemory(), make(chan struct{})
	// A process that dies: from some moment on nothing of it is stored any more.
	dead := engine(t, store)
	start(t, dead, store.accept("run_a", me), talk(began))
	<-began
	waitFor(t, func() bool { return strings.Contains(store.stored("run_a").text(), "word word") })
	next := engine(t, store, func(o *live.Options) { o.Owner = "own_next" })
	r := store.stored("run_a")
	if r.end == nil || r.end.Status != live.Interrupted || !r.end.AllowRetry {
		t.Fatalf("after the restart: %+v", r.end)
	}
	last := r.items[len(r.items)-1]
	if got := messageText([]chatkit.Item{last.Item}); !last.Incomplete || got != r.text() || got == "" {
		t.Errorf("kept %q of %q, incomplete %v", got, r.text(), last.Incomplete)
	}
	if end, _ := read(t, next, store, "run_a", 0); end.Status != live.Interrupted {
		t.Errorf("readers are told %+v", end)
	}
}

func TestShutdownStoresAndEndsReaders(t *testing.T) {
	t.Parallel()
	store, began := newMemory(), make(chan struct{})
	e := engine(t, store)
	start(t, e, store.accept("run_a", me), talk(began))
	<-began
	f := e.Follow("run_a", 0)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	begun := time.Now()
	e.Close(ctx)
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("closing took %v", took)
	}
	for {
		if _, err := f.Next(t.Context()); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if f.End().Status != live.Interrupted || !f.End().AllowRetry {
		t.Errorf("ended as %+v", f.End())
	}
	if r := store.stored("run_a"); r.end == nil || len(r.items) == 0 || !r.items[0].Incomplete {
		t.Errorf("stored end %+v, items %d", r.end, len(r.items))
	}
	if _, err := e.Start(store.accept("run_b", me), talk(make(chan struct{}))); !errors.Is(err, live.ErrClosed) {
		t.Errorf("a run could start after Close: %v", err)
	}
}

func TestShutdownLetsShortAnswersFinish(t *testing.T) {
	t.Parallel()
	store := newMemory()
	e := engine(t, store)
	began := make(chan struct{})
	start(t, e, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error {
		close(began)
		select {
		case <-time.After(50 * time.Millisecond):
			return say(emit, "done")
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	<-began
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	e.Close(ctx)
	if r := store.stored("run_a"); r.end == nil || r.end.Status != live.Completed {
		t.Errorf("ended as %+v", r.end)
	}
}

func TestSignals(t *testing.T) {
	t.Parallel()
	e := engine(t, newMemory())
	mine, theirs := e.Signals.Subscribe("usr_1"), e.Signals.Subscribe("usr_2")
	for range 3 {
		e.Signals.Notify("usr_1", live.Signal{Kind: live.TasksChanged})
	}
	<-mine.Ready()
	if got := mine.Take(); len(got) != 1 || got[0].Kind != live.TasksChanged {
		t.Errorf("equal hints that wait are not one: %+v", got)
	}
	if got := theirs.Take(); len(got) != 0 {
		t.Errorf("someone else was told: %+v", got)
	}
	mine.Close()
	e.Signals.Notify("usr_1", live.Signal{Kind: live.TasksChanged})
	if got := mine.Take(); len(got) != 0 {
		t.Errorf("told after Close: %+v", got)
	}
}

// TestGivenUpWaitsLoseNothing has a reader give up waiting many times: it still
// reads every event once, and so does another beside it.
func TestGivenUpWaitsLoseNothing(t *testing.T) {
	t.Parallel()
	store := newMemory()
	e := engine(t, store)
	emit := make(chan chatkit.Event)
	start(t, e, store.accept("run_a", me), func(ctx context.Context, send func(chatkit.Event) error) error {
		for ev := range emit {
			if err := send(ev); err != nil {
				return err
			}
		}
		return nil
	})
	f, other := e.Follow("run_a", 0), e.Follow("run_a", 0)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range 20 {
		if events, err := f.Next(over); !errors.Is(err, context.Canceled) {
			t.Fatalf("a wait that is given up: %v, %v", events, err)
		}
		emit <- chatkit.ProgressUpdate{Text: "step"}
		for _, reader := range []*live.Follower{f, other} {
			events, err := reader.Next(t.Context())
			if err != nil || len(events) != 1 || events[0].Seq != int64(i+1) {
				t.Fatalf("after event %d: %v, %v", i+1, events, err)
			}
		}
	}
	close(emit)
	if _, err := f.Next(t.Context()); !errors.Is(err, io.EOF) {
		t.Fatalf("at the end: %v", err)
	}
}

// TestReaderThatIsTold: one that waits for nothing is told when there may be
// more, each time, and not any more once it has closed.
func TestReaderThatIsTold(t *testing.T) {
	t.Parallel()
	store := newMemory()
	e := engine(t, store)
	words := make(chan string)
	start(t, e, store.accept("run_a", me), func(_ context.Context, emit func(chatkit.Event) error) error {
		for w := range words {
			if err := emit(chatkit.ProgressUpdate{Text: w}); err != nil {
				return err
			}
		}
		return nil
	})
	told, left := make(chan struct{}, 100), make(chan struct{}, 100)
	f, gone := e.Follow("run_a", 0), e.Follow("run_a", 0)
	if events, err := gone.Now(func() { left <- struct{}{} }); len(events) > 0 || err != nil {
		t.Fatal(events, err)
	}
	gone.Close()
	seen := int64(0)
	for range 2 * 20 { // asked twice, it is told once
		events, err := f.Now(func() { told <- struct{}{} })
		if err != nil {
			t.Fatal(err)
		}
		if len(events) > 0 {
			t.Fatalf("%d events before there are any", len(events))
		}
		if seen++; seen%2 == 1 {
			continue
		}
		words <- fmt.Sprint(seen)
		<-told
		if events, err = f.Now(nil); err != nil || len(events) != 1 || events[0].Seq != seen/2 {
			t.Fatalf("told of %v, %v", events, err)
		}
	}
	if len(told) > 0 || len(left) > 0 {
		t.Errorf("told %d and %d times too often", len(told), len(left))
	}
	if _, err := f.Now(func() { told <- struct{}{} }); err != nil {
		t.Fatal(err)
	}
	close(words)
	<-told
	if _, err := f.Now(nil); !errors.Is(err, io.EOF) || f.End().Status != live.Completed {
		t.Errorf("at the end: %v, %+v", err, f.End())
	}
	waitFor(t, func() bool { return e.Active() == 0 })
	if _, err := e.Follow("run_a", 0).Now(nil); !errors.Is(err, live.ErrBehind) {
		t.Errorf("of a run that is over: %v", err)
	}
}
