package chatkit

import (
	"encoding/json"
	"testing"
	"time"
)

// TestEncodedItem: an item stays as it was written only if its JSON begins with
// what its store says of it.
func TestEncodedItem(t *testing.T) {
	base := ItemBase{ID: "msg_1", ThreadID: "thr_1", CreatedAt: At(time.Unix(1, 5000))}
	raw, err := Marshal(&AssistantMessage{ItemBase: base, Content: []*OutputText{{Text: "<b>"}}})
	if err != nil {
		t.Fatal(err)
	}
	it, ok := NewEncodedItem("assistant_message", base, string(raw))
	if !ok || it.ItemType() != "assistant_message" || *it.Base() != base || Hidden(it) {
		t.Fatalf("%+v, %v", it, ok)
	}
	page, err := Marshal(Page[Item]{Data: []Item{it}})
	if want := `{"data":[` + string(raw) + `],"has_more":false}`; err != nil || string(page) != want {
		t.Errorf("written %s, %v; want %s", page, err, want)
	}
	if standard, err := json.Marshal(it); err != nil || !json.Valid(standard) {
		t.Errorf("json.Marshal: %s, %v", standard, err)
	}
	other := base
	other.ThreadID = "thr_2"
	if _, ok := NewEncodedItem("assistant_message", other, string(raw)); ok {
		t.Error("taken for an item of another thread")
	}
	if _, ok := NewEncodedItem("user_message", base, string(raw)); ok {
		t.Error("taken for an item of another type")
	}
	for _, hidden := range []Item{&HiddenContext{ItemBase: base, Content: json.RawMessage(`1`)}, &SDKHiddenContext{ItemBase: base}} {
		raw, err := Marshal(hidden)
		if err != nil {
			t.Fatal(err)
		}
		it, ok := NewEncodedItem(hidden.ItemType(), base, string(raw))
		if !ok || !Hidden(it) {
			t.Errorf("%s is not hidden", hidden.ItemType())
		}
		thread, err1 := Marshal(Thread{Items: Page[Item]{Data: []Item{it}}})
		empty, err2 := Marshal(Thread{})
		if err1 != nil || err2 != nil || string(thread) != string(empty) {
			t.Errorf("the thread shows it: %s, %v, %v", thread, err1, err2)
		}
	}
}
