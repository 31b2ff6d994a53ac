package agents

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// rig is a Translator whose events are kept, with ids msg_1, wf_2, … and a clock.
type rig struct {
	t      *testing.T
	now    time.Time
	out    *Translator
	events []chatkit.Event
	fold   chatkit.Fold
	other  []Event // what the decoder yields and the Translator leaves to the app
}

func newRig(t *testing.T, opts Options) *rig {
	t.Helper()
	r := &rig{t: t, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	n := 0
	opts.ThreadID = "thr_1"
	opts.Now = func() time.Time { return r.now }
	opts.NewID = func(prefix string) string {
		n++
		return fmt.Sprintf("%s_%d", prefix, n)
	}
	r.out = NewTranslator(func(ev chatkit.Event) error {
		raw, err := chatkit.MarshalEvent(ev)
		if err != nil {
			t.Errorf("%s can't be written: %v", ev.EventType(), err)
		}
		own, err := chatkit.UnmarshalEvent(raw)
		if err != nil {
			t.Errorf("%s can't be read: %v", raw, err)
		}
		r.events = append(r.events, own)
		return r.fold.Apply(ev)
	}, opts)
	return r
}

// decode plays events of the Responses API.
func (r *rig) decode(raws ...string) *rig {
	r.t.Helper()
	return r.decodeBy(new(Responses).Decode, raws...)
}

func (r *rig) decodeBy(decode func([]byte, func(Event) error) error, raws ...string) *rig {
	r.t.Helper()
	for _, raw := range raws {
		err := decode([]byte(raw), func(ev Event) error {
			r.other = append(r.other, ev)
			return r.out.Apply(ev)
		})
		if err != nil {
			r.t.Fatalf("%s: %v", raw, err)
		}
	}
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) finish() *rig {
	r.t.Helper()
	r.must(r.out.Finish())
	return r
}

// want compares the events, as JSON without what says nothing. Lines begin with
// what happens to the item: {"added", …
func (r *rig) want(lines ...string) {
	r.t.Helper()
	var got, want []string
	for _, ev := range r.events {
		raw, err := chatkit.MarshalEvent(ev)
		r.must(err)
		got = append(got, canonical(r.t, string(raw)))
	}
	for _, line := range lines {
		want = append(want, canonical(r.t, `{"type":`+line[1:]))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		r.t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	r.events = nil
}

// Words that stand before every type, and parts that say nothing.
var shortener = strings.NewReplacer(`"thread.item.`, `"`, `"assistant_message.content_part.`, `"`, `"workflow.task.`, `"task.`,
	`,"thread_id":"thr_1"`, ``, `,"created_at":"2026-11-22T12:00:00Z"`, ``,
	`"status_indicator":"none",`, ``, `,"annotations":[]`, ``)

func canonical(t *testing.T, line string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(shortener.Replace(line)), &v); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return asJSON(t, v)
}

// item writes an event of the Responses API about an item.
func item(event, body string) string {
	return `{"type":"response.output_item.` + event + `","output_index":0,"item":` + body + `}`
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
