package views

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The footnotes of the text that is parsed, for the parsers and the renderer.
var footnotesKey = parser.NewContextKey()

const footnotesMeta = "footnotes"

// footnoteSyntax reads [^a] and [^a]: as the library's extension does, but leaves
// them where they are: that extension knows one piece of text only, and a long
// one is rendered in many.
type footnoteSyntax struct{}

// Extend adds the parsers.
func (footnoteSyntax) Extend(m goldmark.Markdown) {
	m.Parser().AddOptions(
		parser.WithBlockParsers(util.Prioritized(footnoteParser{extension.NewFootnoteBlockParser()}, 999)),
		parser.WithInlineParsers(util.Prioritized(footnoteRefParser{}, 101)),
	)
}

const maxFootnoteLabel = 100

// footnoteLabel is the label of a text that begins with [^label].
func footnoteLabel(line []byte) string {
	rest, found := bytes.CutPrefix(line, []byte("[^"))
	if !found {
		return ""
	}
	end := bytes.IndexAny(rest[:min(len(rest), maxFootnoteLabel+1)], "] \t\r\n[")
	if end < 1 || rest[end] != ']' {
		return ""
	}
	return string(rest[:end])
}

// footnoteParser reads a footnote.
type footnoteParser struct{ parser.BlockParser }

// Open takes a line that begins a footnote. Footnotes don't nest.
func (p footnoteParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	if at := pc.BlockOffset(); at < 0 || footnoteLabel(line[at:]) == "" {
		return nil, parser.NoChildren
	}
	for n := parent; n != nil; n = n.Parent() {
		if n.Kind() == extast.KindFootnote {
			return nil, parser.NoChildren
		}
	}
	return p.BlockParser.Open(parent, reader, pc)
}

// Close leaves the footnote in its place.
func (footnoteParser) Close(ast.Node, text.Reader, parser.Context) {}

// footnoteRefParser reads a reference to a footnote.
type footnoteRefParser struct{}

// Trigger includes what would begin a picture: an exclamation may end before a
// reference.
func (footnoteRefParser) Trigger() []byte { return []byte{'!', '['} }

// Parse takes a reference, but not a link whose text looks like one.
func (footnoteRefParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, at := block.PeekLine()
	mark := 0
	if line[0] == '!' {
		mark = 1
	}
	label := footnoteLabel(line[mark:])
	end := mark + len("[^]") + len(label)
	if label == "" || end < len(line) && line[end] == '(' {
		return nil
	}
	f, ok := pc.Get(footnotesKey).(*footnotes)
	if !ok {
		return nil
	}
	if mark > 0 {
		ast.MergeOrAppendTextSegment(parent, at.WithStop(at.Start+1))
	}
	block.Advance(end)
	return extast.NewFootnoteLink(f.mention(label))
}

// takeFootnotes takes the footnotes out of a parsed text: each becomes one of its
// own, with the same budget.
func takeFootnotes(doc *ast.Document) (list []*extast.Footnote) {
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // it never fails
		if note, ok := n.(*extast.Footnote); ok && entering {
			list = append(list, note)
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	for _, note := range list {
		note.Parent().RemoveChild(note.Parent(), note)
	}
	return list
}

// asDocument makes a document of a footnote's blocks.
func asDocument(note *extast.Footnote, meta map[string]any) *ast.Document {
	doc := ast.NewDocument()
	doc.SetMeta(meta)
	for n := note.FirstChild(); n != nil; n = note.FirstChild() {
		doc.AppendChild(doc, n) // which takes it away from the footnote
	}
	directBlocks(doc)
	return doc
}

func (nodes) footnoteRef(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	f, ok := node.OwnerDocument().Meta()[footnotesMeta].(*footnotes)
	if !entering || !ok {
		return ast.WalkContinue, nil
	}
	place := node.(*extast.FootnoteLink).Index
	switch label := f.labels[place]; {
	case linked(node) || f.arriving && !numeric(label):
		_, _ = w.WriteString(f.literal(place))
	case f.arriving:
		_, _ = w.WriteString("<sup>" + label + "</sup>")
	default:
		_, _ = fmt.Fprintf(w, "%s%d%s", footnoteMark, place, markEnd)
	}
	return ast.WalkContinue, nil
}

// linked reports whether the node is within a link: links don't nest.
func linked(node ast.Node) bool {
	for p := node.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindLink || p.Kind() == ast.KindImage {
			return true
		}
	}
	return false
}
