package widgettemplate

import (
	"fmt"
	"strconv"
	"strings"
)

// segment is a piece of a template: text, {{ an expression }} or {% a tag %}.
type segment struct {
	kind   segmentKind
	text   string
	tokens []token
	line   int
}

type segmentKind int

const (
	textSegment segmentKind = iota
	outputSegment
	tagSegment
)

// token is a word of an expression.
type token struct {
	kind tokenKind
	text string // a string's value, else as it is written
}

type tokenKind int

const (
	endToken tokenKind = iota
	nameToken
	stringToken
	numberToken
	opToken
)

// lexer takes a template apart.
type lexer struct {
	src      string
	at       int
	segments []segment
	trim     bool // the white space that follows goes
}

func (l *lexer) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: %s", l.line(), fmt.Sprintf(format, args...))
}

func (l *lexer) line() int { return 1 + strings.Count(l.src[:min(l.at, len(l.src))], "\n") }

// lex takes a whole template apart. As in Jinja, one line end at its end goes.
func lex(src string) ([]segment, error) {
	l := &lexer{src: strings.TrimSuffix(src, "\n")}
	for l.at < len(l.src) {
		next := l.opening()
		l.addText(l.src[l.at:next])
		if l.at = next; l.at == len(l.src) {
			break
		}
		if err := l.special(); err != nil {
			return nil, err
		}
	}
	return l.segments, nil
}

// opening is where the next {{, {% or {# is, or the end.
func (l *lexer) opening() int {
	for i := l.at; i+1 < len(l.src); i++ {
		if l.src[i] == '{' && strings.IndexByte("{%#", l.src[i+1]) >= 0 {
			return i
		}
	}
	return len(l.src)
}

func (l *lexer) addText(text string) {
	if l.trim {
		text = strings.TrimLeft(text, " \t\r\n")
		l.trim = false
	}
	if text != "" {
		l.segments = append(l.segments, segment{kind: textSegment, text: text, line: l.line()})
	}
}

// special reads an expression, a tag or a comment.
func (l *lexer) special() error {
	open := l.src[l.at+1]
	l.at += 2
	if l.at < len(l.src) && (l.src[l.at] == '-' || l.src[l.at] == '+') {
		if l.src[l.at] == '-' {
			l.trimBefore()
		}
		l.at++
	}
	if open == '#' {
		end := strings.Index(l.src[l.at:], "#}")
		if end < 0 {
			return l.errorf("a comment without an end")
		}
		l.trim = strings.HasSuffix(l.src[l.at:l.at+end], "-")
		l.at += end + 2
		return nil
	}
	s := segment{kind: outputSegment, line: l.line()}
	closing := "}}"
	if open == '%' {
		s.kind, closing = tagSegment, "%}"
	}
	var err error
	if s.tokens, err = l.expression(closing); err == nil {
		l.segments = append(l.segments, s)
	}
	return err
}

func (l *lexer) trimBefore() {
	if n := len(l.segments); n > 0 && l.segments[n-1].kind == textSegment {
		last := &l.segments[n-1]
		last.text = strings.TrimRight(last.text, " \t\r\n")
	}
}

// expression reads tokens up to the closing mark, which may stand in an object
// {"like": {"this": 1}} without ending it.
func (l *lexer) expression(closing string) ([]token, error) {
	var tokens []token
	depth := 0
	for l.at < len(l.src) {
		rest := l.src[l.at:]
		c := rest[0]
		mark := rest
		if c == '-' || c == '+' {
			mark = rest[1:]
		}
		if depth == 0 && strings.HasPrefix(mark, closing) {
			l.trim = c == '-'
			l.at = len(l.src) - len(mark) + len(closing)
			return tokens, nil
		}
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			l.at++
			continue
		case c == '\'' || c == '"':
			text, err := l.quoted(c)
			if err != nil {
				return nil, err
			}
			tokens = append(tokens, token{stringToken, text})
			continue
		case isDigit(c):
			tokens = append(tokens, token{numberToken, l.while(func(c byte) bool { return isDigit(c) || c == '.' || c == '_' })})
			continue
		case isLetter(c):
			tokens = append(tokens, token{nameToken, l.while(func(c byte) bool { return isLetter(c) || isDigit(c) })})
			continue
		}
		op, err := l.operator(rest)
		if err != nil {
			return nil, err
		}
		if strings.Contains("([{", op) {
			depth++
		} else if strings.Contains(")]}", op) {
			depth--
		}
		tokens = append(tokens, token{opToken, op})
	}
	return nil, l.errorf("%s is missing", closing)
}

func (l *lexer) operator(rest string) (string, error) {
	for _, op := range []string{"==", "!=", "<=", ">=", "//"} {
		if strings.HasPrefix(rest, op) {
			l.at += 2
			return op, nil
		}
	}
	if strings.IndexByte("<>+-*/%~|.,:()[]{}=", rest[0]) < 0 {
		return "", l.errorf("unexpected %q", rest[0])
	}
	l.at++
	return rest[:1], nil
}

func (l *lexer) while(is func(byte) bool) string {
	start := l.at
	for l.at < len(l.src) && is(l.src[l.at]) {
		l.at++
	}
	return l.src[start:l.at]
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }

// quoted reads a string with Python's escapes.
func (l *lexer) quoted(quote byte) (string, error) {
	var b strings.Builder
	for l.at++; l.at < len(l.src); l.at++ {
		switch c := l.src[l.at]; c {
		case quote:
			l.at++
			return b.String(), nil
		case '\\':
			l.at++
			if err := l.escape(&b); err != nil {
				return "", err
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", l.errorf("a string without an end")
}

func (l *lexer) escape(b *strings.Builder) error {
	if l.at >= len(l.src) {
		return l.errorf("a string without an end")
	}
	plain := map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', '\\': '\\', '\'': '\'', '"': '"'}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}
	c := l.src[l.at]
	if to, ok := plain[c]; ok {
		b.WriteByte(to)
		return nil
	}
	if n := digits[c]; n > 0 {
		if l.at+n >= len(l.src) {
			return l.errorf("an escape without its digits")
		}
		r, err := strconv.ParseUint(l.src[l.at+1:l.at+1+n], 16, 32)
		if err != nil {
			return l.errorf("an escape without its digits")
		}
		b.WriteRune(rune(r))
		l.at += n
		return nil
	}
	b.WriteByte('\\')
	b.WriteByte(c)
	return nil
}
