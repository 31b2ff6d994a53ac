package views_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/a-h/templ"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/viewstest"
)

// hostileTurn has the text wherever a model, a tool, a file or a person can put one.
func hostileTurn(x string) views.Turn {
	base := func(n int) chatkit.ItemBase {
		return chatkit.ItemBase{ID: fmt.Sprintf("msg_%d", n), ThreadID: "thr_1"}
	}
	common, index := chatkit.SourceBase{Title: x, Description: x, Timestamp: x, Group: x}, 2
	sources := []chatkit.Source{&chatkit.URLSource{SourceBase: common, URL: x, Attribution: x}, &chatkit.FileSource{SourceBase: common, Filename: x},
		&chatkit.EntitySource{SourceBase: common, ID: x, Icon: x, Label: x, InlineLabel: x, Data: map[string]any{x: x}}}
	var notes []chatkit.Annotation
	for _, s := range sources {
		notes = append(notes, chatkit.Annotation{Source: s, Index: &index})
	}
	task := chatkit.TaskBase{Title: x, StatusIndicator: x}
	work := chatkit.Workflow{Type: x, Summary: &chatkit.WorkflowSummary{Title: x, Icon: x}, Tasks: []chatkit.Task{&chatkit.CustomTask{TaskBase: task, Icon: x, Content: x},
		&chatkit.ThoughtTask{TaskBase: task, Content: x}, &chatkit.WebSearchTask{TitleQuery: x, Queries: []string{x}, Sources: sources}, &chatkit.FileTask{TaskBase: task, Sources: sources}}}
	text, _ := json.Marshal(x)
	output, _ := json.Marshal(map[string]string{"error": x})
	ask := func(status string) *chatkit.StructuredInput {
		return &chatkit.StructuredInput{ItemBase: base(len(status)), Status: status, Inputs: []*chatkit.Question{
			{ID: x, Question: x, Description: x, Type: chatkit.QuestionChoice, Options: []chatkit.Option{{Value: x, Description: x}}, Answer: &chatkit.Answer{Values: []string{x}}},
			{ID: x, Question: x, Description: x, Type: x}}}
	}
	items := []chatkit.Item{
		&chatkit.UserMessage{ItemBase: base(1), QuotedText: x, Content: []chatkit.UserContent{&chatkit.InputText{Text: x}, &chatkit.InputTag{ID: x, Text: x, Group: x}},
			Attachments: []*chatkit.Attachment{{ID: "atc_1", Name: x, MimeType: x, Type: chatkit.AttachmentFile}, {ID: "atc_2", Name: x, MimeType: "image/png", Type: chatkit.AttachmentImage, PreviewURL: x}}},
		&chatkit.AssistantMessage{ItemBase: base(2), Content: []*chatkit.OutputText{{Text: x}, {Text: "ab " + x, Annotations: notes}}},
		&chatkit.WorkflowItem{ItemBase: base(3), Workflow: work}, &chatkit.TaskItem{ItemBase: base(4), Task: work.Tasks[0]},
		&chatkit.GeneratedImageItem{ItemBase: base(5), Image: &chatkit.GeneratedImage{ID: x, URL: x}}, ask(chatkit.InputPending), ask(chatkit.InputAnswered),
		&chatkit.ClientToolCall{ItemBase: base(10), Status: chatkit.CallPending, CallID: x, Name: x, Arguments: text}, &chatkit.ClientToolCall{ItemBase: base(11), Status: chatkit.CallPending, Name: "copy", Arguments: json.RawMessage(`{"text":` + string(text) + `}`)},
		&chatkit.ClientToolCall{ItemBase: base(12), Status: chatkit.CallPending, Name: "open_link", Arguments: json.RawMessage(`{"url":` + string(text) + `}`)}, &chatkit.ClientToolCall{ItemBase: base(13), Status: chatkit.CallCompleted, Name: x, Output: output},
		&chatkit.UnknownItem{ItemBase: base(14), Type: x, Raw: text}, &chatkit.WidgetItem{ItemBase: base(15), Widget: text, CopyText: x},
	}
	t := views.Turn{RunID: "run_1", ThreadID: "thr_1", Status: views.StatusFailed, ErrorMessage: x, AllowRetry: true, RetryItemID: "msg_1"}
	for _, it := range items {
		t.Items = append(t.Items, views.TurnItem{Item: it})
	}
	return t
}

// hostileWidgets are the gallery's widgets with the text in every property.
func hostileWidgets(x string) []chatkit.Item {
	var list []chatkit.Item
	for i, raw := range views.GalleryWidgets() {
		var tree any
		if err := json.Unmarshal([]byte(raw), &tree); err != nil {
			panic(err)
		}
		spoiled, err := json.Marshal(spoil(tree, x))
		if err != nil {
			panic(err)
		}
		list = append(list, &chatkit.WidgetItem{ItemBase: chatkit.ItemBase{ID: fmt.Sprintf("msg_w%d", i), ThreadID: "thr_1"}, Widget: spoiled})
	}
	return list
}

func spoil(v any, x string) any {
	switch v := v.(type) {
	case map[string]any:
		kind, isNode := v["type"]
		for key, value := range v {
			v[key] = spoil(value, x)
		}
		if isNode {
			v["type"] = kind
		}
		return v
	case []any:
		for i := range v {
			v[i] = spoil(v[i], x)
		}
		return v
	case string:
		return x
	}
	return v
}

func TestHostileTextIsInert(t *testing.T) {
	t.Parallel()
	corpus := viewstest.HostileTexts()
	if len(corpus) < 500 {
		t.Fatalf("only %d texts", len(corpus))
	}
	const parts = 8
	for part := range parts {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			for i := part; i < len(corpus); i += parts {
				checkHostile(t, corpus[i])
			}
		})
	}
}

func checkHostile(t *testing.T, x string) {
	t.Helper()
	turn := hostileTurn(x)
	for _, it := range hostileWidgets(x) {
		turn.Items = append(turn.Items, views.TurnItem{Item: it})
	}
	who := views.Viewer{Name: x, Email: x}
	list := views.ThreadList{Threads: []views.ThreadLink{{ID: "thr_1", Title: x}}, Current: "thr_1"}
	chat := views.Chat{Viewer: who, Threads: list, Thread: &views.Thread{ID: "thr_1", Title: x, Status: chatkit.ThreadStatus{Type: chatkit.Locked, Reason: x}}, Turns: []views.Turn{turn}, Draft: x, Problem: x, ClientKey: x}
	tasks := views.Tasks{Viewer: who, Tasks: []views.Task{{ID: "todo_1", Title: x, Description: x, Priority: x}}, Filter: views.TaskFilter{Status: x, Due: x, Priority: x, Text: x, After: x}, Next: x, Said: x,
		Deleted: &views.Task{ID: x, Title: x}, New: views.TaskForm{Title: x, Due: x, Errors: map[string]string{"title": x, "due_at": x}}}
	for name, page := range map[string]templ.Component{
		"chat":   views.ChatPage(chat),
		"tasks":  views.TasksPage(tasks, list),
		"answer": views.TasksAnswer(tasks, true),
		"notice": views.NoticeToast(chatkit.Notice{Level: x, Title: x, Message: x}),
		"error":  views.ErrorPage(views.Problem{Status: 400, Title: x, Message: x, Viewer: &who}),
	} {
		if bad := viewstest.Harmful(drawn(t, page)); bad != "" {
			t.Errorf("%q on the %s page: %s", x, name, bad)
		}
	}
}
