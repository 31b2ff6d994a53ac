package agents

import (
	"strings"
	"unicode"
)

// Words that models put around their thoughts when their server leaves them in
// the text.
var thinkTags = []string{"think", "thinking", "thought", "reasoning", "seed:think"}

// thinkTags are looked for at the beginning of an answer only: further on they are
// what the person asked about.
type thinker struct {
	state thinkState
	tag   string // that ends the thought
	held  string // what may be the beginning of a tag
}

type thinkState int

const (
	thinkStart thinkState = iota // nothing but white space so far
	thinkIn
	thinkOver
)

// split tells the thoughts in text from what is said. What may become a tag is
// held until more comes.
func (t *thinker) split(text string) (thought, said string) {
	for {
		switch t.state {
		case thinkOver:
			return thought, said + text
		case thinkStart:
			text = t.held + text
			t.held = ""
			tag, rest, maybe := openingTag(text)
			if maybe {
				t.held = text
				return thought, said
			}
			if tag == "" {
				t.state = thinkOver
				continue
			}
			t.state, t.tag, text = thinkIn, "</"+tag+">", rest
		case thinkIn:
			text = t.held + text
			t.held = ""
			before, after, found := strings.Cut(text, t.tag)
			if !found {
				keep := partialSuffix(text, t.tag)
				t.held = text[len(text)-keep:]
				return thought + text[:len(text)-keep], said
			}
			thought += before
			t.state, text = thinkStart, after
			if strings.TrimSpace(text) == "" { // so far; a tag may follow
				t.held = text
				return thought, said
			}
		}
	}
}

// end returns what was held.
func (t *thinker) end() (thought, said string) {
	held := t.held
	t.held = ""
	if t.state == thinkIn {
		return held, ""
	}
	return "", held
}

// openingTag looks for a tag at the beginning of text. maybe: more text is needed
// to know.
func openingTag(text string) (tag, rest string, maybe bool) {
	body := strings.TrimLeftFunc(text, unicode.IsSpace)
	if body == "" {
		return "", "", true
	}
	for _, tag := range thinkTags {
		open := "<" + tag + ">"
		if rest, ok := strings.CutPrefix(body, open); ok {
			return tag, rest, false
		}
		maybe = maybe || strings.HasPrefix(open, body)
	}
	return "", "", maybe
}

// partialSuffix returns how many bytes at the end of text begin the tag.
func partialSuffix(text, tag string) int {
	for n := min(len(text), len(tag)-1); n > 0; n-- {
		if strings.HasSuffix(text, tag[:n]) {
			return n
		}
	}
	return 0
}
