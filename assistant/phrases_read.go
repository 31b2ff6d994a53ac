package assistant

import (
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// readPhrasebook reads the file of a language.
func readPhrasebook(code, text string) (*phrasebook, error) {
	r := phraseReader{book: &phrasebook{code: code}, named: []string{"{n}", `(?P<n>\d{1,4})`, "{m}", `(?P<m>\d{1,4})`}}
	for _, group := range []string{"title", "name", "value", "when", "rest", "title2", "name2", "name3"} {
		r.named = append(r.named, "{"+group+"}", "(?P<"+group+">.+?)")
	}
	for i, line := range strings.Split(norm.NFC.String(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := r.line(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return r.book, nil
}

// phraseReader reads the lines of one file.
type phraseReader struct {
	book  *phrasebook
	named []string // pairs of what stands in a pattern and what it stands for
}

func (r *phraseReader) line(line string) error {
	if name, pattern, ok := strings.Cut(line, " = "); ok && !strings.ContainsAny(name, ": ") {
		r.named = append(r.named, "<"+name+">", "(?:"+r.expand(pattern)+")")
		return nil
	}
	name, pattern, ok := strings.Cut(line, ": ")
	if !ok {
		return fmt.Errorf("%q is not “name: pattern”", line)
	}
	pattern, english, _ := strings.Cut(pattern, " => ")
	pattern = strings.TrimSpace(pattern)
	what, detail, _ := strings.Cut(name, " ")
	b := r.book
	var err error
	switch what {
	case "joined":
		b.joined = true
	case "start":
		err = r.add(&b.start, "^(?:"+pattern+")"+r.edge())
	case "end":
		err = r.add(&b.end, r.edge()+"(?:"+pattern+")$")
	case "when":
		err = r.rewrite(&b.when, pattern, english)
	case "months", "weekdays":
		err = r.calendar(what, strings.Fields(pattern))
	case "which":
		b.which, err = r.rewritten(b.which, "^(?:"+pattern+")$", english)
	case "level":
		sep := `[\s,،、，:：(]*`
		if !b.joined {
			sep = `[\s,،、，:：(]+`
		}
		b.levels, err = r.rewritten(b.levels, "^(?:"+pattern+")"+sep+"|"+sep+`(?:`+pattern+`)\)?$`, detail)
	case "and":
		b.and, err = r.compile(pattern)
	case "verb":
		b.verbLast = detail == "last"
		b.verb, err = r.compile(pattern)
	default:
		return r.rule(name, pattern)
	}
	return err
}

func (r *phraseReader) rule(name, pattern string) error {
	form, err := r.compile("^(?:" + pattern + ")$")
	if err != nil {
		return err
	}
	build, err := r.book.build(name)
	r.book.rules = append(r.book.rules, rule{form, build})
	return err
}

// calendar takes the names of the months from January, or of the days from Monday.
// Later ones come first: "12月" is not "2月".
func (r *phraseReader) calendar(what string, names []string) error {
	english := strings.Split(monthNames, "|")[:12]
	if what == "weekdays" {
		english = strings.Split(weekdayNames, "|")[:7]
	}
	if len(names) != len(english) {
		return fmt.Errorf("%d %s", len(names), what)
	}
	for i := len(names) - 1; i >= 0; i-- {
		if err := r.rewrite(&r.book.when, names[i], english[i]); err != nil {
			return err
		}
	}
	return nil
}

// edge is what parts words in this language.
func (r *phraseReader) edge() string {
	if r.book.joined {
		return ""
	}
	return `(?:[\s,،.!]+|^|$)`
}

// rewrite adds one of whole words.
func (r *phraseReader) rewrite(list *[]rewrite, pattern, english string) (err error) {
	if !r.book.joined {
		pattern = `(?P<before>^|[\s,،]+)(?:` + pattern + `)(?P<after>$|[\s,،]+)`
		english = "${before} " + english + " ${after}"
	}
	*list, err = r.rewritten(*list, pattern, " "+english+" ")
	return err
}

func (r *phraseReader) rewritten(list []rewrite, pattern, english string) ([]rewrite, error) {
	form, err := r.compile(pattern)
	english = strings.NewReplacer("{n}", "${n}", "{m}", "${m}").Replace(english)
	return append(list, rewrite{form, english}), err
}

func (r *phraseReader) add(list *[]*regexp.Regexp, pattern string) error {
	form, err := r.compile(pattern)
	*list = append(*list, form)
	return err
}

// compile makes an expression of a pattern. What it names can be named once.
func (r *phraseReader) compile(pattern string) (*regexp.Regexp, error) {
	return regexp.Compile("(?is)" + r.expand(pattern))
}

func (r *phraseReader) expand(pattern string) string {
	pattern = strings.NewReplacer(r.named...).Replace(strings.ReplaceAll(pattern, " ?", `\s*`))
	if r.book.joined {
		return strings.ReplaceAll(pattern, " ", `\s*`)
	}
	return strings.ReplaceAll(pattern, " ", `\s+`)
}
