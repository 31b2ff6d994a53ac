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
		x.event(map[string]any{"role": "assistant", "content": ""}, "")
		for _, d := range deltas {
			x.event(text(d), "")
		}
		x.event(map[string]any{}, reason)
		x.done()
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
			x.event(text(d), "")
		}
		x.done()
	}}
}

// Empty ends properly without a word.
func Empty() Behaviour { return Text() }

// Echo answers with the last user message, word by word.
func Echo() Behaviour {
	return Behaviour{"echo", func(x *exchange) {
		said := ""
		for _, m := range x.req.Chat.Messages {
			if m.Role == "user" {
				said = m.Content
			}
		}
		Text(strings.SplitAfter("You said: "+said, " ")...).play(x)
	}}
}

// Refusal answers with the refusal field instead of content.
func Refusal(words string) Behaviour {
	return Behaviour{"refusal", func(x *exchange) {
		x.event(map[string]any{"refusal": words}, "")
		x.event(map[string]any{}, "stop")
		x.done()
	}}
}

// Reasoning thinks aloud in reasoning_content, then answers.
func Reasoning(thought string, deltas ...string) Behaviour {
	return Behaviour{"reasoning", func(x *exchange) {
		x.event(map[string]any{"reasoning_content": thought, "content": nil}, "")
		Text(deltas...).play(x)
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
		x.w.Header().Set("Content-Type", "application/json")
		x.raw(encode(map[string]any{"object": "chat.completion", "choices": []any{map[string]any{
			"index": 0, "finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": words}}}}))
	}}
}

// SlowDrip answers with one delta after the other, this long apart.
func SlowDrip(every time.Duration, deltas ...string) Behaviour {
	return Behaviour{"slow drip", func(x *exchange) {
		for _, d := range deltas {
			x.event(text(d), "")
			if !x.pause(every) {
				return
			}
		}
		x.event(map[string]any{}, "stop")
		x.done()
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
			x.event(text(d), "")
		}
		x.event(map[string]any{}, "stop")
		x.done()
	}}
}

// ToolCall asks for one tool, its arguments in pieces.
func ToolCall(name, arguments string) Behaviour { return ToolCalls(name, arguments) }

// ToolCalls asks for several tools at once: name, arguments, name, arguments…
// The pieces of their arguments come in turns, told apart by index.
func ToolCalls(namesAndArguments ...string) Behaviour {
	return Behaviour{"tool calls", func(x *exchange) {
		playCalls(x, namesAndArguments, func(i int) map[string]any { return map[string]any{"index": i} })
	}}
}

// TextThenToolCall says something, then asks for a tool.
func TextThenToolCall(words, name, arguments string) Behaviour {
	return Behaviour{"text, then tool call", func(x *exchange) {
		x.event(text(words), "")
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
		playCalls(x, namesAndArguments, func(i int) map[string]any { return map[string]any{"index": i, "id": id} })
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
		wholeCalls(x, []string{name, part}, map[string]any{"index": 0}, "length")
	}}
}

func callID(i int) string { return fmt.Sprintf("call_%d", i+1) }

func playCalls(x *exchange, pairs []string, head func(i int) map[string]any) {
	for i := 0; i+1 < len(pairs); i += 2 {
		call := head(i / 2)
		if call["id"] == nil {
			call["id"] = callID(i / 2)
		}
		call["type"] = "function"
		call["function"] = map[string]any{"name": pairs[i], "arguments": ""}
		x.event(map[string]any{"tool_calls": []any{call}}, "")
	}
	const piece = 7
	for from, more := 0, true; more; from += piece {
		more = false
		for i := 0; i+1 < len(pairs); i += 2 {
			args := pairs[i+1]
			if from >= len(args) {
				continue
			}
			more = true
			call := map[string]any{"index": i / 2, "function": map[string]any{"arguments": args[from:min(from+piece, len(args))]}}
			x.event(map[string]any{"tool_calls": []any{call}}, "")
		}
	}
	x.event(map[string]any{}, "tool_calls")
	x.done()
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
