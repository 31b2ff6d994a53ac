package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// choosing is a message with wishes.
func choosing(text, model, tool string) *chatkit.UserMessage {
	in := chatkit.NewUserText(text)
	in.ID = chatkit.NewID(chatkit.PrefixMessage)
	in.InferenceOptions.Model = model
	if tool != "" {
		in.InferenceOptions.ToolChoice = &chatkit.ToolChoice{ID: tool}
	}
	return in
}

func newChoosing(t *testing.T, hooks Hooks) (*openaitest.Server, *Agent) {
	t.Helper()
	model := openaitest.New(t)
	a, err := NewCompletions(Config{BaseURL: model.URL(), Model: "small", Models: []string{"large"}, Tools: TaskTools(newMemory("usr_a", "buy milk")), Hooks: hooks})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return model, a
}

// sentChoice is what a request asked for.
func sentChoice(t *testing.T, r *openaitest.Request) (model, tool string) {
	t.Helper()
	var body struct {
		Model      string
		ToolChoice struct{ Function struct{ Name string } } `json:"tool_choice"`
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		var plain struct{ Model string }
		if json.Unmarshal(r.Body, &plain) != nil {
			t.Fatal(err)
		}
		return plain.Model, ""
	}
	return body.Model, body.ToolChoice.Function.Name
}

func TestChoice(t *testing.T) {
	t.Parallel()
	model, a := newChoosing(t, Hooks{})
	respond := func(turn *Turn) error {
		turn.User, turn.Thread = User{ID: "usr_a"}, chatkit.Thread{ID: "thr_1"}
		return a.Respond(t.Context(), turn, func(chatkit.Event) error { return nil })
	}
	model.Reply(openaitest.ToolCall(ToolListTasks, `{}`), openaitest.Text("One."))
	in := choosing("what is there?", "large", ToolListTasks)
	if err := respond(&Turn{Input: in}); err != nil {
		t.Fatal(err)
	}
	if m, tool := sentChoice(t, model.Requests()[0]); m != "large" || tool != ToolListTasks {
		t.Errorf("asked %s to use %q", m, tool)
	}
	if m, tool := sentChoice(t, model.Requests()[1]); m != "large" || tool != "" {
		t.Errorf("then asked %s to use %q again", m, tool)
	}
	// A turn that goes on keeps the model.
	model.Reply(openaitest.Text("And on."))
	if err := respond(&Turn{History: past{in}}); err != nil {
		t.Fatal(err)
	}
	if m, tool := sentChoice(t, model.Requests()[2]); m != "large" || tool != "" {
		t.Errorf("went on with %s and %q", m, tool)
	}
	for _, refused := range []*chatkit.UserMessage{choosing("x", "huge", ""), choosing("x", "small", "web_search"), choosing("x", "", "drop_tables")} {
		err := respond(&Turn{Input: refused})
		if e, ok := errors.AsType[*chatkit.Error](err); !ok || e.AllowRetry || !strings.Contains(e.Message, "Choose") {
			t.Errorf("%+v: %v", refused.InferenceOptions, err)
		}
	}
	if n := len(model.Requests()); n != 3 {
		t.Errorf("%d requests", n)
	}
}

// TestCost: every request is counted, guessed where the server does not say it,
// and when it is enough no tool runs any more.
func TestCost(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var used []agents.Usage
	enough := false
	model, a := newChoosing(t, Hooks{Used: func(_ context.Context, turn *Turn, m string, u agents.Usage) error {
		mu.Lock()
		defer mu.Unlock()
		if turn.User.ID != "usr_a" || m != "small" {
			t.Errorf("counted for %s with %s", turn.User.ID, m)
		}
		used = append(used, u)
		if enough {
			return &chatkit.Error{Message: "Enough for today."}
		}
		return nil
	}})
	talk := newTalk(t, a)
	model.Reply(openaitest.ToolCall(ToolListTasks, `{}`), openaitest.Text("One task."))
	talk.say("what is there?", "One")
	if len(used) != 2 || used[0].Input < 50 || used[0].Output == 0 || used[1].Output == 0 {
		t.Errorf("used %+v", used)
	}
	model.Reply(openaitest.NoFinish("half an answ"))
	_, _ = talk.ask("and then?")
	if len(used) != 3 {
		t.Errorf("an answer that was cut is free: %+v", used)
	}
	enough = true
	model.Reply(openaitest.ToolCall(ToolAddTask, `{"title":"walk"}`))
	if _, err := talk.ask("add walk"); err == nil || !strings.Contains(err.Error(), "Enough for today.") {
		t.Errorf("it ended with %v", err)
	}
	if n := len(model.Requests()); n != 4 {
		t.Errorf("%d requests", n)
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		title     openaitest.Behaviour
		untitled  bool
		want      string
		requested int
	}{
		"a title":           {openaitest.Text("\"Buying ", "milk\"\n"), true, "Buying milk", 2},
		"a label":           {openaitest.Text("Title: **Milk**"), true, "Milk", 2},
		"the person's own":  {openaitest.Text("Never"), false, "", 1},
		"a failing server":  {openaitest.BadRequest(), true, "", 2},
		"a long story":      {openaitest.Text(strings.Repeat("word ", 40)), true, "", 2},
		"nothing":           {openaitest.Text(" \n "), true, "", 2},
		"a call of a tool":  {openaitest.ToolCall(ToolDeleteTask, `{"name":"milk"}`), true, "", 2},
		"invisible letters": {openaitest.Text("Mi\u202elk"), true, `Mi\u202elk`, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model, a := newChoosing(t, Hooks{Untitled: func(context.Context, *Turn) bool { return test.untitled }})
			gate := make(chan struct{})
			model.Reply(openaitest.Gated(gate, "You have ", "one task."))
			if test.untitled {
				model.Reply(test.title)
			}
			model.Always(openaitest.ServerError())
			go func() { // the answer waits until the title was asked for
				gate <- struct{}{}
				if test.untitled {
					<-model.Arrived()
					<-model.Arrived()
				}
				gate <- struct{}{}
			}()
			talk := newTalk(t, a)
			talk.say("what is there?", "one task")
			got := ""
			for _, ev := range talk.events {
				if e, ok := ev.(chatkit.ThreadUpdated); ok {
					got = e.Thread.Title
				}
			}
			if got != test.want || len(model.Requests()) < test.requested {
				t.Errorf("the title is %q after %d requests", got, len(model.Requests()))
			}
			// Later messages name nothing.
			n := len(model.Requests())
			model.Always(openaitest.Text("Fine."))
			talk.say("thanks", "Fine.")
			if len(model.Requests()) != n+1 {
				t.Errorf("a later message took %d requests", len(model.Requests())-n)
			}
		})
	}
}
