package models

import (
	"bytes"
	"slices"
	"testing"
)

// TestLinesAreReadAsWritten: events come back as they were, but for line ends, and
// lines that are none are refused.
func TestLinesAreReadAsWritten(t *testing.T) {
	t.Parallel()
	payloads := []string{
		`{"type":"a","text":"one"}`, `{"type":"a","text":"two"}`, `{"type":"a","text":"two"}`, `{"type":"a","text":"two and more"}`,
		`{"type":"a","text":"ü"}`, `{"type":"a","text":"û"}`, // which differ in their second byte
		"{\"type\":\"a\",\n\"x\":1}", "{\"type\":\"a\",\n\"x\":1}", `{"t":1}`, `{"t":1,"u":2}`, `{}`, `{}`,
	}
	var lines []byte
	var before []byte
	var want []Event
	for i, p := range payloads {
		e := Event{Seq: int64(i + 1), Payload: []byte(p)}
		lines = appendLine(lines, before, e)
		before = e.Payload
		want = append(want, Event{e.Seq, bytes.ReplaceAll(e.Payload, []byte("\n"), []byte(" "))})
	}
	for after := range want {
		got, err := appendEvents(nil, lines, int64(after), 100)
		if err != nil || !slices.EqualFunc(got, want[after:], func(a, b Event) bool { return a.Seq == b.Seq && string(a.Payload) == string(b.Payload) }) {
			t.Errorf("after %d: %v, %v\nof %s", after, got, err, lines)
		}
	}
	for _, bad := range []string{"x {}\n", "1~ {}\n", "1~9 {}\n", "1 {}\n2~-1 }\n", "1 {}\n2~3 }\n", "1 {}\n2~x }\n"} {
		if got, err := appendEvents(nil, []byte(bad), 0, 100); err == nil {
			t.Errorf("%q is read as %v", bad, got)
		}
	}
}
