package live_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
)

const me = "own_me"

func engine(t *testing.T, store live.Store, change ...func(*live.Options)) *live.Engine {
	t.Helper()
	o := live.Options{Owner: me, StopGrace: 50 * time.Millisecond, Poll: 5 * time.Millisecond, Sweep: 20 * time.Millisecond,
		Log: slog.New(slog.NewTextHandler(testWriter{t}, nil))}
	for _, f := range change {
		f(&o)
	}
	e, err := live.New(t.Context(), store, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		e.Close(now)
	})
	return e
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(string(bytes.TrimSpace(p)))
	return len(p), nil
}

// say emits an assistant message, a delta at a time.
func say(emit func(chatkit.Event) error, deltas ...string) error {
	m := &chatkit.AssistantMessage{}
	if err := emit(chatkit.ItemAdded{Item: m}); err != nil {
		return err
	}
	for _, d := range deltas {
		if err := emit(chatkit.ItemUpdated{ItemID: m.ID, Update: chatkit.TextDelta{Delta: d}}); err != nil {
			return err
		}
	}
	m.Content = []*chatkit.OutputText{{Text: strings.Join(deltas, "")}}
	return emit(chatkit.ItemDone{Item: m})
}

// read follows a run to its end and returns what it saw, checking that numbers
// have no gap and that everything was stored before it was seen.
func read(t *testing.T, e *live.Engine, store *memory, run string, after int64) (live.End, []live.Event) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	f := e.Follow(run, after)
	var all []live.Event
	for {
		events, err := f.Next(ctx)
		if errors.Is(err, io.EOF) {
			return f.End(), all
		}
		if err != nil {
			t.Fatalf("follow %s: %v", run, err)
		}
		stored := store.stored(run).events
		for _, ev := range events {
			if ev.Seq == after && bytes.Contains(ev.Payload, []byte(`"type":"error"`)) {
				continue // said while the store takes nothing
			}
			if after++; ev.Seq != after {
				t.Fatalf("event %d came where %d was due", ev.Seq, after)
			}
			if int(ev.Seq) > len(stored) || !bytes.Equal(stored[ev.Seq-1].Payload, ev.Payload) {
				t.Fatalf("event %d was shown before it was stored", ev.Seq)
			}
		}
		all = append(all, events...)
	}
}

func start(t *testing.T, e *live.Engine, spec live.Spec, produce live.Produce) {
	t.Helper()
	if _, err := e.Start(spec, produce); err != nil {
		t.Fatal(err)
	}
}

func TestRunIsNumberedStoredAndShown(t *testing.T) {
	t.Parallel()
	store := newMemory()
	e := engine(t, store)
	spec := store.accept("run_a", me)
	spec.Prologue = []chatkit.Event{chatkit.StreamOptions{AllowCancel: true}}
	start(t, e, spec, func(ctx context.Context, emit func(chatkit.Event) error) error {
		return say(emit, "Hel", "lo")
	})
	end, events := read(t, e, store, "run_a", 0)
	if end.Status != live.Completed {
		t.Fatalf("ended as %+v", end)
	}
	if !bytes.Contains(events[0].Payload, []byte(`"stream_options"`)) {
		t.Errorf("first event: %s", events[0].Payload)
	}
	r := store.stored("run_a")
	if r.text() != "Hello" || len(r.items) != 1 || r.items[0].Incomplete {
		t.Errorf("stored %q and %d items", r.text(), len(r.items))
	}
	if b := r.items[0].Item.Base(); !strings.HasPrefix(b.ID, "msg_") || b.ThreadID != "thr_run_a" || b.CreatedAt.IsZero() {
		t.Errorf("the item's base was not filled in: %+v", b)
	}
}

func TestDeltasThatWaitAreMerged(t *testing.T) {
	t.Parallel()
	store, gate := newMemory(), make(chan struct{})
	store.fail = func([]live.Batch) error { <-gate; return nil }
	e := engine(t, store)
	emitted := make(chan struct{})
	start(t, e, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error {
		err := say(emit, strings.Split(strings.Repeat("x", 5000), "")...)
		close(emitted)
		return err
	})
	<-emitted // 5,000 deltas did not block the producer although nothing could be stored
	close(gate)
	_, events := read(t, e, store, "run_a", 0)
	if len(events) > 20 {
		t.Errorf("%d events for deltas that waited together", len(events))
	}
	if got := store.stored("run_a").text(); got != strings.Repeat("x", 5000) {
		t.Errorf("%d characters stored", len(got))
	}
}

func TestFastProducerWaitsForTheStore(t *testing.T) {
	t.Parallel()
	store, gate := newMemory(), make(chan struct{})
	store.fail = func([]live.Batch) error { <-gate; return nil }
	e := engine(t, store)
	var emitted atomic.Int64
	full := make(chan struct{})
	start(t, e, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error {
		for range 2000 {
			if emitted.Add(1) == 200 {
				close(full)
			}
			if err := emit(chatkit.ProgressUpdate{Text: "Working"}); err != nil {
				return err
			}
		}
		return nil
	})
	<-full
	if n := emitted.Load(); n > 1000 {
		t.Errorf("%d events were taken although none could be stored", n)
	}
	close(gate)
	if _, events := read(t, e, store, "run_a", 0); len(events) != 2000 {
		t.Errorf("%d of 2000 events", len(events))
	}
}

func TestHiddenItemsAreStoredAndNeverShown(t *testing.T) {
	t.Parallel()
	store := newMemory()
	e := engine(t, store)
	start(t, e, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error {
		h := &chatkit.HiddenContext{Content: []byte(`"canary"`)}
		return errors.Join(emit(chatkit.ItemAdded{Item: h}), emit(chatkit.ItemDone{Item: h}), say(emit, "Hi"))
	})
	_, events := read(t, e, store, "run_a", 0)
	for _, ev := range events {
		if bytes.Contains(ev.Payload, []byte("canary")) {
			t.Errorf("shown: %s", ev.Payload)
		}
	}
	if r := store.stored("run_a"); len(r.items) != 2 {
		t.Errorf("%d items stored, want the hidden one and the message", len(r.items))
	}
}

func TestProducersLaterChangesDoNotReachTheStore(t *testing.T) {
	t.Parallel()
	store, gate := newMemory(), make(chan struct{})
	store.fail = func([]live.Batch) error { <-gate; return nil }
	e := engine(t, store)
	changed := make(chan struct{})
	start(t, e, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error {
		m := &chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: "before"}}}
		err := emit(chatkit.ItemDone{Item: m})
		m.Content[0].Text = "after"
		close(changed)
		return err
	})
	<-changed
	close(gate)
	read(t, e, store, "run_a", 0)
	if got := messageText([]chatkit.Item{store.stored("run_a").items[0].Item}); got != "before" {
		t.Errorf("stored %q", got)
	}
}

func TestTextIsCleanWhereverItGoes(t *testing.T) {
	t.Parallel()
	store := newMemory()
	e := engine(t, store)
	start(t, e, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error {
		return say(emit, "a\x00b", "\xff", "é")
	})
	_, events := read(t, e, store, "run_a", 0)
	for _, ev := range events {
		if bytes.Contains(ev.Payload, []byte(`\u0000`)) || bytes.ContainsRune(ev.Payload, 0) {
			t.Errorf("NUL in %s", ev.Payload)
		}
	}
	if got := store.stored("run_a").text(); got != "ab\uFFFDé" {
		t.Errorf("stored %q", got)
	}
	if got := messageText([]chatkit.Item{store.stored("run_a").items[0].Item}); got != "ab\uFFFDé" {
		t.Errorf("item has %q", got)
	}
}

func TestWaitingForTheBrowserIsNoFailure(t *testing.T) {
	t.Parallel()
	store := newMemory()
	e := engine(t, store)
	start(t, e, store.accept("run_a", me), func(ctx context.Context, emit func(chatkit.Event) error) error {
		return emit(chatkit.ItemDone{Item: &chatkit.ClientToolCall{CallID: "c1", Name: "place"}})
	})
	if end, _ := read(t, e, store, "run_a", 0); end.Status != live.RequiresAction {
		t.Errorf("ended as %+v", end)
	}
}

// TestAnswersAreCopiedAsTheyAreStored changes answers after they were emitted, the
// plain one that takes the short way and those that do not: what is stored and
// shown stays clean and as it was.
func TestAnswersAreCopiedAsTheyAreStored(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]chatkit.OutputText{
		"plain":     {Text: "as it was"},
		"unclean":   {Text: "as it\x00 was"},
		"annotated": {Text: "as it was", Annotations: []chatkit.Annotation{{Source: &chatkit.URLSource{URL: "https://example.com"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemory()
			e := engine(t, store)
			start(t, e, store.accept("run_a", me), func(_ context.Context, emit func(chatkit.Event) error) error {
				m := &chatkit.AssistantMessage{Content: []*chatkit.OutputText{&part}}
				m.CreatedAt = chatkit.Time{Time: time.Unix(1700000000, 123456789)}
				if err := emit(chatkit.ItemDone{Item: m}); err != nil {
					return err
				}
				m.ID, m.Content[0].Text, m.Content = "msg_other", "changed", append(m.Content, &chatkit.OutputText{Text: "more"})
				return nil
			})
			_, events := read(t, e, store, "run_a", 0)
			r := store.stored("run_a")
			stored, err := chatkit.MarshalEvent(chatkit.ItemDone{Item: r.items[0].Item})
			if err != nil || r.text() != "as it was" || len(events) != 1 || string(events[0].Payload) != string(stored) {
				t.Errorf("stored %q; shown %s; stored %s, %v", r.text(), events[0].Payload, stored, err)
			}
			if at := r.items[0].Item.Base().CreatedAt; !at.Equal(time.Unix(1700000000, 123456000)) {
				t.Errorf("stored with the time %v", at)
			}
		})
	}
}
