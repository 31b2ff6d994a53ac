package views

import "context"

// Snapshot returns the whole turn as it is now, for a page that has none or an
// older state of it.
func (l *Live) Snapshot(ctx context.Context) (Fragment, error) {
	t := l.current()
	html, err := render(ctx, liveTurn(t, l))
	if err != nil {
		return Fragment{}, err
	}
	clear(l.shown)
	for _, it := range t.Items {
		l.shown[it.Item.Base().ID] = true
	}
	clear(l.dirty)
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
		html, err := render(ctx, turnStatus(l.current()))
		if err != nil {
			return nil, err
		}
		l.foot = false
		list = append(list, Fragment{Target: idStatus(l.turn.RunID), Swap: SwapReplace, HTML: html})
	}
	for _, n := range l.notices {
		html, err := render(ctx, NoticeToast(n))
		if err != nil {
			return nil, err
		}
		list = append(list, Fragment{Target: idToasts, Swap: SwapAppend, HTML: html})
	}
	l.notices = nil
	for i := range list {
		list[i].Thread, list[i].Seq = l.turn.ThreadID, l.turn.LastSeq
	}
	return list, nil
}

func (l *Live) flushItem(ctx context.Context, it TurnItem) ([]Fragment, error) {
	id := it.Item.Base().ID
	if !l.dirty[id] {
		var list []Fragment
		for i := 0; ; i++ {
			p := l.part(id, i)
			if p == nil {
				return list, nil
			}
			list = append(list, p.flush(id, i, budgetIn(ctx))...)
		}
	}
	html, err := render(ctx, itemView(it, l))
	if err != nil {
		return nil, err
	}
	delete(l.dirty, id)
	if l.shown[id] {
		return []Fragment{{Target: idItem(id), Swap: SwapReplace, HTML: html}}, nil
	}
	l.shown[id] = true
	return []Fragment{{Target: idItems(l.turn.RunID), Swap: SwapAppend, HTML: html}}, nil
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
