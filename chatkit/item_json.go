package chatkit

import (
	"encoding/json"
	"fmt"
)

// The methods of this file add the "type" key and make required lists and
// objects non-null. Each uses a local type without methods, so that
// encoding/json does not call the method again.

// MarshalJSON writes a user_message.
func (m UserMessage) MarshalJSON() ([]byte, error) { return m.appendJSON(nil) }

// UnmarshalJSON reads a user_message; a missing inference_options is empty.
func (m *UserMessage) UnmarshalJSON(b []byte) error {
	type plain UserMessage
	var j struct {
		plain
		Content json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	content, err := decodeList(j.Content, unmarshalUserContent)
	if err != nil {
		return fmt.Errorf("content: %w", err)
	}
	*m = UserMessage(j.plain)
	m.Content = content
	return refuseNulls("attachments", m.Attachments)
}

// MarshalJSON writes an assistant_message.
func (m AssistantMessage) MarshalJSON() ([]byte, error) { return m.appendJSON(nil) }

// UnmarshalJSON reads an assistant_message.
func (m *AssistantMessage) UnmarshalJSON(b []byte) error {
	type plain AssistantMessage
	if err := json.Unmarshal(b, (*plain)(m)); err != nil {
		return err
	}
	return refuseNulls("content", m.Content)
}

// MarshalJSON writes a client_tool_call; an output of null is left out.
func (c ClientToolCall) MarshalJSON() ([]byte, error) {
	type plain ClientToolCall
	if isNull(c.Arguments) {
		c.Arguments = json.RawMessage("{}")
	}
	if isNull(c.Output) {
		c.Output = nil
	}
	if c.Status == "" {
		c.Status = CallPending
	}
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"client_tool_call", plain(c)})
}

// MarshalJSON writes a widget item; nulls in the widget are left out.
func (w WidgetItem) MarshalJSON() ([]byte, error) {
	type plain WidgetItem
	w.Widget = DropNulls(w.Widget)
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"widget", plain(w)})
}

// MarshalJSON writes a generated_image item.
func (g GeneratedImageItem) MarshalJSON() ([]byte, error) {
	type plain GeneratedImageItem
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"generated_image", plain(g)})
}

// MarshalJSON writes a workflow item.
func (w WorkflowItem) MarshalJSON() ([]byte, error) {
	type plain WorkflowItem
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"workflow", plain(w)})
}

// MarshalJSON writes a task item.
func (t TaskItem) MarshalJSON() ([]byte, error) {
	type plain TaskItem
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"task", plain(t)})
}

// UnmarshalJSON reads a task item.
func (t *TaskItem) UnmarshalJSON(b []byte) error {
	var j struct {
		ItemBase
		Task json.RawMessage `json:"task"`
	}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	task, err := unmarshalTask(j.Task)
	if err != nil {
		return err
	}
	*t = TaskItem{ItemBase: j.ItemBase, Task: task}
	return nil
}

// MarshalJSON writes an end_of_turn item.
func (e EndOfTurn) MarshalJSON() ([]byte, error) {
	return marshal(struct {
		Type string `json:"type"`
		ItemBase
	}{"end_of_turn", e.ItemBase})
}

// MarshalJSON writes a hidden_context_item, for the store.
func (h HiddenContext) MarshalJSON() ([]byte, error) {
	type plain HiddenContext
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"hidden_context_item", plain(h)})
}

// MarshalJSON writes an sdk_hidden_context, for the store.
func (h SDKHiddenContext) MarshalJSON() ([]byte, error) {
	type plain SDKHiddenContext
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"sdk_hidden_context", plain(h)})
}

// MarshalJSON writes the item as it came, but for an id, thread or time that was
// set since.
func (i UnknownItem) MarshalJSON() ([]byte, error) {
	var came ItemBase
	if err := json.Unmarshal(i.Raw, &came); err == nil && came == i.ItemBase {
		return i.Raw, nil
	}
	return overlay(i.Raw, map[string]any{"id": i.ID, "thread_id": i.ThreadID, "created_at": i.CreatedAt})
}
