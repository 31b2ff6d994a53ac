package chatkit

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// readFrames returns all frames of a stream and the error that ended it.
func readFrames(r io.Reader, max int) ([]string, error) {
	frames := NewFrameReader(r, max)
	var all []string
	for {
		data, err := frames.Next()
		if err != nil {
			return all, err
		}
		all = append(all, string(data))
	}
}

func TestFrameReader(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, in string
		want     []string
	}{
		{"as ChatKit writes", "data: {\"a\":1}\n\ndata: {\"b\":2}\n\n", []string{`{"a":1}`, `{"b":2}`}},
		{"no space", "data:x\n\n", []string{"x"}},
		{"two spaces", "data:  x\n\n", []string{" x"}},
		{"carriage returns", "data: x\r\n\r\ndata: y\r\rdata: z\n\r\n", []string{"x", "y", "z"}},
		{"several lines", "data: a\ndata: b\ndata\n\n", []string{"a\nb\n"}},
		{"other fields and comments", ": ping\n\nevent: e\nid: 7\nretry: 3\ndata: x\ndatax: y\n: more\n\n", []string{"x"}},
		{"byte-order mark", "\xEF\xBB\xBFdata: x\n\n", []string{"x"}},
		{"empty data", "data:\n\n", []string{""}},
		{"unfinished", "data: x\n\ndata: y\n", []string{"x"}},
		{"many empty lines", "\n\n\ndata: x\n\n\n\n", []string{"x"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
				got, err := readFrames(r, 100)
				if !slices.Equal(got, c.want) || err != io.EOF {
					t.Errorf("got %q, %v", got, err)
				}
			}
		})
	}
}

func TestFrameReaderLimits(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"long line":    "data: " + strings.Repeat("x", 1000),
		"many lines":   strings.Repeat("data: 0123456789\n", 20),
		"long comment": ":" + strings.Repeat("x", 1000),
	} {
		if got, err := readFrames(strings.NewReader(in), 100); err == nil || err == io.EOF {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	cut := errors.New("cut")
	if _, err := readFrames(io.MultiReader(strings.NewReader("data: x\n"), iotest.ErrReader(cut)), 100); !errors.Is(err, cut) {
		t.Errorf("got %v", err)
	}
}

func TestEventReader(t *testing.T) {
	t.Parallel()
	frame, err := AppendEventFrame(nil, ProgressUpdate{Text: "a"})
	if err != nil {
		t.Fatal(err)
	}
	if string(frame) != "data: {\"type\":\"progress_update\",\"text\":\"a\"}\n\n" {
		t.Errorf("frame %q", frame)
	}
	r := NewEventReader(strings.NewReader("data:\n\n"+string(frame)+"data: [DONE]\n\n"), 100)
	ev, err := r.Next()
	if err != nil || ev != (ProgressUpdate{Text: "a"}) {
		t.Errorf("got %v, %v", ev, err)
	}
	if ev, err := r.Next(); err != io.EOF {
		t.Errorf("got %v, %v", ev, err)
	}
	if ev, err := NewEventReader(strings.NewReader("data: nonsense\n\n"), 100).Next(); err == nil {
		t.Errorf("nonsense read as %v", ev)
	}
}

func TestAppendFrameKeepsOneLine(t *testing.T) {
	t.Parallel()
	got := string(AppendFrame([]byte("a\n"), []byte("{\n\r\n}")))
	if got != "a\ndata: {   }\n\n" {
		t.Errorf("got %q", got)
	}
}

// FuzzFrames proves that what is framed is read back, and that no input breaks the reader.
func FuzzFrames(f *testing.F) {
	f.Add([]byte(`{"a":1}`), []byte("data: x\r\rdata: y\n\n: c\n"))
	f.Add([]byte("\xEF\xBB\xBF"), []byte("\xEF\xBB\xBFdata"))
	f.Fuzz(func(t *testing.T, payload, stream []byte) {
		if !bytes.ContainsAny(payload, "\r\n") {
			got, err := readFrames(bytes.NewReader(AppendFrame(nil, payload)), len(payload)+1)
			if err != io.EOF || len(got) != 1 || got[0] != string(payload) {
				t.Errorf("%q: got %q, %v", payload, got, err)
			}
		}
		whole, errWhole := readFrames(bytes.NewReader(stream), 1000)
		bytewise, errByte := readFrames(iotest.OneByteReader(bytes.NewReader(stream)), 1000)
		if !slices.Equal(whole, bytewise) || (errWhole == io.EOF) != (errByte == io.EOF) {
			t.Errorf("%q: got %q and %q", stream, whole, bytewise)
		}
	})
}

// FuzzEvent proves that what can be read can be written, and then reads the same.
func FuzzEvent(f *testing.F) {
	for _, c := range eventCases() {
		f.Add([]byte(c.in))
	}
	for _, c := range itemCases() {
		f.Add([]byte(`{"type":"thread.item.done","item":` + c.in + `}`))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		ev, err := UnmarshalEvent(raw)
		if err != nil {
			return
		}
		first, err := MarshalEvent(ev)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		again, err := UnmarshalEvent(first)
		if err != nil {
			t.Fatalf("%s: %v", first, err)
		}
		second, err := MarshalEvent(again)
		if err != nil || !bytes.Equal(first, second) {
			t.Errorf("\n 1st %s\n 2nd %s (%v)", first, second, err)
		}
		var fold Fold
		if err := fold.Apply(ev); err != nil {
			t.Errorf("%s: fold: %v", first, err)
		}
	})
}
