package live

import (
	"context"
	"errors"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// ErrUnwritable is what a Store's Commit returns while its disk is full, or it may
// only be read: every run has the same trouble, and it may pass.
var ErrUnwritable = errors.New("live: the store can't be written to")

// Store keeps runs and their events.
type Store interface {
	// Commit writes all batches in one transaction. A run that is no longer
	// running, or no longer its Owner's, is left alone and named in lost.
	Commit(ctx context.Context, batches []Batch) (lost []string, err error)
	// RunEvents returns up to limit events after the given sequence number, in order.
	RunEvents(ctx context.Context, runID string, after int64, limit int) ([]Event, error)
	// RunEnd says how the run ended, nil while it is running. It returns an
	// error for a run that is not there.
	RunEnd(ctx context.Context, runID string) (*End, error)
	// StopRequests names this owner's running runs that someone asked to stop.
	StopRequests(ctx context.Context, owner string) ([]string, error)
	// Orphans takes over the running runs whose owner is dead.
	Orphans(ctx context.Context, owner string) ([]Orphan, error)
	// Ping reports whether the store answers.
	Ping(ctx context.Context) error
	// PurgeEvents deletes the events of runs that finished before the given time.
	PurgeEvents(ctx context.Context, before time.Time) (int64, error)
}

// Event is one committed event of a run: its number, from 1 without gaps, and
// one line of ChatKit JSON.
type Event struct {
	Seq     int64
	Payload []byte
}

// Batch is what one commit changes for one run.
type Batch struct {
	RunID, UserID, ThreadID, Owner string

	Events []Event
	Items  []ItemChange
	Thread ThreadChange
	End    *End // set with the run's last events
}

// ThreadChange is what a run changes of its thread.
type ThreadChange struct {
	Title        string                // "" leaves it, and so does a title that a person gave
	Status       *chatkit.ThreadStatus // nil leaves it
	ImageDomains *[]string             // allowed_image_domains; nil leaves them
}

// over adds a later change.
func (c ThreadChange) over(earlier ThreadChange) ThreadChange {
	if c.Title == "" {
		c.Title = earlier.Title
	}
	if c.Status == nil {
		c.Status = earlier.Status
	}
	if c.ImageDomains == nil {
		c.ImageDomains = earlier.ImageDomains
	}
	return c
}

// ItemChange stores or removes one item of the run's thread.
type ItemChange struct {
	Item       chatkit.Item // nil: remove RemoveID
	Incomplete bool         // the text of an answer that was stopped or broke off
	RemoveID   string
}

// Status is the state of a run.
type Status string

// The states of a run; all but Running are final.
const (
	Running        Status = "running"
	Completed      Status = "completed"
	RequiresAction Status = "requires_action" // waits for the browser or the person
	Failed         Status = "failed"
	Cancelled      Status = "cancelled"   // stopped by the person
	Interrupted    Status = "interrupted" // cut off by the end of the process
)

// End is how a run ended.
type End struct {
	Status     Status
	Code       string // of the error event, if the run failed
	Message    string // for the person
	AllowRetry bool
}

// Orphan is a run whose process died.
type Orphan struct {
	RunID, UserID, ThreadID string
}
