package views

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
	"github.com/yuin/goldmark/ast"
)

// cite is the marker of a source in a text.
type cite struct {
	at int // where it stands, in bytes
	n  int // the source's number in the list
}

// cites returns the markers of a part of a message, in order, and those without
// a place in the text last. numbers gives each source its number.
func cites(part *chatkit.OutputText, numbers map[source]int) []cite {
	var list []cite
	for _, note := range part.Annotations {
		s, ok := sourceOf(note.Source)
		if !ok || note.Index == nil {
			continue
		}
		c := cite{at: byteAt(part.Text, *note.Index), n: numbers[s]}
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b cite) int { return a.at - b.at })
	return list
}

// byteAt is where the nth character ends.
func byteAt(text string, n int) int {
	if n < 0 {
		return 0
	}
	for at := range text {
		if n == 0 {
			return at
		}
		n--
	}
	return len(text)
}

// markCites puts marks for the markers into a parsed text. base is where the
// text begins in the whole. A marker stands behind the word that it is in, and
// outside of links and code: nothing is cut in two.
func markCites(doc ast.Node, source []byte, base int, list []cite) {
	var spots []*ast.Text
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // it never fails
		if t, ok := n.(*ast.Text); ok && entering {
			spots = append(spots, t)
		}
		return ast.WalkContinue, nil
	})
	if len(spots) == 0 {
		return
	}
	// From the end, so that earlier places stay where they are.
	for _, c := range slices.Backward(list) {
		at, i := c.at-base, 0
		for i+1 < len(spots) && spots[i+1].Segment.Start < at {
			i++
		}
		mark := ast.NewString([]byte(citeMark + strconv.Itoa(c.n) + markEnd))
		mark.SetCode(true) // it is written as it is
		insertMark(spots[i], mark, source, at)
	}
}

// insertMark puts the mark into the text, or behind the link, code or word that
// it would be in.
func insertMark(t *ast.Text, mark ast.Node, source []byte, at int) {
	var after ast.Node = t
	for p := t.Parent(); p != nil && p.Type() == ast.TypeInline; p = p.Parent() {
		switch p.Kind() {
		case ast.KindLink, ast.KindAutoLink, ast.KindCodeSpan, ast.KindImage:
			after = p
		}
	}
	seg := t.Segment
	for at > seg.Start && at < seg.Stop && letter(source[at-1]) && letter(source[at]) {
		at++
	}
	if after == ast.Node(t) && at > seg.Start && at < seg.Stop {
		rest := ast.NewTextSegment(seg.WithStart(at))
		rest.SetSoftLineBreak(t.SoftLineBreak())
		rest.SetHardLineBreak(t.HardLineBreak())
		t.SetSoftLineBreak(false)
		t.SetHardLineBreak(false)
		t.Segment = seg.WithStop(at)
		t.Parent().InsertAfter(t.Parent(), t, rest)
	}
	after.Parent().InsertAfter(after.Parent(), after, mark)
}

// letter reports whether the byte is of a word: also each byte of a character
// beyond ASCII.
func letter(b byte) bool {
	return b >= 0x80 || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// writeCites puts links to the list of sources in the marks' places.
func writeCites(ctx context.Context, html, item string) string {
	return replaceMarks(html, citeMark, func(n int) string {
		return fmt.Sprintf(`<a class="cite" href="#%[1]s" aria-label="%[3]s">%[2]d</a>`, attrText(idSource(item, n)), n, attrText(locale.Tf(ctx, "Source %d", n)))
	})
}
