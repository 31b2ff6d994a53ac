package models

import "github.com/taskpilot/taskpilot/chatkit"

// Run is the work of producing one answer.
type Run struct {
	ID            string `gorm:"primaryKey"`
	UserID        string `gorm:"primaryKey"`
	ThreadID      string
	ItemID        string  // the user message that it answers
	ClientKey     *string // the client's name for the request; unique per user
	Status        string  // RunRunning and its neighbours
	ErrorCode     string
	ErrorMessage  string
	AllowRetry    bool
	StopRequested bool
	Owner         string // the instance that runs it
	LastSeq       int64  // of its newest event
	CreatedAt     Time
	FinishedAt    *Time
}

// The statuses of a Run. All but RunRunning are final.
const (
	RunRunning        = "running"
	RunCompleted      = "completed"
	RunRequiresAction = "requires_action"
	RunFailed         = "failed"
	RunCancelled      = "cancelled"
	RunInterrupted    = "interrupted"
)

// Message is a user's message on its way in. ThreadID "" creates a thread with
// ThreadMetadata. ClientKey, when not empty, makes a repeated request harmless.
// Owner is the instance that will run the answer.
type Message struct {
	UserID         string
	ThreadID       string
	ClientKey      string
	Owner          string
	Message        *chatkit.UserMessage
	ThreadMetadata map[string]any
}

// Accepted is a stored message and its run. Repeated means that the ClientKey
// was seen before: nothing was stored, these are the earlier ones.
type Accepted struct {
	Thread    *Thread
	Run       *Run
	Item      Item
	NewThread bool
	Repeated  bool
}
