package views

import (
	"context"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Snapshot returns the whole turn as it is now, for a page that has none or an
// older state of it.
func (l *Live) Snapshot(ctx context.Context) (Fragment, error) {
	t := l.Turn()
	html, err := render(ctx, liveTurn(t, l))
	if err != nil {
		return Fragment{}, err
	}
	clear(l.shown)
	for _, it := range t.Items {
		l.shown[it.Item.Base().ID] = true
	}
	for id := range l.dirty {
		if !l.foreign[id] {
			delete(l.dirty, id)
		}
	}
	clear(l.texts)
	l.gone, l.foot = nil, false
	return Fragment{Thread: t.ThreadID, Target: idTurns, Swap: SwapAppend, HTML: html, Seq: t.LastSeq}, nil
}

// Flush returns what changed since the last Snapshot or Flush, all changes of
// one place in one fragment.
func (l *Live) Flush(ctx context.Context) ([]Fragment, error) {
	var list []Fragment
	for _, id := range l.gone {
		list = append(list, Fragment{Target: idItem(id), Swap: SwapRemove})
	}
	l.gone = nil
	for _, it := range l.fold.Items() {
		changes, err := l.flushItem(ctx, l.item(it))
		if err != nil {
			return nil, err
		}
		list = append(list, changes...)
	}
	if l.foot {
		html, err := render(ctx, turnStatus(l.Turn()))
		if err != nil {
			return nil, err
		}
		l.foot = false
		list = append(list, Fragment{Target: idStatus(l.turn.RunID), Swap: SwapReplace, HTML: html})
	}
	passing, err := l.Passing(ctx)
	if err != nil {
		return nil, err
	}
	list = append(list, passing...)
	for i := range list {
		list[i].Thread, list[i].Seq = l.turn.ThreadID, l.turn.LastSeq
	}
	return list, nil
}

func (l *Live) flushItem(ctx context.Context, it TurnItem) ([]Fragment, error) {
	id := it.Item.Base().ID
	if !l.dirty[id] {
		list := l.flushTexts(ctx, it.Item)
		for i := 0; ; i++ {
			p := l.part(id, i)
			if p == nil {
				return list, nil
			}
			list = append(list, p.flush(ctx, id, i, budgetIn(ctx))...)
		}
	}
	html, err := render(ctx, itemView(it, l))
	if err != nil {
		return nil, err
	}
	delete(l.dirty, id)
	if l.foreign[id] {
		return []Fragment{{Target: idItem(id), Swap: SwapUpdate, HTML: html}}, nil
	}
	if l.shown[id] {
		return []Fragment{{Target: idItem(id), Swap: SwapReplace, HTML: html}}, nil
	}
	l.shown[id] = true
	return []Fragment{{Target: idItems(l.turn.RunID), Swap: SwapAppend, HTML: html}}, nil
}

// flushTexts returns the texts of a widget that have grown.
func (l *Live) flushTexts(ctx context.Context, it chatkit.Item) []Fragment {
	item, ok := it.(*chatkit.WidgetItem)
	if !ok {
		return nil
	}
	var list []Fragment
	var w *widgetView
	for key := range l.texts {
		if key.item != item.ID {
			continue
		}
		delete(l.texts, key)
		if w == nil {
			w = newWidgetView(item, l.turn.ThreadID, true)
		}
		if w == nil {
			return nil // it is shown as a stub
		}
		if html, ok := w.textHTML(ctx, key.component); ok {
			list = append(list, Fragment{Target: idText(item.ID, key.component), Swap: SwapInner, HTML: html})
		}
	}
	return list
}

// Redrawn returns an item that changed without a run, or in a later one.
func Redrawn(ctx context.Context, it chatkit.Item) (Fragment, error) {
	html, err := render(ctx, ItemView(it))
	return Fragment{Thread: it.Base().ThreadID, Target: idItem(it.Base().ID), Swap: SwapUpdate, HTML: html}, err
}

// StateChanged says whether messages may be added to a conversation.
func StateChanged(ctx context.Context, threadID string, s chatkit.ThreadStatus) (Fragment, error) {
	html, err := render(ctx, threadState(s))
	return Fragment{Thread: threadID, Target: idThreadState, Swap: SwapUpdate, HTML: html}, err
}

// Gone takes an item away that is not there any more.
func Gone(threadID, itemID string) Fragment {
	return Fragment{Thread: threadID, Target: idItem(itemID), Swap: SwapRemove}
}

// Finish returns the turn as it is stored when it is over: rendered whole, which
// also repairs what rendering block by block got wrong.
func (l *Live) Finish(ctx context.Context, t Turn) (Fragment, error) {
	html, err := render(ctx, TurnView(t))
	if err != nil {
		return Fragment{}, err
	}
	return Fragment{Thread: t.ThreadID, Target: idTurns, Swap: SwapAppend, HTML: html, Seq: t.LastSeq}, nil
}
