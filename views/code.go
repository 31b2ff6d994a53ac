package views

import (
	"bytes"
	"context"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/taskpilot/taskpilot/views/locale"
)

// Limits of highlighting: above them code is shown plain.
const (
	maxCode      = 16 << 10
	maxCodeLines = 500
	maxCodeLine  = 1000 // many lexers take the square of a line's length
)

var languageName = regexp.MustCompile(`^[A-Za-z0-9+#._-]{1,24}$`)

// codeCopyButton copies the code of a box; what is written on it is translated by labelled.
const codeCopyButton = `<button type="button" class="code-copy">Copy</button>`

// labelled translates the labels that rendered Markdown has. Rendering knows no
// language: what is rendered once is shown to any reader. Nobody's text can look
// like the labels, for its angle brackets are escaped.
func labelled(ctx context.Context, rendered string) string {
	if word := locale.T(ctx, "Copy"); word != "Copy" {
		rendered = strings.ReplaceAll(rendered, codeCopyButton, strings.Replace(codeCopyButton, "Copy", html.EscapeString(word), 1))
	}
	if strings.Contains(rendered, openBox) {
		rendered = strings.NewReplacer(
			"<input "+openBox+">", "<input "+openBox+` aria-label="`+html.EscapeString(locale.T(ctx, "To do"))+`">`,
			tickedBox+">", tickedBox+` aria-label="`+html.EscapeString(locale.T(ctx, "Done"))+`">`).Replace(rendered)
	}
	return rendered
}

// The boxes of a list of tasks in Markdown, as the policy leaves them, but for
// their ends.
const (
	openBox   = `disabled="" type="checkbox"`
	tickedBox = `<input checked="" ` + openBox
)

// codeBlock returns code in a box with its language and a copy button. It is
// highlighted as far as the budget goes: with none it is shown plain.
func codeBlock(lang string, code []byte, limit budget) string {
	if !languageName.MatchString(lang) {
		lang = ""
	}
	var b strings.Builder
	b.WriteString(`<div class="code"><div class="code-head"><span class="code-lang">`)
	b.WriteString(html.EscapeString(lang))
	b.WriteString(`</span>` + codeCopyButton + `</div><pre tabindex="0"><code>`) // which may be too wide: the arrow keys scroll it
	if !highlight(&b, lang, code, limit) {
		b.WriteString(html.EscapeString(string(code)))
	}
	b.WriteString("</code></pre></div>\n")
	return b.String()
}

// highlight writes the code with its tokens marked. It reports false, having
// written nothing, when the language is unknown or a limit is reached.
func highlight(b *strings.Builder, lang string, code []byte, limit budget) bool {
	if limit.code == 0 || lang == "" || !colourable(code) {
		return false
	}
	lexer := quickLexers().Get(lang)
	if lexer == nil {
		return false
	}
	deadline := time.Now().Add(limit.code)
	if limit.deadline.Before(deadline) {
		deadline = limit.deadline
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, string(code))
	if err != nil {
		return false
	}
	var out strings.Builder
	for token := tokens(); token != chroma.EOF; token = tokens() {
		if time.Now().After(deadline) {
			return false
		}
		class := tokenClass(token.Type)
		if class != "" {
			out.WriteString(`<span class="` + class + `">`)
		}
		out.WriteString(html.EscapeString(token.Value))
		if class != "" {
			out.WriteString("</span>")
		}
	}
	b.WriteString(out.String())
	return true
}

// slowLexers can't be held to their time, which is looked at between two tokens:
// there is code of which they take half a second to many seconds for one.
var slowLexers = []string{"Angular2", "Desktop file", "Django/Jinja", "Fish", "Gherkin", "Gnuplot", "Idris", "Igor",
	"KDL", "LilyPond", "Markless", "Materialize SQL dialect", "ObjectPascal", "Org Mode", "PostgreSQL SQL dialect", "Ragel", "Sed", "Thrift", "Twig"}

// quickLexers are the others, also for code within other code.
var quickLexers = sync.OnceValue(func() *chroma.LexerRegistry {
	quick := chroma.NewLexerRegistry()
	for _, lexer := range lexers.GlobalLexerRegistry.Lexers {
		if !slices.Contains(slowLexers, lexer.Config().Name) {
			quick.Register(lexer)
		}
	}
	return quick
})

// colourable reports that code is within the limits of highlighting.
func colourable(code []byte) bool {
	if len(code) > maxCode || bytes.Count(code, []byte("\n")) > maxCodeLines {
		return false
	}
	for line := range bytes.Lines(code) {
		if len(line) > maxCodeLine+1 {
			return false
		}
	}
	return true
}

// tokenClass folds chroma's many kinds into the few that the style sheet colours.
func tokenClass(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Keyword), t == chroma.OperatorWord:
		return "tk"
	case t.InCategory(chroma.Comment):
		return "tc"
	case t.InSubCategory(chroma.LiteralString):
		return "ts"
	case t.InSubCategory(chroma.LiteralNumber), t == chroma.NameConstant:
		return "tn"
	case t == chroma.NameFunction, t == chroma.NameFunctionMagic, t == chroma.NameClass, t == chroma.NameDecorator:
		return "tf"
	case t.InSubCategory(chroma.NameBuiltin), t == chroma.NameTag, t == chroma.NameAttribute, t == chroma.NameProperty:
		return "tb"
	case t == chroma.GenericInserted:
		return "ti"
	case t == chroma.GenericDeleted:
		return "td"
	}
	return ""
}
