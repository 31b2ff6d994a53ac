package views

import (
	"bytes"
	"strings"
	"time"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxMath bounds a formula; a longer one is shown as it was written.
const maxMath = 4000

var kindMath, kindMathBlock = ast.NewNodeKind("Math"), ast.NewNodeKind("MathBlock")

// mathNode is a formula within a paragraph: $…$, \(…\), or in a line of its own.
type mathNode struct {
	ast.BaseInline
	tex     string
	display bool
}

// Kind tells formulas from other nodes.
func (*mathNode) Kind() ast.NodeKind { return kindMath }

// Dump is for debugging.
func (n *mathNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// mathBlock is a formula that is a block: $$…$$ or \[…\] from the beginning of a
// line to the end of another.
type mathBlock struct {
	ast.BaseBlock
	end int // where its closing mark begins in the source
}

// Kind tells formulas from other nodes.
func (*mathBlock) Kind() ast.NodeKind { return kindMathBlock }

// Dump is for debugging.
func (n *mathBlock) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// IsRaw says that there is no Markdown in it.
func (*mathBlock) IsRaw() bool { return true }

// mathMarks are what formulas begin and end with, the longer before the shorter.
var mathMarks = []struct {
	open, close string
	display     bool
}{{"$$", "$$", true}, {"$", "$", false}, {`\(`, `\)`, false}, {`\[`, `\]`, true}}

// mathParser finds formulas within paragraphs.
type mathParser struct{}

// Trigger is what formulas begin with.
func (mathParser) Trigger() []byte { return []byte{'$', '\\'} }

// Parse reads a formula. One that does not end stays text.
func (mathParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	for _, mark := range mathMarks {
		if !bytes.HasPrefix(line, []byte(mark.open)) {
			continue
		}
		money := mark.open == "$"
		if money && (wordRune(block.PrecendingCharacter()) || len(line) < 2 || unicode.IsSpace(rune(line[1]))) {
			return nil
		}
		at, pos := block.Position()
		block.Advance(len(mark.open))
		tex, next, ok := mathUntil(block, mark.open, mark.close)
		if ok && strings.TrimSpace(tex) != "" && (!money || !unicode.IsSpace(rune(tex[len(tex)-1])) && !wordRune(rune(next))) {
			return &mathNode{tex: tex, display: mark.display}
		}
		block.SetPosition(at, pos)
		return nil
	}
	return nil
}

// mathUntil reads up to the closing mark, and the byte after it. The next mark
// ends the search, whichever it is: "$5 and $6" is no formula.
func mathUntil(block text.Reader, open, mark string) (tex string, next byte, ok bool) {
	var b strings.Builder
	for b.Len() <= maxMath {
		line, _ := block.PeekLine()
		if line == nil {
			return "", 0, false
		}
		i, closes := nextMark(line, open, mark)
		if i >= 0 && !closes {
			return "", 0, false
		}
		if closes {
			b.Write(line[:i])
			if end := i + len(mark); end < len(line) {
				next = line[end]
			}
			block.Advance(i + len(mark))
			return b.String(), next, true
		}
		b.Write(line)
		block.AdvanceLine()
	}
	return "", 0, false
}

// nextMark finds the first mark that no backslash takes away, -1 if there is none.
func nextMark(line []byte, open, mark string) (at int, closes bool) {
	for i := 0; i+len(mark) <= len(line); i++ {
		switch string(line[i : i+len(mark)]) {
		case mark:
			return i, true
		case open:
			return i, false
		}
		if line[i] == '\\' {
			i++
		}
	}
	return -1, false
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// mathBlockParser finds formulas that are blocks.
type mathBlockParser struct{}

// Trigger is what formulas begin with.
func (mathBlockParser) Trigger() []byte { return []byte{'$', '\\'} }

// Open looks ahead for the end: without one it is no formula, so that a stray
// mark does not swallow the rest.
func (mathBlockParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	at := pc.BlockOffset()
	if at < 0 || at+2 > len(line) {
		return nil, parser.NoChildren
	}
	open, mark := string(line[at:at+2]), "$$"
	switch open {
	case "$$":
	case `\[`:
		mark = `\]`
	default:
		return nil, parser.NoChildren
	}
	from := segment.Start + at - segment.Padding + 2
	end := mathEnd(reader.Source()[min(from, len(reader.Source())):], open, mark)
	if end < 0 {
		return nil, parser.NoChildren
	}
	n := &mathBlock{end: from + end}
	segment.Start, segment.Padding = from-2, 0
	n.Lines().Append(segment)
	reader.Advance(segment.Len() - 1)
	return n, parser.NoChildren
}

// mathEnd finds the mark at the end of a line, before any empty line.
func mathEnd(source []byte, open, mark string) int {
	at := 0
	for line := range bytes.Lines(source) {
		if at > 0 && len(bytes.TrimSpace(line)) == 0 || at > maxMath {
			return -1
		}
		if i, closes := nextMark(line, open, mark); i >= 0 {
			if !closes || at+i == 0 || len(bytes.TrimSpace(line[i+len(mark):])) > 0 {
				return -1
			}
			return at + i
		}
		at += len(line)
	}
	return -1
}

// Continue takes lines until the closing mark has been.
func (mathBlockParser) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	line, segment := reader.PeekLine()
	if n := node.(*mathBlock); segment.Start > n.end || line == nil {
		return parser.Close
	}
	node.Lines().Append(segment)
	reader.Advance(segment.Len() - 1)
	return parser.Continue | parser.NoChildren
}

// Close has nothing to do.
func (mathBlockParser) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph: a formula may follow its sentence at once.
func (mathBlockParser) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine: what is indented is code.
func (mathBlockParser) CanAcceptIndentedLine() bool { return false }

func (nodes) math(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if n := node.(*mathNode); entering {
		_, _ = w.WriteString(formula(n.tex, n.display, budgetOf(node)))
	}
	return ast.WalkSkipChildren, nil
}

func (nodes) mathBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		raw := strings.TrimSpace(string(node.Lines().Value(source)))
		tex := raw
		if len(raw) >= 4 {
			tex = raw[2 : len(raw)-2]
		}
		_, _ = w.WriteString(`<div class="math">` + formula(tex, true, budgetOf(node)) + "</div>\n")
	}
	return ast.WalkSkipChildren, nil
}

// formula writes TeX as MathML, or as it is if it can't be read or the time is up.
func formula(tex string, display bool, limit budget) string {
	if len(tex) <= maxMath && !time.Now().After(limit.deadline) {
		if ml, ok := mathML(tex, display); ok {
			return ml
		}
	}
	return "<code>" + attrText(strings.TrimSpace(tex)) + "</code>"
}
