package models

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

// appendLine appends an event as the log writes it: its number, a space, its
// JSON. Line ends are mere white space in JSON. What its JSON begins with as the
// event before it in the log did is left out, and its length written after the
// number, with ~ between: of most deltas little but their text is left.
func appendLine(dst, before []byte, e Event) []byte {
	dst = strconv.AppendInt(dst, e.Seq, 10)
	shared := sharedBytes(before, e.Payload)
	if shared < leastShared {
		shared = 0
	} else {
		dst = strconv.AppendInt(append(dst, '~'), int64(shared), 10)
	}
	dst = append(dst, ' ')
	start := len(dst)
	dst = append(dst, e.Payload[shared:]...)
	for i := start; i < len(dst); i++ {
		if dst[i] == '\n' {
			dst[i] = ' '
		}
	}
	return append(dst, '\n')
}

// leastShared is how many bytes are worth leaving out.
const leastShared = 8

// sharedBytes is how many bytes a and b begin with that are in both, line ends
// never: a line has none.
func sharedBytes(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] || a[i] == '\n' {
			return i
		}
	}
	return n
}

// cutNumber splits a line after its first number.
func cutNumber(line []byte) (n int64, rest []byte, err error) {
	head, rest, _ := bytes.Cut(line, []byte(" "))
	n, err = number(head)
	return n, rest, err
}

func number(text []byte) (int64, error) {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		err = fmt.Errorf("the log has a line that is none: %w", err)
	}
	return n, err
}

// readLine reads what appendLine wrote. Without the event before it the payload
// is nil if it needs that.
func readLine(line, before []byte) (e Event, err error) {
	head, rest, _ := bytes.Cut(line, []byte(" "))
	seq, length, shares := bytes.Cut(head, []byte("~"))
	if e.Seq, err = number(seq); err != nil {
		return e, err
	}
	rest = bytes.TrimSuffix(rest, []byte("\n"))
	if !shares {
		e.Payload = bytes.Clone(rest)
		return e, nil
	}
	shared, err := number(length)
	if err != nil || before == nil {
		return e, err
	}
	if shared < 0 || shared > int64(len(before)) {
		return e, fmt.Errorf("event %d of the log goes on with %d bytes of %d", e.Seq, shared, len(before))
	}
	e.Payload = slices.Concat(before[:shared], rest)
	return e, nil
}

// appendEvents appends the events of lines after the number seq, up to limit in all.
func appendEvents(events []Event, lines []byte, seq int64, limit int) ([]Event, error) {
	var before []byte
	for line := range bytes.Lines(lines) {
		if len(events) >= limit {
			break
		}
		e, err := readLine(line, before)
		if err == nil && e.Payload == nil {
			err = fmt.Errorf("event %d of the log goes on with what is not there", e.Seq)
		}
		if err != nil {
			return nil, err
		}
		if before = e.Payload; e.Seq > seq {
			events = append(events, e)
		}
	}
	return events, nil
}
