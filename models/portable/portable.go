// Package portable takes a person's data out of TaskPilot and brings it in: it
// writes an export, and reads that and the exports of other chat programs. The
// format is described in docs/export.md.
package portable

import (
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// Version is that of the format. It grows when a reader of the version before
// would misread the file.
const Version = 1

// What the JSON files of an export say that they are.
const (
	kindExport = "taskpilot-export"
	kindThread = "taskpilot-thread"
	kindTasks  = "taskpilot-tasks"
	kindFiles  = "taskpilot-files"
)

// header begins every JSON file of an export.
type header struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

// manifest is taskpilot.json: whose export it is, and of when.
type manifest struct {
	header
	ExportedAt time.Time `json:"exported_at"`
	Account    account   `json:"account"`
}

type account struct {
	Email     string    `json:"email"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
}

// threadFile is threads/….json.
type threadFile struct {
	header
	Thread   threadJSON     `json:"thread"`
	Items    []itemJSON     `json:"items"`
	Feedback []feedbackJSON `json:"feedback"`
}

type threadJSON struct {
	ID           string               `json:"id"`
	Title        string               `json:"title"`
	TitleAuto    bool                 `json:"title_auto,omitempty"`
	Status       chatkit.ThreadStatus `json:"status"`
	Metadata     map[string]any       `json:"metadata"`
	ImageDomains []string             `json:"allowed_image_domains,omitempty"`
	CreatedAt    time.Time            `json:"created_at"`
	UpdatedAt    time.Time            `json:"updated_at"`
	PinnedAt     *time.Time           `json:"pinned_at,omitempty"`
	ArchivedAt   *time.Time           `json:"archived_at,omitempty"`
}

// itemJSON is an item as ChatKit has it, with what ChatKit does not say. RunID is
// the same for all items of a turn.
type itemJSON struct {
	RunID      string    `json:"run_id,omitempty"`
	Incomplete bool      `json:"incomplete,omitempty"`
	CreatedAt  time.Time `json:"created_at"`
	Item       rawItem   `json:"item"`
}

type feedbackJSON struct {
	ItemID    string    `json:"item_id"`
	Kind      string    `json:"kind"`
	CreatedAt time.Time `json:"created_at"`
}

// tasksFile is tasks.json.
type tasksFile struct {
	header
	Tasks []taskJSON `json:"tasks"`
}

type taskJSON struct {
	ID          string     `json:"id"`
	Title       string     `json:"title"`
	Description string     `json:"description,omitempty"`
	Completed   bool       `json:"completed"`
	DueAt       *time.Time `json:"due_at,omitempty"`
	Priority    string     `json:"priority,omitempty"`
	Place       string     `json:"place,omitempty"` // the smallest is first in the person's own order
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
}

// filesFile is files.json.
type filesFile struct {
	header
	Files []fileJSON `json:"files"`
}

// fileJSON says where in the archive the bytes of an attachment are; Path is ""
// if they could not be read.
type fileJSON struct {
	ID       string `json:"id"`
	ThreadID string `json:"thread_id"`
	Name     string `json:"name"`
	MimeType string `json:"mime_type"`
	Size     int64  `json:"size"`
	Path     string `json:"path,omitempty"`
}

// rawItem is a chatkit.Item in JSON.
type rawItem struct{ chatkit.Item }

// MarshalJSON writes the item as ChatKit has it.
func (r rawItem) MarshalJSON() ([]byte, error) { return chatkit.Marshal(r.Item) }

// UnmarshalJSON reads any item that ChatKit has.
func (r *rawItem) UnmarshalJSON(raw []byte) (err error) {
	r.Item, err = chatkit.UnmarshalItem(raw)
	return err
}

func timeOf(t *models.Time) *time.Time {
	if t == nil {
		return nil
	}
	return &t.Time
}

func at(t *time.Time) *models.Time {
	if t == nil || t.IsZero() {
		return nil
	}
	v := models.At(*t)
	return &v
}
