package chatkit

import "context"

// Responder answers. It may also be any of the other interfaces of this file; a
// request for which it is not gets a clear error.
// A Responder is safe for concurrent use.
type Responder interface {
	// Respond answers turn.Input by turn.Emit, in as many events as it likes, and
	// returns when the answer is complete. Input is nil when the answer goes on:
	// after a tool's output or the answers to questions. These are in the item
	// that asked for them, a completed *ClientToolCall or a *StructuredInput, which
	// is among the newest of turn.Recent. An answer that asks for either emits the
	// item and returns.
	//
	// When ctx ends (the person stopped the answer, or went away) it returns soon
	// with an error. An *Error is shown to the person; any other error is logged,
	// and the person is told that something went wrong.
	//
	// The server does not care about a thread's status: if people may not write
	// in a locked thread, return without an answer.
	Respond(ctx context.Context, turn *Turn) error
}

// Actor does the actions of widgets and pages, in the manner of Respond.
type Actor interface {
	// Act gets the widget that the action comes from; nil if it is the page's own.
	Act(ctx context.Context, turn *Turn, action Action, sender *WidgetItem) error
}

// SyncActor does the actions that a widget waits for.
type SyncActor interface {
	// ActSync returns the item to show in the widget's place, which it has stored
	// if it is to stay; nil to leave all as it is. The sender is nil if the action
	// is the page's own.
	ActSync(ctx context.Context, thread *Thread, action Action, sender *WidgetItem) (Item, error)
}

// FeedbackTaker takes thumbs up and down.
type FeedbackTaker interface {
	// TakeFeedback gets the ids as the client sent them; they may name no item.
	// The thread is the caller's. Kind is FeedbackPositive or FeedbackNegative.
	TakeFeedback(ctx context.Context, threadID string, itemIDs []string, kind string) error
}

// Transcriber writes down what people say.
type Transcriber interface {
	Transcribe(ctx context.Context, audio Audio) (string, error)
}

// Audio is a recording.
type Audio struct {
	Data      []byte
	MimeType  string // as it was sent, such as "audio/webm;codecs=opus"
	MediaType string // the part before the semicolon: "audio/webm"
}

// StreamOptioner chooses the options of a thread's streams; without it clients
// may stop them.
type StreamOptioner interface {
	StreamOptions(ctx context.Context, thread *Thread) StreamOptions
}

// Canceller decides what a stopped answer leaves behind; without it that is
// [Pending.Cancel]. Its context outlives the request for a short while.
type Canceller interface {
	// Cancelled gets the items that were not done, with what they had become.
	Cancelled(ctx context.Context, turn *Turn, pending []Item) error
}

// ResponderFunc is a Responder without anything else.
type ResponderFunc func(ctx context.Context, turn *Turn) error

// Respond calls f.
func (f ResponderFunc) Respond(ctx context.Context, turn *Turn) error { return f(ctx, turn) }
