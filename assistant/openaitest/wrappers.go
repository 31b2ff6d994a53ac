package openaitest

import (
	"errors"
	"fmt"
	"strings"
)

var errEnough = errors.New("openaitest: cut here")

// Cut plays b up to byte n of its body, then breaks the connection.
func Cut(n int, b Behaviour) Behaviour {
	return Behaviour{fmt.Sprintf("%s, cut at byte %d", b, n), func(x *exchange) {
		x.upTo(n, b)
		x.flush()
		x.hangUp()
	}}
}

// Truncate plays b up to byte n of its body, then ends the response properly:
// to the transport it looks whole.
func Truncate(n int, b Behaviour) Behaviour {
	return Behaviour{fmt.Sprintf("%s, truncated at byte %d", b, n), func(x *exchange) { x.upTo(n, b) }}
}

func (x *exchange) upTo(n int, b Behaviour) {
	inner := x.w
	defer func() { x.w, x.gone = inner, false }()
	x.w = &rewriter{inner, func(p []byte) error {
		part := p[:min(n, len(p))]
		n -= len(part)
		if _, err := inner.Write(part); err != nil {
			return err
		}
		if n <= 0 {
			return errEnough
		}
		return nil
	}}
	b.play(x)
}

// Comments plays b after n keep-alive comments.
func Comments(n int, b Behaviour) Behaviour {
	return Behaviour{fmt.Sprintf("%d comments, then %s", n, b), func(x *exchange) {
		for range n {
			x.raw(": keep-alive\n\n")
		}
		b.play(x)
	}}
}

// CRLF plays b with CR LF line ends.
func CRLF(b Behaviour) Behaviour { return replacing("CRLF", "\n", "\r\n", b) }

// OneLineBreak plays b without blank lines between events.
func OneLineBreak(b Behaviour) Behaviour { return replacing("single line breaks", "\n\n", "\n", b) }

// NoSpace plays b without the space after "data:".
func NoSpace(b Behaviour) Behaviour { return replacing("no space", "data: ", "data:", b) }

// MultiLine plays b with each chunk's JSON on several data lines.
func MultiLine(b Behaviour) Behaviour {
	return replacing("several data lines", `,"created"`, ",\ndata: \"created\"", b)
}

func replacing(name, old, fresh string, b Behaviour) Behaviour {
	return Behaviour{b.name + ", " + name, func(x *exchange) {
		inner := x.w
		x.w = &rewriter{inner, func(p []byte) error {
			_, err := inner.Write([]byte(strings.ReplaceAll(string(p), old, fresh)))
			return err
		}}
		b.play(x)
		x.w = inner
	}}
}

// EmptyChoices plays b after a chunk without choices, as Azure sends first.
func EmptyChoices(b Behaviour) Behaviour {
	return Behaviour{"choices [], then " + b.name, func(x *exchange) {
		x.raw(`data: {"id":"","object":"","model":"","choices":[],"prompt_filter_results":[]}` + "\n\n")
		b.play(x)
	}}
}

// Usage answers with these deltas and says what they cost, for which chat
// completions have a chunk of its own.
func Usage(deltas ...string) Behaviour {
	return Behaviour{"usage chunk", func(x *exchange) {
		for _, d := range deltas {
			x.voice.say(d)
		}
		x.voice.finish("stop", true)
	}}
}

// UsageOnly sends nothing but a chunk without choices and the end mark.
func UsageOnly() Behaviour {
	return Behaviour{"usage only", func(x *exchange) {
		x.raw(`data: {"choices":[],"usage":{"total_tokens":12}}` + "\n\n")
		x.done()
	}}
}
