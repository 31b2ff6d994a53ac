package views

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
)

// saying is a message of the parts.
func saying(id string, parts ...string) *chatkit.AssistantMessage {
	m := &chatkit.AssistantMessage{ItemBase: chatkit.ItemBase{ID: id, ThreadID: "thr_1"}}
	for _, text := range parts {
		m.Content = append(m.Content, &chatkit.OutputText{Text: text})
	}
	return m
}

func ref(n, r int) string {
	return fmt.Sprintf(`<sup><a class="footnote-ref" id="note-msg_1-0-%[1]d-%[2]d" href="#note-msg_1-0-%[1]d" role="doc-noteref" aria-label="Footnote %[1]d">%[1]d</a></sup>`, n, r)
}

func noted(notes ...string) string {
	var b strings.Builder
	b.WriteString(`<div class="footnotes" role="group" aria-label="Footnotes"><ol>` + "\n")
	for i, text := range notes {
		fmt.Fprintf(&b, `<li id="note-msg_1-0-%d">%s</li>`+"\n", i+1, text)
	}
	return b.String() + "</ol></div>\n"
}

func back(n, r int) string {
	again := ""
	if r > 1 {
		again = fmt.Sprintf("<sup>%d</sup>", r)
	}
	return fmt.Sprintf(` <a class="footnote-back" href="#note-msg_1-0-%[1]d-%[2]d" role="doc-backlink" aria-label="Back to where footnote %[1]d stands">↩%[3]s%[4]s</a>`, n, r, "\ufe0e", again)
}

func para(text string) string { return `<p dir="auto">` + text + "</p>\n" }

func TestFootnotes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, source, want string }{
		{"one", "It is so[^1].\n\n[^1]: A *book*, page 3.", para("It is so"+ref(1, 1)+".") + noted(para("A <em>book</em>, page 3."+back(1, 1)))},
		{"one word", "So[^1].\n\n[^1]: word", para("So"+ref(1, 1)+".") + noted(para("word"+back(1, 1)))},
		{"an address", "So[^1].\n\n[^1]: https://example.org", para("So"+ref(1, 1)+".") +
			noted(para(`<a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">https://example.org</a>`+back(1, 1)))},
		{"by their order in the text", "a[^x] b[^y]\n\n[^y]: Y\n[^x]: X", para("a"+ref(1, 1)+" b"+ref(2, 1)) + noted(para("X"+back(1, 1)), para("Y"+back(2, 1)))},
		{"twice", "a[^1] b[^1]\n\n[^1]: Z", para("a"+ref(1, 1)+" b"+ref(1, 2)) + noted(para("Z"+back(1, 1)+back(1, 2)))},
		{"letters of any case", "a[^Ab]\n\n[^aB]: Z", para("a"+ref(1, 1)) + noted(para("Z"+back(1, 1)))},
		{"there is none", "a[^1] and [^abc]", para("a[^1] and [^abc]")},
		{"nothing refers to it", "a\n\n[^1]: Z", para("a") + noted(para("Z"))},
		{"only its beginning", "a[^1]\n\n[^1]:", para("a"+ref(1, 1)) + noted(back(1, 1))},
		{"before the text", "[^1]: Z\n\na[^1]", para("a"+ref(1, 1)) + noted(para("Z"+back(1, 1)))},
		{"two of a name", "a[^1]\n\n[^1]: Y\n\n[^1]: Z", para("a"+ref(1, 1)) + noted(para("Y"+back(1, 1)), para("Z"))},
		{"one in another", "a[^1]\n\n[^2]: Z\n\n[^1]: See[^2].", para("a"+ref(1, 1)) + noted(para("See"+ref(2, 1)+"."+back(1, 1)), para("Z"+back(2, 1)))},
		{"in a link", "[a[^1]](https://example.org)\n\n[^1]: Z", para(`<a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">a[^1]</a>`) + noted(para("Z"))},
		{"a link that looks like one", "[^1](https://example.org)", para(`<a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">^1</a>`)},
		{"after an exclamation", "So![^1]\n\n[^1]: Z", para("So!"+ref(1, 1)) + noted(para("Z"+back(1, 1)))},
		{"in code", "`a[^1]`\n\n[^1]: Z", para("<code>a[^1]</code>") + noted(para("Z"))},
		{"not within each other", "a[^1]\n\n[^1]: [^2]: Y Z", para("a"+ref(1, 1)) + noted(para("[^2]: Y Z"+back(1, 1)))},
		{"of two paragraphs", "a[^1]\n\n[^1]: Y\n\n    Z", para("a"+ref(1, 1)) + noted(para("Y")+para("Z"+back(1, 1)))},
		{"right behind a list", "- a[^1]\n[^1]: Z", "<ul dir=\"auto\">\n<li>a" + ref(1, 1) + "</li>\n</ul>\n" + noted(para("Z"+back(1, 1)))},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := messageHTML(Unhurried(t.Context()), saying("msg_1", c.source), 0); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

// A long text is rendered in blocks: a footnote is found from any of them.
func TestFootnotesOfALongText(t *testing.T) {
	t.Parallel()
	text := "First[^a].\n\n" + prose(2*maxBlock) + "\n\nLast[^b].\n\n[^b]: Bee\n\n[^a]: Ay\n"
	got := messageHTML(Unhurried(t.Context()), saying("msg_1", text), 0)
	for _, want := range []string{para("First" + ref(1, 1) + "."), para("Last" + ref(2, 1) + "."), noted(para("Ay"+back(1, 1)), para("Bee"+back(2, 1)))} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in it", want)
		}
	}
}

var anyID = regexp.MustCompile(` id="([^"]*)"`)

// Two parts of a message, and two messages, may call their footnotes the same.
func TestFootnotesOfAPageHaveTheirOwnIDs(t *testing.T) {
	t.Parallel()
	const text = "a[^1] b[^1]\n\n[^1]: Z"
	turn := Turn{RunID: "run_1", ThreadID: "thr_1", Items: []TurnItem{{Item: saying("msg_1", text, text)}, {Item: saying("msg_2", text)}}}
	var b strings.Builder
	if err := TurnView(turn).Render(Unhurried(t.Context()), &b); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range anyID.FindAllStringSubmatch(b.String(), -1) {
		if seen[m[1]] {
			t.Errorf("two elements are called %s", m[1])
		}
		seen[m[1]] = true
	}
	targets := 0
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(b.String(), -1) {
		if targets++; !seen[m[1]] {
			t.Errorf("a link leads to %s, which is not there", m[1])
		}
	}
	if targets != 3*4 {
		t.Errorf("there are %d links", targets)
	}
	if plain := Markdown(Unhurried(t.Context()), text); strings.Contains(plain, "id=") || strings.Contains(plain, "href") || !strings.Contains(plain, "a<sup>1</sup>") {
		t.Errorf("what is no message has links: %s", plain)
	}
}

func TestFootnotesAreLabelledInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	languages, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	got := messageHTML(locale.With(Unhurried(t.Context()), languages.Find("de")), saying("msg_1", "a[^1]\n\n[^1]: Z"), 0)
	for _, want := range []string{`aria-label="Fußnoten"`, `aria-label="Fußnote 1"`, `aria-label="Zurück zur Stelle von Fußnote 1"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

// While an answer arrives a footnote is shown where it comes, with its label for a
// number. Nothing is shown of it twice, and it ends as on a page that is loaded.
func TestFootnotesArrive(t *testing.T) {
	t.Parallel()
	const text = "It is so[^1], they say[^note].\n\n[^1]: A book.\n\n[^note]: Anybody.\n"
	for n := 1; n <= len(text); n++ {
		p := newPart(text[:n])
		got := p.closedHTML(endless()) + p.tailHTML(endless())
		if strings.Count(got, "book") > 1 || strings.Contains(got, footnoteMark) || strings.Contains(got, " id=") {
			t.Fatalf("%q: %s", text[:n], got)
		}
	}
	p := newPart(text)
	want := para("It is so<sup>1</sup>, they say[^note].") + `<div class="footnotes"><ol start="1"><li>` + para("A book.") + "</li></ol></div>\n" +
		`<div class="footnotes"><p>[^note]</p>` + para("Anybody.") + "</div>\n"
	if got := p.closedHTML(endless()) + p.tailHTML(endless()); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}
