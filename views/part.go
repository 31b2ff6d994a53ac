package views

import (
	"context"
	"strings"
	"time"
)

// part is one part of a message that is arriving. It keeps the HTML of the
// closed blocks and knows how much of it the page has, so that what a growing
// answer costs is what its last block costs.
type part struct {
	split splitter
	html  strings.Builder // of the closed blocks
	shown int             // bytes of html that the page has
	fresh bool            // text came since the tail was last rendered

	// The open block as the page shows it: where in the text it begins, and how
	// much of it was drawn. While it is code, or is shown plain, it is only
	// appended to; of code, drawn counts what is within the fence.
	drawnAt, drawn int
	dress          dress

	// slowAt is where a block begins that took too long to render; it stays
	// plain until it closes, for it would take as long again at every change.
	slowAt int
	slow   bool
}

// dress is how the open block is shown.
type dress int

const (
	rendered dress = iota
	asCode
	asText
)

// tailSteps is how finely a long open block grows: it is drawn anew when it has
// grown by this part of itself, so that drawing it costs a multiple of its
// length and not its square.
const tailSteps = 64

// partSource finds the arriving parts of messages.
type partSource interface {
	part(item string, index int) *part
}

func livePart(parts partSource, item string, index int) *part {
	if parts == nil {
		return nil
	}
	return parts.part(item, index)
}

func newPart(text string) *part {
	p := &part{}
	p.write(text)
	return p
}

func (p *part) write(text string) {
	if text != "" {
		p.split.write([]byte(text))
		p.fresh = true
	}
}

func (p *part) text() string { return string(p.split.buf) }

// advance renders the blocks that have closed.
func (p *part) advance(limit budget) {
	if p.over() {
		return
	}
	for block := range p.split.closed() {
		p.html.WriteString(renderers().block(block, limit))
	}
}

// closedHTML renders the closed blocks and takes them as shown.
func (p *part) closedHTML(limit budget) string {
	p.advance(limit)
	p.shown = p.html.Len()
	return p.html.String()
}

// over reports that the text is longer than what is rendered: what follows the
// blocks that were is shown plain.
func (p *part) over() bool { return len(p.split.buf) > maxMarkdown }

// open is the open block, or all that is not rendered, and where it begins.
func (p *part) open() (tail []byte, at int) {
	if p.over() {
		return p.split.rest()
	}
	return p.split.tail(), p.split.start
}

// tailHTML renders the open block and takes it as shown.
func (p *part) tailHTML(limit budget) string {
	tail, at := p.open()
	p.fresh, p.drawnAt, p.drawn, p.dress = false, at, len(tail), rendered
	if p.over() || p.slow && p.slowAt == at {
		p.dress = asText
		return plain(tail)
	}
	if f, ok := openingFence(tail); ok && p.split.inFence && f.line > 0 {
		code := f.content(tail)
		p.dress, p.drawn = asCode, len(code)
		return codeBlock(f.lang(), code, budget{})
	}
	start := time.Now()
	html := renderers().block(tail, limit)
	p.slow, p.slowAt = time.Since(start) > limit.tail, at
	return html
}

// grown returns what came to the open block as text that can be appended; ok is
// false if it has to be drawn anew.
func (p *part) grown() (text string, ok bool) {
	tail, at := p.open()
	if at != p.drawnAt {
		return "", false
	}
	switch {
	case p.dress == asCode && p.split.inFence && !p.over():
		f, _ := openingFence(tail)
		tail = f.content(tail)
	case p.dress == asText && (p.over() || p.slow && p.slowAt == at):
	default:
		return "", false
	}
	if p.drawn >= len(tail) {
		return "", true
	}
	text = string(tail[p.drawn:])
	p.drawn = len(tail)
	return text, true
}

// waits reports that the open block has hardly grown since it was drawn.
func (p *part) waits() bool {
	tail, at := p.open()
	return p.dress == rendered && at == p.drawnAt && p.drawn > 0 && len(tail)-p.drawn < p.drawn/tailSteps
}

// flush returns the changes since the page last saw the part.
func (p *part) flush(ctx context.Context, item string, index int, limit budget) []Fragment {
	if !p.fresh {
		return nil
	}
	var list []Fragment
	p.advance(limit)
	if all := p.html.String(); p.shown < len(all) {
		list = append(list, Fragment{Target: idBody(item, index), Swap: SwapAppend, HTML: labelled(ctx, all[p.shown:])})
		p.shown = len(all)
	}
	if text, ok := p.grown(); ok {
		p.fresh = false
		if text != "" {
			list = append(list, Fragment{Target: idTail(item, index), Swap: SwapText, HTML: text})
		}
		return list
	}
	if p.waits() {
		return list
	}
	return append(list, Fragment{Target: idTail(item, index), Swap: SwapInner, HTML: labelled(ctx, p.tailHTML(limit))})
}
