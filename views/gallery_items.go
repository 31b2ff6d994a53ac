package views

import (
	"encoding/json"

	"github.com/taskpilot/taskpilot/chatkit"
)

// itemStates are the items other than widgets, in the states that they have.
func itemStates() []State {
	third := .34
	picture := &chatkit.GeneratedImage{ID: "ig_1", URL: galleryPixel}
	item := func(name string, it TurnItem) State { return State{"item-" + name, false, itemView(it, nil)} }
	call := func(name, args, status, output string) TurnItem {
		return TurnItem{Item: &chatkit.ClientToolCall{ItemBase: base("tc_" + name), Status: status, CallID: "call", Name: name,
			Arguments: json.RawMessage(args), Output: json.RawMessage(output)}}
	}
	return []State{
		item("cited", TurnItem{Item: galleryCited()}),
		item("thinking", TurnItem{Item: galleryWork("wf_t", chatkit.WorkflowReasoning, nil, &chatkit.ThoughtTask{Content: "What is being *asked*?"}), Pending: true}),
		item("thought", TurnItem{Item: galleryWork("wf_d", chatkit.WorkflowReasoning, &chatkit.WorkflowSummary{Duration: new(7)}, &chatkit.ThoughtTask{Content: "Nothing much."})}),
		item("working", TurnItem{Item: galleryWork("wf_w", chatkit.WorkflowCustom, nil, gallerySteps()...), Pending: true}),
		item("worked", TurnItem{Item: galleryWork("wf_x", chatkit.WorkflowCustom, &chatkit.WorkflowSummary{Title: "Compared three offers", Icon: "suitcase"}, gallerySteps()...)}),
		item("drawing", TurnItem{Item: &chatkit.GeneratedImageItem{ItemBase: base("img_1")}, Pending: true}),
		item("drawing-part", TurnItem{Item: &chatkit.GeneratedImageItem{ItemBase: base("img_2"), Image: picture}, Pending: true, Progress: &third}),
		item("drawn", TurnItem{Item: &chatkit.GeneratedImageItem{ItemBase: base("img_3"), Image: picture}}),
		item("drawn-elsewhere", TurnItem{Item: &chatkit.GeneratedImageItem{ItemBase: base("img_4"), Image: &chatkit.GeneratedImage{URL: "https://example.org/p.png"}}}),
		item("not-drawn", TurnItem{Item: &chatkit.GeneratedImageItem{ItemBase: base("img_5")}}),
		item("questions", TurnItem{Item: galleryQuestions(chatkit.InputPending)}),
		item("questions-skipped", TurnItem{Item: galleryQuestions(chatkit.InputSkipped)}),
		item("tool-link", call("open_link", `{"url":"https://example.org/a?b=c"}`, chatkit.CallPending, "")),
		item("tool-copy", call("copy", `{"text":"three words here"}`, chatkit.CallPending, "")),
		item("tool-place", call("place", `{}`, chatkit.CallPending, "")),
		item("tool-unknown", call("open_map", `not JSON`, chatkit.CallPending, "")),
		item("tool-done", call("current_time", `{}`, chatkit.CallCompleted, `{"time":"2026-11-22T15:04:00Z"}`)),
		item("tool-failed", call("copy", `{}`, chatkit.CallCompleted, `{"error":"the person declined"}`)),
	}
}

func galleryCited() *chatkit.AssistantMessage {
	m := answer("msg_cited", "The town has **12,000 people** and a [harbour](https://example.org/harbour). It was founded in 1291, some say earlier.")
	at := func(index int, s chatkit.Source) chatkit.Annotation {
		return chatkit.Annotation{Index: &index, Source: s}
	}
	census := &chatkit.URLSource{SourceBase: chatkit.SourceBase{Title: "Census", Description: "Every ten years", Timestamp: "2026-01-01"}, URL: "https://example.org/census", Attribution: "Office of Statistics"}
	m.Content[0].Annotations = []chatkit.Annotation{at(20, census), at(52, &chatkit.FileSource{SourceBase: chatkit.SourceBase{Title: "Charter"}, Filename: "charter.pdf"}),
		at(96, census), at(96, &chatkit.EntitySource{SourceBase: chatkit.SourceBase{Title: "The town's chronicler"}, ID: "e1", Icon: "profile", Label: "People"}),
		{Source: &chatkit.URLSource{URL: "javascript:alert(1)", SourceBase: chatkit.SourceBase{Title: "Nowhere"}}}}
	return m
}

func galleryWork(id, kind string, summary *chatkit.WorkflowSummary, steps ...chatkit.Task) *chatkit.WorkflowItem {
	return &chatkit.WorkflowItem{ItemBase: base(id), Workflow: chatkit.Workflow{Type: kind, Summary: summary, Tasks: steps, Expanded: kind == chatkit.WorkflowCustom}}
}

func gallerySteps() []chatkit.Task {
	page := func(title, url string) chatkit.Source {
		return &chatkit.URLSource{SourceBase: chatkit.SourceBase{Title: title}, URL: url}
	}
	return []chatkit.Task{
		&chatkit.WebSearchTask{TaskBase: chatkit.TaskBase{StatusIndicator: "complete"}, TitleQuery: "movers nearby", Queries: []string{"movers prices", "movers reviews"},
			Sources: []chatkit.Source{page("Movers compared", "https://example.org/movers"), page("Reviews", "https://example.com/reviews")}},
		&chatkit.FileTask{TaskBase: chatkit.TaskBase{Title: "Read the offers", StatusIndicator: "complete"}, Sources: []chatkit.Source{&chatkit.FileSource{Filename: "offer-1.pdf"}, &chatkit.FileSource{Filename: "offer-2.pdf"}}},
		&chatkit.CustomTask{TaskBase: chatkit.TaskBase{Title: "Compare the prices"}, Icon: "analytics", Content: "The second is **cheaper**, the third comes earlier."},
	}
}

func galleryQuestions(status string) *chatkit.StructuredInput {
	s := &chatkit.StructuredInput{ItemBase: base("msg_ask_" + status), Status: status, Inputs: []*chatkit.Question{
		{ID: "when", Question: "When do you work best?", Type: chatkit.QuestionChoice, Options: []chatkit.Option{{Value: "In the morning"}, {Value: "At night", Description: "After ten"}}},
		{ID: "days", Question: "On which days?", Type: chatkit.QuestionChoice, Multiple: true, Options: []chatkit.Option{{Value: "Monday"}, {Value: "Friday"}}},
		{ID: "notes", Question: "Anything else?", Description: "In your own words.", Type: chatkit.QuestionFreeform}}}
	if status != chatkit.InputPending {
		s.Fill(status, nil)
	}
	return s
}
