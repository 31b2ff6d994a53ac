package views

import (
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

func base(id string) chatkit.ItemBase {
	return chatkit.ItemBase{ID: id, ThreadID: galleryThread, CreatedAt: chatkit.At(galleryNow)}
}

func asked(id, text string) *chatkit.UserMessage {
	m := chatkit.NewUserText(text)
	m.ItemBase = base(id)
	return m
}

func answer(id, text string) *chatkit.AssistantMessage {
	return &chatkit.AssistantMessage{ItemBase: base(id), Content: []*chatkit.OutputText{{Text: text}}}
}

func galleryList(current string) ThreadList {
	at := func(hours int) time.Time { return galleryNow.Add(-time.Duration(hours) * time.Hour) }
	return ThreadList{Current: current, Now: galleryNow, More: "thr_6", Threads: []ThreadLink{
		{ID: "thr_gallery", Title: "Planning the autumn release", UpdatedAt: at(0)},
		{ID: "thr_2", Title: "Add buy milk", UpdatedAt: at(2), Running: true},
		{ID: "thr_3", Title: "رحلة إلى القاهرة", UpdatedAt: at(20)},
		{ID: "thr_4", Title: "Which of these three offers from the movers is the best one for us?", UpdatedAt: at(30)},
		{ID: "thr_5", UpdatedAt: at(90)},
		{ID: "thr_6", Title: "Reading list", UpdatedAt: at(200)},
	}}
}

func galleryTasks() []Task {
	day := func(n int) *time.Time {
		t := galleryNow.AddDate(0, 0, n)
		return &t
	}
	return []Task{
		{ID: "todo_1", Title: "Call the dentist", Description: "Ask for an appointment in the morning.", DueAt: day(-1), Priority: "high"},
		{ID: "todo_2", Title: "Buy milk", DueAt: day(0)},
		{ID: "todo_3", Title: "Write the release notes", DueAt: day(5), Priority: "medium"},
		{ID: "todo_4", Title: "Repair the bicycle", Priority: "low"},
		{ID: "todo_5", Title: "Renew the passport", Completed: true, DueAt: day(-40)},
	}
}

func galleryTurns() []Turn {
	return []Turn{
		{RunID: "run_1", ThreadID: galleryThread, Status: StatusCompleted, AllowRetry: true, RetryItemID: "msg_1", LastSeq: 9, Items: []TurnItem{
			{Item: asked("msg_1", "Add buy milk, and remind me on Friday to call the dentist.")},
			{Item: answer("msg_2", "Done. I added two tasks:\n\n- **Buy milk**\n- **Call the dentist**, due on Friday\n\nAnything else?")},
		}},
		turnMarkdown(),
	}
}

func turnMarkdown() Turn {
	one := 4
	m := answer("msg_4", "### The plan\n\nTwo things are left before the release; the [checklist](https://example.org/list) has the rest.\n\n"+
		"| Step | Who | Due |\n|---|---|--:|\n| Freeze | Ada | Monday |\n| Notes | Linus | Wednesday |\n\n"+
		"1. Freeze the branch with `git switch`:\n2. Build and sign.\n\n```go\n// Release builds and signs version v.\nfunc Release(ctx context.Context, v string) error {\n\tif v == \"\" {\n\t\treturn errors.New(\"no version\")\n\t}\n\treturn sign(ctx, v, 3)\n}\n```\n\n"+
		"> Nothing is shipped on a Friday.\n\n- [x] Changelog\n- [ ] Announcement\n\n![a chart](https://example.org/chart.png) ~~Later~~ <b>now</b>.[^1]\n\n[^1]: As agreed in *March*, see [the notes](https://example.org/notes).\n")
	m.Content[0].Annotations = []chatkit.Annotation{{Source: &chatkit.URLSource{SourceBase: chatkit.SourceBase{Title: "Release checklist"}, URL: "https://example.org/list"}, Index: &one}}
	return Turn{RunID: "run_2", ThreadID: galleryThread, Status: StatusCompleted, AllowRetry: true, RetryItemID: "msg_3", LastSeq: 42, Items: []TurnItem{
		{Item: asked("msg_3", "What is left to do for the release?\nShow me the build step as well.")},
		{Item: m},
	}}
}

func turnRunning() Turn {
	return Turn{RunID: "run_3", ThreadID: galleryThread, Status: StatusRunning, RetryItemID: "msg_5", LastSeq: 50,
		Progress: &chatkit.ProgressUpdate{Text: "Reading your tasks…"}, Items: []TurnItem{
			{Item: asked("msg_5", "List my tasks")},
			{Item: &chatkit.WorkflowItem{ItemBase: base("wf_1"), Workflow: chatkit.Workflow{Type: chatkit.WorkflowReasoning, Tasks: []chatkit.Task{
				&chatkit.ThoughtTask{TaskBase: chatkit.TaskBase{Title: "Looking at what is due"}, Content: "They probably want the open ones."},
			}}}, Pending: true},
			{Item: answer("msg_6", "You have **three** open tasks:\n\n1. Call the dentist\n2. Buy"), Pending: true},
		}}
}

// turnAllItems has every type of item.
func turnAllItems() Turn {
	seconds := 12
	tagged := asked("msg_7", "")
	tagged.Content = []chatkit.UserContent{&chatkit.InputText{Text: "Compare "}, &chatkit.InputTag{ID: "t", Text: "Q3 report"}, &chatkit.InputText{Text: " with this file\nplease"}, &chatkit.UnknownContent{}}
	tagged.QuotedText = "Revenue grew by 8 %."
	tagged.Attachments = []*chatkit.Attachment{
		{ID: "atc_1", Name: "report.pdf", MimeType: "application/pdf", Type: chatkit.AttachmentFile},
		{ID: "atc_2", Name: "garden.jpg", MimeType: "image/jpeg", Type: chatkit.AttachmentImage, PreviewURL: "https://example.com/expired"},
	}
	steps := []chatkit.Task{
		&chatkit.WebSearchTask{TaskBase: chatkit.TaskBase{StatusIndicator: "complete"}, TitleQuery: "release dates", Sources: []chatkit.Source{&chatkit.URLSource{SourceBase: chatkit.SourceBase{Title: "Example"}, URL: "https://example.org"}}},
		&chatkit.FileTask{TaskBase: chatkit.TaskBase{StatusIndicator: "complete"}, Sources: []chatkit.Source{&chatkit.FileSource{SourceBase: chatkit.SourceBase{Title: "notes.txt"}, Filename: "notes.txt"}}},
		&chatkit.ImageTask{TaskBase: chatkit.TaskBase{StatusIndicator: "loading"}},
		&chatkit.CustomTask{TaskBase: chatkit.TaskBase{Title: "Sum up"}, Content: "In one paragraph."},
		&chatkit.UnknownTask{},
	}
	items := []chatkit.Item{
		tagged,
		&chatkit.WorkflowItem{ItemBase: base("wf_2"), Workflow: chatkit.Workflow{Type: chatkit.WorkflowCustom, Expanded: true, Tasks: steps, Summary: &chatkit.WorkflowSummary{Duration: &seconds}}},
		&chatkit.TaskItem{ItemBase: base("tsk_1"), Task: &chatkit.CustomTask{TaskBase: chatkit.TaskBase{Title: "Looked at the calendar", StatusIndicator: "complete"}}},
		&chatkit.ClientToolCall{ItemBase: base("tc_1"), Name: "open_map", Status: chatkit.CallCompleted},
		&chatkit.WidgetItem{ItemBase: base("msg_8"), CopyText: "Buy milk"},
		&chatkit.GeneratedImageItem{ItemBase: base("msg_9")},
		&chatkit.StructuredInput{ItemBase: base("msg_10"), Status: chatkit.InputAnswered, Inputs: []*chatkit.Question{
			{ID: "q1", Question: "Which day?", Type: "multiple_choice", Answer: &chatkit.Answer{Values: []string{"Monday"}}},
			{ID: "q2", Question: "Anything else?", Type: "freeform", Answer: &chatkit.Answer{Skipped: true}}}},
		&chatkit.HiddenContext{ItemBase: base("shcx_1"), Content: []byte(`"HIDDEN"`)},
		&chatkit.SDKHiddenContext{ItemBase: base("shcx_2"), Content: "HIDDEN"},
		&chatkit.EndOfTurn{ItemBase: base("msg_11")},
		&chatkit.UnknownItem{ItemBase: base("msg_12"), Type: "hologram", Raw: []byte(`{}`)},
		answer("msg_13", "That is everything."),
	}
	t := Turn{RunID: "run_4", ThreadID: galleryThread, Status: StatusCompleted, LastSeq: 60}
	for _, it := range items {
		t.Items = append(t.Items, TurnItem{Item: it})
	}
	return t
}
