package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit"
)

type brokenHistory struct{}

func (brokenHistory) Recent(context.Context, int) ([]chatkit.Item, error) {
	return nil, errors.New("canary-db")
}

func TestHistoryForms(t *testing.T) {
	t.Parallel()
	quoted := chatkit.NewUserText("what about this?")
	quoted.QuotedText = "a\nb"
	quoted.Attachments = []*chatkit.Attachment{{Name: "x\ny.pdf"}}
	blocks := blocksOf([]chatkit.Item{
		quoted,
		&chatkit.HiddenContext{Content: json.RawMessage(`"the person clicked"`)},
		&chatkit.HiddenContext{Content: json.RawMessage(`{"type":"tool_call","id":"c1","name":"n","arguments":"{bad","output":null}`)},
		&chatkit.SDKHiddenContext{Content: "stopped"},
		&chatkit.ClientToolCall{Status: chatkit.CallPending, CallID: "p", Name: "wait"},
		&chatkit.ClientToolCall{Status: chatkit.CallCompleted, CallID: "c2", Name: "where", Arguments: json.RawMessage(`{}`), Output: json.RawMessage(`"here"`)},
		&chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: "  "}}},
		&chatkit.WidgetItem{Widget: json.RawMessage(`{}`)},
	})
	want := []string{
		"0 > a\n> b\n\nwhat about this?\n[attached file: x y.pdf]",
		"1 Note from the app, not shown to the person:\n<HIDDEN_CONTEXT>\n\"the person clicked\"\n</HIDDEN_CONTEXT>",
		"3 n {} | 4 c1 null",
		"1 Note from the app, not shown to the person:\n<HIDDEN_CONTEXT>\nstopped\n</HIDDEN_CONTEXT>",
		"3 where {} | 4 c2 \"here\"",
	}
	var got []string
	for _, b := range blocks {
		var parts []string
		for _, it := range b {
			s := fmt.Sprint(int(it.kind), " ")
			switch it.kind {
			case inputCall:
				s += it.call.name + " " + it.call.arguments
			case inputOutput:
				s += it.call.id + " "
			}
			for _, p := range it.parts {
				s += p.text
			}
			parts = append(parts, s+it.text)
		}
		got = append(got, strings.Join(parts, " | "))
	}
	if strings.Join(got, "\n====\n") != strings.Join(want, "\n====\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n====\n"), strings.Join(want, "\n====\n"))
	}
}

func TestHistoryBudget(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	srv.Always(openaitest.Text("ok"))
	a, err := NewCompletions(Config{BaseURL: srv.URL(), Model: "m", HistoryChars: 100})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	c := newTalk(t, a)
	c.say("first "+strings.Repeat("a", 60), "ok")
	c.say("second "+strings.Repeat("b", 60), "ok")
	c.say("third "+strings.Repeat("c", 500), "ok")
	if sent := srv.Requests()[1].Chat.Messages; len(sent) != 2 || !strings.HasPrefix(sent[1].Content, "second") {
		t.Errorf("second request: %s", asJSON(t, sent))
	}
	if sent := srv.Requests()[2].Chat.Messages; len(sent) != 2 || len(sent[1].Content) != 506 {
		t.Errorf("the newest message must be whole: %s", asJSON(t, sent))
	}
}

func TestHistoryKeepsPairs(t *testing.T) {
	t.Parallel()
	var items []chatkit.Item
	for range 10 {
		items = append(items, chatkit.NewUserText("question"),
			&chatkit.HiddenContext{Content: json.RawMessage(`{"type":"tool_call","id":"c1","name":"n","arguments":{},"output":"` + strings.Repeat("x", 50) + `"}`)},
			&chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: "answer"}}})
	}
	for budget := range 800 {
		open := 0
		kept := newest(blocksOf(items), budget)
		for i, b := range kept {
			for _, it := range b {
				switch it.kind {
				case inputCall:
					open++
				case inputOutput:
					open--
				}
			}
			if open != 0 {
				t.Fatalf("budget %d: a tool call lost its result", budget)
			}
			if i == 0 && b[0].kind != inputUser && len(kept) > 2 {
				t.Fatalf("budget %d: begins with %v", budget, b[0].kind)
			}
		}
	}
}

func TestHistoryFails(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	in := chatkit.NewUserText("complete 2")
	turn := &Turn{User: User{ID: "usr_a"}, Input: in, History: brokenHistory{}}
	emit := func(chatkit.Event) error { return nil }
	err := chatAgent(t, srv.URL(), quick, nil).Respond(t.Context(), turn, emit)
	if e, ok := errors.AsType[*chatkit.Error](err); !ok || strings.Contains(e.Message, "canary") || !e.AllowRetry {
		t.Errorf("completions: %v", err)
	}
	if err := NewBuiltin(newMemory("usr_a"), BuiltinOptions{}).Respond(t.Context(), turn, emit); err == nil {
		t.Error("builtin: no error")
	}
}
