package models

import "github.com/taskpilot/taskpilot/chatkit"

// Event is one numbered entry of a run's log: one line of ChatKit JSON.
type Event struct {
	Seq     int64
	Payload []byte
}

// ItemChange stores Item, keeping its place when it is there already, or takes
// away the item RemoveID.
type ItemChange struct {
	Item       chatkit.Item
	Incomplete bool
	RemoveID   string
}

// RunBatch is what one run has to store. Title is set only if the thread has
// none. End finishes the run.
type RunBatch struct {
	RunID    string
	UserID   string
	ThreadID string
	Owner    string
	Events   []Event
	Items    []ItemChange
	Title    *string
	End      *RunEnd
}

// RunEnd is how a run ended: a final status, and what went wrong if it failed.
type RunEnd struct {
	Status       string
	ErrorCode    string
	ErrorMessage string
	AllowRetry   bool
}
