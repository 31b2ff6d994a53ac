package views_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/views"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// page does with fragments what static/js/apply.js does in a browser.
type page struct {
	t    *testing.T
	root *html.Node
	sent int // bytes of HTML received
}

func newPage(t *testing.T) *page {
	t.Helper()
	root, err := html.Parse(strings.NewReader(`<div id="turns"></div><div id="toasts"></div>`))
	if err != nil {
		t.Fatal(err)
	}
	return &page{t: t, root: root}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func (p *page) find(match func(*html.Node) bool) *html.Node {
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && match(n) {
			return n
		}
	}
	return nil
}

func (p *page) byID(id string) *html.Node {
	return p.find(func(n *html.Node) bool { return attr(n, "id") == id })
}

func (p *page) parse(source string) []*html.Node {
	p.t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(source), &html.Node{Type: html.ElementNode, DataAtom: atom.Div, Data: "div"})
	if err != nil {
		p.t.Fatal(err)
	}
	return nodes
}

func replaceNode(old *html.Node, fresh []*html.Node) {
	for _, n := range fresh {
		old.Parent.InsertBefore(n, old)
	}
	old.Parent.RemoveChild(old)
}

func (p *page) apply(f views.Fragment) {
	p.t.Helper()
	p.sent += len(f.HTML)
	target := p.byID(f.Target)
	if target == nil && (f.Swap == views.SwapRemove || f.Swap == views.SwapUpdate) {
		return
	}
	if target == nil {
		p.t.Fatalf("%s: there is no %s on the page", f.Swap, f.Target)
	}
	switch f.Swap {
	case views.SwapAppend:
		for _, n := range p.parse(f.HTML) {
			if old := p.byID(attr(n, "id")); attr(n, "id") != "" && old != nil {
				replaceNode(old, []*html.Node{n})
			} else {
				target.AppendChild(n)
			}
		}
	case views.SwapReplace, views.SwapUpdate:
		replaceNode(target, p.parse(f.HTML))
	case views.SwapInner:
		for target.FirstChild != nil {
			target.RemoveChild(target.FirstChild)
		}
		for _, n := range p.parse(f.HTML) {
			target.AppendChild(n)
		}
	case views.SwapText:
		for n := range target.Descendants() {
			if n.Data == "code" || n.Data == "p" && slices.Contains(n.Attr, html.Attribute{Key: "class", Val: "plain"}) {
				n.AppendChild(&html.Node{Type: html.TextNode, Data: f.HTML})
				return
			}
		}
		p.t.Fatalf("there is no open code block, nor plain text, in %s", f.Target)
	case views.SwapRemove:
		target.Parent.RemoveChild(target)
	case views.SwapEffect:
	default:
		p.t.Fatalf("unknown swap %q", f.Swap)
	}
}

// inner is the HTML within an element, "" when it is not there.
func (p *page) inner(id string) string {
	p.t.Helper()
	n := p.byID(id)
	if n == nil {
		return ""
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		if err := html.Render(&b, c); err != nil {
			p.t.Fatal(err)
		}
	}
	return b.String()
}

// text is the text of an element, blanks run together.
func (p *page) text(id string) string {
	p.t.Helper()
	n := p.byID(id)
	if n == nil {
		return ""
	}
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
