package views

import (
	"strings"
	"testing"

	"github.com/alecthomas/chroma/v2/lexers"
)

// hostileCode are the languages whose lexers are slowest, with what they are
// slowest at. That was found by trying every lexer with about 90 units.
var hostileCode = map[string][]string{
	"abnf": {"^"}, "ada": {"$"}, "agda": {" "}, "apacheconf": {"<", "a<"}, "autohotkey": {" "}, "autoit": {"\t"}, "bash": {"- "}, "bnf": {"a<"}, "c++": {"\n"},
	"cheetah": {"${"}, "devicetree": {";"}, "django": {"#{"}, "desktop": {"0", "a["}, "factor": {"a "}, "fish": {"?", "@a"}, "cucumber": {" "}, "gnuplot": {"a"},
	"idris": {" "}, "igor": {"{a", "a b "}, "java": {"\n", " \n"}, "json": {"/"}, "markdown": {"\n"}, "ng2": {"(", "["}, "yaml": {"[", " "},
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

func TestSlowLexersAreKnown(t *testing.T) {
	t.Parallel()
	for _, name := range slowLexers {
		if lexers.Get(name) == nil {
			t.Errorf("there is no lexer %q", name)
		}
		if quickLexers().Get(name) != nil {
			t.Errorf("%s is used", name)
		}
	}
	if quickLexers().Get("go") == nil || quickLexers().Get("cpp") == nil {
		t.Error("too many are gone")
	}
}
