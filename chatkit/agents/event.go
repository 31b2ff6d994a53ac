package agents

import (
	"encoding/json"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Event is one thing that a model's stream tells. Item is the model server's own
// id of the message, thought, search or image that it is about; a server that has
// no ids leaves it empty. The ids that clients see are ours.
type Event interface{ modelEvent() }

// MessageAdded begins a message.
type MessageAdded struct{ Item string }

// TextDelta is more text of a part of a message; the message begins with it if
// nothing began it. Refusals are text too.
type TextDelta struct {
	Item string
	Part int
	Text string
}

// TextDone says that a part of a message is complete, and its whole text.
type TextDone struct {
	Item string
	Part int
	Text string
}

// Citation is a source that a part of a message cites.
type Citation struct {
	Item   string
	Part   int
	Source CitedSource
}

// CitedSource is what a model cites. Index is where in the text, counted in
// characters; nil if the model does not say.
type CitedSource struct {
	Kind        string // KindURL, KindFile or KindContainerFile
	Title       string
	URL         string
	Filename    string
	FileID      string
	ContainerID string
	Index       *int
}

// What may be cited.
const (
	KindURL           = "url_citation"
	KindFile          = "file_citation"
	KindContainerFile = "container_file_citation"
)

// MessageDone ends a message. Parts are its parts as the model server has them;
// nil leaves those that were streamed.
type MessageDone struct {
	Item  string
	Parts []MessagePart
}

// MessagePart is a part of a finished message.
type MessagePart struct {
	Text  string
	Cites []CitedSource
}

// ReasoningAdded says that the model begins to think.
type ReasoningAdded struct{ Item string }

// ThoughtDelta is more text of a thought. Index counts the thoughts of one Item.
type ThoughtDelta struct {
	Item  string
	Index int
	Text  string
}

// ThoughtDone says that a thought is complete, and its whole text.
type ThoughtDone struct {
	Item  string
	Index int
	Text  string
}

// Search is a search of the model server's, in the web or in files, as far as it
// got. It may come several times for one Item, with more each time.
type Search struct {
	Item    string
	Files   bool // in files; else in the web
	Queries []string
	Sources []chatkit.Source
	Done    bool
}

// ImageAdded says that the model begins to draw.
type ImageAdded struct{ Item string }

// ImagePartial is an image on its way, in base64. Index counts from 0.
type ImagePartial struct {
	Item  string
	Index int
	Data  string
}

// ImageDone is a finished image, in base64.
type ImageDone struct {
	Item string
	Data string
}

// ToolCall is a function that the model wants to be called. Arguments are JSON if
// the model made no mistake. The Translator leaves it to the app.
type ToolCall struct {
	Item      string
	CallID    string
	Name      string
	Arguments string
}

// Output is a finished item in the model server's own form, as it wants to be
// sent it back when the turn goes on. The Translator leaves it to the app.
type Output struct{ Raw json.RawMessage }

// Usage is what the answer cost, in tokens. The Translator leaves it to the app.
type Usage struct {
	Input, Output int
	Cached        int // part of Input
	Reasoning     int // part of Output
}

// Gap says that something of the stream could not be read, so that the answer may
// lack a piece. No decoder yields it: whoever goes on after ErrUnreadable does. The
// Translator leaves it to the app.
type Gap struct{}

// Ended says how the answer ended. An answer without it is not complete. The
// Translator leaves it to the app.
type Ended struct {
	ResponseID string // the server's id of the answer, if it has one
	Reason     string // EndedStop, EndedLength, EndedFilter or EndedError
	Code       string // the error's code, if it is a plain word
}

// How an answer can end.
const (
	EndedStop   = "stop"           // by itself, be it to call tools
	EndedLength = "length"         // cut by a limit on its length
	EndedFilter = "content_filter" // cut by a filter
	EndedError  = "error"          // the server failed
)

func (MessageAdded) modelEvent()   {}
func (TextDelta) modelEvent()      {}
func (TextDone) modelEvent()       {}
func (Citation) modelEvent()       {}
func (MessageDone) modelEvent()    {}
func (ReasoningAdded) modelEvent() {}
func (ThoughtDelta) modelEvent()   {}
func (ThoughtDone) modelEvent()    {}
func (Search) modelEvent()         {}
func (ImageAdded) modelEvent()     {}
func (ImagePartial) modelEvent()   {}
func (ImageDone) modelEvent()      {}
func (ToolCall) modelEvent()       {}
func (Output) modelEvent()         {}
func (Usage) modelEvent()          {}
func (Gap) modelEvent()            {}
func (Ended) modelEvent()          {}
