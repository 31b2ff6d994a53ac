package assistant

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/taskpilot/taskpilot/chatkit"
)

// hiddenMark stands where text was that nobody could see.
const hiddenMark = "[hidden characters removed]"

// visible returns s without what a model reads but a person does not see: tag
// characters, bidirectional controls, zero-width characters and others without
// a shape. Where they may have carried a message, hiddenMark says so. What they
// do in honest text stays: joiners within words of scripts that need them and
// within emoji, the style of emoji, and the three flags that are written with
// tags. Text without such characters comes back byte for byte.
func visible(s string) string {
	s = chatkit.CleanText(s)
	if strings.IndexFunc(s, unseen) < 0 {
		return s
	}
	var b strings.Builder
	before := rune(0)
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch next, _ := utf8.DecodeRuneInString(s[size:]); {
		case !unseen(r), honest(before, r, next):
		case before == blackFlag && flagTags(s) > 0:
			size = flagTags(s)
		default:
			size = hide(&b, s)
			s = s[size:]
			continue
		}
		b.WriteString(s[:size])
		before, s = r, s[size:]
	}
	return b.String()
}

// unseen reports whether a character has no shape of its own.
func unseen(r rune) bool {
	switch {
	case r >= ' ' && r < 0x7f, r == '\n', r == '\t', r == '\r':
		return false
	case unicode.Is(unicode.Cf, r):
		return !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || unicode.Is(unicode.Variation_Selector, r)
}

const (
	nonJoiner, joiner     = 0x200C, 0x200D
	textStyle, emojiStyle = 0xFE0E, 0xFE0F
	blackFlag             = 0x1F3F4
	tagsStart, tagEnd     = 0xE0000, 0xE007F
)

// honest reports whether an unseen character does between its neighbours what
// it is there for.
func honest(before, r, next rune) bool {
	emoji := func(c rune) bool { return unicode.In(c, unicode.So, unicode.Sk) && c > 0x7f }
	joins := func(c rune) bool {
		return unicode.In(c, unicode.L, unicode.M) && !unicode.In(c, unicode.Latin) && !unseen(c)
	}
	switch r {
	case textStyle, emojiStyle:
		return emoji(before) || before != 0 && strings.ContainsRune("0123456789#*‼⁉↔↕↖↗↘↙↩↪", before)
	case joiner:
		return joins(before) && joins(next) || (emoji(before) || before == emojiStyle) && emoji(next) || joins(before) && !unseen(next)
	case nonJoiner:
		return joins(before) && joins(next)
	}
	return false
}

// flagTags returns the length of the tags that make England's, Scotland's or
// Wales's flag of a black one, 0 if s does not begin with them.
func flagTags(s string) int {
	for _, name := range []string{"gbeng", "gbsct", "gbwls"} {
		var b strings.Builder
		for _, r := range name {
			b.WriteRune(tagsStart + r)
		}
		b.WriteRune(tagEnd)
		if strings.HasPrefix(s, b.String()) {
			return b.Len()
		}
	}
	return 0
}

// hide takes the unseen characters at the beginning of s away, marks the place
// if they were more than a stray one, and returns their length.
func hide(b *strings.Builder, s string) int {
	length, n, message := 0, 0, false
	for i, r := range s {
		if !unseen(r) {
			break
		}
		length, n = i+utf8.RuneLen(r), n+1
		message = message || r >= tagsStart || r == 0x202D || r == 0x202E
	}
	if message || n > 2 {
		b.WriteString(hiddenMark)
	}
	return length
}

// The beginnings of tags that mark an origin, with the name apart.
var marks = regexp.MustCompile(`(?i)</?\s*(HiddenContext|Entity|QuotedText|Task|StructuredInput|Widget|File)\b`)

// enclosed marks text that has an origin of its own, so that the model can tell
// it from what the person said. The text can't end its element, nor look like a
// note of the app's. Its other tags are left: they may be code.
func enclosed(element, text string) string {
	text = marks.ReplaceAllStringFunc(visible(text), func(mark string) string {
		name := marks.FindStringSubmatch(mark)[1]
		if strings.EqualFold(name, element) || strings.EqualFold(name, "HiddenContext") {
			return "&lt;" + mark[1:]
		}
		return mark
	})
	return "<" + element + ">\n" + text + "\n</" + element + ">"
}

// tokens estimates how many tokens a text takes. No vocabulary fits all models,
// and each weighs megabytes. Against OpenAI's o200k_base this counts 19 to 34 %
// more for prose, code and JSON and 19 to 39 % more for Russian, Chinese and
// Japanese, but 6 % less for hashes.
func tokens(s string) int {
	n := 0 // in twelfths of a token
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r == ' ':
			n += 3
		case r < 0x80:
			n += 7 // digits, capitals, marks
		case r < 0x2000:
			n += 6 // letters of other alphabets
		case r < 0x10000:
			n += 12
		default:
			n += 24
		}
	}
	return (n + 11) / 12
}
