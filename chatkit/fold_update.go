package chatkit

import (
	"slices"
	"strings"
)

// Bounds on what updates may build, so that a hostile stream can't make us pad
// without end or move long lists about.
const (
	maxParts = 1000 // parts of an assistant message
	maxList  = 5000 // annotations of a part, tasks of a workflow
)

// update applies one update; one that does not fit the item's type changes nothing.
func (e *foldEntry) update(up Update) {
	switch item := e.item.(type) {
	case *AssistantMessage:
		e.updateMessage(item, up)
	case *WorkflowItem:
		updateWorkflow(&item.Workflow, up)
	case *WidgetItem:
		e.updateWidget(item, up)
	case *GeneratedImageItem:
		if u, ok := up.(ImageUpdated); ok {
			item.Image = &u.Image
		}
	}
}

func (e *foldEntry) updateMessage(m *AssistantMessage, up Update) {
	switch u := up.(type) {
	case PartAdded:
		if p := partAt(m, u.ContentIndex); p != nil && u.Content != nil {
			e.setPart(p, u.ContentIndex, u.Content)
		}
	case PartDone:
		if p := partAt(m, u.ContentIndex); p != nil && u.Content != nil {
			kept := p.Annotations
			e.setPart(p, u.ContentIndex, u.Content)
			if len(p.Annotations) == 0 {
				p.Annotations = kept
			}
		}
	case TextDelta:
		if p := partAt(m, u.ContentIndex); p != nil {
			e.appendText(p, u.ContentIndex, u.Delta)
		}
	case AnnotationAdded:
		if p := partAt(m, u.ContentIndex); p != nil {
			p.Annotations = insert(p.Annotations, u.AnnotationIndex, u.Annotation)
		}
	}
}

// partAt returns the part with this index, after padding with empty ones; nil
// for an index that no server means.
func partAt(m *AssistantMessage, index int) *OutputText {
	if index < 0 || index >= maxParts {
		return nil
	}
	for len(m.Content) <= index {
		m.Content = append(m.Content, &OutputText{})
	}
	return m.Content[index]
}

func (e *foldEntry) setPart(p *OutputText, index int, content *OutputText) {
	delete(e.texts, index)
	*p = OutputText{Text: content.Text, Annotations: slices.Clone(content.Annotations)}
}

func (e *foldEntry) appendText(p *OutputText, index int, delta string) {
	b := e.texts[index]
	if b == nil {
		if e.texts == nil {
			e.texts = map[int]*strings.Builder{}
		}
		b = new(strings.Builder)
		b.WriteString(p.Text)
		e.texts[index] = b
	}
	b.WriteString(delta)
	p.Text = b.String() // shares the builder's bytes: a delta copies nothing
}

func updateWorkflow(w *Workflow, up Update) {
	switch u := up.(type) {
	case WorkflowTaskAdded:
		w.Tasks = insert(w.Tasks, u.TaskIndex, u.Task)
	case WorkflowTaskUpdated:
		if u.TaskIndex >= 0 && u.TaskIndex < len(w.Tasks) {
			w.Tasks[u.TaskIndex] = u.Task
		}
	}
}

// insert puts v at an index, or last when there is no such index.
func insert[T any](list []T, at int, v T) []T {
	if len(list) >= maxList {
		return list
	}
	if at < 0 || at > len(list) {
		at = len(list)
	}
	return slices.Insert(list, at, v)
}

func (e *foldEntry) updateWidget(item *WidgetItem, up Update) {
	switch u := up.(type) {
	case WidgetRootUpdated:
		item.Widget, e.widget = u.Widget, nil
	case WidgetComponentUpdated:
		fresh, err := decodeOne(u.Component)
		if tree := e.tree(item); tree != nil && err == nil {
			tree.replace(u.ComponentID, fresh)
		}
	case WidgetTextDelta:
		if tree := e.tree(item); tree != nil {
			tree.appendValue(u.ComponentID, u.Delta, u.Done)
		}
	}
}

// tree returns the parsed widget, nil if the widget is no JSON.
func (e *foldEntry) tree(item *WidgetItem) *widgetTree {
	if e.widget == nil {
		root, err := decodeOne(item.Widget)
		if err != nil {
			return nil
		}
		e.widget = &widgetTree{root: root}
	}
	return e.widget
}
