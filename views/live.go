package views

import (
	"context"
	"fmt"
	"strings"

	"github.com/a-h/templ"
	"github.com/taskpilot/taskpilot/chatkit"
)

// Live keeps the page of a turn that is being made up to date: events go in,
// fragments come out. It is not safe for concurrent use.
type Live struct {
	turn       Turn // without its items
	fold       chatkit.Fold
	incomplete map[string]bool
	parts      map[partKey]*part

	shown   map[string]bool  // items that the page has
	dirty   map[string]bool  // items to be drawn anew
	gone    []string         // items that the page has and must lose
	foreign map[string]bool  // items of other turns that this one changed
	texts   map[textKey]bool // to be drawn anew
	passing []passing
	passed  int                 // how many have come, in the whole run
	drawn   map[string]*float64 // how far pictures are
	foot    bool                // the turn's foot is to be drawn anew
	thread  bool                // the thread itself was changed
}

type partKey struct {
	item  string
	index int
}

// textKey is a growing text in a widget.
type textKey struct{ item, component string }

// NewLive begins with the turn as it is stored.
func NewLive(t Turn) *Live {
	l := &Live{
		turn:       t,
		incomplete: map[string]bool{},
		parts:      map[partKey]*part{},
		shown:      map[string]bool{},
		dirty:      map[string]bool{},
		foreign:    map[string]bool{},
		texts:      map[textKey]bool{},
		drawn:      map[string]*float64{},
	}
	l.turn.Items = nil
	for _, it := range t.Items {
		id := it.Item.Base().ID
		l.incomplete[id], l.drawn[id] = it.Incomplete, it.Progress
		var ev chatkit.Event = chatkit.ItemDone{Item: it.Item}
		if it.Pending {
			ev = chatkit.ItemAdded{Item: it.Item}
		}
		// An item that can't be copied can't be drawn either; the others can.
		_ = l.Apply(ev)
	}
	l.fold.Progress = t.Progress
	return l
}

// Seen notes the sequence number of the last event that was applied.
func (l *Live) Seen(seq int64) { l.turn.LastSeq = seq }

// Apply folds one event. It renders nothing.
func (l *Live) Apply(ev chatkit.Event) error {
	progress := l.fold.Progress
	l.meet(ev)
	if err := l.fold.Apply(ev); err != nil {
		return fmt.Errorf("views: %s: %w", ev.EventType(), err)
	}
	l.foot = l.foot || progress != l.fold.Progress
	switch e := ev.(type) {
	case chatkit.ItemAdded:
		l.begin(e.Item)
	case chatkit.ItemDone:
		l.settle(e.Item)
	case chatkit.ItemReplaced:
		l.settle(e.Item)
	case chatkit.ItemRemoved:
		l.remove(e.ItemID)
	case chatkit.ItemUpdated:
		l.update(e.ItemID, e.Update)
	case chatkit.ErrorEvent:
		l.turn.Status, l.turn.ErrorMessage, l.turn.AllowRetry = StatusFailed, e.Message, e.AllowRetry
		l.foot = true
	case chatkit.Notice:
		l.pass(e)
	case chatkit.ClientEffect:
		l.pass(e)
	case chatkit.ProgressUpdate:
		// The fold has it.
	case chatkit.ThreadUpdated:
		l.thread = true // the sidebar and the title are told by a signal
	case chatkit.ThreadCreated:
		// It is on the page.
	case chatkit.StreamOptions, chatkit.UnknownEvent:
		// Nothing on this page.
	}
	return nil
}

// meet notes when an item is replaced that is none of this turn's.
func (l *Live) meet(ev chatkit.Event) {
	switch e := ev.(type) {
	case chatkit.ItemReplaced:
		id := e.Item.Base().ID
		l.foreign[id] = l.foreign[id] || l.fold.Item(id) == nil
	case chatkit.ItemAdded:
		delete(l.foreign, e.Item.Base().ID)
	case chatkit.ItemDone:
		delete(l.foreign, e.Item.Base().ID)
	}
}

// ThreadChanged reports whether the thread was changed since it was last asked.
func (l *Live) ThreadChanged() bool {
	changed := l.thread
	l.thread = false
	return changed
}

// begin takes an item that updates will follow.
func (l *Live) begin(it chatkit.Item) {
	if !visible(it) {
		return
	}
	id := it.Base().ID
	l.dropParts(id)
	if m, ok := it.(*chatkit.AssistantMessage); ok {
		for i, content := range m.Content {
			l.parts[partKey{id, i}] = newPart(content.Text)
		}
	}
	l.dirty[id] = true
}

// settle takes an item that is finished.
func (l *Live) settle(it chatkit.Item) {
	id := it.Base().ID
	l.dropParts(id)
	if !visible(it) {
		if l.shown[id] {
			l.remove(id) // a replacement may be of another type
		}
		return
	}
	l.dirty[id] = true
}

func (l *Live) remove(id string) {
	l.dropParts(id)
	delete(l.dirty, id)
	delete(l.shown, id)
	l.gone = append(l.gone, id) // of another turn, perhaps: the page knows
}

func (l *Live) dropParts(item string) {
	for key := range l.parts {
		if key.item == item {
			delete(l.parts, key)
		}
	}
}

// update notes what an update of an item changes on the page.
func (l *Live) update(id string, up chatkit.Update) {
	it := l.fold.Item(id)
	if it == nil || !visible(it) {
		return
	}
	if grown, ok := up.(chatkit.WidgetTextDelta); ok && !grown.Done {
		l.texts[textKey{id, grown.ComponentID}] = true
		return
	}
	if u, ok := up.(chatkit.ImageUpdated); ok {
		l.drawn[id] = u.Progress
	}
	m, message := it.(*chatkit.AssistantMessage)
	if !message || !l.fold.Pending(id) {
		l.dirty[id] = true
		return
	}
	switch u := up.(type) {
	case chatkit.TextDelta:
		if p := l.parts[partKey{id, u.ContentIndex}]; p != nil {
			p.write(u.Delta)
			return
		}
		l.syncPart(m, u.ContentIndex)
	case chatkit.PartAdded:
		l.syncPart(m, u.ContentIndex)
	case chatkit.PartDone:
		l.syncPart(m, u.ContentIndex)
	case chatkit.AnnotationAdded:
		// Sources are listed when the message is done.
	default:
		l.dirty[id] = true
	}
}

// syncPart makes the arriving part's text that of the message, and if it was
// not, has the message drawn anew.
func (l *Live) syncPart(m *chatkit.AssistantMessage, index int) {
	if index < 0 || index >= len(m.Content) {
		return
	}
	text := m.Content[index].Text
	if p := l.parts[partKey{m.ID, index}]; p != nil && p.text() == text {
		return
	}
	l.parts[partKey{m.ID, index}] = newPart(text)
	l.dirty[m.ID] = true
}

func (l *Live) part(item string, index int) *part { return l.parts[partKey{item, index}] }

// visible reports whether the item has a place on the page at all.
func visible(it chatkit.Item) bool {
	_, end := it.(*chatkit.EndOfTurn)
	return !end && !chatkit.Hidden(it)
}

// item returns the item as the page is to show it.
func (l *Live) item(it chatkit.Item) TurnItem {
	id := it.Base().ID
	pending := l.fold.Pending(id)
	return TurnItem{Item: it, Pending: pending, Incomplete: l.incomplete[id] && !pending, Progress: l.drawn[id]}
}

// Turn is the whole turn as it is now.
func (l *Live) Turn() Turn {
	t := l.turn
	t.Progress = l.fold.Progress
	for _, it := range l.fold.Items() {
		if visible(it) && !l.foreign[it.Base().ID] {
			t.Items = append(t.Items, l.item(it))
		}
	}
	return t
}

func render(ctx context.Context, c templ.Component) (string, error) {
	var b strings.Builder
	if err := c.Render(Sparing(ctx), &b); err != nil {
		return "", fmt.Errorf("views: render: %w", err)
	}
	return b.String(), nil
}
