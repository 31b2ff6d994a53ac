package chatkit

import (
	"errors"
	"strconv"
	"testing"
)

const (
	threadWire = `{"id":"thr_1","created_at":"2026-01-02T03:04:05Z","status":{"type":"active"},"metadata":{},"items":{"data":[],"has_more":false}}`
	doneWire   = `{` + base + `,"type":"end_of_turn"}`
)

func eventCases() []wireCase {
	cases := []wireCase{
		{"thread.created", `{"type":"thread.created","thread":` + threadWire + `}`, ""},
		{"thread.updated", `{"type":"thread.updated","thread":` + threadWire + `}`, ""},
		{"thread.item.added", `{"type":"thread.item.added","item":` + doneWire + `}`, ""},
		{"thread.item.done", `{"type":"thread.item.done","item":` + doneWire + `}`, ""},
		{"thread.item.replaced", `{"type":"thread.item.replaced","item":` + doneWire + `}`, ""},
		{"thread.item.removed", `{"type":"thread.item.removed","item_id":"x_1"}`, ""},
		{"stream_options", `{"type":"stream_options","stream_options":{"allow_cancel":true}}`, ""},
		{"progress_update", `{"type":"progress_update","icon":"search","text":"Searching…"}`, ""},
		{"progress_update, no icon", `{"type":"progress_update","icon":null,"text":"a < b"}`, `{"type":"progress_update","text":"a < b"}`},
		{"client_effect", `{"type":"client_effect","name":"n","data":{"i":1,"j":null,"k":9007199254740993}}`, ""},
		{"client_effect, no data", `{"type":"client_effect","name":"n"}`, `{"type":"client_effect","name":"n","data":{}}`},
		{"error", `{"type":"error","code":"custom","message":"Nope","allow_retry":true}`, ""},
		{"error, coded", `{"type":"error","code":"stream.error","allow_retry":false}`, ""},
		{"error, defaults", `{"type":"error","message":"Nope"}`, `{"type":"error","code":"custom","message":"Nope","allow_retry":false}`},
		{"notice", `{"type":"notice","level":"warning","message":"**md** ok","title":"Limit"}`, ""},
		{"unknown", `{"type":"confetti","n":1.50,"x":null}`, ""},
	}
	for name, update := range updateWires() {
		cases = append(cases, wireCase{name, `{"type":"thread.item.updated","item_id":"x_1","update":` + update + `}`, ""})
	}
	return cases
}

func updateWires() map[string]string {
	return map[string]string{
		"part added":        `{"type":"assistant_message.content_part.added","content_index":0,"content":{"annotations":[],"text":"","type":"output_text"}}`,
		"text delta":        `{"type":"assistant_message.content_part.text_delta","content_index":2,"delta":"Hel\n\"<&>\u2028\u0001世"}`,
		"annotation added":  `{"type":"assistant_message.content_part.annotation_added","content_index":0,"annotation_index":1,"annotation":{"type":"annotation","source":{"type":"file","title":"F","filename":"f"}}}`,
		"part done":         `{"type":"assistant_message.content_part.done","content_index":0,"content":{"annotations":[],"text":"x","type":"output_text"}}`,
		"root updated":      `{"type":"widget.root.updated","widget":{"type":"Card","children":[]}}`,
		"component updated": `{"type":"widget.component.updated","component_id":"c1","component":{"type":"Text","value":"x"}}`,
		"value delta":       `{"type":"widget.streaming_text.value_delta","component_id":"body","delta":" lo","done":false}`,
		"task added":        `{"type":"workflow.task.added","task_index":1,"task":{"status_indicator":"none","type":"thought","content":"c"}}`,
		"task updated":      `{"type":"workflow.task.updated","task_index":0,"task":{"status_indicator":"loading","type":"custom"}}`,
		"image updated":     `{"type":"generated_image.updated","image":{"id":"ig_1","url":"data:"},"progress":0.5}`,
		"image, no share":   `{"type":"generated_image.updated","image":{"id":"ig_1","url":"data:"}}`,
		"unknown update":    `{"type":"workflow.confetti","n":1.50,"x":null}`,
	}
}

func TestEventsRoundTrip(t *testing.T) {
	t.Parallel()
	for _, c := range eventCases() {
		c.check(t, func(raw []byte) ([]byte, error) {
			ev, err := UnmarshalEvent(raw)
			if err != nil {
				return nil, err
			}
			return MarshalEvent(ev)
		})
	}
}

func TestEventsAreNotEscapedForHTML(t *testing.T) {
	t.Parallel()
	got, err := MarshalEvent(ItemDone{&AssistantMessage{Content: []*OutputText{{Text: "a<b>&世",
		Annotations: []Annotation{{Source: &URLSource{URL: "https://e.com/?a&b"}}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"thread.item.done","item":{"type":"assistant_message","id":"","thread_id":"","created_at":"0001-01-01T00:00:00Z","content":[{"type":"output_text","text":"a<b>&世","annotations":[{"type":"annotation","source":{"type":"url","title":"","url":"https://e.com/?a&b"}}]}]}}`
	if string(got) != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestUnknownEventStaysOnOneLine(t *testing.T) {
	t.Parallel()
	ev, err := UnmarshalEvent([]byte("{\n\"type\": \"confetti\",\r\n\"n\": 1.50\n}"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := MarshalEvent(ev)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != `{"type":"confetti","n":1.50}` {
		t.Errorf("got %q", got)
	}
}

func TestEventsRefused(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{``, `null`, `{}`, `{"type":7}`, `{"type":"thread.created"}`, `{"type":"thread.item.done"}`,
		`{"type":"thread.item.updated","item_id":"x"}`, `{"type":"thread.item.updated","item_id":"x","update":{}}`,
		`{"type":"thread.item.updated","update":{"type":"assistant_message.content_part.done","content_index":0}}`,
		`{"type":"thread.item.updated","update":{"type":"workflow.task.added","task_index":0}}`,
		`{"type":"error"} x`} {
		if ev, err := UnmarshalEvent([]byte(raw)); err == nil {
			t.Errorf("%s: read as %#v", raw, ev)
		}
	}
}

func TestEventsNotWritten(t *testing.T) {
	t.Parallel()
	for _, ev := range []Event{ThreadCreated{}, ThreadUpdated{}, ItemAdded{}, ItemDone{}, ItemReplaced{},
		ClientEffect{Data: map[string]any{"f": func() {}}}, UnknownEvent{Raw: []byte("{")},
		ItemDone{&ClientToolCall{Arguments: []byte("{")}}, ItemUpdated{"x", UnknownUpdate{Raw: []byte("{")}}} {
		if raw, err := MarshalEvent(ev); !errors.Is(err, ErrEncode) {
			t.Errorf("%#v: got %s, %v", ev, raw, err)
		}
	}
}

// FuzzTextDelta proves that the fast path of AppendEvent writes what encoding/json does.
func FuzzTextDelta(f *testing.F) {
	for _, s := range []string{"", "Hello", "\x00\x1f\x7f\b\f\n\r\t\"\\/<>&", "世界 \u2028\u2029\ufffd", "\xff\xc3\x28\xe2\x80", "😀\xf0\x9f"} {
		f.Add("msg_1", 0, s)
	}
	f.Add("a\"b", -5, "x")
	f.Fuzz(func(t *testing.T, id string, index int, delta string) {
		ev := ItemUpdated{ItemID: id, Update: TextDelta{ContentIndex: index, Delta: delta}}
		want, err := appendEvent(nil, ev)
		if err != nil {
			t.Fatal(err)
		}
		got, err := AppendEvent([]byte("x"), ev)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != "x"+string(want) {
			t.Errorf("\n got %q\nwant %q", got[1:], want)
		}
	})
}

// TestTextDeltaOfEveryByte runs the fuzz target's property over all short strings that matter.
func TestTextDeltaOfEveryByte(t *testing.T) {
	t.Parallel()
	for a := range 256 {
		for _, b := range []byte{0, 'x', 0x80, 0xbf, 0xc2, 0xe2, 0xf0, 0xff} {
			ev := ItemUpdated{ItemID: "msg_" + strconv.Itoa(a), Update: TextDelta{Delta: string([]byte{byte(a), b, 0x80, 0xa8, 'y'})}}
			want, err := appendEvent(nil, ev)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := AppendEvent(nil, ev); string(got) != string(want) {
				t.Fatalf("%q: got %q, want %q", ev.Update, got, want)
			}
			got, _ := AppendEvent(nil, ItemUpdated{ItemID: ev.ItemID, Update: TextDelta{}})
			if got = ExtendTextDelta(got, ev.Update.(TextDelta).Delta); string(got) != string(want) {
				t.Fatalf("%q: extended it is %q, want %q", ev.Update, got, want)
			}
		}
	}
}

func BenchmarkAppendEvent(b *testing.B) {
	ev := ItemUpdated{ItemID: "msg_0123456789abcdef01234567", Update: TextDelta{Delta: " the quick \"brown\" fox"}}
	b.Run("fast", func(b *testing.B) {
		b.ReportAllocs()
		var buf []byte
		for b.Loop() {
			buf, _ = AppendEvent(buf[:0], ev)
		}
	})
	b.Run("reflection", func(b *testing.B) {
		b.ReportAllocs()
		var buf []byte
		for b.Loop() {
			buf, _ = appendEvent(buf[:0], ev)
		}
	})
}
