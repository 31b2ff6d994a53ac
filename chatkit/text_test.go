package chatkit

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestCleanText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "plain 世界 😀": "plain 世界 😀", "a\x00b\x00": "ab", "\xff\xfea": "\uFFFDa", "\xed\xa0\x80": "\uFFFD"} {
		if got := CleanText(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestCleanJSON(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"a": 1.50}`: `{"a": 1.50}`,
		`{"a":"x\u0000y","b\u0000":[1.50,"\u0000",null,{"c":"\u0000"}]}`: `{"a":"xy","b":[1.50,"",null,{"c":""}]}`,
		`["\ud800"]`:          "[\"\uFFFD\"]",
		`["\uD83D\uDE00<&>"]`: `["😀<&>"]`,
		"[\"a\xff\"]":         "[\"a\uFFFD\"]",
		`["\\u0000"]`:         `["\\u0000"]`,
		`"\u00`:               `"\u00`,
	} {
		got, err := CleanJSON([]byte(in))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{`{"a":"\u0000"} x`, `{"a":"\u0000"`, "\x00\xff"} {
		if got, err := CleanJSON([]byte(in)); err == nil {
			t.Errorf("%q: got %q", in, got)
		}
	}
	plain := []byte(`{"a":1}`)
	if got, _ := CleanJSON(plain); &got[0] != &plain[0] {
		t.Error("clean JSON was copied")
	}
}

func TestTimesOnTheWire(t *testing.T) {
	t.Parallel()
	if out, _ := At(time.Date(2026, 1, 2, 3, 4, 5, 123456789, time.FixedZone("", 3600))).MarshalJSON(); string(out) != `"2026-01-02T02:04:05.123456Z"` {
		t.Errorf("got %s", out)
	}
	var tm Time
	for _, raw := range []string{`null`, `7`, `"2026-01-02"`, `"2026-13-02T00:00:00Z"`} {
		if tm.UnmarshalJSON([]byte(raw)) == nil {
			t.Errorf("%s: read as %v", raw, tm)
		}
	}
}

func TestEventOf(t *testing.T) {
	t.Parallel()
	cause := errors.New("password=hunter2")
	for _, c := range []struct {
		err  error
		want ErrorEvent
	}{
		{cause, ErrorEvent{Code: CodeStream, AllowRetry: true}},
		{fmt.Errorf("wrapped: %w", &Error{Message: "Nope.", Err: cause}), ErrorEvent{Code: CodeCustom, Message: "Nope."}},
		{&Error{Message: "Nope.", AllowRetry: true}, ErrorEvent{Code: CodeCustom, Message: "Nope.", AllowRetry: true}},
		{&Error{Message: "for the log", Code: "rate_limit", AllowRetry: true}, ErrorEvent{Code: "rate_limit", AllowRetry: true}},
	} {
		if got := EventOf(c.err); got != c.want {
			t.Errorf("%v: got %+v", c.err, got)
		}
	}
	err := &Error{Message: "Nope.", Err: cause}
	if !errors.Is(err, cause) || err.Error() != "Nope.: password=hunter2" {
		t.Errorf("got %v", err)
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		id := NewID(PrefixMessage)
		if seen[id] || !strings.HasPrefix(id, "msg_") || len(id) != 4+24 {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
}
