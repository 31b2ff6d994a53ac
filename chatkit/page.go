package chatkit

import "encoding/json"

// Page is one page of a list. After is the cursor of its last row and is set
// only when HasMore is.
type Page[T any] struct {
	Data    []T
	HasMore bool
	After   string
}

// MarshalJSON writes data as an array even when it is empty.
func (p Page[T]) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Data    []T    `json:"data"`
		HasMore bool   `json:"has_more"`
		After   string `json:"after,omitempty"`
	}{orEmpty(p.Data), p.HasMore, p.After})
}

// Order is the direction of a list by creation: Asc or Desc.
type Order string

// The two orders of a list; the protocol's default is Desc.
const (
	Asc  Order = "asc"
	Desc Order = "desc"
)

// DefaultPageSize is the number of rows when a request names no limit, or 0.
const DefaultPageSize = 20
