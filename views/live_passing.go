package views

import (
	"context"
	"fmt"
	"strconv"

	"github.com/taskpilot/taskpilot/chatkit"
)

// passing is a notice or an effect: it happens once, and is part of no item.
type passing struct {
	n  int // which one it is of the run's
	ev chatkit.Event
}

func (l *Live) pass(ev chatkit.Event) {
	l.passed++
	l.passing = append(l.passing, passing{l.passed, ev})
}

// Passing returns the notices and effects that came since it was last called. A
// page that connects anew gets them again and knows them by their name.
func (l *Live) Passing(ctx context.Context) ([]Fragment, error) {
	var list []Fragment
	for _, p := range l.passing {
		f := Fragment{Thread: l.turn.ThreadID, Target: idToasts, Swap: SwapAppend, Once: l.turn.RunID + "/" + strconv.Itoa(p.n)}
		var err error
		switch e := p.ev.(type) {
		case chatkit.Notice:
			f.HTML, err = render(ctx, NoticeToast(e))
		case chatkit.ClientEffect:
			f.Target, f.Swap = idTurns, SwapEffect
			f.HTML, err = effectJSON(e)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	l.passing = nil
	return list, nil
}

func effectJSON(e chatkit.ClientEffect) (string, error) {
	raw, err := chatkit.Marshal(map[string]any{"name": e.Name, "data": e.Data})
	if err != nil {
		return "", fmt.Errorf("views: effect %s: %w", e.Name, err)
	}
	return string(raw), nil
}
