package chatkit

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

func added(item string) string {
	return `{"type":"thread.item.added","item":{` + base + `,` + item + `}}`
}
func done(item string) string {
	return `{"type":"thread.item.done","item":{` + base + `,` + item + `}}`
}
func update(body string) string {
	return `{"type":"thread.item.updated","item_id":"x_1","update":{"type":` + body + `}}`
}

const emptyMessage = `"type":"assistant_message","content":[]`

func message(parts string) string {
	return `{` + base + `,"type":"assistant_message","content":[` + parts + `]}`
}

func part(text, annotations string) string {
	return `{"type":"output_text","text":"` + text + `","annotations":[` + annotations + `]}`
}

func cite(title string) string {
	return `{"type":"annotation","source":{"type":"file","title":"` + title + `","filename":"f"}}`
}

// TestFold has a row for every row of the protocol's two fold tables.
func TestFold(t *testing.T) {
	t.Parallel()
	const m = `"assistant_message.content_part.`
	widget := func(tree string) string { return `{` + base + `,"type":"widget","widget":` + tree + `}` }
	workflow := func(tasks string) string {
		return `{` + base + `,"type":"workflow","workflow":{"type":"custom","tasks":[` + tasks + `],"expanded":false}}`
	}
	const a, b = `{"type":"image","status_indicator":"none","title":"a"}`, `{"type":"image","status_indicator":"none","title":"b"}`
	cases := []struct {
		name   string
		events []string
		want   []string
	}{
		{"added twice overwrites in place", []string{added(emptyMessage), added(`"type":"end_of_turn"`)}, []string{doneWire}},
		{"done without added", []string{done(`"type":"end_of_turn"`)}, []string{doneWire}},
		{"replaced changes the type", []string{added(emptyMessage), `{"type":"thread.item.replaced","item":` + doneWire + `}`}, []string{doneWire}},
		{"removed", []string{done(`"type":"end_of_turn"`), `{"type":"thread.item.removed","item_id":"x_1"}`, `{"type":"thread.item.removed","item_id":"x_1"}`}, nil},
		{"updates of the unknown", []string{update(m + `text_delta","content_index":0,"delta":"x"`), added(emptyMessage), update(`"dance"`), `{"type":"confetti"}`}, []string{message("")}},
		{"part added pads", []string{added(emptyMessage), update(m + `added","content_index":1,"content":` + part("b", ""))}, []string{message(part("", "") + "," + part("b", ""))}},
		{"part added sets", []string{added(emptyMessage), update(m + `text_delta","content_index":0,"delta":"gone"`), update(m + `added","content_index":0,"content":` + part("b", "")), update(m + `text_delta","content_index":0,"delta":"c"`)}, []string{message(part("bc", ""))}},
		{"text delta pads and appends", []string{added(emptyMessage), update(m + `text_delta","content_index":1,"delta":"Hel"`), update(m + `text_delta","content_index":1,"delta":"lo"`), update(m + `text_delta","content_index":0,"delta":"!"`)}, []string{message(part("!", "") + "," + part("Hello", ""))}},
		{"annotations insert or append", []string{added(emptyMessage), update(m + `annotation_added","content_index":0,"annotation_index":0,"annotation":` + cite("1")), update(m + `annotation_added","content_index":0,"annotation_index":0,"annotation":` + cite("0")), update(m + `annotation_added","content_index":0,"annotation_index":99,"annotation":` + cite("2")), update(m + `annotation_added","content_index":0,"annotation_index":-1,"annotation":` + cite("3"))}, []string{message(part("", cite("0")+","+cite("1")+","+cite("2")+","+cite("3")))}},
		{"part done keeps annotations", []string{added(emptyMessage), update(m + `annotation_added","content_index":0,"annotation_index":0,"annotation":` + cite("1")), update(m + `done","content_index":0,"content":` + part("x", ""))}, []string{message(part("x", cite("1")))}},
		{"part done brings annotations", []string{added(emptyMessage), update(m + `annotation_added","content_index":0,"annotation_index":0,"annotation":` + cite("1")), update(m + `done","content_index":0,"content":` + part("x", cite("2")))}, []string{message(part("x", cite("2")))}},
		{"hostile part index", []string{added(emptyMessage), update(m + `text_delta","content_index":2000000000,"delta":"x"`), update(m + `added","content_index":-1,"content":` + part("x", "")), update(m + `done","content_index":1000,"content":` + part("x", ""))}, []string{message("")}},
		{"update of another type of item", []string{done(`"type":"end_of_turn"`), update(m + `text_delta","content_index":0,"delta":"x"`)}, []string{doneWire}},
		{"widget root", []string{added(`"type":"widget","widget":{"type":"Card"}`), update(`"widget.root.updated","widget":{"type":"Basic","own":1.50}`)}, []string{widget(`{"type":"Basic","own":1.50}`)}},
		{"widget component, single child", []string{added(`"type":"widget","widget":{"type":"Card","n":1.50,"children":{"type":"Transition","children":{"id":"c","type":"Text"}}}`), update(`"widget.component.updated","component_id":"c","component":{"type":"Title","value":"v"}`)}, []string{widget(`{"type":"Card","n":1.50,"children":{"type":"Transition","children":{"type":"Title","value":"v"}}}`)}},
		{"widget component is the root", []string{added(`"type":"widget","widget":{"id":"r","type":"Card"}`), update(`"widget.component.updated","component_id":"r","component":{"type":"Basic"}`)}, []string{widget(`{"type":"Basic"}`)}},
		{"widget text", []string{added(`"type":"widget","widget":{"type":"Card","children":[{"type":"Text"},{"id":"c","type":"Text","value":"a","streaming":true}]}`), update(`"widget.streaming_text.value_delta","component_id":"c","delta":"b","done":false`), update(`"widget.streaming_text.value_delta","component_id":"nobody","delta":"b","done":false`), update(`"widget.streaming_text.value_delta","component_id":"c","delta":"c","done":true`)}, []string{widget(`{"type":"Card","children":[{"type":"Text"},{"id":"c","type":"Text","value":"abc"}]}`)}},
		{"widget text, then component", []string{added(`"type":"widget","widget":{"type":"Card","children":[{"id":"c","type":"Text"},{"id":"d","type":"Text"}]}`), update(`"widget.streaming_text.value_delta","component_id":"c","delta":"b","done":false`), update(`"widget.component.updated","component_id":"d","component":{"id":"e","type":"Text"}`), update(`"widget.streaming_text.value_delta","component_id":"e","delta":"x","done":false`), update(`"widget.streaming_text.value_delta","component_id":"c","delta":"y","done":false`)}, []string{widget(`{"type":"Card","children":[{"id":"c","type":"Text","value":"by"},{"id":"e","type":"Text","value":"x"}]}`)}},
		{"workflow tasks", []string{added(`"type":"workflow","workflow":{"type":"custom","tasks":[]}`), update(`"workflow.task.added","task_index":0,"task":` + b), update(`"workflow.task.added","task_index":0,"task":` + a), update(`"workflow.task.added","task_index":9,"task":` + a), update(`"workflow.task.updated","task_index":2,"task":` + b), update(`"workflow.task.updated","task_index":3,"task":` + a), update(`"workflow.task.updated","task_index":-1,"task":` + a)}, []string{workflow(a + "," + b + "," + b)}},
		{"image", []string{added(`"type":"generated_image"`), update(`"generated_image.updated","image":{"id":"i","url":"u"},"progress":0.3`)}, []string{`{` + base + `,"type":"generated_image","image":{"id":"i","url":"u"}}`}},
		{"thread.updated leaves items alone", []string{done(`"type":"end_of_turn"`), `{"type":"thread.updated","thread":` + threadWire + `}`}, []string{doneWire}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var f Fold
			fold(t, &f, c.events...)
			shows(t, &f, c.want...)
		})
	}
}

func TestFoldThreadProgressErrorAndPending(t *testing.T) {
	t.Parallel()
	var f Fold
	fold(t, &f, `{"type":"thread.created","thread":`+threadWire+`}`, `{"type":"progress_update","text":"Searching…"}`)
	if f.Thread == nil || f.Thread.ID != "thr_1" || f.Progress == nil || f.Progress.Text != "Searching…" {
		t.Fatalf("thread %v, progress %v", f.Thread, f.Progress)
	}
	fold(t, &f, done(`"type":"hidden_context_item","content":1`))
	if f.Progress == nil {
		t.Error("a hidden item ended the progress line")
	}
	fold(t, &f, added(emptyMessage), `{"type":"error","message":"Nope"}`)
	if f.Progress != nil || f.Error == nil || f.Error.Message != "Nope" {
		t.Errorf("progress %v, error %v", f.Progress, f.Error)
	}
	if !f.Pending("x_1") || len(f.PendingItems()) != 1 || f.Item("x_1") == nil {
		t.Error("an added item is not pending")
	}
	fold(t, &f, done(emptyMessage))
	if f.Pending("x_1") || f.PendingItems() != nil || f.Item("x_2") != nil {
		t.Error("a finished item is pending, or an unknown one known")
	}
}

func TestFoldOwnsItsItems(t *testing.T) {
	t.Parallel()
	own := &AssistantMessage{ItemBase: ItemBase{ID: "x_1"}}
	var f Fold
	if err := f.Apply(ItemAdded{own}); err != nil {
		t.Fatal(err)
	}
	if err := f.Apply(ItemUpdated{"x_1", TextDelta{Delta: "x"}}); err != nil {
		t.Fatal(err)
	}
	if len(own.Content) != 0 {
		t.Error("the fold changed the emitter's item")
	}
	if err := f.Apply(ItemDone{}); err == nil {
		t.Error("an event without an item was folded")
	}
}

func TestFoldKeepsIndexAfterRemoval(t *testing.T) {
	t.Parallel()
	var f Fold
	for i := range 5 {
		if err := f.Apply(ItemAdded{&AssistantMessage{ItemBase: ItemBase{ID: strconv.Itoa(i)}}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, ev := range []Event{ItemRemoved{"1"}, ItemRemoved{"0"}, ItemUpdated{"4", TextDelta{Delta: "four"}}, ItemUpdated{"0", TextDelta{Delta: "no"}}} {
		if err := f.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	if items := f.Items(); len(items) != 3 || items[2].(*AssistantMessage).Text() != "four" {
		t.Errorf("items %v", items)
	}
}

// TestFoldIsLinear folds a million deltas of each kind; copying the text at each
// would take hours.
func TestFoldIsLinear(t *testing.T) {
	t.Parallel()
	const n = 1_000_000
	var f Fold
	fold(t, &f, added(emptyMessage), `{"type":"thread.item.added","item":{"id":"w","type":"widget","widget":{"type":"Card","children":[{"id":"c","type":"Text"}]}}}`)
	start := time.Now()
	for range n {
		for _, ev := range []Event{ItemUpdated{"x_1", TextDelta{Delta: "ab"}}, ItemUpdated{"w", WidgetTextDelta{ComponentID: "c", Delta: "ab"}}} {
			if err := f.Apply(ev); err != nil {
				t.Fatal(err)
			}
		}
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("took %v", d)
	}
	if text := f.Item("x_1").(*AssistantMessage).Text(); text != strings.Repeat("ab", n) {
		t.Errorf("%d bytes of text", len(text))
	}
	if w := f.Item("w").(*WidgetItem).Widget; len(w) < 2*n {
		t.Errorf("%d bytes of widget", len(w))
	}
}

func TestFoldBoundsLists(t *testing.T) {
	t.Parallel()
	var f Fold
	fold(t, &f, added(`"type":"workflow","workflow":{"type":"custom","tasks":[]}`))
	for range maxList + 10 {
		if err := f.Apply(ItemUpdated{"x_1", WorkflowTaskAdded{0, &ImageTask{}}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(f.Item("x_1").(*WorkflowItem).Workflow.Tasks); n != maxList {
		t.Errorf("%d tasks", n)
	}
}
