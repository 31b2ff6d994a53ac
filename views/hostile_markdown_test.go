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
	"# a\n", "a\n=\n", "---\n", "[a]: b\n", "[^1]: a\n", "[^1]", // blocks
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

// The limits of size and depth alone hold the work down: what the texts cost
// without any limit of time is held against an ordinary text of the same length.
// What this finds is growth with the square, which takes thousands of times as long.
func TestHostileTextIsCheap(t *testing.T) {
	t.Parallel()
	const size = 3 * maxBlock
	ctx := Unhurried(t.Context())
	usual := max(spent(func() { Markdown(ctx, prose(size)) }), spent(func() { Markdown(ctx, prose(size)) }))
	for name, text := range hostileTexts(size) {
		var out string
		took := spent(func() { out = Markdown(ctx, text) })
		if out == "" && strings.TrimSpace(text) != "" && !strings.Contains(text, "]: ") { // definitions are not shown
			t.Errorf("%q became nothing", name)
		}
		if took > 100*usual {
			t.Errorf("%q took %v, prose %v", name, took, usual)
		}
	}
}

// A text longer than what is rendered costs hardly anything.
func TestHostileLengthIsCheap(t *testing.T) {
	t.Parallel()
	ctx := Unhurried(t.Context())
	usual := spent(func() { Markdown(ctx, prose(maxMarkdown)) })
	for _, unit := range hostileUnits {
		text := fill(unit, 4*maxMarkdown)
		if took := spent(func() { Markdown(ctx, text) }); took > 10*usual {
			t.Errorf("%q took %v, prose of a quarter of it %v", unit, took, usual)
		}
	}
}

// While a text arrives four bytes at a time, and is drawn with every fourth of
// them, what is rendered and sent stays a multiple of its length.
func TestHostileTextArrivesCheaply(t *testing.T) {
	t.Parallel()
	const size = 8000
	ctx := Unhurried(t.Context())
	for _, unit := range hostileUnits {
		text, p, drawn, sent := fill(unit, size), newPart(""), 0, 0
		for i := 0; i < size; i += 4 {
			p.write(text[i : i+4])
			if i%16 != 0 {
				continue
			}
			for _, f := range p.flush(ctx, "msg_1", 0, budgetIn(ctx)) {
				if sent += len(f.HTML); f.Swap == SwapInner {
					drawn += p.drawn
				}
			}
		}
		if most := 128 * size; drawn > most { // every time would be twice that
			t.Errorf("%q: %d bytes were rendered for %d", unit, drawn, size)
		}
		if sent > 2500*size {
			t.Errorf("%q: %d bytes were sent for %d", unit, sent, size)
		}
	}
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
