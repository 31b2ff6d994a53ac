//go:build !race

package views

import (
	"strings"
	"testing"
)

// What hostile texts cost. The race detector has nothing to find here, makes it ten
// times as dear and the comparison worse: .ci/test runs these tests without it.

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

// Whatever language the code is said to be in, and whatever it is: the colours
// take no longer than their time and one step of a lexer more, which is held
// against colouring ordinary code of the same length.
func TestHostileCodeIsCheap(t *testing.T) {
	t.Parallel()
	limit := endless()
	colour := func(lang, code string) {
		var b strings.Builder
		highlight(&b, lang, []byte(code), limit)
	}
	ordinary := strings.Repeat("func f(a, b int) int { return a + b } // add them\n", maxCodeLines/2)
	colour("go", ordinary) // which compiles the lexer
	usual := max(spent(func() { colour("go", ordinary) }), spent(func() { colour("go", ordinary) }))
	limit.code = codeTime
	for lang, units := range hostileCode {
		for _, unit := range units {
			line := strings.Repeat(unit, maxCodeLine/len(unit))
			for shape, code := range map[string]string{
				"one line":      strings.Repeat(unit, maxCode/len(unit)),
				"long lines":    strings.Repeat(line+"\n", maxCode/(len(line)+1)),
				"many lines":    strings.Repeat(unit+"\n", maxCodeLines/(1+strings.Count(unit, "\n"))),
				"in Markdown":   "```" + lang + "\n" + strings.Repeat(line+"\n", maxCode/(len(line)+1)-1) + "```\n",
				"without a end": strings.Repeat(unit, maxCodeLine/len(unit)),
			} {
				name := lang
				if shape == "in Markdown" {
					name = "markdown"
				}
				colour(name, "x\n")
				if took := spent(func() { colour(name, code) }); took > 20*usual {
					t.Errorf("%s of %q in %s took %v, ordinary code %v", lang, unit, shape, took, usual)
				}
			}
		}
	}
}

// However often a text refers to a footnote, its HTML grows with its length.
func TestFootnotesAreCheap(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"[^1]", "a[^1]\n\n[^1]: b\n\n", "[^1]: b\n\n", "[^1]: [^1] [^2]\n"} {
		text := fill(unit, maxMarkdown)
		var got string
		took := spent(func() { got = messageHTML(Unhurried(t.Context()), saying("msg_1", text), 0) })
		if len(got) > 60*len(text) {
			t.Errorf("%q became %d bytes", unit, len(got))
		}
		if usual := spent(func() { Markdown(Unhurried(t.Context()), prose(maxMarkdown)) }); took > 20*usual {
			t.Errorf("%q took %v, prose %v", unit, took, usual)
		}
	}
}
