package assistant

import (
	"strings"
	"unicode"
)

// escape returns s as Markdown that shows exactly s, on one line. Only what
// Markdown would read as more than text is escaped, so that ordinary titles
// stay readable where Markdown is not rendered.
func escape(s string) string {
	s = strings.TrimSpace(s)
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		switch {
		case bidiControl(r):
			continue // it would reorder the words around the title
		case r == '\n' || r == '\r' || r == '\t' || unicode.IsControl(r):
			b.WriteByte(' ')
			continue
		case strings.ContainsRune("\\`*_[]<>~|@", r), leads(runes, i), links(runes, i):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// leads reports whether the rune would begin a heading, a list or a rule.
func leads(runes []rune, i int) bool {
	switch runes[i] {
	case '#', '+', '-', '=', ':':
		return i == 0
	case '.', ')':
		if i == 0 || i > 9 {
			return false
		}
		for _, r := range runes[:i] {
			if r < '0' || r > '9' {
				return false
			}
		}
		return true
	}
	return false
}

// links reports whether the rune is where a bare address would become a link,
// or the start of what may be read as a character's name.
func links(runes []rune, i int) bool {
	switch runes[i] {
	case ':':
		return i+1 < len(runes) && runes[i+1] == '/'
	case '&':
		return i+1 < len(runes) && (runes[i+1] == '#' || unicode.IsLetter(runes[i+1]))
	case '.':
		return i >= 3 && strings.EqualFold(string(runes[i-3:i]), "www")
	}
	return false
}

func bidiControl(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}
