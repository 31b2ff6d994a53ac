package chatkit

import "encoding/json"

// Thread is a conversation. Title is empty until one is set. Items is filled
// only when a whole thread is asked for; events and lists carry it empty.
// Metadata is the server's own: on the wire it is always an empty object.
type Thread struct {
	ID                  string
	Title               string
	CreatedAt           Time
	Status              ThreadStatus
	AllowedImageDomains []string // nil: not set
	Metadata            map[string]any
	Items               Page[Item]
}

type threadJSON struct {
	ID                  string       `json:"id"`
	Title               string       `json:"title,omitempty"`
	CreatedAt           Time         `json:"created_at"`
	Status              ThreadStatus `json:"status"`
	AllowedImageDomains *[]string    `json:"allowed_image_domains,omitempty"`
	Metadata            freeObject   `json:"metadata"`
	Items               Page[Item]   `json:"items"`
}

// MarshalJSON writes the thread as clients see it: without its metadata and
// without hidden items.
func (t Thread) MarshalJSON() ([]byte, error) { return t.appendJSON(nil) }

// UnmarshalJSON reads a thread as a server sends it.
func (t *Thread) UnmarshalJSON(b []byte) error {
	var j threadJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*t = Thread{ID: j.ID, Title: j.Title, CreatedAt: j.CreatedAt, Status: j.Status, Metadata: j.Metadata, Items: j.Items}
	if j.AllowedImageDomains != nil {
		t.AllowedImageDomains = *j.AllowedImageDomains
	}
	return nil
}

// ThreadStatus says whether people may write in the thread. The zero value is active.
type ThreadStatus struct {
	Type   StatusType `json:"type"`
	Reason string     `json:"reason,omitempty"` // why it is locked or closed, for people
}

// StatusType is the kind of a ThreadStatus.
type StatusType string

// A locked thread shows a disabled composer, a closed one a banner in its place.
const (
	Active StatusType = "active"
	Locked StatusType = "locked"
	Closed StatusType = "closed"
)

// MarshalJSON writes the zero value as active.
func (s ThreadStatus) MarshalJSON() ([]byte, error) { return s.appendJSON(nil) }
