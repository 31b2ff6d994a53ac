package views_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views"
)

func id(s string) chatkit.ItemBase { return chatkit.ItemBase{ID: s, ThreadID: "thr_1"} }

func updated(item string, up chatkit.Update) chatkit.Event {
	return chatkit.ItemUpdated{ItemID: item, Update: up}
}

// streams have every type of item and of update, as they come.
func streams() map[string][]chatkit.Event {
	card := json.RawMessage(`{"type":"Card","children":[{"type":"Text","id":"t","value":"One","streaming":true},{"type":"Markdown","id":"m","value":"**b","streaming":true},{"type":"Button","id":"b","label":"Old"}]}`)
	index, part := 3, .5
	cite := chatkit.Annotation{Index: &index, Source: &chatkit.URLSource{SourceBase: chatkit.SourceBase{Title: "A page"}, URL: "https://example.org"}}
	text := func(s string, notes ...chatkit.Annotation) *chatkit.OutputText {
		return &chatkit.OutputText{Text: s, Annotations: notes}
	}
	custom := func(title string) chatkit.Task {
		return &chatkit.CustomTask{TaskBase: chatkit.TaskBase{Title: title}, Content: "*So*"}
	}
	asked := &chatkit.StructuredInput{ItemBase: id("a"), Status: chatkit.InputPending, Inputs: []*chatkit.Question{{ID: "q", Question: "Why?", Type: chatkit.QuestionFreeform}}}
	answered := &chatkit.StructuredInput{ItemBase: id("a"), Status: chatkit.InputAnswered, Inputs: []*chatkit.Question{{ID: "q", Question: "Why?", Type: chatkit.QuestionFreeform, Answer: &chatkit.Answer{Values: []string{"So"}}}}}
	return map[string][]chatkit.Event{
		"message": {chatkit.ItemAdded{Item: &chatkit.AssistantMessage{ItemBase: id("m")}}, updated("m", chatkit.PartAdded{Content: text("")}),
			updated("m", chatkit.TextDelta{Delta: "One **two"}), updated("m", chatkit.AnnotationAdded{Annotation: cite}), updated("m", chatkit.TextDelta{Delta: "** three\n\n- four"}),
			updated("m", chatkit.PartDone{Content: text("One **two** three\n\n- four")}),
			chatkit.ItemDone{Item: &chatkit.AssistantMessage{ItemBase: id("m"), Content: []*chatkit.OutputText{text("One **two** three\n\n- four", cite)}}}},
		"workflow": {chatkit.ItemAdded{Item: &chatkit.WorkflowItem{ItemBase: id("w"), Workflow: chatkit.Workflow{Type: chatkit.WorkflowReasoning}}},
			updated("w", chatkit.WorkflowTaskAdded{Task: custom("One")}), updated("w", chatkit.WorkflowTaskUpdated{Task: custom("Two")}), updated("w", chatkit.WorkflowTaskAdded{TaskIndex: 1, Task: custom("Three")}),
			chatkit.ItemDone{Item: &chatkit.WorkflowItem{ItemBase: id("w"), Workflow: chatkit.Workflow{Type: chatkit.WorkflowReasoning, Tasks: []chatkit.Task{custom("Two"), custom("Three")}, Summary: &chatkit.WorkflowSummary{Duration: new(2)}}}}},
		"image": {chatkit.ItemAdded{Item: &chatkit.GeneratedImageItem{ItemBase: id("i")}}, updated("i", chatkit.ImageUpdated{Image: chatkit.GeneratedImage{ID: "g", URL: "data:image/png;base64,AAAA"}, Progress: &part}),
			chatkit.ItemDone{Item: &chatkit.GeneratedImageItem{ItemBase: id("i"), Image: &chatkit.GeneratedImage{ID: "g", URL: "data:image/png;base64,BBBB"}}}},
		"widget": {chatkit.ItemAdded{Item: &chatkit.WidgetItem{ItemBase: id("x"), Widget: card}}, updated("x", chatkit.WidgetTextDelta{ComponentID: "t", Delta: " & two"}), updated("x", chatkit.WidgetTextDelta{ComponentID: "m", Delta: "**"}),
			updated("x", chatkit.WidgetTextDelta{ComponentID: "t", Delta: "", Done: true}), updated("x", chatkit.WidgetComponentUpdated{ComponentID: "b", Component: json.RawMessage(`{"type":"Badge","id":"b","label":"New"}`)}),
			updated("x", chatkit.WidgetRootUpdated{Widget: json.RawMessage(`{"type":"Basic","children":[{"type":"Text","value":"Done"}]}`)}),
			chatkit.ItemDone{Item: &chatkit.WidgetItem{ItemBase: id("x"), Widget: card}}},
		"questions": {chatkit.ItemDone{Item: asked}, chatkit.ItemReplaced{Item: answered}},
		"others": {chatkit.ItemDone{Item: &chatkit.UserMessage{ItemBase: id("u"), Content: []chatkit.UserContent{&chatkit.InputText{Text: "Hi"}}}},
			chatkit.ItemDone{Item: &chatkit.TaskItem{ItemBase: id("k"), Task: custom("One")}}, chatkit.ItemDone{Item: &chatkit.ClientToolCall{ItemBase: id("c"), Status: chatkit.CallPending, Name: "copy", Arguments: json.RawMessage(`{"text":"x"}`)}},
			chatkit.ItemDone{Item: &chatkit.UnknownItem{ItemBase: id("n"), Type: "hologram", Raw: json.RawMessage(`{"type":"hologram","id":"n"}`)}}, chatkit.ItemDone{Item: &chatkit.WidgetItem{ItemBase: id("bad"), Widget: json.RawMessage(`[]`)}},
			chatkit.ItemDone{Item: &chatkit.TaskItem{ItemBase: id("gone"), Task: custom("Gone")}}, chatkit.ItemRemoved{ItemID: "gone"},
			chatkit.ItemDone{Item: &chatkit.HiddenContext{ItemBase: id("h"), Content: json.RawMessage(`"HIDDEN"`)}}, chatkit.ItemDone{Item: &chatkit.SDKHiddenContext{ItemBase: id("h2"), Content: "HIDDEN"}},
			chatkit.ItemDone{Item: &chatkit.EndOfTurn{ItemBase: id("e")}}},
	}
}

// However often the page is drawn in between, after every event it is what a
// page shows that is loaded at that moment.
func TestEveryStreamIsTheLoadedPage(t *testing.T) {
	t.Parallel()
	for name, events := range streams() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			fresh := func() *session {
				f := &session{newPage(t), s.live}
				loaded := views.NewLive(s.live.Turn())
				f.live = loaded
				f.snapshot()
				return f
			}
			for i, ev := range events {
				s.do(ev)
				s.flush()
				// While a message grows its last block stands apart.
				if got, want := joinTails(s.inner(items)), joinTails(fresh().inner(items)); got != want {
					t.Fatalf("after event %d, %s:\n got %s\nwant %s", i, ev.EventType(), got, want)
				}
			}
			if strings.Contains(s.inner("turns"), "HIDDEN") {
				t.Error("what is hidden is shown")
			}
		})
	}
}

// joinTails leaves out what tells the open block of a message from the others.
func joinTails(html string) string {
	html = strings.NewReplacer("\n", "", "<!-- -->", "").Replace(html)
	for _, class := range []string{"blocks", "tail"} {
		for {
			from := strings.Index(html, ` class="`+class+`">`)
			if from < 0 {
				break
			}
			start := strings.LastIndex(html[:from], "<div")
			html = html[:start] + html[from+len(` class="`+class+`">`):]
		}
	}
	return strings.ReplaceAll(html, "</div>", "")
}

func TestEveryUpdateIsStreamed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, events := range streams() {
		for _, ev := range events {
			if up, ok := ev.(chatkit.ItemUpdated); ok {
				seen[reflect.TypeOf(up.Update).Name()] = true
			} else if it := itemOf(ev); it != nil {
				seen[reflect.TypeOf(it).Elem().Name()] = true
			}
		}
	}
	for _, method := range []string{"UpdateType", "ItemType"} {
		for _, name := range typesWith(t, method) {
			if !seen[name] && name != "UnknownUpdate" && name != handedOn {
				t.Errorf("no stream has a %s", name)
			}
		}
	}
}

func itemOf(ev chatkit.Event) chatkit.Item {
	switch e := ev.(type) {
	case chatkit.ItemAdded:
		return e.Item
	case chatkit.ItemDone:
		return e.Item
	case chatkit.ItemReplaced:
		return e.Item
	}
	return nil
}

// A widget of another turn is drawn in its place, once, and not in this turn.
func TestItemsOfOtherTurnsAreDrawnThere(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.apply(views.Fragment{Target: "turns", Swap: views.SwapAppend, HTML: `<p id="item-old">old</p>`})
	s.do(chatkit.ItemReplaced{Item: &chatkit.WidgetItem{ItemBase: id("old"), Widget: json.RawMessage(`{"type":"Card","children":[{"type":"Text","value":"new"}]}`)}})
	s.snapshot() // a page that connects meanwhile
	s.flush()
	if got := s.text("turns"); strings.Count(got, "new") != 1 || strings.Contains(got, "old") {
		t.Errorf("the page shows %q", got)
	}
	if strings.Contains(s.inner(items), "new") {
		t.Error("it is in this turn")
	}
	for _, it := range s.live.Turn().Items {
		if it.Item.Base().ID == "old" {
			t.Error("it is among this turn's items")
		}
	}
	s.do(chatkit.ItemRemoved{ItemID: "old"})
	s.flush()
	if s.byID("item-old") != nil {
		t.Error("it is still there")
	}
}

func TestNoticesAndEffectsHappenOnce(t *testing.T) {
	t.Parallel()
	once := func() (names []string) {
		s := begin(t)
		s.do(chatkit.Notice{Level: "info", Message: "One"}, chatkit.ClientEffect{Name: "confetti", Data: map[string]any{"n": 1}}, chatkit.Notice{Level: "info", Message: "Two"})
		list, err := s.live.Flush(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if f.Once != "" {
				names = append(names, f.Once)
			}
			if f.Swap == views.SwapEffect && f.HTML != `{"data":{"n":1},"name":"confetti"}` {
				t.Errorf("the effect is %s", f.HTML)
			}
		}
		if list, _ := s.live.Flush(t.Context()); len(list) != 0 {
			t.Errorf("they come again: %v", list)
		}
		return names
	}
	first, again := once(), once()
	if len(first) != 3 || !reflect.DeepEqual(first, again) || first[0] == first[1] {
		t.Errorf("named %v, then %v", first, again)
	}
}
