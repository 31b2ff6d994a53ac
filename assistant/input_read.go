package assistant

import (
	"context"
	"slices"

	"github.com/taskpilot/taskpilot/chatkit"
)

const (
	defaultWindow = 32_000 // tokens of a conversation, if nobody said what the model takes
	pageOfInput   = 32     // items read at a time
	maxInputItems = 512    // items read at all
	firstItems    = 4      // the oldest items, among which the first message is looked for
)

// inputReader turns a thread into what a model reads.
type inputReader struct {
	window int // tokens; 0 is defaultWindow
	reads  inputReads
	tools  Tools // whose steps are not told of twice: as calls, and as tasks that showed them
}

// inputBlock is what must stay together: a message with what belongs to it, or a
// tool call with its output.
type inputBlock struct {
	id     string // of the thread's item
	items  []inputItem
	tokens int
}

// said reports whether the block is a message of the person's.
func (b inputBlock) said() bool { return len(b.items) > 0 && b.items[0].kind == inputUser }

// opens reports whether a conversation may begin with the block.
func (b inputBlock) opens() bool {
	return b.said() || len(b.items) > 0 && b.items[0].kind == inputContext
}

// read returns the newest items of the thread that fit the window, oldest first,
// and before them the thread's first message if it is older. The newest message
// is kept whatever its length. It reads what fits, however long the thread is.
func (r inputReader) read(ctx context.Context, turn *Turn) ([]inputItem, error) {
	window := r.window
	if window <= 0 {
		window = defaultWindow
	}
	w := &inputWindow{conv: newInputConverter(ctx, turn, r, window), left: window}
	if err := w.fill(ctx, turn); err != nil {
		return nil, err
	}
	first, err := w.first(ctx, turn)
	if err != nil {
		return nil, err
	}
	var items []inputItem
	for _, b := range w.trimmed(first) {
		items = append(items, b.items...)
	}
	return items, nil
}

// inputWindow collects blocks until the window is full.
type inputWindow struct {
	conv   *inputConverter
	left   int          // tokens
	blocks []inputBlock // newest first
	full   bool         // something was left out
	said   bool         // the newest message of the person's is in
}

// fill reads the thread from its end.
func (w *inputWindow) fill(ctx context.Context, turn *Turn) error {
	if turn.History == nil {
		w.own(turn, nil)
		return w.conv.err
	}
	page, err := turn.History.Recent(ctx, pageOfInput)
	if err != nil {
		return historyError(ctx, err)
	}
	w.own(turn, page)
	for read := 0; ; {
		for _, it := range slices.Backward(page) {
			if w.add(it); w.full || w.conv.err != nil {
				return w.conv.err
			}
		}
		if read += len(page); len(page) < pageOfInput || read >= maxInputItems {
			w.full = len(page) == pageOfInput
			return nil
		}
		if page, err = turn.History.Before(ctx, page[0].Base().ID, pageOfInput); err != nil {
			return historyError(ctx, err)
		}
	}
}

// own adds the turn's message if the thread's end does not have it.
func (w *inputWindow) own(turn *Turn, newest []chatkit.Item) {
	if in := turn.Input; in != nil && !contains(newest, in.ID) {
		w.add(in)
	}
}

// add takes one more item in, an older one than all before.
func (w *inputWindow) add(it chatkit.Item) {
	b := w.conv.block(it)
	if len(b.items) == 0 {
		return
	}
	if b.tokens > w.left && w.said {
		w.full = true
		return
	}
	w.left -= b.tokens
	w.blocks = append(w.blocks, b)
	w.said = w.said || b.said()
}

// first returns the thread's first message of the person's, if what was left out
// has it and it is not too long to be worth its place.
func (w *inputWindow) first(ctx context.Context, turn *Turn) (inputBlock, error) {
	if !w.full || turn.History == nil {
		return inputBlock{}, nil
	}
	oldest, err := turn.History.Oldest(ctx, firstItems)
	if err != nil {
		return inputBlock{}, historyError(ctx, err)
	}
	for _, it := range oldest {
		if _, ok := it.(*chatkit.UserMessage); ok && !w.has(it.Base().ID) {
			b := w.conv.block(it)
			return b, w.conv.err
		}
	}
	return inputBlock{}, nil
}

func (w *inputWindow) has(id string) bool {
	return slices.ContainsFunc(w.blocks, func(b inputBlock) bool { return b.id == id })
}

// trimmed puts the blocks in order. To make room for the first message, the
// oldest of the others go, but never the newest message of the person's. What
// is sent begins in the person's role: many models take nothing else.
func (w *inputWindow) trimmed(first inputBlock) []inputBlock {
	slices.Reverse(w.blocks)
	left, begin, gap := w.left, -1, omitted()
	for from, b := range w.blocks {
		if b.opens() {
			if begin < 0 {
				begin = from
			}
			if len(first.items) > 0 && left >= first.tokens+gap.tokens {
				return slices.Concat([]inputBlock{first, gap}, w.blocks[from:])
			}
		}
		left += b.tokens
	}
	return w.blocks[max(begin, 0):]
}

// omitted tells the model that it does not see everything.
func omitted() inputBlock {
	it := contextText("Note from the app: messages between this and the next were left out, because the conversation is long.")
	return inputBlock{items: []inputItem{it}, tokens: it.tokens()}
}

func contains(items []chatkit.Item, id string) bool {
	for _, it := range items {
		if id != "" && it.Base().ID == id {
			return true
		}
	}
	return false
}
