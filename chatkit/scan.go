package chatkit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrJSON is what [CheckJSON] refuses.
var ErrJSON = errors.New("not usable JSON")

// CheckJSON returns an error unless raw is exactly one JSON value that nests no
// deeper than maxDepth and in which no object has a key twice: encoding/json
// would take the last of them, another reader the first, and what one checked
// would not be what the other uses.
func CheckJSON(raw []byte, maxDepth int) error {
	if !json.Valid(raw) {
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return fmt.Errorf("%w: %w", ErrJSON, err)
		}
		return ErrJSON
	}
	s := jsonScanner{in: raw, max: maxDepth}
	s.space()
	return s.value(1)
}

// jsonScanner walks over JSON that is known to be valid.
type jsonScanner struct {
	in  []byte
	at  int
	max int
}

func (s *jsonScanner) value(depth int) error {
	switch c := s.in[s.at]; c {
	case '{', '[':
		if depth > s.max {
			return fmt.Errorf("%w: nested more than %d deep", ErrJSON, s.max)
		}
		return s.members(c == '{', depth)
	case '"':
		s.text()
	default:
		s.word()
	}
	return nil
}

func (s *jsonScanner) members(isObject bool, depth int) error {
	var seen map[string]bool
	if isObject {
		seen = map[string]bool{}
	}
	for s.at++; ; s.at++ { // over the bracket, then over each comma
		s.space()
		if c := s.in[s.at]; c == '}' || c == ']' { // empty
			break
		}
		if isObject {
			if err := s.key(seen); err != nil {
				return err
			}
		}
		if err := s.value(depth + 1); err != nil {
			return err
		}
		s.space()
		if s.in[s.at] != ',' {
			break
		}
	}
	s.at++
	return nil
}

func (s *jsonScanner) key(seen map[string]bool) error {
	raw := s.text()
	key := string(raw[1 : len(raw)-1])
	if escaped(raw) {
		if err := json.Unmarshal(raw, &key); err != nil {
			return err
		}
	}
	if seen[key] {
		return fmt.Errorf("%w: the key %.60q appears twice", ErrJSON, key)
	}
	seen[key] = true
	s.space()
	s.at++ // the colon
	s.space()
	return nil
}

func escaped(raw []byte) bool {
	for _, c := range raw {
		if c == '\\' || c >= 0x80 {
			return true
		}
	}
	return false
}

// text passes over a string, in jumps: a recording is one of megabytes.
func (s *jsonScanner) text() []byte {
	start := s.at
	s.at++
	for quote := start; ; {
		if quote < s.at {
			quote = s.at + bytes.IndexByte(s.in[s.at:], '"')
		}
		escape := bytes.IndexByte(s.in[s.at:quote], '\\')
		if escape < 0 {
			s.at = quote + 1
			return s.in[start:s.at]
		}
		s.at += escape + 2
	}
}

func (s *jsonScanner) word() {
	for s.at < len(s.in) {
		switch s.in[s.at] {
		case ',', '}', ']', ' ', '\t', '\n', '\r':
			return
		}
		s.at++
	}
}

func (s *jsonScanner) space() {
	for s.at < len(s.in) {
		switch s.in[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}
