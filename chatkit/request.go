package chatkit

import "encoding/json"

// Request is what a client asks: one of the pointer types of this file.
type Request interface {
	// RequestType is the request's "type" on the wire.
	RequestType() string
	// Base returns what every request has.
	Base() *RequestBase
}

// RequestBase is what every request has.
type RequestBase struct {
	Metadata map[string]any // the client's own; the protocol gives it no meaning
}

// Base returns b itself.
func (b *RequestBase) Base() *RequestBase { return b }

// UserInput is what a person sends: a user message in the making.
type UserInput struct {
	Content          []UserContent
	Attachments      []string // ids
	QuotedText       string
	InferenceOptions InferenceOptions
}

// Action is a click or a sent form of a widget. Payload is any JSON and comes
// from the client: what it says is to be checked. The fields of a form are in it
// by their names, in which dots nest: "todo.title" is {"todo":{"title":…}}.
type Action struct {
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// PageRequest asks for one page of a list. Limit is 0 for the default.
type PageRequest struct {
	Limit int
	Order Order // "" for the default
	After string
}

// The requests that are answered with a stream of events.
type (
	// CreateThreadRequest starts a thread with a message.
	CreateThreadRequest struct {
		RequestBase
		Input UserInput
	}
	// AddUserMessageRequest adds a message to a thread.
	AddUserMessageRequest struct {
		RequestBase
		ThreadID string
		Input    UserInput
	}
	// AddToolOutputRequest brings what the browser's tool returned: any JSON.
	AddToolOutputRequest struct {
		RequestBase
		ThreadID string
		Result   json.RawMessage
	}
	// AddStructuredInputRequest brings the answers to a StructuredInput.
	AddStructuredInputRequest struct {
		RequestBase
		ThreadID, ItemID string
		Status           string // InputAnswered or InputSkipped
		Answers          map[string]Answer
	}
	// RetryRequest asks for another answer to a user message; all later items go.
	RetryRequest struct {
		RequestBase
		ThreadID, ItemID string
	}
	// CustomActionRequest is a widget's action, or the page's own without ItemID.
	CustomActionRequest struct {
		RequestBase
		ThreadID, ItemID string
		Action           Action
	}
)

// The requests that are answered with one JSON value.
type (
	// SyncActionRequest is a widget's action that is answered at once.
	SyncActionRequest struct {
		RequestBase
		ThreadID, ItemID string
		Action           Action
	}
	// GetThreadRequest reads a thread with its first items.
	GetThreadRequest struct {
		RequestBase
		ThreadID string
	}
	// ListThreadsRequest reads a page of threads.
	ListThreadsRequest struct {
		RequestBase
		PageRequest
	}
	// UpdateThreadRequest renames a thread.
	UpdateThreadRequest struct {
		RequestBase
		ThreadID, Title string
	}
	// DeleteThreadRequest deletes a thread with its items.
	DeleteThreadRequest struct {
		RequestBase
		ThreadID string
	}
	// ListItemsRequest reads a page of a thread's items.
	ListItemsRequest struct {
		RequestBase
		ThreadID string
		PageRequest
	}
	// FeedbackRequest is a thumb up or down for items of an answer.
	FeedbackRequest struct {
		RequestBase
		ThreadID string
		ItemIDs  []string
		Kind     string // FeedbackPositive or FeedbackNegative
	}
	// CreateAttachmentRequest announces a file.
	CreateAttachmentRequest struct {
		RequestBase
		Name, MimeType string
		Size           int64
	}
	// DeleteAttachmentRequest deletes a file.
	DeleteAttachmentRequest struct {
		RequestBase
		AttachmentID string
	}
	// TranscribeRequest asks for a recording's words.
	TranscribeRequest struct {
		RequestBase
		AudioBase64, MimeType string
	}
)

// The kinds of a FeedbackRequest.
const (
	FeedbackPositive = "positive"
	FeedbackNegative = "negative"
)

// RequestType returns "threads.create".
func (*CreateThreadRequest) RequestType() string { return "threads.create" }

// RequestType returns "threads.add_user_message".
func (*AddUserMessageRequest) RequestType() string { return "threads.add_user_message" }

// RequestType returns "threads.add_client_tool_output".
func (*AddToolOutputRequest) RequestType() string { return "threads.add_client_tool_output" }

// RequestType returns "threads.add_structured_input".
func (*AddStructuredInputRequest) RequestType() string { return "threads.add_structured_input" }

// RequestType returns "threads.retry_after_item".
func (*RetryRequest) RequestType() string { return "threads.retry_after_item" }

// RequestType returns "threads.custom_action".
func (*CustomActionRequest) RequestType() string { return "threads.custom_action" }

// RequestType returns "threads.sync_custom_action".
func (*SyncActionRequest) RequestType() string { return "threads.sync_custom_action" }

// RequestType returns "threads.get_by_id".
func (*GetThreadRequest) RequestType() string { return "threads.get_by_id" }

// RequestType returns "threads.list".
func (*ListThreadsRequest) RequestType() string { return "threads.list" }

// RequestType returns "threads.update".
func (*UpdateThreadRequest) RequestType() string { return "threads.update" }

// RequestType returns "threads.delete".
func (*DeleteThreadRequest) RequestType() string { return "threads.delete" }

// RequestType returns "items.list".
func (*ListItemsRequest) RequestType() string { return "items.list" }

// RequestType returns "items.feedback".
func (*FeedbackRequest) RequestType() string { return "items.feedback" }

// RequestType returns "attachments.create".
func (*CreateAttachmentRequest) RequestType() string { return "attachments.create" }

// RequestType returns "attachments.delete".
func (*DeleteAttachmentRequest) RequestType() string { return "attachments.delete" }

// RequestType returns "input.transcribe".
func (*TranscribeRequest) RequestType() string { return "input.transcribe" }

// Streaming reports whether a request is answered with a stream of events
// rather than with one JSON value.
func Streaming(req Request) bool {
	switch req.(type) {
	case *CreateThreadRequest, *AddUserMessageRequest, *AddToolOutputRequest,
		*AddStructuredInputRequest, *RetryRequest, *CustomActionRequest:
		return true
	}
	return false
}
