package chatkit

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// AppendFrame appends one server-sent event as ChatKit frames it: "data: ", one
// line of JSON and an empty line, and nothing else. Line ends in the payload,
// which in JSON are mere white space, become spaces, lest they end the frame.
func AppendFrame(dst, payload []byte) []byte {
	dst = append(dst, "data: "...)
	start := len(dst)
	dst = append(dst, payload...)
	return append(oneLine(dst, start), "\n\n"...)
}

// AppendEventFrame appends the frame of one event.
func AppendEventFrame(dst []byte, ev Event) ([]byte, error) {
	dst = append(dst, "data: "...)
	start := len(dst)
	dst, err := AppendEvent(dst, ev)
	if err != nil {
		return nil, err
	}
	return append(oneLine(dst, start), "\n\n"...), nil
}

func oneLine(b []byte, start int) []byte {
	for i := start; i < len(b); i++ {
		if b[i] == '\n' || b[i] == '\r' {
			b[i] = ' '
		}
	}
	return b
}

// An EventReader reads a ChatKit stream's events. It skips what servers in the
// field send besides: empty events and [DONE].
type EventReader struct{ frames *FrameReader }

// NewEventReader reads events of at most max bytes from r.
func NewEventReader(r io.Reader, max int) *EventReader {
	return &EventReader{NewFrameReader(r, max)}
}

// Next returns the next event, and io.EOF after the last.
func (r *EventReader) Next() (Event, error) {
	for {
		data, err := r.frames.Next()
		if err != nil {
			return nil, err
		}
		if data = bytes.TrimSpace(data); len(data) > 0 && string(data) != "[DONE]" {
			return UnmarshalEvent(data)
		}
	}
}

// FrameReader reads the data of server-sent events. It accepts what clients in
// the field do: comments, event, id and retry fields (ignored), data on several
// lines, any line ends and a byte-order mark.
type FrameReader struct {
	r       *bufio.Reader
	max     int
	first   bool
	afterCR bool
}

// NewFrameReader reads frames of at most max bytes of data from r.
func NewFrameReader(r io.Reader, max int) *FrameReader {
	return &FrameReader{r: bufio.NewReader(r), max: max, first: true}
}

// Next returns the data of the next event. At the end of the stream it returns
// io.EOF; an unfinished last event is dropped, as the standard says.
func (f *FrameReader) Next() ([]byte, error) {
	var data []byte
	seen := false
	for {
		line, err := f.line()
		if err != nil {
			return nil, err
		}
		if len(line) == 0 {
			if seen {
				return data, nil
			}
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if string(name) != "data" {
			continue
		}
		value = bytes.TrimPrefix(value, []byte(" "))
		if seen {
			data = append(data, '\n')
		}
		data, seen = append(data, value...), true
		if len(data) > f.max {
			return nil, fmt.Errorf("chatkit: event of more than %d bytes", f.max)
		}
	}
}

// line returns the next line without its end: \n, \r\n or \r.
func (f *FrameReader) line() ([]byte, error) {
	var line []byte
	for {
		c, err := f.r.ReadByte()
		if err != nil {
			return nil, err
		}
		if f.afterCR {
			f.afterCR = false
			if c == '\n' {
				continue
			}
		}
		if c == '\n' || c == '\r' {
			f.afterCR = c == '\r'
			if f.first {
				f.first = false
				line = bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF"))
			}
			return line, nil
		}
		if line = append(line, c); len(line) > f.max+64 {
			return nil, fmt.Errorf("chatkit: line of more than %d bytes", f.max)
		}
	}
}
