package chatkit

import (
	"fmt"
	"strings"
	"time"
)

// Effects is what an event of an answer means: first what the store is to do,
// then what clients are to be shown. Storing comes first, so that a client that
// sees a finished item can read it again.
type Effects struct {
	Save   []Item   // to be inserted last, or overwritten in place
	Remove []string // ids to be deleted; some may never have been stored
	Send   []Event  // for the clients; never with a hidden item in it
}

// Pending follows the events of one answer, from whatever makes them to the
// store and to the clients. It keeps copies of the items that are not done yet,
// so that an answer that is stopped halfway leaves behind what was seen of it.
//
// [Server] uses it; so can a server of another kind, whose answers outlive the
// request for instance. It is not safe for concurrent use.
type Pending struct {
	ThreadID string
	Now      func() time.Time     // time.Now if nil
	NewID    func(it Item) string // NewID with the item's prefix if nil
	fold     Fold
}

// CancelledNote is the hidden note to the model that a stopped answer leaves.
const CancelledNote = "The person stopped the answer to the last message. Do not go on with it unless they ask for it."

// Complete fills in what the maker of an event may leave empty in its item: id,
// thread and time. The item itself is changed, so that its maker knows them.
func (p *Pending) Complete(ev Event) error {
	var it Item
	switch e := ev.(type) {
	case ItemAdded:
		it = e.Item
	case ItemDone:
		it = e.Item
	case ItemReplaced:
		it = e.Item
	default:
		return nil
	}
	if it == nil {
		return fmt.Errorf("chatkit: %s without an item", ev.EventType())
	}
	b := it.Base()
	if b.ID == "" {
		b.ID = p.newID(it)
	}
	b.ThreadID = p.ThreadID
	if b.CreatedAt.IsZero() {
		b.CreatedAt = p.now()
	}
	return nil
}

func (p *Pending) newID(it Item) string {
	if p.NewID != nil {
		return p.NewID(it)
	}
	return NewID(IDPrefix(it))
}

func (p *Pending) now() Time {
	if p.Now != nil {
		return At(p.Now())
	}
	return At(time.Now())
}

// Apply completes an event and returns what it means. The items in the effects
// are the event's own, not copies.
func (p *Pending) Apply(ev Event) (Effects, error) {
	if err := p.Complete(ev); err != nil {
		return Effects{}, err
	}
	switch e := ev.(type) {
	case ItemAdded:
		if Hidden(e.Item) {
			return Effects{}, p.fold.Apply(e)
		}
		return Effects{Send: []Event{e}}, p.fold.Apply(e)
	case ItemUpdated:
		if it := p.fold.entry(e.ItemID); it != nil && Hidden(it.item) {
			return Effects{}, nil
		}
		return Effects{Send: []Event{ev}}, p.fold.Apply(ev)
	case ItemDone:
		p.fold.remove(e.Item.Base().ID)
		if Hidden(e.Item) {
			return Effects{Save: []Item{e.Item}}, nil
		}
		return Effects{Save: []Item{e.Item}, Send: []Event{e}}, nil
	case ItemReplaced:
		id := e.Item.Base().ID
		p.fold.remove(id)
		if Hidden(e.Item) { // what it replaces may be on the screen
			return Effects{Save: []Item{e.Item}, Send: []Event{ItemRemoved{id}}}, nil
		}
		return Effects{Save: []Item{e.Item}, Send: []Event{e}}, nil
	case ItemRemoved:
		p.fold.remove(e.ItemID)
		return Effects{Remove: []string{e.ItemID}, Send: []Event{e}}, nil
	}
	return Effects{Send: []Event{ev}}, nil
}

// Items returns the items that were added and are not done, with all updates in
// them, in order.
func (p *Pending) Items() []Item { return p.fold.PendingItems() }

// Cancel returns what a stopped answer leaves behind: the messages that already
// say something, as far as they got, and a hidden note that tells the model.
// Everything else that is not done is gone, and nothing is sent.
func (p *Pending) Cancel() Effects {
	var fx Effects
	for _, it := range p.Items() {
		if m, ok := it.(*AssistantMessage); ok && strings.TrimSpace(m.Text()) != "" {
			fx.Save = append(fx.Save, m)
		}
	}
	note := &SDKHiddenContext{Content: CancelledNote}
	note.ID, note.ThreadID, note.CreatedAt = p.newID(note), p.ThreadID, p.now()
	fx.Save = append(fx.Save, note)
	p.fold = Fold{}
	return fx
}
