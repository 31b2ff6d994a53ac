package views

import (
	"bytes"
	"context"
	"html"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Limits of what is rendered as Markdown; anything above is shown as plain text,
// which is always possible.
const (
	maxMarkdown = 256 << 10
	maxBlock    = 16 << 10
	maxNesting  = 100  // of quotes and lists: each level costs the browser depth
	maxBrackets = 1000 // of a block: each open one is looked at again by those that follow
)

const budgetMeta = "budget"

// markdown renders Markdown in two walls: goldmark, which is not given raw HTML
// to parse and writes only links that are safe, and after it a sanitiser with
// a list of its own. It is safe for concurrent use.
type markdown struct {
	md     goldmark.Markdown
	policy *bluemonday.Policy
}

// renderers is built at first use, since the lexers' table takes milliseconds.
var renderers = sync.OnceValue(func() *markdown {
	return &markdown{md: newGoldmark(), policy: newPolicy()}
})

// Markdown returns the text as HTML that is safe to show.
func Markdown(ctx context.Context, source string) string {
	html, notes := renderers().within(ctx, []byte(source), nil)
	return labelled(ctx, notes.write(ctx, html, ""))
}

// messageHTML is the nth part of a message: Markdown with the markers of its
// sources, and footnotes that are linked.
func messageHTML(ctx context.Context, m *chatkit.AssistantMessage, n int) string {
	html, notes := renderers().within(ctx, []byte(m.Content[n].Text), cites(m.Content[n], numbersOf(m)))
	return writeCites(ctx, labelled(ctx, notes.write(ctx, html, idFootnotes(m.ID, n))), m.ID)
}

// within renders a complete text in the time that the context grants.
func (m *markdown) within(ctx context.Context, source []byte, list []cite) (string, *footnotes) {
	limit, page, start := budgetIn(ctx), allowanceIn(ctx), time.Now()
	if end := start.Add(page.left); end.Before(limit.deadline) {
		limit.deadline = end
	}
	if page.left <= page.words {
		limit.code = 0
	}
	defer func() { page.left -= time.Since(start) }()
	return m.whole(source, limit, list)
}

// whole renders a complete text, but for what is written in place of its marks. A
// long one is rendered block by block, as it is while it arrives, so that no input
// costs more than its blocks do.
func (m *markdown) whole(source []byte, limit budget, list []cite) (string, *footnotes) {
	notes := &footnotes{}
	if len(source) > maxMarkdown {
		return plain(source), notes
	}
	if len(source) <= maxBlock {
		return m.citing(source, limit, 0, list, notes), notes
	}
	var s splitter
	var out strings.Builder
	s.write(source)
	at := 0
	for block := range s.closed() {
		out.WriteString(m.citing(block, limit, at, list, notes))
		at += len(block)
	}
	out.WriteString(m.citing(s.tail(), limit, at, list, notes))
	return out.String(), notes
}

// block renders one or a few blocks of a text that is still arriving.
func (m *markdown) block(source []byte, limit budget) string {
	notes := &footnotes{arriving: true}
	return m.citing(source, limit, 0, nil, notes) + notes.passing()
}

// citing renders blocks that begin at base with the markers that are in them. The
// footnotes in them are added to the others.
func (m *markdown) citing(source []byte, limit budget, base int, list []cite, notes *footnotes) string {
	if len(bytes.TrimSpace(source)) == 0 {
		return ""
	}
	if len(source) > maxBlock || nesting(source) > maxNesting || bytes.Count(source, []byte("[")) > maxBrackets || time.Now().After(limit.deadline) {
		if f, ok := openingFence(source); ok {
			return codeBlock(f.lang(), f.content(source), budget{})
		}
		return plain(source)
	}
	// goldmark appends to the slice when it ends within a fence: without Clip
	// it would write over the bytes that follow.
	source = slices.Clip(source)
	pc := parser.NewContext()
	pc.Set(footnotesKey, notes)
	doc := m.md.Parser().Parse(text.NewReader(source), parser.WithContext(pc)).OwnerDocument()
	doc.SetMeta(map[string]any{budgetMeta: limit, footnotesMeta: notes})
	directBlocks(doc)
	markCites(doc, source, base, slices.DeleteFunc(slices.Clone(list), func(c cite) bool { return c.at <= base && base > 0 || c.at > base+len(source) }))
	for _, note := range takeFootnotes(doc) {
		html := m.html(source, asDocument(note, doc.Meta()))
		notes.notes = append(notes.notes, footnote{label: notes.mention(string(note.Ref)), html: html})
	}
	return m.html(source, doc)
}

// html writes what was parsed.
func (m *markdown) html(source []byte, doc *ast.Document) string {
	var out bytes.Buffer
	if err := m.md.Renderer().Render(&out, source, doc); err != nil {
		return plain(source)
	}
	return m.policy.SanitizeReader(&out).String()
}

// plain shows the text as it is.
func plain(source []byte) string {
	return `<p class="plain" dir="auto">` + html.EscapeString(strings.ToValidUTF8(string(source), "\uFFFD")) + "</p>\n"
}

// nesting is the most levels that the beginning of a line can open.
func nesting(source []byte) int {
	most := 0
	for line := range bytes.Lines(source) {
		depth, blanks := 0, 0
	prefix:
		for i, c := range line {
			switch {
			case c == '>':
				depth++
			case c == ' ':
				blanks++
			case c >= '0' && c <= '9':
			case strings.IndexByte("-*+.)", c) >= 0 && i+1 < len(line) && line[i+1] == ' ':
				depth++
			default:
				break prefix
			}
		}
		// Two columns of indentation can hold one level of a list.
		most = max(most, depth, blanks/2)
	}
	return most
}

func newGoldmark() goldmark.Markdown {
	blocks := parser.DefaultBlockParsers()
	blocks = slices.DeleteFunc(blocks, func(p util.PrioritizedValue) bool {
		return p.Value == parser.NewHTMLBlockParser()
	})
	inlines := slices.DeleteFunc(parser.DefaultInlineParsers(), func(p util.PrioritizedValue) bool {
		return p.Value == parser.NewRawHTMLParser()
	})
	blocks = append(blocks, util.Prioritized(mathBlockParser{}, 650))
	inlines = append(inlines, util.Prioritized(mathParser{}, 50))
	return goldmark.New(
		goldmark.WithParser(parser.NewParser(
			parser.WithBlockParsers(blocks...),
			parser.WithInlineParsers(inlines...),
			parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		)),
		goldmark.WithExtensions(
			extension.Linkify,
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Strikethrough,
			extension.TaskList,
			footnoteSyntax{},
		),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(nodes{}, 100))),
	)
}

// budgetOf is what is left for rendering the node's document.
func budgetOf(n ast.Node) budget {
	limit, _ := n.OwnerDocument().Meta()[budgetMeta].(budget)
	return limit
}
