package views

import (
	"bytes"
	"iter"
)

// splitter finds, in Markdown that is still arriving, blocks that no later text
// can change. It looks at every byte about once. The zero value is ready.
//
// A block ends before a line if that line begins at the margin, no fence is
// open, and either a blank line, a heading or a closed fence came before, or
// the line opens a fence itself. A list goes on over blank lines, so it ends
// only before a line that is no list item. Where this errs (fences within list
// items that are never closed, link definitions), the whole text is rendered
// anew when it is complete.
type splitter struct {
	buf   []byte
	start int // of the open block
	line  int // of the first line that was not looked at whole
	ends  []int
	given int // of ends, how many closed has yielded

	fence    fence
	inFence  bool
	topFence bool // the fence is not within a list
	inList   bool
	boundary bool // the line before allows a block to end
}

// write takes more text.
func (s *splitter) write(text []byte) {
	s.buf = append(s.buf, text...)
	for {
		n := bytes.IndexByte(s.buf[s.line:], '\n')
		if n < 0 {
			break
		}
		line := s.buf[s.line : s.line+n+1]
		if s.endsBefore(line, true) {
			s.cut()
		}
		s.look(line)
		s.line += n + 1
	}
	// The last line need not be whole to show that the block before it is over.
	if rest := s.buf[s.line:]; len(rest) > 0 && s.endsBefore(rest, false) {
		s.cut()
	}
}

// closed yields the blocks that were closed since it was last called.
func (s *splitter) closed() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for s.given < len(s.ends) {
			from := 0
			if s.given > 0 {
				from = s.ends[s.given-1]
			}
			s.given++
			if !yield(s.buf[from:s.ends[s.given-1]:s.ends[s.given-1]]) {
				return
			}
		}
	}
}

// tail is the open block.
func (s *splitter) tail() []byte { return s.buf[s.start:len(s.buf):len(s.buf)] }

// rest is what closed has not yielded, and where it begins.
func (s *splitter) rest() (text []byte, at int) {
	if s.given > 0 {
		at = s.ends[s.given-1]
	}
	return s.buf[at:len(s.buf):len(s.buf)], at
}

func (s *splitter) cut() {
	s.start = s.line
	s.ends = append(s.ends, s.line)
	s.inList, s.boundary = false, false
}

// endsBefore reports whether the open block is over before the line.
func (s *splitter) endsBefore(line []byte, whole bool) bool {
	if s.inFence || s.line == s.start || line[0] == ' ' || line[0] == '\t' || line[0] == '\n' || line[0] == '\r' {
		return false
	}
	if whole {
		if _, ok := openingFence(line); ok {
			return true
		}
	}
	if !s.boundary {
		return false
	}
	if !s.inList {
		return true
	}
	marker, sure := listMarker(line, whole)
	return sure && marker == 0
}

// look notes what a whole line means for the ones after it.
func (s *splitter) look(line []byte) {
	text := bytes.TrimLeft(line, " ")
	indent := len(line) - len(text)
	blank := len(bytes.TrimSpace(line)) == 0
	if s.inFence {
		if s.fence.closedBy(text) && (indent < 4 || !s.topFence) {
			s.inFence, s.boundary = false, s.topFence
		}
		return
	}
	if blank {
		s.boundary = true
		return
	}
	s.boundary = false
	for {
		n, _ := listMarker(text, true)
		if n == 0 {
			break
		}
		s.inList = true
		text = bytes.TrimLeft(text[n:], " ")
	}
	if indent >= 4 && !s.inList {
		return
	}
	if f, ok := openingFence(text); ok {
		s.inFence, s.fence, s.topFence = true, f, !s.inList
		return
	}
	s.boundary = isHeading(line)
}

// isHeading reports whether a line at the margin is a heading of the # kind.
func isHeading(line []byte) bool {
	text := bytes.TrimLeft(line, "#")
	level := len(line) - len(text)
	return level >= 1 && level <= 6 && len(text) > 0 && (text[0] == ' ' || text[0] == '\t' || text[0] == '\n' || text[0] == '\r')
}

// listMarker returns the length of the list marker that the text begins with,
// 0 when there is none. sure is false when more text may make it one.
func listMarker(text []byte, whole bool) (n int, sure bool) {
	at := 0
	for at < len(text) && at < 10 && text[at] >= '0' && text[at] <= '9' {
		at++
	}
	if at == len(text) {
		return 0, whole
	}
	switch c := text[at]; {
	case at == 0 && (c == '-' || c == '*' || c == '+'):
	case at > 0 && at < 10 && (c == '.' || c == ')'):
	default:
		return 0, true
	}
	at++
	if at == len(text) {
		return 0, whole
	}
	if c := text[at]; c == ' ' || c == '\t' || c == '\n' || c == '\r' {
		return at, true
	}
	return 0, true
}
