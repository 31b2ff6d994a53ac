package chatkit

import (
	"encoding/json"
	"fmt"
)

// Workflow is a list of steps: custom, or the model's reasoning.
type Workflow struct {
	Type     string           `json:"type"` // WorkflowCustom or WorkflowReasoning
	Tasks    []Task           `json:"tasks"`
	Summary  *WorkflowSummary `json:"summary,omitempty"`
	Expanded bool             `json:"expanded"`
}

// The kinds of a Workflow.
const (
	WorkflowCustom    = "custom"
	WorkflowReasoning = "reasoning"
)

// MarshalJSON writes tasks as an array even when there are none.
func (w Workflow) MarshalJSON() ([]byte, error) {
	type plain Workflow
	w.Tasks = orEmpty(w.Tasks)
	return marshal(plain(w))
}

// UnmarshalJSON reads a workflow with steps of any type.
func (w *Workflow) UnmarshalJSON(b []byte) error {
	type plain Workflow
	var j struct {
		plain
		Tasks json.RawMessage `json:"tasks"`
	}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	tasks, err := decodeList(j.Tasks, unmarshalTask)
	if err != nil {
		return fmt.Errorf("tasks: %w", err)
	}
	*w = Workflow(j.plain)
	w.Tasks = tasks
	return nil
}

// WorkflowSummary is what a finished workflow shows: either its duration in
// whole seconds, or a title with an icon.
type WorkflowSummary struct {
	Duration *int   `json:"duration,omitempty"`
	Title    string `json:"title,omitempty"`
	Icon     string `json:"icon,omitempty"`
}

// Task is a step of a workflow, or a TaskItem's content: *CustomTask,
// *WebSearchTask, *ThoughtTask, *FileTask, *ImageTask or *UnknownTask.
// (It is ChatKit's word; a person's to-do entries are not meant.)
type Task interface {
	// Common returns the fields that every step has.
	Common() *TaskBase
}

// TaskBase is what every step has.
type TaskBase struct {
	StatusIndicator string `json:"status_indicator"` // "none", "loading" or "complete"
	Title           string `json:"title,omitempty"`
}

// Common returns b itself.
func (b *TaskBase) Common() *TaskBase { return b }

// CustomTask is a step with a text of its own.
type CustomTask struct {
	TaskBase
	Icon    string `json:"icon,omitempty"`
	Content string `json:"content,omitempty"`
}

// WebSearchTask is a search with the pages it found.
type WebSearchTask struct {
	TaskBase
	TitleQuery string   `json:"title_query,omitempty"`
	Queries    []string `json:"queries"`
	Sources    []Source `json:"sources"`
}

// ThoughtTask is a thought of the model's.
type ThoughtTask struct {
	TaskBase
	Content string `json:"content"`
}

// FileTask is a look into files.
type FileTask struct {
	TaskBase
	Sources []Source `json:"sources"`
}

// ImageTask is the drawing of a picture.
type ImageTask struct{ TaskBase }

// UnknownTask is a step of a type this package does not know, kept verbatim.
type UnknownTask struct {
	TaskBase
	Raw json.RawMessage
}

func (b TaskBase) withDefault() TaskBase {
	if b.StatusIndicator == "" {
		b.StatusIndicator = "none"
	}
	return b
}

// MarshalJSON writes a custom step.
func (t CustomTask) MarshalJSON() ([]byte, error) {
	type plain CustomTask
	t.TaskBase = t.withDefault()
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"custom", plain(t)})
}

// MarshalJSON writes a web_search step.
func (t WebSearchTask) MarshalJSON() ([]byte, error) {
	type plain WebSearchTask
	t.TaskBase, t.Queries, t.Sources = t.withDefault(), orEmpty(t.Queries), orEmpty(t.Sources)
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"web_search", plain(t)})
}

// MarshalJSON writes a thought step.
func (t ThoughtTask) MarshalJSON() ([]byte, error) {
	type plain ThoughtTask
	t.TaskBase = t.withDefault()
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"thought", plain(t)})
}

// MarshalJSON writes a file step.
func (t FileTask) MarshalJSON() ([]byte, error) {
	type plain FileTask
	t.TaskBase, t.Sources = t.withDefault(), orEmpty(t.Sources)
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"file", plain(t)})
}

// MarshalJSON writes an image step.
func (t ImageTask) MarshalJSON() ([]byte, error) {
	return marshal(struct {
		Type string `json:"type"`
		TaskBase
	}{"image", t.withDefault()})
}

// MarshalJSON writes the step as it came.
func (t UnknownTask) MarshalJSON() ([]byte, error) { return t.Raw, nil }

// UnmarshalJSON reads a web_search step.
func (t *WebSearchTask) UnmarshalJSON(b []byte) error {
	type plain WebSearchTask
	var j struct {
		plain
		Sources json.RawMessage `json:"sources"`
	}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	sources, err := decodeList(j.Sources, unmarshalSource)
	if err != nil {
		return fmt.Errorf("sources: %w", err)
	}
	*t = WebSearchTask(j.plain)
	t.Sources = sources
	return nil
}

// UnmarshalJSON reads a file step.
func (t *FileTask) UnmarshalJSON(b []byte) error {
	var j struct {
		TaskBase
		Sources json.RawMessage `json:"sources"`
	}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	sources, err := decodeList(j.Sources, unmarshalSource)
	if err != nil {
		return fmt.Errorf("sources: %w", err)
	}
	*t = FileTask{TaskBase: j.TaskBase, Sources: sources}
	return nil
}

func unmarshalTask(raw []byte) (Task, error) {
	typ, err := typeOf(raw)
	if err != nil {
		return nil, err
	}
	switch typ {
	case "custom":
		return decodeInto(raw, func(t *CustomTask) Task { return t })
	case "web_search":
		return decodeInto(raw, func(t *WebSearchTask) Task { return t })
	case "thought":
		return decodeInto(raw, func(t *ThoughtTask) Task { return t })
	case "file":
		return decodeInto(raw, func(t *FileTask) Task { return t })
	case "image":
		return decodeInto(raw, func(t *ImageTask) Task { return t })
	case "":
		return nil, fmt.Errorf("task without a type")
	}
	own, err := verbatim(raw)
	if err != nil {
		return nil, err
	}
	u := &UnknownTask{Raw: own}
	// What a newer protocol calls title may be anything: it stays in Raw.
	_ = json.Unmarshal(raw, &u.TaskBase)
	return u, nil
}
