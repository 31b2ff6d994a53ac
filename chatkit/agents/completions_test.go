package agents

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// chat writes a chunk of a streamed completion.
func chat(delta, finish string) string {
	if finish != "" {
		finish = `"` + finish + `"`
	} else {
		finish = "null"
	}
	return fmt.Sprintf(`{"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":%s,"finish_reason":%s}]}`, delta, finish)
}

func content(s string) string { return chat(fmt.Sprintf(`{"content":%q}`, s), "") }

// heard plays chunks and returns what was thought, what was said and what was called.
func heard(t *testing.T, chunks ...string) (thought, said, calls string, ended bool) {
	t.Helper()
	var c Completions
	for _, chunk := range chunks {
		err := c.Decode([]byte(chunk), func(ev Event) error {
			switch e := ev.(type) {
			case ThoughtDelta:
				thought += e.Text
			case ThoughtDone:
				thought += "|"
			case TextDelta:
				said += e.Text
			case ToolCall:
				calls += e.CallID + " " + e.Name + " " + e.Arguments + "\n"
			case Ended:
				ended = true
				if e.Reason != EndedStop {
					said += "[" + e.Reason + "]"
				}
			case Usage:
				said += fmt.Sprint(e)
			}
			return nil
		})
		if err != nil {
			t.Fatalf("%s: %v", chunk, err)
		}
	}
	return thought, said, calls, ended
}

func TestThinkTags(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, thought, said string }{
		{"<think>\nLet me see.\n</think>\n\nHello <think>.", "\nLet me see.\n|", "\n\nHello <think>."},
		{"  <think>a<b</thin</think>Hi", "a<b</thin|", "Hi"},
		{"<think>\n\n</think>\n\nHi", "", "\n\nHi"},
		{"<thinking>a</thinking> <think>b</think>Hi", "ab|", "Hi"},
		{"<thi is no tag", "", "<thi is no tag"},
		{"<think>never closed", "never closed|", ""},
		{"<", "", "<"},
		{"What is <think>?</think>", "", "What is <think>?</think>"},
		{"<think>wörld \U0001F44B</think>wörld \U0001F44B", "wörld \U0001F44B|", "wörld \U0001F44B"},
	} {
		// Cut into two and into single characters, at every place.
		cuts := [][]string{{tc.text}, strings.Split(tc.text, "")}
		for i := range tc.text {
			if utf8.RuneStart(tc.text[i]) {
				cuts = append(cuts, []string{tc.text[:i], tc.text[i:]})
			}
		}
		for _, pieces := range cuts {
			var chunks []string
			for _, p := range pieces {
				chunks = append(chunks, content(p))
			}
			thought, said, _, ended := heard(t, append(chunks, chat(`{}`, "stop"))...)
			if strings.TrimLeft(thought, "\n") != strings.TrimLeft(tc.thought, "\n") || strings.TrimLeft(said, " ") != tc.said || !ended {
				t.Errorf("%q: thought %q, said %q, want %q, %q", pieces, thought, said, tc.thought, tc.said)
			}
		}
	}
}

func TestChunks(t *testing.T) {
	t.Parallel()
	stop := chat(`{}`, "stop")
	for name, tc := range map[string]struct {
		chunks               []string
		thought, said, calls string
	}{
		"llama.cpp": {chunks: []string{chat(`{"role":"assistant","content":null}`, ""), chat(`{"reasoning_content":"Hm"}`, ""), chat(`{"reasoning_content":"m."}`, ""),
			chat(`{"content":"Hi"}`, ""), stop, `{"choices":[],"usage":{"completion_tokens":7,"prompt_tokens":5,"total_tokens":12},"timings":{"prompt_n":1}}`},
			thought: "Hmm.|", said: "Hi{5 7 0 0}"},
		"vllm": {chunks: []string{chat(`{"role":"assistant","content":""}`, ""), chat(`{"reasoning":"Hm","reasoning_content":"Hm"}`, ""), chat(`{"content":"Hi"}`, "stop")},
			thought: "Hm|", said: "Hi"},
		"ollama": {chunks: []string{chat(`{"role":"assistant","content":"","reasoning":"Hm"}`, ""), chat(`{"role":"assistant","content":"Hi"}`, ""), chat(`{"role":"assistant","content":""}`, "stop")},
			thought: "Hm|", said: "Hi"},
		"mistral": {chunks: []string{chat(`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]}]}`, ""), chat(`{"content":[{"type":"text","text":"Hi"}]}`, ""), stop},
			thought: "Hm|", said: "Hi"},
		"nulls":         {chunks: []string{`{"choices":null,"usage":null}`, `{"choices":[]}`, `{}`, chat(`{"content":null,"tool_calls":null,"refusal":null}`, ""), content("Hi"), stop}, said: "Hi"},
		"other choice":  {chunks: []string{`{"choices":[{"index":1,"delta":{"content":"no"},"finish_reason":"stop"}]}`, content("Hi"), stop}, said: "Hi"},
		"after the end": {chunks: []string{content("Hi"), stop, content("no"), stop}, said: "Hi"},
		"length":        {chunks: []string{content("Hi"), chat(`{}`, "length")}, said: "Hi[length]"},
		"filter":        {chunks: []string{chat(`{}`, "content_filter")}, said: "[content_filter]"},
		"usage as text": {chunks: []string{content("Hi"), stop, `{"choices":[],"usage":{"prompt_tokens":"5","completion_tokens":-1}}`}, said: "Hi{5 0 0 0}"},
		"thought only":  {chunks: []string{chat(`{"reasoning_content":"Hm"}`, ""), stop}, thought: "Hm|"},
		"no ids": {chunks: []string{chat(`{"tool_calls":[{"function":{"name":"a","arguments":"{}"}},{"function":{"name":"b","arguments":{"x":1}}}]}`, ""),
			chat(`{"tool_calls":[{"function":{"name":"c"}}]}`, ""), chat(`{"tool_calls":[{"function":{"arguments":"{}"}}]}`, "tool_calls")},
			calls: " a {}\n b {\"x\":1}\n c {}\n"},
		"name again": {chunks: []string{chat(`{"tool_calls":[{"index":0,"id":"1","function":{"name":"a","arguments":"{\"x\""}}]}`, ""),
			chat(`{"tool_calls":[{"index":0,"id":"1","function":{"name":"a","arguments":":1}"}}]}`, ""), stop}, calls: "1 a {\"x\":1}\n"},
		"name in pieces": {chunks: []string{chat(`{"tool_calls":[{"index":0,"id":"1","function":{"name":"add_","arguments":""}}]}`, ""),
			chat(`{"tool_calls":[{"index":0,"function":{"name":"task"}}]}`, ""), chat(`{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}`, ""), stop}, calls: "1 add_task {}\n"},
		"name that grows": {chunks: []string{chat(`{"tool_calls":[{"index":0,"id":"1","function":{"name":"add_"}}]}`, ""),
			chat(`{"tool_calls":[{"index":0,"id":"1","function":{"name":"add_task","arguments":"{}"}}]}`, ""), stop}, calls: "1 add_task {}\n"},
		"one index": {chunks: []string{chat(`{"tool_calls":[{"index":0,"id":"1","function":{"name":"a","arguments":"{}"}}]}`, ""),
			chat(`{"tool_calls":[{"index":0,"id":"2","function":{"name":"a","arguments":"{}"}}]}`, ""), stop}, calls: "1 a {}\n2 a {}\n"},
		"numbers for ids": {chunks: []string{chat(`{"tool_calls":[{"index":0,"id":7,"function":{"name":"a","arguments":null}}]}`, ""), stop}, calls: " a \n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			thought, said, calls, ended := heard(t, tc.chunks...)
			if strings.TrimLeft(thought, "\n") != strings.TrimLeft(tc.thought, "\n") || said != tc.said || calls != tc.calls || !ended {
				t.Errorf("thought %q, said %q, called %q, ended %v", thought, said, calls, ended)
			}
		})
	}
}

func TestUnreadableChunks(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{``, `{`, `[]`, `"x"`, `{"choices":{}}`, `{"choices":[{"delta":[]}]}`} {
		for name, decode := range map[string]func([]byte, func(Event) error) error{"chat": new(Completions).Decode, "responses": new(Responses).Decode} {
			err := decode([]byte(raw), func(ev Event) error { return fmt.Errorf("yielded %#v", ev) })
			if err != nil && err != ErrUnreadable {
				t.Errorf("%s %s: %v", name, raw, err)
			}
		}
	}
}

func TestTooManyCalls(t *testing.T) {
	t.Parallel()
	var c Completions
	for i := range maxCalls + 1 {
		err := c.Decode([]byte(chat(fmt.Sprintf(`{"tool_calls":[{"index":%d,"function":{"name":"a"}}]}`, i), "")), func(Event) error { return nil })
		if (err == ErrTooMuch) != (i == maxCalls) {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	var big Completions
	arguments := chat(fmt.Sprintf(`{"tool_calls":[{"index":0,"function":{"name":"a","arguments":%q}}]}`, strings.Repeat("x", maxArguments+1)), "")
	if err := big.Decode([]byte(arguments), func(Event) error { return nil }); err != ErrTooMuch {
		t.Errorf("endless arguments: %v", err)
	}
}

// TestSplitCharacters has the bytes of characters in different deltas, and halves
// that never become whole.
func TestSplitCharacters(t *testing.T) {
	t.Parallel()
	const wave = "\U0001F44B"
	for cut := 1; cut < len(wave); cut++ {
		r := newRig(t, Options{})
		var c Completions
		r.decodeBy(c.Decode, `{"choices":[{"delta":{"content":"a`+wave[:cut]+`"}}]}`, `{"choices":[{"delta":{"content":"`+wave[cut:]+`b\n\u00e4"}}]}`, chat(`{}`, "stop"))
		if got := r.out.Text(); got != "a"+wave+"b\nä" {
			t.Errorf("cut at %d: %q", cut, got)
		}
		r.finish()
	}
	r := newRig(t, Options{})
	var c Completions
	r.decodeBy(c.Decode, `{"choices":[{"delta":{"content":"a\ud83d"}}]}`, "{\"choices\":[{\"delta\":{\"content\":\"\xf0\x9f\"}}]}", content("b"), "{\"choices\":[{\"delta\":{\"content\":\"c\xf0\"}}]}", chat(`{}`, "stop")).finish()
	if raw := asJSON(t, r.fold.Items()); !utf8.ValidString(raw) || !strings.Contains(raw, "b") || !strings.Contains(raw, "c") {
		t.Errorf("broken characters: %q", raw)
	}
}
