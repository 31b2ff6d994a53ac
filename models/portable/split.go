package portable

import (
	"bufio"
	"errors"
	"io"
)

// Limits of what is read from a file.
const (
	maxEntry   = 32 << 20 // bytes of one thread
	maxDepth   = 9000     // of JSON: LibreChat nests each message in the one before
	maxEntries = 100_000
)

// Why an entry can't be read, in words for people.
const (
	errTooLong   = reason("It is larger than 32 MB.")
	errTooDeep   = reason("It is nested too deeply.")
	errCutOff    = reason("The file ends in the middle of it.")
	errManyItems = reason("The file has more than 100,000 entries; the rest is left out.")
)

// elements hands over what a JSON file is made of: the elements of an array, or
// the one value that is no array. An element that is too long or too deep comes
// as its error; those after it are read all the same. The bytes are valid only
// until visit returns.
func elements(from io.Reader, visit func(i int, raw []byte, err error) error) error {
	s := &splitter{in: bufio.NewReaderSize(from, 64<<10)}
	first, err := s.next()
	if err != nil {
		return ended(err)
	}
	if first != '[' {
		raw, err := s.value(first)
		if readFailed(err) {
			return err
		}
		return visit(0, raw, err)
	}
	for i := 0; ; {
		c, err := s.next()
		if err = ended(err); readFailed(err) {
			return err
		}
		if err != nil {
			return visit(i, nil, err)
		}
		switch c {
		case ']':
			return nil
		case ',':
			continue
		}
		if i == maxEntries {
			return visit(i, nil, errManyItems)
		}
		raw, err := s.value(c)
		if readFailed(err) {
			return err
		}
		if e := visit(i, raw, err); e != nil || errors.Is(err, errCutOff) {
			return e
		}
		i++
	}
}

// ended says in words that a file is over too early.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCutOff
	}
	return err
}

func readFailed(err error) bool {
	return err != nil && !errors.Is(err, errTooLong) && !errors.Is(err, errTooDeep) && !errors.Is(err, errCutOff)
}

// splitter finds the end of JSON values without looking at what they mean.
type splitter struct {
	in  *bufio.Reader
	buf []byte
}

// next returns the next byte that is no space and no byte order mark.
func (s *splitter) next() (byte, error) {
	for {
		c, err := s.in.ReadByte()
		if err != nil {
			return 0, err
		}
		switch c {
		case ' ', '\t', '\r', '\n', 0xEF, 0xBB, 0xBF:
		default:
			return c, nil
		}
	}
}

// value reads the value that begins with first.
func (s *splitter) value(first byte) ([]byte, error) {
	s.buf = s.buf[:0]
	var failed error
	keep := func(c byte) {
		if len(s.buf) < maxEntry {
			s.buf = append(s.buf, c)
		} else {
			failed = errTooLong
		}
	}
	depth, quoted, escaped := 0, false, false
	for c := first; ; {
		keep(c)
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				failed = errTooDeep
			}
		case c == '}' || c == ']':
			depth--
		}
		if depth <= 0 && !quoted && s.over(c) {
			return s.buf, failed
		}
		var err error
		if c, err = s.in.ReadByte(); err != nil {
			if depth <= 0 && !quoted && errors.Is(err, io.EOF) {
				return s.buf, failed
			}
			return nil, ended(err)
		}
	}
}

// over reports whether a value ends with c: a closed one does, of a number or a
// word what follows tells.
func (s *splitter) over(c byte) bool {
	if c == '}' || c == ']' || c == '"' {
		return true
	}
	next, err := s.in.Peek(1)
	return err == nil && (next[0] == ',' || next[0] == ']' || next[0] == '}' || next[0] <= ' ')
}
