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
func (p Page[T]) MarshalJSON() ([]byte, error) { return p.appendJSON(nil) }

// UnmarshalJSON reads a page, of items too.
func (p *Page[T]) UnmarshalJSON(b []byte) error {
	var j struct {
		Data    json.RawMessage `json:"data"`
		HasMore bool            `json:"has_more"`
		After   string          `json:"after"`
	}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*p = Page[T]{HasMore: j.HasMore, After: j.After}
	var err error
	if items, ok := any(&p.Data).(*[]Item); ok {
		*items, err = decodeList(j.Data, UnmarshalItem)
	} else if len(j.Data) > 0 {
		err = json.Unmarshal(j.Data, &p.Data)
	}
	return err
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

// MaxPageSize is the most rows that one page holds; a request for more, such as
// the official component's for 9999 threads, gets a page of this size and a cursor.
const MaxPageSize = 100

// Size returns the number of rows that the request asks for: its limit, the
// default without one, and never more than [MaxPageSize].
func (p PageRequest) Size() int {
	if p.Limit <= 0 {
		return DefaultPageSize
	}
	return min(p.Limit, MaxPageSize)
}
