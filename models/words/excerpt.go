package words

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Span is a piece of an excerpt; Match is set where it has what was asked for.
type Span struct {
	Text  string
	Match bool
}

// Excerpt returns the place of a text that has most of the terms, in about as
// many characters as size, with the matches marked. It always returns something
// of a text that is not empty.
func Excerpt(text string, terms []Term, size int) []Span {
	text = plain(text)
	marks := find(text, terms)
	from, to := window(text, marks, size)
	var spans []Span
	add := func(s string, match bool) {
		if s != "" {
			spans = append(spans, Span{s, match})
		}
	}
	at := from
	if from > 0 {
		add("… ", false)
	}
	for _, m := range marks {
		if m.start < at || m.end > to {
			continue
		}
		add(text[at:m.start], false)
		add(text[m.start:m.end], true)
		at = m.end
	}
	add(text[at:to], false)
	if to < len(text) {
		add(" …", false)
	}
	return spans
}

// Match reports whether the text has all terms.
func Match(text string, terms []Term) bool {
	list := Split(text)
	for _, t := range terms {
		if !t.in(list) {
			return false
		}
	}
	return true
}

func (t Term) in(list []Word) bool {
	for i := range list {
		if t.at(list[i:]) > 0 {
			return true
		}
	}
	return false
}

// mark is a match of the nth term.
type mark struct{ start, end, term int }

// find returns the matches in order, none over another.
func find(text string, terms []Term) []mark {
	list := Split(text)
	var marks []mark
	for i := range list {
		for n, t := range terms {
			end := t.at(list[i:])
			if end == 0 {
				continue
			}
			m := mark{list[i].Start, end, n}
			if last := len(marks) - 1; last >= 0 && marks[last].end > m.start {
				marks[last].end = max(marks[last].end, m.end)
				continue
			}
			marks = append(marks, m)
		}
	}
	return marks
}

// at returns where a match that begins the list ends, 0 if none does.
func (t Term) at(list []Word) int {
	if len(list) < len(t.Words) {
		return 0
	}
	for i, want := range t.Words {
		have, last := list[i], i == len(t.Words)-1
		switch {
		case have.Text == want:
			if last {
				return have.End
			}
		case last && t.Prefix && strings.HasPrefix(have.Text, want):
			return have.First
		default:
			return 0
		}
	}
	return 0
}

// window returns the bytes of the text to show: where most terms are near.
func window(text string, marks []mark, size int) (from, to int) {
	best, first := 0, 0
	for i, m := range marks {
		seen := map[int]bool{}
		for _, o := range marks[i:min(i+32, len(marks))] {
			if utf8.RuneCountInString(text[m.start:o.end]) > size*3/4 {
				break
			}
			seen[o.term] = true
		}
		if len(seen) > best {
			best, first = len(seen), m.start
		}
	}
	from = back(text, first, size/5)
	to = forward(text, from, size)
	if to == len(text) {
		from = back(text, to, size)
	}
	return from, to
}

// back is n characters before at, or fewer: at the beginning of a word.
func back(text string, at, n int) int {
	to := at
	for ; n > 0 && to > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(text[:to])
		to -= size
	}
	if to == 0 {
		return 0
	}
	if i := strings.IndexByte(text[to:at], ' '); i >= 0 && i < 24 {
		return to + i + 1
	}
	return to
}

// forward is n characters after at, or fewer: at the end of a word.
func forward(text string, at, n int) int {
	to := at
	for ; n > 0 && to < len(text); n-- {
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	if to == len(text) {
		return to
	}
	if i := strings.LastIndexByte(text[at:to], ' '); i > 0 && to-at-i < 24 {
		return at + i
	}
	return to
}

// What Markdown has besides the words.
var (
	links = regexp.MustCompile(`!?\[([^\]\n]*)\]\([^)\s]*\)`)
	lines = regexp.MustCompile("(?m)^[ \t]*(?:```.*|~~~.*|[#>]+ |[-*+] (?:\\[[ xX]\\] )?)")
	signs = strings.NewReplacer("**", "", "__", "", "`", "", "~~", "")
)

// plain is a text on one line, without the signs of Markdown.
func plain(text string) string {
	text = lines.ReplaceAllString(links.ReplaceAllString(text, "$1"), "")
	return strings.Join(strings.Fields(signs.Replace(text)), " ")
}
