package agents

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// ErrUnreadable is returned by a decoder for an event that it can't read. The
// stream may go on after it, but then something is missing.
var ErrUnreadable = errors.New("agents: an event of the model's stream can't be read")

// ErrTooMuch is returned by a decoder when the model server sends more than any
// answer needs.
var ErrTooMuch = errors.New("agents: the model's answer is too large")

// Bounds on the tool calls of one answer.
const (
	maxCalls     = 256
	maxArguments = 1 << 20
)

// loose is a value that model servers write in several ways.
type loose struct{ raw json.RawMessage }

// UnmarshalJSON keeps the value as it is.
func (l *loose) UnmarshalJSON(b []byte) error {
	l.raw = append(l.raw[:0], b...)
	return nil
}

// text reads a string, or a list of text parts.
func (l loose) text() string {
	return l.inner(1)
}

// parts reads a list of parts: text, and thoughts apart from it. The text of a part
// may be such a list itself, so many levels deep.
func (l loose) parts(levels int) (text, thought string) {
	if levels < 0 || len(l.raw) == 0 || l.raw[0] != '[' {
		return "", ""
	}
	var parts []struct {
		Type     string `json:"type"`
		Text     loose  `json:"text"`
		Thinking loose  `json:"thinking"`
	}
	if json.Unmarshal(l.raw, &parts) != nil {
		return "", ""
	}
	var said, thoughts strings.Builder
	for _, p := range parts {
		switch p.Type {
		case "thinking":
			thoughts.WriteString(p.Thinking.inner(levels - 1))
		case "text", "output_text":
			said.WriteString(p.Text.inner(levels - 1))
		}
	}
	return said.String(), thoughts.String()
}

func (l loose) inner(levels int) string {
	if len(l.raw) > 0 && l.raw[0] == '"' {
		return unquote(l.raw)
	}
	text, _ := l.parts(levels)
	return text
}

// number reads a number, or one in a string.
func (l loose) number() (int, bool) {
	var n float64
	if json.Unmarshal([]byte(strings.Trim(string(l.raw), `"`)), &n) != nil || n < 0 || n > 1<<31 {
		return 0, false
	}
	return int(n), true
}

// unquote reads a JSON string. Unlike package json it keeps bytes that are no
// UTF-8: they may be one half of a character whose other half comes next.
func unquote(raw []byte) string {
	var s string
	if utf8.Valid(raw) {
		if json.Unmarshal(raw, &s) != nil {
			return ""
		}
		return s
	}
	const stand = 0x10F000 // in a private area: stands for a byte
	var marked strings.Builder
	for len(raw) > 0 {
		r, n := utf8.DecodeRune(raw)
		if r == utf8.RuneError && n == 1 {
			r = stand + rune(raw[0])
		}
		marked.WriteRune(r)
		raw = raw[n:]
	}
	if json.Unmarshal([]byte(marked.String()), &s) != nil {
		return ""
	}
	var b strings.Builder
	for _, r := range s {
		if r >= stand && r < stand+0x100 {
			b.WriteByte(byte(r - stand))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
