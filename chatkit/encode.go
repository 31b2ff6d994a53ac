package chatkit

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// Marshal writes a thread, item, event payload or any other value of this
// package as one line of JSON. It differs from json.Marshal in one thing: <, >
// and & stay as they are, as ChatKit servers send them.
func Marshal(v any) ([]byte, error) { return marshal(v) }

// marshal is what every MarshalJSON of this package uses, since the standard
// json.Marshal would escape what they return.
func marshal(v any) ([]byte, error) {
	if a, ok := v.(appender); ok {
		return a.appendJSON(nil)
	}
	return marshalReflect(v)
}

func marshalReflect(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string, byte for byte as marshal writes it.
func appendString(dst []byte, s string) []byte {
	return append(appendChars(append(dst, '"'), s), '"')
}

// appendChars is appendString without the quotes.
func appendChars(dst []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = appendEscaped(append(dst, s[start:i]...), c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(append(dst, s[start:i]...), `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029': // line ends to old JavaScript
			dst = append(append(dst, s[start:i]...), `\u202`...)
			dst = append(dst, hexDigits[r&0xF])
			start = i + size
		}
		i += size
	}
	return append(dst, s[start:]...)
}

func appendEscaped(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
}

// appendTextDelta appends the event that a server sends most, without reflection.
func appendTextDelta(dst []byte, itemID string, d TextDelta) []byte {
	dst = append(dst, `{"type":"thread.item.updated","item_id":`...)
	dst = appendString(dst, itemID)
	dst = append(dst, `,"update":{"type":"`+typeTextDelta+`","content_index":`...)
	dst = strconv.AppendInt(dst, int64(d.ContentIndex), 10)
	dst = append(dst, `,"delta":`...)
	dst = appendString(dst, d.Delta)
	return append(dst, "}}"...)
}
