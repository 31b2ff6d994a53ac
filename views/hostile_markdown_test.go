package views

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// hostileUnits are what, repeated, costs a careless renderer the square of its
// length or worse, or more depth than there is.
var hostileUnits = []string{
	"[", "![", "[a](", "![a](", "[a](b)", "![a](b)", "[a][b]", "[a][", `[a](b "`, "]", ")", "(", // links
	"*a ", "_a_", "**a*", "***a", "*_", "*[_", "~~a", "~", // emphasis
	">", "> a\n", "- ", "1. ", "- a\n", "- a\n\n", "- [ ] a\n", "-\t", "  ", "\t", // nesting
	"`` ` ", "` `` ``` ````", "```go\nx\n```\n", "```go\n", "~~~\n", // code
	"<a", "<div>", "<!--", "<![CDATA[", "<http://a>", "&a;", "&", // HTML
	"|a", "|a|b|c|d|\n", "|a|\n|-|\n", "|-", // tables
	"# a\n", "a\n=\n", "---\n", "[a]: b\n", "[^1]: a\n", "[^1]", "[^1]\n\n[^1]: [^1]\n\n", "[^a]: ", "![^", // blocks
	"$a$ ", "$", "$a", `\(a`, `\[a\]`, "$$\na\n$$\n", `$\frac{a}{b}$ `, `$\sqrt{`, "${{{", `$\left(`, "$a_b_", `$\begin{matrix}a&`, "$a^", // formulas
	"http://a.b ", "www.a", "a@b.c ", "a@", // addresses
	`\`, "a  \n", `"'`, ":", "\n", " \n", "\r", "\x00", "\xff", "\u200b", "\u202e", "a\u0301", "👩‍👩‍👧", // characters
}

func fill(unit string, n int) string { return strings.Repeat(unit, n/len(unit)+1)[:n] }

// hostileTexts are texts of n bytes: each unit without an end, in blocks as long
// as a block may be, and in short ones.
func hostileTexts(n int) map[string]string {
	texts := map[string]string{}
	for _, unit := range hostileUnits {
		texts[unit] = fill(unit, n)
		for _, block := range []int{maxBlock - 100, 2000} {
			texts[fmt.Sprintf("%s in blocks of %d", unit, block)] = fill(fill(unit, block)+"\n\n", n)
		}
	}
	return texts
}

// prose is an ordinary text of n bytes.
func prose(n int) string {
	return fill(fill("Some *words* of a text. ", 500)+"\n\n", n)
}

// What is too long to be rendered goes on to arrive as plain text, appended.
func TestLongTextArrivesWhole(t *testing.T) {
	t.Parallel()
	p, ctx := newPart(""), Unhurried(t.Context())
	head, more := prose(maxMarkdown-10)+"\n\n", fill("More <words>.\n\n", 200_000)
	p.write(head)
	p.flush(ctx, "msg_1", 0, budgetIn(ctx))
	var shown strings.Builder
	sent := 0
	for i := 0; i < len(more); i += 1000 {
		p.write(more[i : i+1000])
		for _, f := range p.flush(ctx, "msg_1", 0, budgetIn(ctx)) {
			sent += len(f.HTML)
			switch f.Swap {
			case SwapInner:
				shown.Reset()
				shown.WriteString(f.HTML)
			case SwapText:
				shown.WriteString(f.HTML)
			}
		}
	}
	if got := strings.Count(shown.String(), "More"); got != strings.Count(more, "More") {
		t.Errorf("%d of %d are shown", got, strings.Count(more, "More"))
	}
	if sent > 3*len(more) {
		t.Errorf("%d bytes were sent for %d", sent, len(more))
	}
}

func TestPageHasAnAllowance(t *testing.T) {
	t.Parallel()
	limit := endless()
	limit.page = time.Minute
	page := Sparing(context.WithValue(t.Context(), budgetKey, limit))
	if got := Markdown(page, "**a**"); !strings.Contains(got, "<strong>") {
		t.Errorf("with time: %s", got)
	}
	allowanceIn(page).left = 0
	if got := Markdown(page, "**a**"); got != plain([]byte("**a**")) {
		t.Errorf("without: %s", got)
	}
	if got := Markdown(Sparing(page), "**a**"); !strings.Contains(got, "<strong>") {
		t.Errorf("on the next page: %s", got)
	}
}

// A conversation that becomes a file has an allowance, too: first colours go, and
// at its end everything is plain, but there.
func TestFileHasAnAllowance(t *testing.T) {
	t.Parallel()
	const text = "**a**\n\n```go\nreturn\n```"
	page := sparingFile(Unhurried(t.Context()))
	if got := Markdown(page, text); !strings.Contains(got, `class="tk"`) {
		t.Errorf("with time: %s", got)
	}
	allowanceIn(page).left = allowanceIn(page).words
	if got := Markdown(page, text); !strings.Contains(got, "<strong>a") || strings.Contains(got, `class="tk"`) || !strings.Contains(got, "return") {
		t.Errorf("with time for words: %s", got)
	}
	limit := endless()
	limit.file = 1
	var b strings.Builder
	file := TranscriptFile(Transcript{Items: []TurnItem{{Item: saying("msg_1", text)}, {Item: saying("msg_2", text)}}})
	if err := file.Render(context.WithValue(t.Context(), budgetKey, limit), &b); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); strings.Contains(got, "<strong>a") || strings.Count(got, "**a**") != 2 {
		t.Errorf("without: %s", got[strings.Index(got, "</style>"):])
	}
}
