package chatkit

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Item is one entry of a thread: one of the pointer types of this file and its
// neighbours, or *UnknownItem.
type Item interface {
	// Base returns the item's id, thread and creation time, for reading and setting.
	Base() *ItemBase
	// ItemType is the item's "type" on the wire.
	ItemType() string
}

// ItemBase is what every item has.
type ItemBase struct {
	ID        string `json:"id"`
	ThreadID  string `json:"thread_id"`
	CreatedAt Time   `json:"created_at"`
}

// Base returns b itself.
func (b *ItemBase) Base() *ItemBase { return b }

// Hidden reports whether the item is for the server and the model only and is
// never sent to a client.
func Hidden(it Item) bool {
	switch it := it.(type) {
	case *HiddenContext, *SDKHiddenContext:
		return true
	case *EncodedItem:
		return it.typ == (*HiddenContext)(nil).ItemType() || it.typ == (*SDKHiddenContext)(nil).ItemType()
	}
	return false
}

// UserMessage is what a person sent. Its text is plain, never Markdown.
type UserMessage struct {
	ItemBase
	Content          []UserContent    `json:"content"`
	Attachments      []*Attachment    `json:"attachments"`
	QuotedText       string           `json:"quoted_text,omitempty"`
	InferenceOptions InferenceOptions `json:"inference_options"`
}

// InferenceOptions is what the person chose in the composer.
type InferenceOptions struct {
	ToolChoice *ToolChoice `json:"tool_choice,omitempty"`
	Model      string      `json:"model,omitempty"`
}

// ToolChoice names a tool of the composer.
type ToolChoice struct {
	ID string `json:"id"`
}

// AssistantMessage is an answer in Markdown.
type AssistantMessage struct {
	ItemBase
	Content []*OutputText `json:"content"`
}

// ClientToolCall asks the browser to run a tool. While it is pending the
// assistant waits for its output, and no item that people see may follow it. CallID
// is the model's own and may be empty.
type ClientToolCall struct {
	ItemBase
	Status    string          `json:"status"` // CallPending, also when empty, or CallCompleted
	CallID    string          `json:"call_id"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
	Output    json.RawMessage `json:"output,omitempty"`
}

// The states of a ClientToolCall.
const (
	CallPending   = "pending"
	CallCompleted = "completed"
)

// WidgetItem shows a widget. Widget is its root node (Card, ListView or Basic),
// kept verbatim. CopyText is what the copy button puts on the clipboard.
type WidgetItem struct {
	ItemBase
	Widget   json.RawMessage `json:"widget"`
	CopyText string          `json:"copy_text,omitempty"`
}

// GeneratedImageItem shows a picture that a model drew; Image is nil until there is one.
type GeneratedImageItem struct {
	ItemBase
	Image *GeneratedImage `json:"image,omitempty"`
}

// GeneratedImage is a drawn picture: an http(s) or data URL.
type GeneratedImage struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}

// WorkflowItem shows steps of work, or reasoning.
type WorkflowItem struct {
	ItemBase
	Workflow Workflow `json:"workflow"`
}

// TaskItem shows one step of work outside a workflow.
type TaskItem struct {
	ItemBase
	Task Task `json:"task"`
}

// EndOfTurn marks the end of the assistant's turn.
type EndOfTurn struct{ ItemBase }

// HiddenContext is for the model only: any JSON. It is never sent to a client.
type HiddenContext struct {
	ItemBase
	Content json.RawMessage `json:"content"`
}

// SDKHiddenContext is a note of the server's own to the model, such as that the
// person stopped the answer. It is never sent to a client.
type SDKHiddenContext struct {
	ItemBase
	Content string `json:"content"`
}

// UnknownItem is an item of a type this package does not know, kept verbatim.
type UnknownItem struct {
	ItemBase
	Type string
	Raw  json.RawMessage
}

// ItemType returns "user_message".
func (*UserMessage) ItemType() string { return "user_message" }

// ItemType returns "assistant_message".
func (*AssistantMessage) ItemType() string { return "assistant_message" }

// ItemType returns "client_tool_call".
func (*ClientToolCall) ItemType() string { return "client_tool_call" }

// ItemType returns "widget".
func (*WidgetItem) ItemType() string { return "widget" }

// ItemType returns "generated_image".
func (*GeneratedImageItem) ItemType() string { return "generated_image" }

// ItemType returns "structured_input".
func (*StructuredInput) ItemType() string { return "structured_input" }

// ItemType returns "workflow".
func (*WorkflowItem) ItemType() string { return "workflow" }

// ItemType returns "task".
func (*TaskItem) ItemType() string { return "task" }

// ItemType returns "end_of_turn".
func (*EndOfTurn) ItemType() string { return "end_of_turn" }

// ItemType returns "hidden_context_item".
func (*HiddenContext) ItemType() string { return "hidden_context_item" }

// ItemType returns "sdk_hidden_context".
func (*SDKHiddenContext) ItemType() string { return "sdk_hidden_context" }

// ItemType returns the type that the peer gave the item.
func (i *UnknownItem) ItemType() string { return i.Type }

// UnmarshalItem reads one item of any type.
func UnmarshalItem(raw []byte) (Item, error) {
	typ, err := typeOf(raw)
	if err != nil {
		return nil, fmt.Errorf("chatkit: item: %w", err)
	}
	var it Item
	switch typ {
	case "user_message":
		it = new(UserMessage)
	case "assistant_message":
		it = new(AssistantMessage)
	case "client_tool_call":
		it = new(ClientToolCall)
	case "widget":
		it = new(WidgetItem)
	case "generated_image":
		it = new(GeneratedImageItem)
	case "structured_input":
		it = new(StructuredInput)
	case "workflow":
		it = new(WorkflowItem)
	case "task":
		it = new(TaskItem)
	case "end_of_turn":
		it = new(EndOfTurn)
	case "hidden_context_item":
		it = new(HiddenContext)
	case "sdk_hidden_context":
		it = new(SDKHiddenContext)
	case "":
		return nil, fmt.Errorf("chatkit: item without a type")
	default:
		it = &UnknownItem{Type: typ, Raw: bytes.Clone(raw)}
	}
	if u, ok := it.(*UnknownItem); ok {
		if err := json.Unmarshal(raw, &u.ItemBase); err != nil {
			return nil, fmt.Errorf("chatkit: item %s: %w", typ, err)
		}
		return it, nil
	}
	if own, ok := it.(json.Unmarshaler); ok { // spares json a look over raw
		err = own.UnmarshalJSON(raw)
	} else {
		err = json.Unmarshal(raw, it)
	}
	if err != nil {
		return nil, fmt.Errorf("chatkit: item %s: %w", typ, err)
	}
	return it, nil
}

// CloneItem returns a deep copy of the item.
func CloneItem(it Item) (Item, error) {
	raw, err := marshal(it)
	if err != nil {
		return nil, fmt.Errorf("chatkit: clone: %w", err)
	}
	return UnmarshalItem(raw)
}
