package handlers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// kit sends a ChatKit request; params is JSON.
func (v *visitor) kit(typ, params string, headers ...string) *reply {
	v.s.t.Helper()
	return v.do("POST", "/api/v1/chatkit", kitBody(typ, params), headers...)
}

func kitBody(typ, params string) string {
	return fmt.Sprintf(`{"type":%q,"params":%s}`, typ, params)
}

// userInput is the input of a message.
func userInput(text string) string {
	return fmt.Sprintf(`{"content":[{"type":"input_text","text":%q}],"attachments":[],"quoted_text":"","inference_options":{}}`, text)
}

// create starts a thread with a message and reads the answer to its end.
func (v *visitor) create(text string, headers ...string) []chatkit.Event {
	v.s.t.Helper()
	return v.kit("threads.create", `{"input":`+userInput(text)+`}`, headers...).events()
}

// events reads the body, which must be a stream in the protocol's exact form.
func (r *reply) events() []chatkit.Event {
	r.t.Helper()
	r.want(http.StatusOK)
	if typ := r.header.Get("Content-Type"); typ != "text/event-stream; charset=utf-8" {
		r.t.Fatalf("%s: Content-Type %q", r.what, typ)
	}
	if !bytes.HasSuffix(r.body, []byte("\n\n")) {
		r.t.Fatalf("%s: the stream is cut: %q", r.what, r.body)
	}
	for frame := range strings.SplitSeq(strings.TrimSuffix(string(r.body), "\n\n"), "\n\n") {
		if !strings.HasPrefix(frame, "data: {") || strings.Contains(frame, "\n") {
			r.t.Errorf("%s: not a frame of the protocol: %q", r.what, frame)
		}
	}
	return readEvents(r.t, bytes.NewReader(r.body))
}

// readEvents reads events to the end of a stream.
func readEvents(t testing.TB, from io.Reader) []chatkit.Event {
	t.Helper()
	var list []chatkit.Event
	for reader := chatkit.NewEventReader(from, 1<<20); ; {
		ev, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatalf("after %d events: %v", len(list), err)
		}
		list = append(list, ev)
	}
}

// kinds is what the events are, in order, without repetitions.
func kinds(events []chatkit.Event) string {
	var list []string
	for _, ev := range events {
		kind := ev.EventType()
		if up, ok := ev.(chatkit.ItemUpdated); ok {
			kind = up.Update.UpdateType()
		}
		if len(list) == 0 || list[len(list)-1] != kind {
			list = append(list, kind)
		}
	}
	return strings.Join(list, " ")
}

// threadOfEvents is the thread that the events say was created.
func threadOfEvents(t testing.TB, events []chatkit.Event) string {
	t.Helper()
	for _, ev := range events {
		if e, ok := ev.(chatkit.ThreadCreated); ok {
			return e.Thread.ID
		}
	}
	t.Fatalf("no thread.created in %s", kinds(events))
	return ""
}

// itemOf is the newest item of a type among the events.
func itemOf[T chatkit.Item](t testing.TB, events []chatkit.Event) T {
	t.Helper()
	var found T
	var ok bool
	for _, ev := range events {
		var it chatkit.Item
		switch e := ev.(type) {
		case chatkit.ItemDone:
			it = e.Item
		case chatkit.ItemReplaced:
			it = e.Item
		}
		if is, match := it.(T); match {
			found, ok = is, true
		}
	}
	if !ok {
		t.Fatalf("no %T in %s", found, kinds(events))
	}
	return found
}
