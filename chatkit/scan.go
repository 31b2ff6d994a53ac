package chatkit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// ErrJSON is what [CheckJSON] refuses.
var ErrJSON = errors.New("not usable JSON")

// CheckJSON returns an error unless raw is exactly one JSON value that nests no
// deeper than maxDepth and in which no object has a key twice: encoding/json
// would take the last of them, another reader the first, and what one checked
// would not be what the other uses. Keys are compared as [CleanText] leaves them.
func CheckJSON(raw []byte, maxDepth int) error { return checkJSON(raw, maxDepth, math.MaxInt) }

// checkJSON is CheckJSON with a bound on the number of values, too: as Go values
// they take many times the room that they have in raw.
func checkJSON(raw []byte, maxDepth, maxValues int) error {
	if !json.Valid(raw) {
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return fmt.Errorf("%w: %w", ErrJSON, err)
		}
		return ErrJSON
	}
	s := jsonScanner{in: raw, max: maxDepth, values: maxValues}
	s.space()
	return s.value(1)
}

// splitObject returns the members of an object as they stand in raw, which must
// have passed [CheckJSON]: no key is there twice. False if it is no object.
func splitObject(raw []byte) (map[string]json.RawMessage, bool) {
	fields := map[string]json.RawMessage{}
	s := jsonScanner{in: raw, max: MaxRequestDepth, values: math.MaxInt, take: func(key, value []byte) { fields[string(key)] = value }}
	if s.space(); s.at == len(raw) || raw[s.at] != '{' {
		return nil, false
	}
	return fields, s.value(1) == nil
}

// jsonScanner walks over JSON that is known to be valid.
type jsonScanner struct {
	in     []byte
	at     int
	max    int
	values int                     // how many more there may be
	take   func(key, value []byte) // gets the members of the outermost object, if set
}

func (s *jsonScanner) value(depth int) error {
	if s.values--; s.values < 0 {
		return fmt.Errorf("%w: it has too many values", ErrJSON)
	}
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
	var seen keys
	for s.at++; ; s.at++ { // over the bracket, then over each comma
		s.space()
		if c := s.in[s.at]; c == '}' || c == ']' { // empty
			break
		}
		var key []byte
		if isObject {
			var err error
			if key, err = s.key(); err != nil {
				return err
			}
			if s.take == nil && !seen.add(key) {
				return fmt.Errorf("%w: the key %.60q appears twice", ErrJSON, key)
			}
		}
		start := s.at
		if err := s.value(depth + 1); err != nil {
			return err
		}
		if depth == 1 && s.take != nil {
			s.take(key, s.in[start:s.at])
		}
		s.space()
		if s.in[s.at] != ',' {
			break
		}
	}
	s.at++
	return nil
}

// key passes over a key and its colon.
func (s *jsonScanner) key() ([]byte, error) {
	raw := s.text()
	key := raw[1 : len(raw)-1]
	if escaped(raw) {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return nil, err
		}
		key = []byte(CleanText(text)) // as it will be read: cleaning must not make one key of two
	}
	s.space()
	s.at++ // the colon
	s.space()
	return key, nil
}

// keys are those of one object: most have few, which need no map.
type keys struct {
	few  [8][]byte
	n    int
	many map[string]bool
}

// add reports whether the key is new.
func (k *keys) add(key []byte) bool {
	for _, other := range k.few[:k.n] {
		if bytes.Equal(other, key) {
			return false
		}
	}
	if k.n < len(k.few) {
		k.few[k.n] = key
		k.n++
		return true
	}
	if k.many[string(key)] {
		return false
	}
	if k.many == nil {
		k.many = map[string]bool{}
	}
	k.many[string(key)] = true
	return true
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
