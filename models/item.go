package models

import "github.com/taskpilot/taskpilot/chatkit"

// Item is one entry of a thread. Seq orders a thread: gaps are allowed, numbers
// are never used again. RunID groups the items of one turn. Incomplete marks
// the text of an answer that was stopped or broke off.
type Item struct {
	Seq        int64
	RunID      string
	Incomplete bool
	Item       chatkit.Item
}

// ItemQuery asks for one page of a thread's items. After is the id of the last
// item seen; AfterSeq and BeforeSeq, when not 0, bound the numbers exclusively;
// Order "" is chatkit.Desc; Limit 0 is chatkit.DefaultPageSize. Hidden items
// are left out unless Hidden is set; RunID, when set, picks the items of one turn.
type ItemQuery struct {
	Limit     int
	After     string
	AfterSeq  int64
	BeforeSeq int64
	Order     chatkit.Order
	Hidden    bool
	RunID     string
}
