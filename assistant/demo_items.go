package assistant

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/widget"
)

// update is one change of a demo's item.
func (a *builtinTurn) update(id string, up chatkit.Update) error {
	if err := a.out.emit(chatkit.ItemUpdated{ItemID: id, Update: up}); err != nil {
		return err
	}
	return a.pause()
}

// demoWorkflow works off three steps: each is added, loads, and is complete.
func (a *builtinTurn) demoWorkflow() error {
	item := &chatkit.WorkflowItem{ItemBase: a.out.base(chatkit.PrefixWorkflow),
		Workflow: chatkit.Workflow{Type: chatkit.WorkflowCustom, Expanded: true}}
	if err := a.out.emit(chatkit.ItemAdded{Item: item}); err != nil {
		return err
	}
	var done []chatkit.Task
	for i, step := range []chatkit.CustomTask{
		{Icon: "search", Content: "Looked where one looks."}, {Icon: "document", Content: "Read what was there."}, {Icon: "write", Content: "Wrote it **down**."},
	} {
		step.TaskBase = chatkit.TaskBase{StatusIndicator: "loading", Title: fmt.Sprintf("Step %d", i+1)}
		loading := step
		if err := a.update(item.ID, chatkit.WorkflowTaskAdded{TaskIndex: i, Task: &loading}); err != nil {
			return err
		}
		step.StatusIndicator = "complete"
		if err := a.update(item.ID, chatkit.WorkflowTaskUpdated{TaskIndex: i, Task: &step}); err != nil {
			return err
		}
		done = append(done, &step)
	}
	return a.workDone(item, done, &chatkit.WorkflowSummary{Title: "Three steps taken", Icon: "check-circle"}, "That was a workflow of three steps.")
}

// workDone ends a workflow, folded up, and says something after it.
func (a *builtinTurn) workDone(item *chatkit.WorkflowItem, steps []chatkit.Task, summary *chatkit.WorkflowSummary, text string) error {
	ended := &chatkit.WorkflowItem{ItemBase: item.ItemBase, Workflow: chatkit.Workflow{
		Type: item.Workflow.Type, Tasks: steps, Summary: summary}}
	if err := a.out.emit(chatkit.ItemDone{Item: ended}); err != nil {
		return err
	}
	return a.say(text)
}

// demoThoughts shows a thought that grows, as the summary of a model's does.
func (a *builtinTurn) demoThoughts() error {
	item := &chatkit.WorkflowItem{ItemBase: a.out.base(chatkit.PrefixWorkflow), Workflow: chatkit.Workflow{Type: chatkit.WorkflowReasoning}}
	if err := a.out.emit(chatkit.ItemAdded{Item: item}); err != nil {
		return err
	}
	thought := chatkit.ThoughtTask{TaskBase: chatkit.TaskBase{StatusIndicator: "loading"}, Content: "What is being asked?"}
	first := thought
	if err := a.update(item.ID, chatkit.WorkflowTaskAdded{Task: &first}); err != nil {
		return err
	}
	thought.Content += " Nothing much: it is a demo."
	thought.StatusIndicator = "complete"
	if err := a.update(item.ID, chatkit.WorkflowTaskUpdated{Task: &thought}); err != nil {
		return err
	}
	seconds := 1
	return a.workDone(item, []chatkit.Task{&thought}, &chatkit.WorkflowSummary{Duration: &seconds}, "I have thought about it.")
}

// demoSources cites a page, a file and an entity.
func (a *builtinTurn) demoSources() error {
	const text = "Some say this, some say that."
	base := a.out.base(chatkit.PrefixMessage)
	at := func(index int) *int { return &index }
	cites := []chatkit.Annotation{
		{Index: at(14), Source: &chatkit.URLSource{SourceBase: chatkit.SourceBase{Title: "This, explained"}, URL: "https://example.com/this", Attribution: "example.com"}},
		{Index: at(28), Source: &chatkit.FileSource{SourceBase: chatkit.SourceBase{Title: "That"}, Filename: "that.pdf"}},
		{Index: at(28), Source: &chatkit.EntitySource{SourceBase: chatkit.SourceBase{Title: "Those who say it"}, ID: "people", Label: "People", Interactive: true}},
	}
	if err := a.out.emit(chatkit.ItemAdded{Item: &chatkit.AssistantMessage{ItemBase: base}}); err != nil {
		return err
	}
	for _, up := range []chatkit.Update{chatkit.PartAdded{Content: &chatkit.OutputText{}}, chatkit.TextDelta{Delta: text}} {
		if err := a.update(base.ID, up); err != nil {
			return err
		}
	}
	for i, cite := range cites {
		if err := a.update(base.ID, chatkit.AnnotationAdded{AnnotationIndex: i, Annotation: cite}); err != nil {
			return err
		}
	}
	return a.out.emit(chatkit.ItemDone{Item: &chatkit.AssistantMessage{ItemBase: base,
		Content: []*chatkit.OutputText{{Text: text, Annotations: cites}}}})
}

// demoWidget writes a text into a widget, piece by piece.
func (a *builtinTurn) demoWidget() error {
	base, text := a.out.base(chatkit.PrefixMessage), &widget.Text{Base: widget.Base{ID: "text"}, Streaming: true}
	card := &widget.Card{Size: "sm", Children: widget.Nodes{&widget.Title{Value: "A widget"}, text}}
	raw, err := widget.JSON(card)
	if err != nil {
		return err
	}
	if err := a.out.emit(chatkit.ItemAdded{Item: &chatkit.WidgetItem{ItemBase: base, Widget: raw}}); err != nil {
		return err
	}
	pieces := []string{"This text ", "is being ", "written ", "as you look."}
	for i, piece := range pieces {
		text.Value += piece
		if err := a.update(base.ID, chatkit.WidgetTextDelta{ComponentID: "text", Delta: piece, Done: i == len(pieces)-1}); err != nil {
			return err
		}
	}
	text.Streaming = false
	if raw, err = widget.JSON(card); err != nil {
		return err
	}
	return a.out.emit(chatkit.ItemDone{Item: &chatkit.WidgetItem{ItemBase: base, Widget: raw, CopyText: text.Value}})
}

// demoImage draws a picture that becomes finer.
func (a *builtinTurn) demoImage() error {
	base, id := a.out.base(chatkit.PrefixMessage), chatkit.NewID("img")
	if err := a.out.emit(chatkit.ItemAdded{Item: &chatkit.GeneratedImageItem{ItemBase: base}}); err != nil {
		return err
	}
	var picture chatkit.GeneratedImage
	for i, squares := range []int{4, 16, 64} {
		url, err := demoPicture(squares)
		if err != nil {
			return err
		}
		picture = chatkit.GeneratedImage{ID: id, URL: url}
		part := float64(i+1) / 3
		if err := a.update(base.ID, chatkit.ImageUpdated{Image: picture, Progress: &part}); err != nil {
			return err
		}
	}
	return a.out.emit(chatkit.ItemDone{Item: &chatkit.GeneratedImageItem{ItemBase: base, Image: &picture}})
}

// demoPicture is a picture of so many squares a side, as a data URL.
func demoPicture(squares int) (string, error) {
	const side = 256
	img := image.NewPaletted(image.Rect(0, 0, side, side), nil)
	for i := range 64 {
		img.Palette = append(img.Palette, color.RGBA{R: uint8(3 * i), G: uint8(80 + 2*i), B: uint8(255 - 2*i), A: 255})
	}
	for y := range side {
		for x := range side {
			qx, qy := x*squares/side, y*squares/side
			img.SetColorIndex(x, y, uint8((qx+qy)*63/(2*squares)))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return "", fmt.Errorf("assistant: draw: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}
