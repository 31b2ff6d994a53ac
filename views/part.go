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

	// The open block as the page shows it. While it is a fence its code is only
	// appended to: codeAt is where in the text it begins, codeShown how much of
	// the code the page has.
	codeAt    int
	codeShown int
	inCode    bool

	// slowAt is where a block begins that took too long to render; it stays
	// plain until it closes, for it would take as long again at every change.
	slowAt int
	slow   bool
}

// tailTime is how long an open block may take to render.
const tailTime = 20 * time.Millisecond

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
	if len(p.split.buf) > maxMarkdown {
		return // from here on the text is shown plain, in the tail
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

// tailHTML renders the open block and takes it as shown.
func (p *part) tailHTML(limit budget) string {
	p.fresh, p.inCode = false, false
	tail := p.split.tail()
	if p.split.inFence {
		if f, ok := openingFence(tail); ok && f.line > 0 {
			code := f.content(tail)
			p.inCode, p.codeAt, p.codeShown = true, p.split.start, len(code)
			return codeBlock(f.lang(), code, budget{})
		}
	}
	if len(p.split.buf) > maxMarkdown || p.slow && p.slowAt == p.split.start {
		return plain(tail)
	}
	start := time.Now()
	html := renderers().block(tail, limit)
	p.slow, p.slowAt = time.Since(start) > limit.tail, p.split.start
	return html
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
	if p.inCode && p.split.inFence && p.codeAt == p.split.start {
		p.fresh = false
		f, _ := openingFence(p.split.tail())
		code := f.content(p.split.tail())
		if p.codeShown < len(code) {
			list = append(list, Fragment{Target: idTail(item, index), Swap: SwapText, HTML: string(code[p.codeShown:])})
			p.codeShown = len(code)
		}
		return list
	}
	return append(list, Fragment{Target: idTail(item, index), Swap: SwapInner, HTML: labelled(ctx, p.tailHTML(limit))})
}
