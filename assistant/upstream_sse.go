package assistant

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// eventLines reads a stream of events and passes on one line for each that has
// data. Comments, other fields and blank lines are dropped; data of several
// lines is joined; an event that reports an error ends the stream with it.
type eventLines struct {
	body      io.Closer
	lines     *bufio.Reader
	event     []byte // name of the event being read
	data      []byte // its data so far
	dataLines int    // how many lines of it
	ready     []byte // what Read has yet to pass on
	buf       []byte // what ready is a part of
	most      int    // bytes of one event
	seen      bool   // whether any line came
	onEvent   func() // called for each event
	err       error
}

func newEventLines(body io.ReadCloser, most int, onEvent func()) *eventLines {
	return &eventLines{body: body, most: most, onEvent: onEvent, lines: bufio.NewReaderSize(body, 8<<10)}
}

// Read passes on whole lines only: what a cut left of one is never read.
func (e *eventLines) Read(p []byte) (int, error) {
	for len(e.ready) == 0 {
		if e.err != nil {
			return 0, e.err
		}
		e.err = e.next()
	}
	n := copy(p, e.ready)
	e.ready = e.ready[n:]
	return n, nil
}

// Close closes the body.
func (e *eventLines) Close() error { return e.body.Close() }

// next reads one line.
func (e *eventLines) next() error {
	line, err := e.line()
	if err != nil {
		return err
	}
	if !e.seen && startsLikeHTML(bytes.TrimSpace(line)) {
		return errHTML
	}
	e.seen = e.seen || len(line) > 0
	field, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch {
	case len(line) == 0:
		err := e.dispatch()
		e.event = e.event[:0]
		return err
	case string(field) == "event":
		e.event = append(e.event[:0], value...)
	case string(field) == "error": // as older llama.cpp writes one
		return eventError("error", value)
	case string(field) == "data":
		if len(e.data)+len(value) > e.most {
			return errTooLarge
		}
		if len(e.data) > 0 {
			e.data = append(e.data, ' ') // a line break in JSON is a space
		}
		e.data = append(e.data, value...)
		e.dataLines++
		// Most servers write an event on one line; not to wait for the blank one
		// spares a round trip, and suits servers that forget it. To look after every
		// line of many would cost their square.
		if look := e.dataLines&(e.dataLines-1) == 0; look && (string(e.data) == "[DONE]" || json.Valid(e.data)) {
			return e.dispatch()
		}
	}
	return nil
}

func (e *eventLines) dispatch() error {
	if len(e.data) == 0 {
		return nil
	}
	if err := eventError(string(e.event), e.data); err != nil {
		return err
	}
	e.onEvent()
	e.buf = append(append(append(e.buf[:0], "data: "...), e.data...), '\n')
	e.ready = e.buf
	e.data, e.dataLines = e.data[:0], 0
	return nil
}

// line reads up to the next line feed, without the end of the line.
func (e *eventLines) line() ([]byte, error) {
	var long []byte
	for {
		part, err := e.lines.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
		if err == nil && long == nil {
			return bytes.TrimRight(part, "\r\n"), nil
		}
		if long = append(long, part...); len(long) > e.most {
			return nil, errTooLarge
		}
		if err == nil {
			return bytes.TrimRight(long, "\r\n"), nil
		}
	}
}

// eventError returns the error that an event reports, if it does.
func eventError(name string, data []byte) error {
	if name != "error" && !bytes.Contains(data, []byte(`"error"`)) {
		return nil
	}
	var body struct {
		Object string          `json:"object"`
		Error  json.RawMessage `json:"error"`
	}
	if json.Unmarshal(data, &body) != nil {
		if name == "error" {
			return &reportedError{}
		}
		return nil
	}
	reported := len(body.Error) > 0 && string(body.Error) != "null"
	if !reported && name != "error" && body.Object != "error" {
		return nil
	}
	if !reported {
		body.Error = data
	}
	code, typ := errorNames(body.Error)
	return &reportedError{code: code, typ: typ}
}
