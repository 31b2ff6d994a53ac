package chatkit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/memstore"
)

// script is a responder whose every part can be set.
type script struct {
	respond    func(context.Context, *chatkit.Turn) error
	act        func(context.Context, *chatkit.Turn, chatkit.Action, *chatkit.WidgetItem) error
	actSync    func(context.Context, *chatkit.Thread, chatkit.Action, *chatkit.WidgetItem) (chatkit.Item, error)
	feedback   func(ctx context.Context, threadID string, itemIDs []string, kind string) error
	transcribe func(context.Context, chatkit.Audio) (string, error)
}

func (s *script) Respond(ctx context.Context, turn *chatkit.Turn) error {
	if s.respond == nil {
		return nil
	}
	return s.respond(ctx, turn)
}

func (s *script) Act(ctx context.Context, turn *chatkit.Turn, a chatkit.Action, w *chatkit.WidgetItem) error {
	return s.act(ctx, turn, a, w)
}

func (s *script) ActSync(ctx context.Context, thread *chatkit.Thread, a chatkit.Action, w *chatkit.WidgetItem) (chatkit.Item, error) {
	return s.actSync(ctx, thread, a, w)
}

func (s *script) TakeFeedback(ctx context.Context, threadID string, itemIDs []string, kind string) error {
	return s.feedback(ctx, threadID, itemIDs, kind)
}

func (s *script) Transcribe(ctx context.Context, a chatkit.Audio) (string, error) {
	return s.transcribe(ctx, a)
}

// rig is a server with a script for a responder and a store in memory.
type rig struct {
	*testing.T
	*script
	store  *memstore.Store
	server *chatkit.Server
	ctx    context.Context
}

func newRig(t *testing.T, s *script) *rig {
	t.Helper()
	t.Parallel()
	store := memstore.New(nil)
	return &rig{T: t, script: s, store: store, ctx: t.Context(), server: &chatkit.Server{Store: store, Responder: s}}
}

// request sends a request given as JSON.
func (r *rig) request(ctx context.Context, raw string, send func(chatkit.Event) error) (any, error) {
	r.Helper()
	req, err := chatkit.DecodeRequest([]byte(raw))
	if err != nil {
		return nil, err
	}
	return r.server.Handle(ctx, req, send)
}

// stream returns all events of a streaming request, as read from the wire.
func (r *rig) stream(raw string) []chatkit.Event {
	r.Helper()
	var events []chatkit.Event
	if _, err := r.request(r.ctx, raw, wire(&events)); err != nil {
		r.Fatalf("%s: %v", raw, err)
	}
	return events
}

// wire collects events as a client reads them.
func wire(events *[]chatkit.Event) func(chatkit.Event) error {
	return func(ev chatkit.Event) error {
		raw, err := chatkit.MarshalEvent(ev)
		if err != nil {
			return err
		}
		read, err := chatkit.UnmarshalEvent(raw)
		*events = append(*events, read)
		return err
	}
}

// reply returns the JSON reply to a request.
func (r *rig) reply(raw string) string {
	r.Helper()
	reply, err := r.request(r.ctx, raw, func(ev chatkit.Event) error { return fmt.Errorf("%s was sent", ev.EventType()) })
	if err != nil {
		r.Fatalf("%s: %v", raw, err)
	}
	out, err := chatkit.Marshal(reply)
	if err != nil {
		r.Fatal(err)
	}
	return string(out)
}

// refused fails the test unless the request fails with want before anything is sent.
func (r *rig) refused(raw string, want error) {
	r.Helper()
	_, err := r.request(r.ctx, raw, func(ev chatkit.Event) error { r.Errorf("%s was sent", ev.EventType()); return nil })
	var bad *chatkit.RequestError
	if !errors.Is(err, want) && !(want == errBadRequest && errors.As(err, &bad)) {
		r.Errorf("%s: got %v, want %v", raw, err, want)
	}
}

var errBadRequest = errors.New("a RequestError")

// create starts a thread with a message and returns its id and the events.
func (r *rig) create(text string) (threadID string, events []chatkit.Event) {
	r.Helper()
	events = r.stream(`{"type":"threads.create","params":{"input":` + input(text) + `}}`)
	created, ok := events[0].(chatkit.ThreadCreated)
	if !ok {
		r.Fatalf("the first event is %#v", events[0])
	}
	return created.Thread.ID, events
}

func input(text string) string {
	raw, _ := json.Marshal(text) // a string always is JSON
	return `{"content":[{"type":"input_text","text":` + string(raw) + `}],"attachments":[],"quoted_text":"","inference_options":{}}`
}

func params(typ, format string, args ...any) string {
	return `{"type":"` + typ + `","params":{` + fmt.Sprintf(format, args...) + `}}`
}

// types fails the test unless the events are of these types.
func (r *rig) types(events []chatkit.Event, want ...string) {
	r.Helper()
	var got []string
	for _, ev := range events {
		got = append(got, strings.TrimPrefix(ev.EventType(), "thread."))
	}
	if !slices.Equal(got, want) {
		r.Fatalf("\n got %v\nwant %v", got, want)
	}
}

// items returns all stored items, oldest first.
func (r *rig) items(threadID string) []chatkit.Item {
	r.Helper()
	page, err := r.store.ListItems(r.ctx, threadID, chatkit.PageRequest{Limit: 100, Order: chatkit.Asc})
	if err != nil {
		r.Fatal(err)
	}
	return page.Data
}

// itemTypes fails the test unless the stored items are of these types.
func (r *rig) itemTypes(threadID string, want ...string) []chatkit.Item {
	r.Helper()
	items := r.items(threadID)
	var got []string
	for _, it := range items {
		got = append(got, it.ItemType())
	}
	if !slices.Equal(got, want) {
		r.Fatalf("stored\n got %v\nwant %v", got, want)
	}
	return items
}

func (r *rig) thread(id string) *chatkit.Thread {
	r.Helper()
	thread, err := r.store.LoadThread(r.ctx, id)
	if err != nil {
		r.Fatal(err)
	}
	return thread
}

// say is an assistant message of one part.
func say(text string) *chatkit.AssistantMessage {
	return &chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: text}}}
}

// saying is a responder that says one thing.
func saying(text string) func(context.Context, *chatkit.Turn) error {
	return func(_ context.Context, turn *chatkit.Turn) error { return turn.Emit(chatkit.ItemDone{Item: say(text)}) }
}

// recorder keeps what calls to it were about.
type recorder struct {
	mu    sync.Mutex
	calls []string
}

func (c *recorder) add(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, fmt.Sprintf(format, args...))
}

func (c *recorder) want(t *testing.T, want ...string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Equal(c.calls, want) {
		t.Errorf("\n got %q\nwant %q", c.calls, want)
	}
}

func card(children string) json.RawMessage {
	return json.RawMessage(`{"type":"Card","children":[` + children + `]}`)
}
