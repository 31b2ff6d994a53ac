package assistant

import (
	"regexp"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

// kind is what a sentence asks for.
type kind int

const (
	kindUnknown kind = iota
	kindAdd
	kindList
	kindComplete
	kindReopen
	kindDelete
	kindRename
	kindDescribe
	kindPrioritise
	kindFind
	kindBulk   // everything at once, which is refused
	kindChoose // nothing but "the second one"
	kindSchedule
	kindUndo
	kindVague // a verb without its object; of says which
	kindHelp
	kindGreeting
	kindThanks
	kindBye
)

// request is a sentence as the built-in assistant understood it.
type request struct {
	kind   kind
	of     kind   // kindVague: what was begun
	status string // kindList
	name   string // the task that is meant, or the words to find
	title  string // of a new task, or of several
	value  string // kindPrioritise, kindSchedule
	// kindAdd: the title stands in quotation marks; what was said of all tasks.
	literal  bool
	priority string
	pairs    []pair      // kindRename, kindDescribe: the possible readings, likeliest first
	book     *phrasebook // kindAdd: of the language that it is written in; nil: English
}

// pair is one reading of "rename A to B".
type pair struct{ name, value string }

// re compiles a pattern that ignores case. An apostrophe in it also matches a
// curly one and none at all; T stands for "task" in its forms and LIST for
// "to-do list" in its forms.
func re(pattern string) *regexp.Regexp {
	pattern = strings.NewReplacer(
		"'", `['’]?`,
		"<T>", `(?:tasks?|to-?dos?|to do|items?|reminders?|chores?)`,
		"<LIST>", `(?:my|the|our)\s+(?:(?:to-?do|to do|task)\s+)?(?:list|tasks|to-?dos|agenda)`,
	).Replace(pattern)
	return regexp.MustCompile(`(?is)^(?:` + pattern + `)$`)
}

var (
	spaces = regexp.MustCompile(`\s+`)
	// The marks of a list of several lines.
	bullets = regexp.MustCompile(`\s*\n\s*(?:[-*•+]|\d{1,2}[.)])\s+`)
	// Words before and after a request that change nothing.
	politeStart = regexp.MustCompile(`(?i)^(?:` +
		`(?:please|pls|plz|kindly|hey|hi|hello|ok|okay|so|well|yes|yeah|now|then|also|and|just|taskpilot|assistant)(?:[\s,!.:]+|$)` +
		`|(?:can|could|would|will)\s+(?:you|u|we|i)\s+` +
		`|(?:i\s+want|i\s+wanna|i['’]?d\s+like|i\s+would\s+like)\s+(?:you\s+)?(?:to\s+)?` +
		`|(?:go\s+ahead\s+and|let['’]?s|let\s+me|help\s+me(?:\s+to)?)\s+)`)
	politeEnd = regexp.MustCompile(`(?i)(?:[\s,]+(?:please|pls|plz|thanks|thank\s+you|thx|now\s+please|for\s+me\s+please))$`)
	// "I need to see my tasks" is a request; "I need to see the doctor" is a task.
	needTo    = regexp.MustCompile(`(?i)^(?:i|we)\s+(?:need|have|want)\s+(?:you\s+)?to\s+(.+)$`)
	aboutList = regexp.MustCompile(`(?i)\b(?:tasks?|to-?dos?|my\s+list|reminders?)\b`)
)

// parse reads one sentence.
func parse(text string) request {
	text = bullets.ReplaceAllString(chatkit.CleanText(text), "; ")
	s := strings.TrimSpace(spaces.ReplaceAllString(text, " "))
	s = unpunctuated(s)
	if req, ok := parseSocial(s); ok {
		return req
	}
	s = impolite(s)
	if m := needTo.FindStringSubmatch(s); m != nil && aboutList.MatchString(m[1]) {
		if req := parseRequest(impolite(m[1])); req.kind != kindUnknown {
			return req
		}
	}
	return parseRequest(s)
}

func parseRequest(s string) request {
	if req, ok := parseSocial(s); ok {
		return req
	}
	if _, ok := ordinal(s); ok || manyPlaces(s) {
		return request{kind: kindChoose, name: s}
	}
	if status, ok := parseList(s); ok {
		return request{kind: kindList, status: status}
	}
	for _, r := range rules {
		if m := r.pattern.FindStringSubmatch(s); m != nil {
			if req, ok := r.build(groups(r.pattern, m)); ok {
				return req
			}
		}
	}
	return request{}
}

func groups(pattern *regexp.Regexp, match []string) map[string]string {
	found := make(map[string]string, len(match))
	for i, name := range pattern.SubexpNames() {
		if name != "" && match[i] != "" {
			found[name] = strings.TrimSpace(match[i])
		}
	}
	return found
}

// impolite strips words of politeness as long as something is left.
func impolite(s string) string {
	for range 4 * mostPolite { // they go one by one
		rest := politeStart.ReplaceAllString(s, "")
		rest = unpunctuated(politeEnd.ReplaceAllString(rest, ""))
		if rest == s || rest == "" {
			break
		}
		s = rest
	}
	return s
}

// unpunctuated strips what ends a sentence. Quoted text keeps its own.
func unpunctuated(s string) string {
	return strings.TrimRight(strings.TrimSpace(s), " .!?…,;。！？،؟؛।۔、，；")
}

const quoteMarks = `"“”„«»'‘’「」『』` + "`"

// unquoted strips quotation marks around the whole of s.
func unquoted(s string) string {
	s = strings.TrimSpace(s)
	runes := []rune(s)
	if len(runes) < 2 {
		return s
	}
	first, last := runes[0], runes[len(runes)-1]
	inner := string(runes[1 : len(runes)-1])
	if strings.ContainsRune(quoteMarks, first) && strings.ContainsRune(quoteMarks, last) && !strings.ContainsRune(inner, first) {
		return strings.TrimSpace(inner)
	}
	return s
}

var (
	nameStart = regexp.MustCompile(`(?i)^(?:(?:the|my|that|this)\s+)?(?:(?:tasks?|to-?dos?|items?|reminders?)\s+)?(?:(?:called|named|titled|about|to)\s+)?`)
	nameEnd   = regexp.MustCompile(`(?i)\s+(?:task|to-?do|item|reminder|one)$`)
)

// bareName strips what surrounds a task's name in a sentence: "the task called
// X", "the X task".
func bareName(s string) string {
	s = strings.Trim(s, " :,")
	if q := unquoted(s); q != s {
		return q
	}
	bare := nameEnd.ReplaceAllString(nameStart.ReplaceAllString(s, ""), "")
	if bare = unquoted(strings.Trim(bare, " :,")); bare == "" {
		return s
	}
	return bare
}
