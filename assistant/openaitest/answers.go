package openaitest

import (
	"fmt"
	"strings"
	"time"
)

// Text answers with these deltas and ends properly.
func Text(deltas ...string) Behaviour { return Finish("stop", deltas...) }

// Finish answers with these deltas and this finish reason.
func Finish(reason string, deltas ...string) Behaviour {
	return Behaviour{"finish " + reason, func(x *exchange) {
		x.voice.begin()
		for _, d := range deltas {
			x.voice.say(d)
		}
		x.voice.finish(reason, false)
	}}
}

// FinishLength answers with text that the length limit cut.
func FinishLength(deltas ...string) Behaviour { return Finish("length", deltas...) }

// FinishContentFilter answers with text that the content filter cut.
func FinishContentFilter(deltas ...string) Behaviour { return Finish("content_filter", deltas...) }

// NoFinish answers with these deltas and [DONE], but no finish reason.
func NoFinish(deltas ...string) Behaviour {
	return Behaviour{"no finish reason", func(x *exchange) {
		for _, d := range deltas {
			x.voice.say(d)
		}
		x.done()
	}}
}

// Empty ends properly without a word.
func Empty() Behaviour { return Text() }

// Echo answers with the last user message, word by word.
func Echo() Behaviour {
	return Behaviour{"echo", func(x *exchange) {
		Text(strings.SplitAfter("You said: "+x.said(), " ")...).play(x)
	}}
}

// Refusal answers with the refusal field instead of content.
func Refusal(words string) Behaviour {
	return Behaviour{"refusal", func(x *exchange) {
		x.voice.refuse(words)
		x.voice.finish("stop", false)
	}}
}

// Reasoning thinks aloud, in reasoning_content or in a reasoning item with a
// summary, then answers.
func Reasoning(thought string, deltas ...string) Behaviour {
	return Behaviour{"reasoning", func(x *exchange) {
		x.voice.think(thought)
		Text(deltas...).play(x)
	}}
}

// Thinking thinks aloud as Reasoning does, then plays b.
func Thinking(thought string, b Behaviour) Behaviour {
	return Behaviour{"thought, then " + b.name, func(x *exchange) {
		x.voice.think(thought)
		b.play(x)
	}}
}

// Cited answers with text and what it cites.
func Cited(words string, citations ...Citation) Behaviour {
	return Behaviour{"citations", func(x *exchange) {
		x.voice.begin()
		x.voice.say(words)
		for _, c := range citations {
			x.voice.cite(c)
		}
		x.voice.finish("stop", false)
	}}
}

// Searched searches, then plays b. Chat completions tell of no searches.
func Searched(s Search, b Behaviour) Behaviour {
	return Behaviour{"search, then " + b.name, func(x *exchange) {
		x.voice.search(s)
		b.play(x)
	}}
}

// Drawn draws a picture, given in base64 with what is shown of it on the way, then
// plays b. Chat completions don't draw.
func Drawn(data string, partials []string, b Behaviour) Behaviour {
	return Behaviour{"picture, then " + b.name, func(x *exchange) {
		x.voice.draw(data, partials)
		b.play(x)
	}}
}

// HugeDelta answers with one delta of so many bytes.
func HugeDelta(bytes int) Behaviour { return Text(strings.Repeat("x", bytes)) }

// ManyDeltas answers with n deltas of one letter.
func ManyDeltas(n int) Behaviour { return Text(strings.Split(strings.Repeat("y", n), "")...) }

// ContentParts answers with content that is a list of parts, as some servers do.
func ContentParts(words string) Behaviour {
	return Behaviour{"content parts", func(x *exchange) {
		x.event(map[string]any{"content": []any{map[string]any{"type": "text", "text": words}}}, "")
		x.event(map[string]any{}, "stop")
		x.done()
	}}
}

// NonStream answers with one JSON document although a stream was asked for.
func NonStream(words string) Behaviour {
	return Behaviour{"non-stream JSON", func(x *exchange) {
		x.voice = x.wholeVoice()
		Text(words).play(x)
	}}
}

// SlowDrip answers with one delta after the other, this long apart.
func SlowDrip(every time.Duration, deltas ...string) Behaviour {
	return Behaviour{"slow drip", func(x *exchange) {
		for _, d := range deltas {
			x.voice.say(d)
			if !x.pause(every) {
				return
			}
		}
		x.voice.finish("stop", false)
	}}
}

// Gated answers with one delta for each value received from gate, and ends
// after the last. It lets a test look at an answer that is being written.
func Gated(gate <-chan struct{}, deltas ...string) Behaviour {
	return Behaviour{"gated", func(x *exchange) {
		for _, d := range deltas {
			select {
			case <-gate:
			case <-x.r.Context().Done():
				return
			case <-x.over:
				return
			}
			x.voice.say(d)
		}
		x.voice.finish("stop", false)
	}}
}

// ToolCall asks for one tool, its arguments in pieces.
func ToolCall(name, arguments string) Behaviour { return ToolCalls(name, arguments) }

// ToolCalls asks for several tools at once: name, arguments, name, arguments…
// The pieces of their arguments come in turns, told apart by index.
func ToolCalls(namesAndArguments ...string) Behaviour {
	return Behaviour{"tool calls", func(x *exchange) {
		x.voice.call(callsOf(namesAndArguments))
		x.voice.finish(callsEnd(x), false)
	}}
}

// TextThenToolCall says something, then asks for a tool.
func TextThenToolCall(words, name, arguments string) Behaviour {
	return Behaviour{"text, then tool call", func(x *exchange) {
		x.voice.say(words)
		ToolCall(name, arguments).play(x)
	}}
}

// ToolCallsSameIndex asks for several tools, whole, all with index 0, as some
// servers do.
func ToolCallsSameIndex(namesAndArguments ...string) Behaviour {
	return Behaviour{"tool calls with one index", func(x *exchange) {
		wholeCalls(x, namesAndArguments, map[string]any{"index": 0}, "tool_calls")
	}}
}

// ToolCallsNoIndex asks for several tools, whole, without an index, and ends
// with "stop", as some servers do.
func ToolCallsNoIndex(namesAndArguments ...string) Behaviour {
	return Behaviour{"tool calls without index", func(x *exchange) {
		wholeCalls(x, namesAndArguments, nil, "stop")
	}}
}

// ToolCallsSameID asks for several tools under one id.
func ToolCallsSameID(id string, namesAndArguments ...string) Behaviour {
	return Behaviour{"tool calls with one id", func(x *exchange) {
		callPieces(x, namesAndArguments, func(i int) map[string]any { return map[string]any{"index": i, "id": id} })
		x.event(map[string]any{}, "tool_calls")
		x.done()
	}}
}

// ToolCallObject asks for a tool with arguments that are an object, not a text.
func ToolCallObject(name string, arguments map[string]any) Behaviour {
	return Behaviour{"tool call with an object", func(x *exchange) {
		call := map[string]any{"index": 0, "id": callID(0), "type": "function",
			"function": map[string]any{"name": name, "arguments": arguments}}
		x.event(map[string]any{"tool_calls": []any{call}}, "tool_calls")
		x.done()
	}}
}

// ToolCallCut asks for a tool but reaches the length limit in its arguments.
func ToolCallCut(name, part string) Behaviour {
	return Behaviour{"tool call cut by length", func(x *exchange) {
		x.voice.call(callsOf([]string{name, part}))
		x.voice.finish("length", false)
	}}
}

func callID(i int) string { return fmt.Sprintf("call_%d", i+1) }

// callPieces streams calls in turns, a piece of each.
func callPieces(x *exchange, pairs []string, head func(i int) map[string]any) {
	for i := 0; i+1 < len(pairs); i += 2 {
		call := head(i / 2)
		if call["id"] == nil {
			call["id"] = callID(i / 2)
		}
		call["type"] = "function"
		call["function"] = map[string]any{"name": pairs[i], "arguments": ""}
		x.event(map[string]any{"tool_calls": []any{call}}, "")
	}
	for n, more := 0, true; more; n++ {
		more = false
		for i := 0; i+1 < len(pairs); i += 2 {
			if args := pieces(pairs[i+1]); n < len(args) {
				more = true
				call := map[string]any{"index": i / 2, "function": map[string]any{"arguments": args[n]}}
				x.event(map[string]any{"tool_calls": []any{call}}, "")
			}
		}
	}
}

// callsEnd is how chat completions say that calls are to be done.
func callsEnd(x *exchange) string {
	if _, ok := x.voice.(chatStream); ok {
		return "tool_calls"
	}
	return "stop"
}

func wholeCalls(x *exchange, pairs []string, head map[string]any, finish string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		call := map[string]any{"id": callID(i / 2), "type": "function", "function": map[string]any{"name": pairs[i], "arguments": pairs[i+1]}}
		for k, v := range head {
			call[k] = v
		}
		x.event(map[string]any{"tool_calls": []any{call}}, "")
	}
	x.event(map[string]any{}, finish)
	x.done()
}

// Transcript answers a request for a transcription with this text.
func Transcript(text string) Behaviour {
	return Behaviour{"transcript", func(x *exchange) {
		x.w.Header().Set("Content-Type", "application/json")
		x.raw(encode(map[string]any{"text": text, "usage": map[string]any{"type": "tokens", "input_tokens": 12}}))
	}}
}
