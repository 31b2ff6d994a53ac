package chatkit

import (
	"encoding/json"
	"fmt"
)

// Update is a change to an item that is being made: one of the value types of
// this file.
type Update interface {
	// UpdateType is the update's "type" on the wire.
	UpdateType() string
}

// PartAdded starts a part of an assistant message.
type PartAdded struct {
	ContentIndex int         `json:"content_index"`
	Content      *OutputText `json:"content"`
}

// TextDelta appends text to a part of an assistant message.
type TextDelta struct {
	ContentIndex int    `json:"content_index"`
	Delta        string `json:"delta"`
}

// AnnotationAdded adds a citation to a part of an assistant message.
type AnnotationAdded struct {
	ContentIndex    int        `json:"content_index"`
	AnnotationIndex int        `json:"annotation_index"`
	Annotation      Annotation `json:"annotation"`
}

// PartDone carries a finished part. Its annotations may be empty although some
// were added; those stay.
type PartDone struct {
	ContentIndex int         `json:"content_index"`
	Content      *OutputText `json:"content"`
}

// WidgetRootUpdated replaces a widget whole.
type WidgetRootUpdated struct {
	Widget json.RawMessage `json:"widget"`
}

// WidgetComponentUpdated replaces the node with this id.
type WidgetComponentUpdated struct {
	ComponentID string          `json:"component_id"`
	Component   json.RawMessage `json:"component"`
}

// WidgetTextDelta appends to the value of the Text or Markdown node with this id.
type WidgetTextDelta struct {
	ComponentID string `json:"component_id"`
	Delta       string `json:"delta"`
	Done        bool   `json:"done"`
}

// WorkflowTaskAdded inserts a step.
type WorkflowTaskAdded struct {
	TaskIndex int
	Task      Task
}

// WorkflowTaskUpdated replaces a step.
type WorkflowTaskUpdated struct {
	TaskIndex int
	Task      Task
}

// ImageUpdated carries a preview of a picture; Progress, if set, is from 0 to 1.
type ImageUpdated struct {
	Image    GeneratedImage `json:"image"`
	Progress *float64       `json:"progress,omitempty"`
}

// UnknownUpdate is an update of a type this package does not know, kept verbatim.
type UnknownUpdate struct {
	Type string
	Raw  json.RawMessage
}

const (
	typePartAdded         = "assistant_message.content_part.added"
	typeTextDelta         = "assistant_message.content_part.text_delta"
	typeAnnotationAdded   = "assistant_message.content_part.annotation_added"
	typePartDone          = "assistant_message.content_part.done"
	typeWidgetRoot        = "widget.root.updated"
	typeWidgetComponent   = "widget.component.updated"
	typeWidgetTextDelta   = "widget.streaming_text.value_delta"
	typeWorkflowTaskAdded = "workflow.task.added"
	typeWorkflowTaskSet   = "workflow.task.updated"
	typeImageUpdated      = "generated_image.updated"
)

// MarshalJSON writes the widget without nulls.
func (u WidgetRootUpdated) MarshalJSON() ([]byte, error) {
	type plain WidgetRootUpdated
	u.Widget = DropNulls(u.Widget)
	return marshal(plain(u))
}

// MarshalJSON writes the component without nulls.
func (u WidgetComponentUpdated) MarshalJSON() ([]byte, error) {
	type plain WidgetComponentUpdated
	u.Component = DropNulls(u.Component)
	return marshal(plain(u))
}

// UpdateType returns "assistant_message.content_part.added".
func (PartAdded) UpdateType() string { return typePartAdded }

// UpdateType returns "assistant_message.content_part.text_delta".
func (TextDelta) UpdateType() string { return typeTextDelta }

// UpdateType returns "assistant_message.content_part.annotation_added".
func (AnnotationAdded) UpdateType() string { return typeAnnotationAdded }

// UpdateType returns "assistant_message.content_part.done".
func (PartDone) UpdateType() string { return typePartDone }

// UpdateType returns "widget.root.updated".
func (WidgetRootUpdated) UpdateType() string { return typeWidgetRoot }

// UpdateType returns "widget.component.updated".
func (WidgetComponentUpdated) UpdateType() string { return typeWidgetComponent }

// UpdateType returns "widget.streaming_text.value_delta".
func (WidgetTextDelta) UpdateType() string { return typeWidgetTextDelta }

// UpdateType returns "workflow.task.added".
func (WorkflowTaskAdded) UpdateType() string { return typeWorkflowTaskAdded }

// UpdateType returns "workflow.task.updated".
func (WorkflowTaskUpdated) UpdateType() string { return typeWorkflowTaskSet }

// UpdateType returns "generated_image.updated".
func (ImageUpdated) UpdateType() string { return typeImageUpdated }

// UpdateType returns the type that the peer gave the update.
func (u UnknownUpdate) UpdateType() string { return u.Type }

// MarshalJSON writes the event with its update.
func (e ItemUpdated) MarshalJSON() ([]byte, error) {
	up, err := MarshalUpdate(e.Update)
	if err != nil {
		return nil, err
	}
	return marshal(struct {
		ItemID string          `json:"item_id"`
		Update json.RawMessage `json:"update"`
	}{e.ItemID, up})
}

type workflowTaskJSON struct {
	TaskIndex int             `json:"task_index"`
	Task      json.RawMessage `json:"task"`
}

// MarshalUpdate writes one update.
func MarshalUpdate(up Update) ([]byte, error) {
	var body any = up
	switch u := up.(type) {
	case UnknownUpdate:
		return u.Raw, nil
	case WorkflowTaskAdded:
		body = taskBody(u.TaskIndex, u.Task)
	case WorkflowTaskUpdated:
		body = taskBody(u.TaskIndex, u.Task)
	}
	raw, err := marshal(body)
	if err != nil {
		return nil, fmt.Errorf("chatkit: update %s: %w", up.UpdateType(), err)
	}
	head := `{"type":"` + up.UpdateType() + `",`
	return append([]byte(head), raw[1:]...), nil
}

func taskBody(index int, task Task) any {
	return struct {
		TaskIndex int  `json:"task_index"`
		Task      Task `json:"task"`
	}{index, task}
}

// UnmarshalUpdate reads one update of any type.
func UnmarshalUpdate(raw []byte) (Update, error) {
	typ, err := typeOf(raw)
	if err != nil {
		return nil, fmt.Errorf("chatkit: update: %w", err)
	}
	up, err := unmarshalUpdate(typ, raw)
	if err != nil {
		return nil, fmt.Errorf("chatkit: update %s: %w", typ, err)
	}
	return up, nil
}

func unmarshalUpdate(typ string, raw []byte) (Update, error) {
	switch typ {
	case typePartAdded:
		return decodePart(raw, func(i int, c *OutputText) Update { return PartAdded{i, c} })
	case typeTextDelta:
		return decodeInto(raw, func(u *TextDelta) Update { return *u })
	case typeAnnotationAdded:
		return decodeAnnotationAdded(raw)
	case typePartDone:
		return decodePart(raw, func(i int, c *OutputText) Update { return PartDone{i, c} })
	case typeWidgetRoot:
		return decodeInto(raw, func(u *WidgetRootUpdated) Update { return *u })
	case typeWidgetComponent:
		return decodeInto(raw, func(u *WidgetComponentUpdated) Update { return *u })
	case typeWidgetTextDelta:
		return decodeInto(raw, func(u *WidgetTextDelta) Update { return *u })
	case typeWorkflowTaskAdded:
		return decodeTaskUpdate(raw, func(i int, t Task) Update { return WorkflowTaskAdded{i, t} })
	case typeWorkflowTaskSet:
		return decodeTaskUpdate(raw, func(i int, t Task) Update { return WorkflowTaskUpdated{i, t} })
	case typeImageUpdated:
		return decodeInto(raw, func(u *ImageUpdated) Update { return *u })
	case "":
		return nil, fmt.Errorf("no type")
	}
	own, err := verbatim(raw)
	return UnknownUpdate{Type: typ, Raw: own}, err
}

func decodePart(raw []byte, wrap func(int, *OutputText) Update) (Update, error) {
	var j PartAdded
	if err := json.Unmarshal(raw, &j); err != nil {
		return nil, err
	}
	if j.Content == nil {
		return nil, fmt.Errorf("without content")
	}
	return wrap(j.ContentIndex, j.Content), nil
}

func decodeAnnotationAdded(raw []byte) (Update, error) {
	var u AnnotationAdded
	if err := json.Unmarshal(raw, &u); err != nil {
		return nil, err
	}
	if u.Annotation.Source == nil {
		return nil, fmt.Errorf("without an annotation")
	}
	return u, nil
}

func decodeTaskUpdate(raw []byte, wrap func(int, Task) Update) (Update, error) {
	var j workflowTaskJSON
	if err := json.Unmarshal(raw, &j); err != nil {
		return nil, err
	}
	task, err := unmarshalTask(j.Task)
	if err != nil {
		return nil, err
	}
	return wrap(j.TaskIndex, task), nil
}
