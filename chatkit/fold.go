package chatkit

import (
	"encoding/json"
	"slices"
	"strings"
)

// Fold applies a stream's events in order and holds what a client shows: the
// items that the stream touched. It owns copies of the items it is given.
// The zero value is ready. It is not safe for concurrent use.
type Fold struct {
	Thread   *Thread         // the latest thread.created or thread.updated
	Progress *ProgressUpdate // the passing line, nil when none
	Error    *ErrorEvent     // set when the stream failed

	items   []Item
	pending map[string]bool
	texts   map[partKey]*strings.Builder
}

type partKey struct {
	item  string
	index int
}

// Items returns the items in order of their first appearance. They change with
// the next Apply.
func (f *Fold) Items() []Item { return f.items }

// Pending reports whether the item was added and is not yet done.
func (f *Fold) Pending(id string) bool { return f.pending[id] }

// PendingItems returns the items that were added and are not yet done.
func (f *Fold) PendingItems() []Item {
	var list []Item
	for _, it := range f.items {
		if f.pending[it.Base().ID] {
			list = append(list, it)
		}
	}
	return list
}

// Item returns the item with this id, or nil.
func (f *Fold) Item(id string) Item {
	if i := f.find(id); i >= 0 {
		return f.items[i]
	}
	return nil
}

func (f *Fold) find(id string) int {
	return slices.IndexFunc(f.items, func(it Item) bool { return it.Base().ID == id })
}

// Apply folds one event. Events about items it never saw, and of types it does
// not know, change nothing. The error is that of copying the event's item.
func (f *Fold) Apply(ev Event) error {
	switch e := ev.(type) {
	case ThreadCreated:
		f.Thread = e.Thread
	case ThreadUpdated:
		f.Thread = e.Thread
	case ItemAdded:
		return f.put(e.Item, true)
	case ItemDone:
		return f.put(e.Item, false)
	case ItemReplaced:
		return f.put(e.Item, false)
	case ItemRemoved:
		if i := f.find(e.ItemID); i >= 0 {
			f.items = slices.Delete(f.items, i, i+1)
			delete(f.pending, e.ItemID)
		}
	case ItemUpdated:
		if i := f.find(e.ItemID); i >= 0 {
			f.items[i] = f.update(f.items[i], e.Update)
		}
	case ProgressUpdate:
		f.Progress = &e
	case ErrorEvent:
		f.Error = &e
	}
	return nil
}

func (f *Fold) put(it Item, pending bool) error {
	own, err := CloneItem(it)
	if err != nil {
		return err
	}
	if f.pending == nil {
		f.pending, f.texts = map[string]bool{}, map[partKey]*strings.Builder{}
	}
	id := own.Base().ID
	for key := range f.texts {
		if key.item == id {
			delete(f.texts, key)
		}
	}
	if pending {
		f.pending[id] = true
	} else {
		delete(f.pending, id)
	}
	if !Hidden(own) {
		f.Progress = nil
	}
	if i := f.find(id); i >= 0 {
		f.items[i] = own
	} else {
		f.items = append(f.items, own)
	}
	return nil
}

// update returns the item with the update applied; an update that does not fit
// the item's type changes nothing.
func (f *Fold) update(it Item, up Update) Item {
	switch item := it.(type) {
	case *AssistantMessage:
		f.updateMessage(item, up)
	case *WorkflowItem:
		updateWorkflow(&item.Workflow, up)
	case *WidgetItem:
		item.Widget = updateWidget(item.Widget, up)
	case *GeneratedImageItem:
		if u, ok := up.(ImageUpdated); ok {
			item.Image = &u.Image
		}
	}
	return it
}

// maxParts bounds a content index, so that a hostile one can't make us pad without end.
const maxParts = 1000

func (f *Fold) updateMessage(m *AssistantMessage, up Update) {
	part := func(index int) *OutputText {
		if index < 0 || index >= maxParts {
			return nil
		}
		for len(m.Content) <= index {
			m.Content = append(m.Content, &OutputText{})
		}
		return m.Content[index]
	}
	switch u := up.(type) {
	case PartAdded:
		f.setPart(m, part(u.ContentIndex), u.ContentIndex, u.Content)
	case PartDone:
		p := part(u.ContentIndex)
		if p == nil || u.Content == nil {
			return
		}
		if kept := p.Annotations; len(u.Content.Annotations) == 0 {
			f.setPart(m, p, u.ContentIndex, u.Content)
			p.Annotations = kept
			return
		}
		f.setPart(m, p, u.ContentIndex, u.Content)
	case TextDelta:
		if p := part(u.ContentIndex); p != nil {
			key := partKey{m.ID, u.ContentIndex}
			b := f.texts[key]
			if b == nil {
				b = new(strings.Builder)
				b.WriteString(p.Text)
				f.texts[key] = b
			}
			b.WriteString(u.Delta)
			p.Text = b.String() // shares the builder's bytes: no copy a delta
		}
	case AnnotationAdded:
		if p := part(u.ContentIndex); p != nil {
			at := u.AnnotationIndex
			if at < 0 || at > len(p.Annotations) {
				at = len(p.Annotations)
			}
			p.Annotations = slices.Insert(p.Annotations, at, u.Annotation)
		}
	}
}

func (f *Fold) setPart(m *AssistantMessage, p *OutputText, index int, content *OutputText) {
	if p == nil || content == nil {
		return
	}
	delete(f.texts, partKey{m.ID, index})
	*p = OutputText{Text: content.Text, Annotations: slices.Clone(content.Annotations)}
}

func updateWorkflow(w *Workflow, up Update) {
	switch u := up.(type) {
	case WorkflowTaskAdded:
		at := u.TaskIndex
		if at < 0 || at > len(w.Tasks) {
			at = len(w.Tasks)
		}
		w.Tasks = slices.Insert(w.Tasks, at, u.Task)
	case WorkflowTaskUpdated:
		if u.TaskIndex >= 0 && u.TaskIndex < len(w.Tasks) {
			w.Tasks[u.TaskIndex] = u.Task
		}
	}
}

func updateWidget(root json.RawMessage, up Update) json.RawMessage {
	var node any
	switch u := up.(type) {
	case WidgetRootUpdated:
		return u.Widget
	case WidgetComponentUpdated:
		var fresh any
		if json.Unmarshal(root, &node) != nil || json.Unmarshal(u.Component, &fresh) != nil {
			return root
		}
		node = mapNode(node, u.ComponentID, func(map[string]any) any { return fresh })
	case WidgetTextDelta:
		if json.Unmarshal(root, &node) != nil {
			return root
		}
		node = mapNode(node, u.ComponentID, func(n map[string]any) any {
			value, _ := n["value"].(string)
			n["value"] = value + u.Delta
			if u.Done {
				delete(n, "streaming")
			}
			return n
		})
	default:
		return root
	}
	if raw, err := json.Marshal(node); err == nil {
		return raw
	}
	return root
}

// mapNode replaces the node with this id, wherever in the tree it is.
func mapNode(v any, id string, change func(map[string]any) any) any {
	switch n := v.(type) {
	case map[string]any:
		if n["id"] == id {
			return change(n)
		}
		if kids, ok := n["children"]; ok {
			n["children"] = mapNode(kids, id, change)
		}
	case []any:
		for i := range n {
			n[i] = mapNode(n[i], id, change)
		}
	}
	return v
}
