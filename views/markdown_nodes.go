package views

import (
	"html"
	"net/url"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// nodes writes what goldmark would write less safely: links with a scheme of
// our choice or none at all, pictures as links to them, code in our own dress.
type nodes struct{}

// RegisterFuncs takes over these kinds of nodes.
func (n nodes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindLink, n.link)
	r.Register(ast.KindAutoLink, n.autoLink)
	r.Register(ast.KindImage, n.image)
	r.Register(ast.KindFencedCodeBlock, n.fence)
	r.Register(ast.KindCodeBlock, n.code)
	r.Register(extast.KindFootnoteLink, n.footnoteRef)
	r.Register(kindMath, n.math)
	r.Register(kindMathBlock, n.mathBlock)
}

func (nodes) link(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	writeAnchor(w, safeURL(string(node.(*ast.Link).Destination)), entering)
	return ast.WalkContinue, nil
}

func (nodes) autoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.AutoLink)
	target := string(n.URL(source))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(target), "mailto:") {
		target = "mailto:" + target
	}
	href := safeURL(target)
	writeAnchor(w, href, true)
	_, _ = w.WriteString(html.EscapeString(string(n.Label(source))))
	writeAnchor(w, href, false)
	return ast.WalkContinue, nil
}

// image never loads anything: what a model wrote must not make the browser
// call somewhere. Its children are the alternative text.
func (nodes) image(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if linked(node) {
		return ast.WalkContinue, nil
	}
	href := safeURL(string(node.(*ast.Image).Destination))
	writeAnchor(w, href, entering)
	if entering && node.ChildCount() == 0 {
		_, _ = w.WriteString("picture")
	}
	return ast.WalkContinue, nil
}

func (nodes) fence(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		n := node.(*ast.FencedCodeBlock)
		_, _ = w.WriteString(codeBlock(string(n.Language(source)), n.Lines().Value(source), budgetOf(node)))
	}
	return ast.WalkSkipChildren, nil
}

func (nodes) code(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(codeBlock("", node.Lines().Value(source), budget{}))
	}
	return ast.WalkSkipChildren, nil
}

func writeAnchor(w util.BufWriter, href string, entering bool) {
	switch {
	case href == "":
	case entering:
		_, _ = w.WriteString(`<a href="` + html.EscapeString(href) + `" target="_blank" rel="noopener noreferrer nofollow">`)
	default:
		_, _ = w.WriteString("</a>")
	}
}

// safeURL returns an absolute http, https or mailto address, else "".
func safeURL(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host != "" {
			return u.String()
		}
	case "mailto":
		return u.String()
	}
	return ""
}

// newPolicy is the second wall: what may be in a message at all. Nothing a page
// or htmx acts on is: no ids, names, styles, data or event attributes, forms or
// pictures.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "del",
		"sup", "blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("target").Matching(regexp.MustCompile(`^_blank$`)).OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^noopener noreferrer nofollow$`)).OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,9}$`)).OnElements("ol")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(code|code-head|code-lang|math)$`)).OnElements("div", "span")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^t[a-z]$`)).OnElements("span")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^plain$`)).OnElements("p")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(cite|footnote)$`)).OnElements("sup")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^code-copy$`)).OnElements("button")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^(button)$`)).OnElements("button")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^(checkbox)$`)).OnElements("input")
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`^auto$`)).OnElements("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "table")
	p.AllowAttrs("checked", "disabled").OnElements("input")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|center|right)$`)).OnElements("th", "td")
	p.AllowAttrs("tabindex").Matching(regexp.MustCompile(`^0$`)).OnElements("pre")
	p.AllowNoAttrs().OnElements("pre", "code")
	allowMath(p)
	return p
}

// directBlocks lets each block run in the direction of its own text.
func directBlocks(doc ast.Node) {
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		switch n.Kind() {
		case ast.KindParagraph, ast.KindHeading, ast.KindList, ast.KindBlockquote, extast.KindTable:
			n.SetAttributeString("dir", []byte("auto"))
		}
	}
}

// allowMath lets formulas through: of MathML only what draws, no links, no
// styles and nothing that holds HTML.
func allowMath(p *bluemonday.Policy) {
	p.AllowNoAttrs().OnElements("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot",
		"msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd")
	p.AllowAttrs("display").Matching(regexp.MustCompile(`^block$`)).OnElements("math")
	p.AllowAttrs("mathvariant").Matching(regexp.MustCompile(`^normal$`)).OnElements("mi")
	p.AllowAttrs("stretchy").Matching(regexp.MustCompile(`^(true|false)$`)).OnElements("mo")
	p.AllowAttrs("width").Matching(regexp.MustCompile(`^[0-9.]{1,4}em$`)).OnElements("mspace")
	p.AllowAttrs("accent", "displaystyle").Matching(regexp.MustCompile(`^true$`)).OnElements("mover", "mtable")
	p.AllowAttrs("linethickness").Matching(regexp.MustCompile(`^0$`)).OnElements("mfrac")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^math-(left|right)$`)).OnElements("mtd")
}
