package openaitest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
)

// What the client does.
const (
	chat, chatWhole = "chat_stream", "chat_whole"
	resp, respWhole = "responses_stream", "responses_whole"
	run             = "run"
	cancel          = "cancel"
	broken          = `"error": "`
)

type official struct {
	behaviours []openaitest.Behaviour
	do         string
	want       []string // in what the client made of it
}

func one(b openaitest.Behaviour, do string, want ...string) official {
	return official{[]openaitest.Behaviour{b}, do, want}
}

// everywhere is a behaviour that means the same in all interfaces: want with the
// way in which each says how an answer ended.
func everywhere(b openaitest.Behaviour, chatEnd, respEnd, runEnd string, want ...string) []official {
	var list []official
	for do, end := range map[string]string{chat: chatEnd, chatWhole: chatEnd, resp: respEnd, respWhole: respEnd, run: runEnd} {
		if end != "" {
			list = append(list, one(b, do, append([]string{`"finish": "` + end + `"`}, want...)...))
		}
	}
	return list
}

// refused is a behaviour that every interface answers with the same error.
func refused(b openaitest.Behaviour, want string) []official {
	var list []official
	for _, do := range []string{chat, chatWhole, resp, respWhole, run, "transcribe", "draw"} {
		list = append(list, one(b, do, `"error": "`+want+`"`))
	}
	return list
}

func answers() []official {
	search := openaitest.Search{Query: "weather", Sources: []string{"https://a.example", "https://b.example"}}
	files := openaitest.Search{Files: true, Query: "plans", Sources: []string{"plan.pdf"}}
	page := openaitest.Citation{URL: "https://a.example", Title: "A", Start: 1, End: 2}
	file := openaitest.Citation{FileID: "file_1", Filename: "plan.pdf", Start: 1, End: 2}
	pair := []string{"add_task", `{"title": "milk — é"}`, "list_tasks", `{}`}
	text := openaitest.Text("Hé", "llo")
	var list []official
	add := func(more ...official) { list = append(list, more...) }
	add(everywhere(text, "stop", "completed", "completed", `"text": "Héllo"`)...)
	add(everywhere(openaitest.Echo(), "stop", "completed", "completed", `"text": "You said: `)...)
	add(everywhere(openaitest.Empty(), "stop", "completed", "completed")...)
	add(everywhere(openaitest.FinishLength("par"), "length", "max_output_tokens", "incomplete max_completion_tokens", `"text": "par"`)...)
	add(everywhere(openaitest.FinishContentFilter("par"), "content_filter", "content_filter", "incomplete content_filter", `"text": "par"`)...)
	add(everywhere(openaitest.Finish("error"), "error", "failed", "failed server_error")...)
	add(everywhere(openaitest.Refusal("I won't"), "stop", "completed", "", `"refusal": "I won't"`)...)
	add(everywhere(openaitest.Reasoning("hm", "so"), "stop", "completed", "", `"thought": "hm"`, `"text": "so"`)...)
	add(everywhere(openaitest.Usage("cost"), "stop", "completed", "completed", `"usage": "5/7"`)...)
	add(everywhere(openaitest.Cited("see A", page), "stop", "completed", "", `"cites": ["https://a.example"]`)...)
	add(one(openaitest.Cited("see plan", file), resp, `"cites": ["plan.pdf"]`), one(openaitest.Cited("see plan", file), run, `"cites": ["file_1"]`))
	add(everywhere(openaitest.Searched(search, text), "", "completed", "", `"searches": ["weather https://a.example https://b.example"]`, `"text": "Héllo"`)...)
	add(everywhere(openaitest.Searched(files, text), "", "completed", "", `"searches": ["plans plan.pdf"]`)...)
	add(everywhere(openaitest.Drawn("UE5H", []string{"UA==", "UE4="}, text), "", "completed", "", `"image": "UE5H"`)...)
	add(one(openaitest.Drawn("UE5H", []string{"UA==", "UE4="}, text), resp, `"partials": 2`), one(openaitest.Drawn("UE5H", nil, text), "draw", `"image": "UE5H"`))
	add(everywhere(openaitest.ToolCalls(pair...), "tool_calls", "completed", "", `"calls": ["add_task {\"title\": \"milk — é\"}", "list_tasks {}"]`)...)
	add(everywhere(openaitest.TextThenToolCall("let me", "add_task", `{}`), "tool_calls", "completed", "", `"text": "let me"`, `"calls": ["add_task {}"]`)...)
	add(everywhere(openaitest.ToolCallCut("add_task", `{"ti`), "length", "max_output_tokens", "", `"calls": ["add_task {\"ti"]`)...)
	add(official{[]openaitest.Behaviour{openaitest.ToolCalls(pair...), text}, run, []string{`"calls": ["add_task`, `"text": "Héllo"`, `"finish": "completed"`}})
	add(everywhere(openaitest.SlowDrip(time.Millisecond, "dr", "ip"), "stop", "completed", "completed", `"text": "drip"`)...)
	add(everywhere(openaitest.HugeDelta(100_000), "stop", "completed", "completed", strings.Repeat("x", 1000))...)
	add(everywhere(openaitest.ManyDeltas(300), "stop", "completed", "completed", strings.Repeat("y", 300))...)
	add(one(openaitest.Comments(3, text), chat, `"text": "Héllo"`), one(openaitest.Comments(3, text), resp, `"text": "Héllo"`))
	add(one(openaitest.Text("what was said"), "transcribe", `"text": "what was said"`))
	add(one(text, "models", `"text": "test-model test-model"`, "NotFoundError 404"))
	for _, b := range []openaitest.Behaviour{openaitest.RunEnds("failed", "rate_limit_exceeded"), openaitest.RunEnds("expired", "")} {
		add(one(b, run, strings.TrimSpace(strings.TrimPrefix(b.String(), "run ends as ")), `"finish": "`))
	}
	add(one(openaitest.StallAfterBegin(), cancel, `"finish": "cancelled"`))
	return list
}

// oddities are what some servers of chat completions send.
func oddities() []official {
	text, milk := openaitest.Text("Hé", "llo"), `{"title":"milk"}`
	const hello = `"text": "Héllo"`
	var list []official
	for b, want := range map[*openaitest.Behaviour]string{
		ptr(openaitest.NoFinish("Hé", "llo")):                                `{"text": "Héllo"}`,
		ptr(openaitest.EmptyChoices(text)):                                   hello,
		ptr(openaitest.UsageOnly()):                                          `{"usage": "`,
		ptr(openaitest.CRLF(text)):                                           hello,
		ptr(openaitest.NoSpace(text)):                                        hello,
		ptr(openaitest.MultiLine(text)):                                      hello,
		ptr(openaitest.ContentParts("Héllo")):                                `{"finish": "stop"}`, // which the client can't show
		ptr(openaitest.ToolCallsSameIndex("add_task", milk, "add_task", "")): `"calls": ["add_taskadd_task {`,
		ptr(openaitest.ToolCallsSameID("id", "add_task", milk, "b", "{}")):   `"calls": ["add_task {\"title\":\"milk\"}", "b {}"]`,
		ptr(openaitest.ToolCallsNoIndex("add_task", milk)):                   `"calls": ["add_task {\"title\":\"milk\"}"]`,
		ptr(openaitest.ToolCallObject("add_task", map[string]any{"a": 1})):   `"error": "`,
		ptr(openaitest.NonStream("Héllo")):                                   `{}`, // which the client takes for an empty stream
		ptr(openaitest.HTML()):                                               `{}`,
		ptr(openaitest.HTMLAsStream()):                                       `{}`,
		ptr(openaitest.ErrorJSON()):                                          `{}`,
		ptr(openaitest.ErrorEvent("a")):                                      `"error": "APIError`,
		ptr(openaitest.Truncate(400, text)):                                  `"text"`,
		ptr(openaitest.Redirect("/v1/nowhere")):                              `"error": "NotFoundError 404`,
	} {
		list = append(list, one(*b, chat, want))
	}
	return list
}

func ptr[T any](v T) *T { return &v }

// failures are behaviours of which the client only sees that something is wrong.
func failures() []official {
	var list []official
	add := func(more ...official) { list = append(list, more...) }
	add(refused(openaitest.BadRequest(), "BadRequestError 400 invalid_value")...)
	add(refused(openaitest.ContextTooLong(), "BadRequestError 400 context_length_exceeded")...)
	add(refused(openaitest.Unauthorized(), "AuthenticationError 401 invalid_api_key")...)
	add(refused(openaitest.Forbidden(), "PermissionDeniedError 403 forbidden")...)
	add(refused(openaitest.NotFound(), "NotFoundError 404 model_not_found")...)
	add(refused(openaitest.NoCredit(), "RateLimitError 429 insufficient_quota")...)
	add(refused(openaitest.TooManyRequestsFor(7), "RateLimitError 429 rate_limit_exceeded 7")...)
	add(refused(openaitest.ServerError(), "InternalServerError 500 internal_error")...)
	add(refused(openaitest.Unavailable(), "InternalServerError 503 overloaded")...)
	add(refused(openaitest.BadGateway(), "InternalServerError 502 None")...)
	add(refused(openaitest.HangUp(), "APIConnectionError")...)
	add(refused(openaitest.StallBeforeHeader(), "APITimeoutError")[:1]...)
	for _, do := range []string{chat, resp} {
		text := openaitest.Text("a", "b")
		add(one(openaitest.Cut(150, text), do, broken), one(openaitest.StallMidStream("a"), do, broken), one(openaitest.BadJSON("a"), do, broken))
	}
	add(one(openaitest.ErrorMidStream("a"), chat, "APIError"), one(openaitest.ErrorMidStream("a"), resp, `"error": "`))
	return list
}

func TestOfficialClientUnderstands(t *testing.T) {
	t.Parallel()
	client := startClient(t)
	played := map[string]bool{}
	for _, c := range slices.Concat(answers(), oddities(), failures()) {
		srv := openaitest.New(t)
		srv.Reply(c.behaviours...)
		timeout := 60.0
		if name := c.behaviours[0].String(); c.do != cancel && (strings.Contains(name, "stall") || strings.Contains(name, "amid")) {
			timeout = 0.5 // the server says no more
		}
		got := client.do(c.do, srv.URL(), timeout)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s, %s: %.400s; want %.100s in it", c.do, c.behaviours, got, want)
			}
		}
		if strings.Contains(got, `"error": "streamed`) {
			t.Errorf("%s, %s: %s", c.do, c.behaviours, got)
		}
		for _, b := range c.behaviours {
			played[b.String()] = true
		}
	}
	if len(played) < 40 {
		t.Errorf("%d behaviours were played", len(played))
	}
	srv := openaitest.New(t)
	srv.NoAssistants()
	if got := client.do(run, srv.URL(), 5); !strings.Contains(got, "NotFoundError 404") {
		t.Errorf("without the Assistants API: %s", got)
	}
}
