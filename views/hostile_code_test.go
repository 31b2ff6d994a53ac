package views

import (
	"testing"

	"github.com/alecthomas/chroma/v2/lexers"
)

// hostileCode are the languages whose lexers are slowest, with what they are
// slowest at. That was found by trying every lexer with about 100 units.
var hostileCode = map[string][]string{
	"abnf": {"^"}, "ada": {"$"}, "agda": {" "}, "apacheconf": {"<", "a<"}, "autohotkey": {" "}, "autoit": {"\t"}, "bash": {"- "}, "bnf": {"a<"}, "c++": {"\n"},
	"cheetah": {"${"}, "devicetree": {";"}, "django": {"#{"}, "desktop": {"0", "a["}, "factor": {"a "}, "fish": {"?", "@a"}, "cucumber": {" "}, "gnuplot": {"a"},
	"idris": {" "}, "igor": {"{a", "a b "}, "java": {"\n", " \n"}, "json": {"/"}, "markdown": {"\n"}, "ng2": {"(", "["}, "yaml": {"[", " "},
	"kdl": {" "}, "lighttpd": {`\"`}, "lilypond": {"A"}, "lua": {"[["}, "mako": {"<%"}, "markless": {"'"}, "materialize": {"$"}, "moonbit": {" "}, "moonscript": {"[["},
	"myghty": {"<%"}, "objectpascal": {"{"}, "abl": {"["}, "org": {" "}, "postscript": {"0"}, "postgresql": {"$"}, "ragel": {"[["}, "raku": {`\`}, "rust": {":"}, "sas": {"("},
	"sed": {`\"`}, "thrift": {"$"}, "twig": {"#{"},
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
	for name := range hostileCode {
		if lexers.Get(name) == nil {
			t.Errorf("there is no lexer %q to try", name)
		}
	}
	if quickLexers().Get("go") == nil || quickLexers().Get("cpp") == nil {
		t.Error("too many are gone")
	}
}
