// Package words splits texts into the words by which they are found. It is the
// same for what is stored and for what is asked, in every script: case and
// accents do not count, and what is written without spaces, such as Chinese or
// Thai, is taken in pairs of characters.
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Word is one word of a text, folded, with the bytes of the text that it is from.
// Of a pair, First is where its first character ends; a word that has no spaces
// around it is Unspaced.
type Word struct {
	Text       string
	Start, End int
	First      int
	Unspaced   bool
}

const (
	// maxWord is how many characters of a word count: the rest of a key or of an
	// address does not help to find it.
	maxWord = 40
	// maxWords is how many words of a text count. Postgres numbers 16,383.
	maxWords = 16_000
)

// Split returns the words of a text, in order.
func Split(text string) []Word {
	var list []Word
	Each(text, func(w Word) { list = append(list, w) })
	return list
}

// Each calls f with the words of a text, in order.
func Each(text string, f func(Word)) {
	s := splitter{text: text, put: f}
	for s.at < len(text) && s.n < maxWords {
		if c := text[s.at]; c < utf8.RuneSelf {
			if asciiPart(c) {
				s.word()
			} else {
				s.at++
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[s.at:])
		switch {
		case unspaced(r):
			s.pairs()
		case part(r):
			s.word()
		default:
			s.at += size
		}
	}
}

type splitter struct {
	text string
	at   int
	n    int // words so far
	put  func(Word)
}

func (s *splitter) add(w Word) {
	if s.n++; s.n <= maxWords {
		s.put(w)
	}
}

// word takes a word that ends at a space or a sign. Most are of nothing but
// small letters, and taken as they are.
func (s *splitter) word() {
	start := s.at
	for at := start; ; at++ {
		switch {
		case at == len(s.text) || s.text[at] < utf8.RuneSelf && !asciiPart(s.text[at]) && s.text[at] != '\'':
			s.at = at
			s.add(Word{Text: clip(strings.ToLower(s.text[start:at])), Start: start, End: at, First: at})
			return
		case !asciiPart(s.text[at]):
			s.folded()
			return
		}
	}
}

// folded takes a word that has more than ASCII's letters. What is silent in it,
// as the apostrophe of "don't", is left out by fold.
func (s *splitter) folded() {
	start, end := s.at, s.at
	for i, r := range s.text[start:] {
		if unspaced(r) || !part(r) && !silent(r) {
			break
		}
		if part(r) {
			end = start + i + utf8.RuneLen(r)
		}
	}
	s.at = end
	if word := fold(s.text[start:end]); word != "" {
		s.add(Word{Text: word, Start: start, End: end, First: end})
	}
}

// pairs takes a run without spaces: each two characters that stand together are
// a word, and so is the last one alone.
func (s *splitter) pairs() {
	type unit struct {
		text       string
		start, end int
	}
	var units []unit
	for s.at < len(s.text) && len(units) < maxWords {
		r, size := utf8.DecodeRuneInString(s.text[s.at:])
		if !unspaced(r) {
			break
		}
		start := s.at
		for s.at += size; s.at < len(s.text); s.at += size {
			if r, size = utf8.DecodeRuneInString(s.text[s.at:]); !attached(r) {
				break
			}
		}
		if text := fold(s.text[start:s.at]); text != "" {
			units = append(units, unit{text, start, s.at})
		}
	}
	for i, u := range units {
		w := Word{Text: u.text, Start: u.start, End: u.end, First: u.end, Unspaced: true}
		if i+1 < len(units) {
			w.Text, w.End = u.text+units[i+1].text, units[i+1].end
		}
		s.add(w)
	}
}

// spaceless are the scripts that do not put spaces between words, and Korean,
// whose words have their endings joined to them.
var spaceless = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan}

// prolonged is the sign that makes a Japanese vowel long; it is of no script.
const prolonged = 'ー'

func unspaced(r rune) bool {
	if r < 0x0e00 {
		return false
	}
	// A picture, such as an emoji, is a word without spaces around it.
	return r == prolonged || r == 'ｰ' || r != utf8.RuneError && unicode.Is(unicode.So, r) ||
		unicode.In(r, spaceless...) && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// part reports whether a word may consist of r.
func part(r rune) bool {
	if r < utf8.RuneSelf {
		return asciiPart(byte(r))
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}

func asciiPart(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z'
}

// attached reports whether r belongs to the character before.
func attached(r rune) bool {
	return unicode.IsMark(r) || r == 'ﾞ' || r == 'ﾟ' || r == '\u200d'
}

// silent is what may stand within a word without being a part of it.
func silent(r rune) bool {
	return r == '\'' || r == '’' || r == 'ʼ' || r == '\u00ad' || r == '\u200c' || r == '\u200d' || r == '\u0640'
}

// letters that have no accent to take away but are typed as if they had.
var letters = strings.NewReplacer("ø", "o", "đ", "d", "ð", "d", "ł", "l", "ħ", "h", "ŧ", "t", "ı", "i",
	"æ", "ae", "œ", "oe", "ς", "σ", "ٱ", "ا", "ى", "ي", "ة", "ه")

// fold takes away what a word may differ in: case, width, accents.
func fold(word string) string {
	if ascii(word) {
		word = strings.ToLower(word)
		return clip(strings.ReplaceAll(word, "'", ""))
	}
	word = cases.Fold().String(norm.NFKD.String(word))
	var b strings.Builder
	base := rune(0)
	for _, r := range word {
		switch {
		case silent(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
			continue
		case !unicode.IsMark(r):
			base = r
		case accented(base):
			continue
		}
		if part(r) || unspaced(r) {
			b.WriteRune(r)
		}
	}
	return clip(letters.Replace(norm.NFC.String(b.String())))
}

// accented reports whether marks on the letter do not make it another one. They
// do in Indian scripts, in Thai and in Japanese.
func accented(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew, unicode.Armenian)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// clip cuts a word that is too long.
func clip(word string) string {
	if len(word) <= maxWord {
		return word
	}
	n := 0
	for i := range word {
		if n == maxWord {
			return word[:i]
		}
		n++
	}
	return word
}
