package assistant

import (
	"embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// phraseFiles say what the built-in assistant understands besides English, a file
// for each language of the pages. A line is a name and a pattern:
//
//	task = (die |meine )?aufgabe
//	add: neue <task>:? {title}
//	when: übermorgen => day after tomorrow
//
// Patterns are regular expressions of a whole sentence (of a part of one for when,
// which, start and end). A space stands for any white space, <name> for a pattern
// that was given this name above, {title} for any words and {n} for a number. Dates
// and places in a list are put into English, which then reads them.
//
//go:embed phrases/*.txt
var phraseFiles embed.FS

// phrasebook is what is understood in one language.
type phrasebook struct {
	code       string
	joined     bool // it is written without spaces
	start, end []*regexp.Regexp
	rules      []rule
	when       []rewrite // of parts
	which      []rewrite // of a whole name
	levels     []rewrite // a priority at the beginning or the end
	and        *regexp.Regexp
	verb       *regexp.Regexp // of what is to be done, at its beginning or its end
	verbLast   bool
}

// rewrite puts what matches into English.
type rewrite struct {
	from *regexp.Regexp
	to   string
}

// phrasebooks are all languages but English; a test reads the files.
var phrasebooks = sync.OnceValues(readPhrasebooks)

func readPhrasebooks() ([]*phrasebook, error) {
	files, err := phraseFiles.ReadDir("phrases")
	if err != nil {
		return nil, fmt.Errorf("assistant: phrases: %w", err)
	}
	var books []*phrasebook
	for _, f := range files {
		text, err := phraseFiles.ReadFile(path.Join("phrases", f.Name()))
		if err != nil {
			return nil, fmt.Errorf("assistant: phrases: %w", err)
		}
		b, err := readPhrasebook(strings.TrimSuffix(f.Name(), ".txt"), string(text))
		if err != nil {
			return nil, fmt.Errorf("assistant: phrases/%s: %w", f.Name(), err)
		}
		books = append(books, b)
	}
	return books, nil
}

// longestRequest is how many characters of a message are read as a request: more
// than twenty tasks or a description have. Each costs a few hundred patterns.
const longestRequest = 5000

// mostPolite is how often words that are only polite are taken off a sentence: each
// time all patterns are tried anew.
const mostPolite = 8

// understand reads a sentence in the language with this code, in English, and then
// in the others: people write in another language than their pages are in.
func understand(text, code string) request {
	if utf8.RuneCountInString(text) > longestRequest {
		return request{}
	}
	books, err := phrasebooks()
	if err != nil {
		return parse(text)
	}
	s := sentenceOf(text)
	own := slices.IndexFunc(books, func(b *phrasebook) bool { return b.code == code })
	if own >= 0 {
		if req, ok := books[own].parse(s); ok {
			return req
		}
	}
	if req := parse(text); req.kind != kindUnknown {
		return req
	}
	for i, b := range books {
		if req, ok := b.parse(s); ok && i != own {
			return req
		}
	}
	return request{}
}

// bookOf is the phrasebook of a language, nil for English.
func bookOf(code string) *phrasebook {
	books, err := phrasebooks()
	if err != nil {
		return nil
	}
	for _, b := range books {
		if b.code == code {
			return b
		}
	}
	return nil
}

// sentenceOf is a message as one line, without what ends it.
func sentenceOf(text string) string {
	text = bullets.ReplaceAllString(norm.NFC.String(chatkit.CleanText(text)), "; ")
	return unpunctuated(spaces.ReplaceAllString(text, " "))
}

// parse reads a sentence, first with all its words, then without those that are only
// polite.
func (b *phrasebook) parse(s string) (request, bool) {
	for range mostPolite {
		if req, ok := b.match(s); ok {
			return req, true
		}
		rest := s
		for _, polite := range slices.Concat(b.start, b.end) {
			rest = unpunctuated(strings.TrimLeft(polite.ReplaceAllString(rest, ""), " ,،、，!！:"))
		}
		if rest == s || rest == "" {
			break
		}
		s = rest
	}
	return request{}, false
}

func (b *phrasebook) match(s string) (request, bool) {
	for _, r := range b.rules {
		if m := r.pattern.FindStringSubmatch(s); m != nil {
			g := groups(r.pattern, m)
			g["name"], g["title"] = g["name"]+g["name2"]+g["name3"], g["title"]+g["title2"] // of alternatives one is there
			if req, ok := r.build(g); ok {
				return req, true
			}
		}
	}
	if name := b.place(s); name != s {
		return request{kind: kindChoose, name: name}, true
	}
	return request{}, false
}

// place puts "the second one" into English, and leaves any other name as it is.
func (b *phrasebook) place(name string) string {
	for _, w := range b.which {
		if w.from.MatchString(name) {
			return asciiDigits(w.from.ReplaceAllString(name, w.to))
		}
	}
	return name
}

// english puts the words of a date or a time into English.
func (b *phrasebook) english(text string) string {
	if b == nil {
		return text
	}
	text = asciiDigits(norm.NFC.String(text))
	for _, w := range b.when {
		text = w.from.ReplaceAllString(text, w.to)
	}
	return strings.TrimSpace(spaces.ReplaceAllString(text, " "))
}

// asciiDigits writes the digits of all scripts as 0 to 9.
func asciiDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII || !unicode.IsDigit(r) {
			return r
		}
		zero := r
		for unicode.IsDigit(zero-1) && r-zero < 9 {
			zero--
		}
		return '0' + r - zero
	}, s)
}

// takeLevel takes a priority from the beginning or the end of what is to be done.
func (b *phrasebook) takeLevel(text string) (title, priority string) {
	for _, w := range b.levels {
		if rest := strings.Trim(w.from.ReplaceAllString(text, ""), " ,،、，:：-–—"); rest != text && rest != "" {
			return rest, w.to
		}
	}
	return text, ""
}

// readings are the ways to read a name and what is said of it. Where a word parts
// them that either may hold, too, that word stands behind the rule's name, and
// {rest} for both.
func readings(g map[string]string, value, separator string) []pair {
	if g["rest"] == "" && g["name"] != "" && g[value] != "" {
		return []pair{{g["name"], g[value]}}
	}
	var list []pair
	for at := 0; separator != ""; at += len(separator) {
		next := strings.Index(g["rest"][at:], separator)
		if next < 0 {
			break
		}
		at += next
		if name, rest := g["rest"][:at], g["rest"][at+len(separator):]; name != "" && rest != "" {
			list = append(list, pair{name, rest})
		}
	}
	return list
}

// build returns what makes a request of a rule's groups, for a rule of this name.
func (b *phrasebook) build(name string) (func(map[string]string) (request, bool), error) {
	kinds := map[string]kind{"find": kindFind, "complete": kindComplete, "reopen": kindReopen, "delete": kindDelete, "undo": kindUndo,
		"bulk": kindBulk, "help": kindHelp, "greeting": kindGreeting, "thanks": kindThanks, "bye": kindBye}
	what, detail, _ := strings.Cut(name, " ")
	k, known := kinds[what]
	switch {
	case name == "add":
		return func(g map[string]string) (request, bool) {
			req, ok := add(g)
			req.book = b
			return req, ok
		}, nil
	case what == "list":
		return func(map[string]string) (request, bool) { return request{kind: kindList, status: detail}, true }, nil
	case what == "vague" && slices.Contains([]string{"add", "rename", "complete", "delete", "find"}, detail):
		return vague(map[string]kind{"add": kindAdd, "rename": kindRename, "complete": kindComplete, "delete": kindDelete, "find": kindFind}[detail]), nil
	case what == "rename", what == "describe":
		k = map[string]kind{"rename": kindRename, "describe": kindDescribe}[what]
		return func(g map[string]string) (request, bool) {
			req := request{kind: k}
			for _, p := range readings(g, "value", detail) {
				req.pairs = append(req.pairs, pair{b.place(p.name), unquoted(p.value)})
			}
			return req, len(req.pairs) > 0
		}, nil
	case what == "priority":
		return func(g map[string]string) (request, bool) {
			return request{kind: kindPrioritise, name: b.place(g["name"]), value: detail}, true
		}, nil
	case what == "due":
		return func(g map[string]string) (request, bool) {
			for _, p := range readings(g, "when", detail) {
				when := strings.ToLower(b.english(p.value))
				if _, ok := parseWhen(when, time.Time{}); ok {
					return request{kind: kindSchedule, name: b.place(p.name), value: when}, true
				}
			}
			return request{kind: kindSchedule, name: b.place(g["name"])}, g["rest"]+g["when"] == ""
		}, nil
	case known:
		return func(g map[string]string) (request, bool) { return request{kind: k, name: b.place(g["name"])}, true }, nil
	}
	return nil, fmt.Errorf("there is nothing named %s", strconv.Quote(name))
}
