package chatkit

import (
	"slices"
	"strings"
)

// Fold applies a stream's events in order and holds what a client shows: the
// items that the stream touched. It owns copies of the items it is given.
// An event costs what it carries, however long the answer already is.
// The zero value is ready. It is not safe for concurrent use.
type Fold struct {
	Thread   *Thread         // the latest thread.created or thread.updated
	Progress *ProgressUpdate // the passing line, nil when none
	Error    *ErrorEvent     // set when the stream failed

	entries []*foldEntry
	index   map[string]int // of an id in entries
}

// foldEntry is one item and what makes the next update to it cheap.
type foldEntry struct {
	item    Item
	pending bool
	texts   map[int]*strings.Builder // the growing parts of an assistant message
	widget  *widgetTree              // the parsed widget once an update looked into it
}

// current returns the item with all updates in it.
func (e *foldEntry) current() Item {
	if w, ok := e.item.(*WidgetItem); ok && e.widget != nil {
		w.Widget = e.widget.render(w.Widget)
	}
	return e.item
}

// Items returns the items in order of their first appearance. They change with
// the next Apply.
func (f *Fold) Items() []Item {
	list := make([]Item, 0, len(f.entries))
	for _, e := range f.entries {
		list = append(list, e.current())
	}
	return list
}

// Pending reports whether the item was added and is not yet done.
func (f *Fold) Pending(id string) bool {
	e := f.entry(id)
	return e != nil && e.pending
}

// PendingItems returns the items that were added and are not yet done.
func (f *Fold) PendingItems() []Item {
	var list []Item
	for _, e := range f.entries {
		if e.pending {
			list = append(list, e.current())
		}
	}
	return list
}

// Item returns the item with this id, or nil.
func (f *Fold) Item(id string) Item {
	if e := f.entry(id); e != nil {
		return e.current()
	}
	return nil
}

func (f *Fold) entry(id string) *foldEntry {
	if i, ok := f.index[id]; ok {
		return f.entries[i]
	}
	return nil
}

// Apply folds one event. Events about items it never saw, and of types it does
// not know, change nothing. The error is that of copying the event's item.
func (f *Fold) Apply(ev Event) error {
	switch e := ev.(type) {
	case ThreadCreated:
		f.setThread(e.Thread)
	case ThreadUpdated:
		f.setThread(e.Thread)
	case ItemAdded:
		return f.put(e.Item, true)
	case ItemDone:
		return f.put(e.Item, false)
	case ItemReplaced:
		return f.put(e.Item, false)
	case ItemRemoved:
		f.remove(e.ItemID)
	case ItemUpdated:
		if entry := f.entry(e.ItemID); entry != nil {
			entry.update(e.Update)
		}
	case ProgressUpdate:
		f.Progress = &e
	case ErrorEvent:
		f.Error = &e
	}
	return nil
}

func (f *Fold) setThread(t *Thread) {
	if t != nil {
		own := *t
		f.Thread = &own
	}
}

func (f *Fold) put(it Item, pending bool) error {
	own, err := CloneItem(it)
	if err != nil {
		return err
	}
	if !Hidden(own) {
		f.Progress = nil
	}
	entry := &foldEntry{item: own, pending: pending}
	id := own.Base().ID
	if i, ok := f.index[id]; ok {
		f.entries[i] = entry
		return nil
	}
	if f.index == nil {
		f.index = map[string]int{}
	}
	f.index[id] = len(f.entries)
	f.entries = append(f.entries, entry)
	return nil
}

func (f *Fold) remove(id string) {
	at, ok := f.index[id]
	if !ok {
		return
	}
	f.entries = slices.Delete(f.entries, at, at+1)
	delete(f.index, id)
	for i, e := range f.entries[at:] {
		f.index[e.item.Base().ID] = at + i
	}
}
