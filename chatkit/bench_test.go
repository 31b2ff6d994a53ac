package chatkit_test

import (
	"fmt"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// twentyItems is a page of a usual conversation.
func twentyItems() chatkit.Page[chatkit.Item] {
	var page chatkit.Page[chatkit.Item]
	for i := range 10 {
		question := chatkit.NewUserText("What is the weather like in Berlin tomorrow, and should I take an umbrella?")
		question.ID, question.ThreadID = fmt.Sprintf("msg_%024d", i), "thr_000000000000000000000000"
		answer := say("Tomorrow will be **sunny** with a light wind from the west.\n\n- 21 °C at noon\n- no rain & no umbrella\n")
		answer.ID, answer.ThreadID = fmt.Sprintf("msg_%024d", 100+i), question.ThreadID
		page.Data = append(page.Data, question, answer)
	}
	return page
}

func BenchmarkPageOfItems(b *testing.B) {
	page := twentyItems()
	raw, err := chatkit.Marshal(page)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("marshal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := chatkit.Marshal(page); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("unmarshal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var p chatkit.Page[chatkit.Item]
			if err := p.UnmarshalJSON(raw); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDecodeRequest(b *testing.B) {
	raw := []byte(params("threads.create", `"input":%s`, input("What is the weather like in Berlin tomorrow?")))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := chatkit.DecodeRequest(raw); err != nil {
			b.Fatal(err)
		}
	}
}
