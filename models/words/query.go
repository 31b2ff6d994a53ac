package words

import (
	"strings"
	"unicode/utf8"
)

// Term is something that a text must have: words that follow each other. With
// Prefix the last of them may go on.
type Term struct {
	Words  []string
	Prefix bool
}

// maxTerms is how many terms of a question count.
const maxTerms = 12

// Parse reads what a person asks for: all words must be there, in any order; the
// last may be the beginning of one; words in quotes must follow each other.
func Parse(question string) []Term {
	var terms []Term
	for i, part := range strings.Split(unquoted.Replace(question), `"`) {
		if quoted := i%2 == 1; quoted {
			if t := phrase(Split(part)); len(t.Words) > 0 {
				terms = append(terms, t)
			}
			continue
		}
		terms = append(terms, spaced(part)...)
	}
	if n := len(terms); n > 0 && !endsUnspaced(question) {
		terms[n-1].Prefix = true
	}
	return terms[:min(len(terms), maxTerms)]
}

var unquoted = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`)

// endsUnspaced reports whether what the question ends in is a word as it is: in
// quotes, or in a script without spaces.
func endsUnspaced(question string) bool {
	if strings.HasSuffix(strings.TrimSpace(unquoted.Replace(question)), `"`) {
		return true
	}
	list := Split(question)
	return len(list) > 0 && list[len(list)-1].Unspaced
}

// spaced makes a term of each word, and of each run without spaces.
func spaced(text string) []Term {
	var terms []Term
	list := Split(text)
	for from := 0; from < len(list); {
		to := from + 1
		for list[from].Unspaced && to < len(list) && list[to].Unspaced && list[to].Start < list[to-1].End {
			to++
		}
		terms = append(terms, phrase(list[from:to]))
		from = to
	}
	return terms
}

// phrase is a term of words that follow each other. A character that ends a run
// is in the pair before it, so that a run may go on in the text; one that is
// alone is the beginning of any pair.
func phrase(list []Word) Term {
	var t Term
	for i, w := range list {
		if last := i == len(list)-1; last && i > 0 && w.Unspaced && list[i-1].End == w.End {
			break
		}
		t.Words = append(t.Words, w.Text)
	}
	if n := len(list); n > 0 && len(t.Words) == n && list[n-1].Unspaced {
		t.Prefix = true
	}
	return t
}

// Narrow returns the terms for texts of which there are many: a letter and nothing
// else is the beginning of too many words, so that it must be a word. A character
// of a script without spaces is one.
func Narrow(terms []Term) []Term {
	if len(terms) != 1 || !terms[0].Prefix || len(terms[0].Words) != 1 {
		return terms
	}
	word := terms[0].Words[0]
	if r, size := utf8.DecodeRuneInString(word); size < len(word) || unspaced(r) {
		return terms
	}
	return []Term{{Words: []string{word}}}
}
