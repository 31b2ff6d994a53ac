package chatkit

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// describe says what effects are, as "+saved -removed >sent".
func describe(fx Effects) string {
	s := ""
	for _, it := range fx.Save {
		s += "+" + it.Base().ID + " "
	}
	for _, id := range fx.Remove {
		s += "-" + id + " "
	}
	for _, ev := range fx.Send {
		s += ">" + ev.EventType() + " "
	}
	return s
}

func TestPendingEffects(t *testing.T) {
	t.Parallel()
	message := func(id string) *AssistantMessage { return &AssistantMessage{ItemBase: ItemBase{ID: id}} }
	hidden := func(id string) *HiddenContext {
		return &HiddenContext{ItemBase: ItemBase{ID: id}, Content: json.RawMessage("1")}
	}
	p := Pending{ThreadID: "thr_1"}
	for i, c := range []struct {
		ev   Event
		want string
	}{
		{ItemAdded{message("a")}, ">thread.item.added "},
		{ItemUpdated{"a", TextDelta{Delta: "x"}}, ">thread.item.updated "},
		{ItemUpdated{"nobody", TextDelta{Delta: "x"}}, ">thread.item.updated "},
		{ItemUpdated{"a", WorkflowTaskUpdated{TaskIndex: 9, Task: &ImageTask{}}}, ">thread.item.updated "},
		{ItemDone{message("a")}, "+a >thread.item.done "},
		{ItemAdded{hidden("h")}, ""},
		{ItemUpdated{"h", TextDelta{Delta: "x"}}, ""},
		{ItemDone{hidden("h")}, "+h "},
		{ItemReplaced{message("a")}, "+a >thread.item.replaced "},
		{ItemReplaced{hidden("a")}, "+a >thread.item.removed "},
		{ItemRemoved{"a"}, "-a >thread.item.removed "},
		{ProgressUpdate{Text: "…"}, ">progress_update "},
		{UnknownEvent{Type: "confetti"}, ">confetti "},
	} {
		fx, err := p.Apply(c.ev)
		if err != nil || describe(fx) != c.want {
			t.Errorf("%d %s: got %s, %v, want %s", i, c.ev.EventType(), describe(fx), err, c.want)
		}
	}
	if items := p.Items(); items != nil {
		t.Errorf("pending %v", items)
	}
	for _, ev := range []Event{ItemAdded{}, ItemDone{}, ItemReplaced{}} {
		if _, err := p.Apply(ev); err == nil {
			t.Errorf("%s without an item was taken", ev.EventType())
		}
	}
}

func TestPendingCompletes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 6789, time.UTC)
	n := 0
	p := Pending{ThreadID: "thr_1", Now: func() time.Time { return now },
		NewID: func(it Item) string { n++; return fmt.Sprint(it.ItemType(), n) }}
	m := &AssistantMessage{}
	if _, err := p.Apply(ItemAdded{m}); err != nil {
		t.Fatal(err)
	}
	if want := (ItemBase{"assistant_message1", "thr_1", At(now)}); m.ItemBase != want {
		t.Errorf("got %+v", m.ItemBase)
	}
	kept := &TaskItem{ItemBase: ItemBase{ID: "mine", ThreadID: "elsewhere", CreatedAt: At(now.Add(-time.Hour))}, Task: &ImageTask{}}
	if _, err := p.Apply(ItemDone{kept}); err != nil {
		t.Fatal(err)
	}
	if want := (ItemBase{"mine", "thr_1", At(now.Add(-time.Hour))}); kept.ItemBase != want {
		t.Errorf("got %+v", kept.ItemBase)
	}
}

func TestPendingCancel(t *testing.T) {
	t.Parallel()
	p := Pending{ThreadID: "thr_1"}
	said, blank := &AssistantMessage{ItemBase: ItemBase{ID: "said"}}, &AssistantMessage{ItemBase: ItemBase{ID: "blank"}}
	for _, ev := range []Event{ItemAdded{said}, ItemAdded{blank}, ItemAdded{&WidgetItem{Widget: json.RawMessage(`{}`)}},
		ItemUpdated{"said", TextDelta{Delta: "Hel"}}, ItemUpdated{"blank", TextDelta{ContentIndex: 1, Delta: " \n\t"}}, ItemUpdated{"said", TextDelta{Delta: "lo"}}} {
		if _, err := p.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.Items()) != 3 || len(said.Content) != 0 {
		t.Errorf("%d pending, %d parts in the emitter's own", len(p.Items()), len(said.Content))
	}
	fx := p.Cancel()
	if len(fx.Save) != 2 || fx.Save[0].(*AssistantMessage).Text() != "Hello" || fx.Save[1].(*SDKHiddenContext).Content != CancelledNote || fx.Send != nil {
		t.Errorf("got %s", describe(fx))
	}
	if p.Items() != nil {
		t.Error("something is pending after the end")
	}
}
