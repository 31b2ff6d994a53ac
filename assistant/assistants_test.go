package assistant

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit"
)

// remoteTalk is a conversation by the Assistants API.
func remoteTalk(t *testing.T, script ...openaitest.Behaviour) (*talk, *openaitest.Server, *mapping) {
	t.Helper()
	srv, kept := openaitest.New(t), &mapping{}
	srv.Reply(script...)
	limits := quick
	limits.Poll = time.Millisecond
	a, err := NewAssistants(Config{BaseURL: srv.URL(), APIKey: testKey, Model: "m", Limits: limits, Assistants: AssistantsOptions{ID: "asst_1", Threads: kept},
		Tools: Tools{{Name: "where_am_i", Client: true, Schema: object("", "")}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return newTalk(t, a), srv, kept
}

// paths are the other requests that the server saw, runs and messages apart.
func paths(srv *openaitest.Server, what string) int {
	n := 0
	for _, r := range srv.Others() {
		if strings.HasSuffix(r.Path, what) {
			n++
		}
	}
	return n
}

func TestAssistantsThreadGoesOn(t *testing.T) {
	t.Parallel()
	c, srv, kept := remoteTalk(t, openaitest.Text("one"), openaitest.Text("two"), openaitest.ServerError())
	c.say("first", "one")
	remote := kept.kept["usr_athr_1"]
	if remote.ID == "" || remote.Item != c.items[0].Base().ID || remote.Run != "" {
		t.Errorf("kept %+v", remote)
	}
	c.items = append(c.items, &chatkit.SDKHiddenContext{ItemBase: chatkit.ItemBase{ID: "shcx_1"}, Content: "a click"})
	c.say("second", "two")
	said := srv.ThreadMessages(remote.ID)
	if len(said) != 4 || said[0] != "user: first" || said[1] != "assistant: one" || !strings.Contains(said[2], "a click") || !strings.HasSuffix(said[2], "second") || said[3] != "assistant: two" {
		t.Errorf("the remote thread: %q", said)
	}
	if n := paths(srv, "/threads"); n != 1 {
		t.Errorf("%d remote threads for one conversation", n)
	}
	srv.Always(openaitest.ServerError())
	if _, err := c.ask("third"); err == nil {
		t.Error("a server error goes unnoticed")
	}
	if got := kept.kept["usr_athr_1"]; got.ID != "" {
		t.Errorf("after a failure %+v is kept", got)
	}
	srv.Always(openaitest.Echo())
	c.say("fourth", "fourth")
	again := kept.kept["usr_athr_1"]
	if said := srv.ThreadMessages(again.ID); again.ID == remote.ID || !strings.Contains(strings.Join(said, "|"), "user: first|assistant: one|") {
		t.Errorf("the new remote thread: %q", said)
	}
}

func TestAssistantsThreadIsLost(t *testing.T) {
	t.Parallel()
	c, srv, _ := remoteTalk(t, openaitest.Text("one"), openaitest.Text("two"))
	c.say("first", "one")
	srv.ForgetThreads()
	c.say("second", "two")
	if n := paths(srv, "/threads"); n != 2 {
		t.Errorf("%d remote threads", n)
	}
}

func TestAssistantsWaitingRunIsLeft(t *testing.T) {
	t.Parallel()
	c, srv, kept := remoteTalk(t, openaitest.ToolCall("where_am_i", `{}`), openaitest.Echo())
	if _, err := c.ask("where?"); err != nil || kept.kept["usr_athr_1"].Run == "" {
		t.Fatalf("%v, kept %+v", err, kept.kept)
	}
	c.say("never mind", "never mind")
	if n := paths(srv, "/cancel"); n != 1 {
		t.Errorf("%d runs were cancelled", n)
	}
}

func TestAssistantsRunStates(t *testing.T) {
	t.Parallel()
	for b, want := range map[string]string{"failed rate_limit_exceeded": "reported a problem", "expired ": "took too long", "cancelled ": "reported a problem"} {
		status, code, _ := strings.Cut(b, " ")
		c, srv, kept := remoteTalk(t, openaitest.RunEnds(status, code))
		_, err := c.ask("hello")
		e, ok := errors.AsType[*chatkit.Error](err)
		if !ok || !strings.Contains(e.Message, want) || !e.AllowRetry || strings.Contains(err.Error(), openaitest.Canary) {
			t.Errorf("%s: %v", b, err)
		}
		if kept.kept["usr_athr_1"].ID != "" {
			t.Errorf("%s: the thread is kept", b)
		}
		if status == "failed" && !strings.Contains(err.Error(), code) {
			t.Errorf("%s: the log doesn't say why: %v", b, err)
		}
		_ = srv
	}
}

func TestAssistantsStopEndsTheRun(t *testing.T) {
	t.Parallel()
	c, srv, _ := remoteTalk(t, openaitest.StallAfterBegin())
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		req := <-srv.Arrived()
		<-req.Done
		cancel()
	}()
	if _, err := c.askIn(ctx, "hello", func(chatkit.Event) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	if n := paths(srv, "/cancel"); n != 1 {
		t.Errorf("%d runs were cancelled", n)
	}
}

func TestAssistantsAPIIsGone(t *testing.T) {
	t.Parallel()
	c, srv, _ := remoteTalk(t)
	srv.NoAssistants()
	_, err := c.ask("hello")
	e, ok := errors.AsType[*chatkit.Error](err)
	if !ok || !strings.Contains(e.Message, "26 August 2026") || !strings.Contains(e.Message, "ASSISTANT: responses") || e.AllowRetry {
		t.Errorf("%v", err)
	}
}

func TestAssistantsUnknownAssistant(t *testing.T) {
	t.Parallel()
	c, srv, _ := remoteTalk(t)
	srv.Always(openaitest.NotFound())
	_, err := c.ask("hello")
	if e, ok := errors.AsType[*chatkit.Error](err); !ok || !strings.Contains(e.Message, "OPENAI_ASSISTANT_ID") {
		t.Errorf("%v", err)
	}
}

func TestAssistantsCitations(t *testing.T) {
	t.Parallel()
	c, _, _ := remoteTalk(t, openaitest.Cited("Sé the plan【plan.pdf】 and sleep.", openaitest.Citation{FileID: "file_1", Filename: "plan.pdf", Start: 11, End: 21}))
	c.say("what now?", "Sé the plan and sleep.")
	m := c.items[len(c.items)-1].(*chatkit.AssistantMessage)
	if len(m.Content[0].Annotations) != 1 || *m.Content[0].Annotations[0].Index != 11 {
		t.Errorf("annotations %s", asJSON(t, m.Content[0].Annotations))
	}
}

func TestAssistantsLongConversation(t *testing.T) {
	t.Parallel()
	c, srv, kept := remoteTalk(t, openaitest.Text("fine"))
	for i := range 50 {
		in := chatkit.NewUserText(fmt.Sprintf("question %d", i))
		in.ID = fmt.Sprintf("msg_%d", i)
		c.items = append(c.items, in, &chatkit.AssistantMessage{ItemBase: chatkit.ItemBase{ID: fmt.Sprintf("a%d", i)}, Content: []*chatkit.OutputText{{Text: "answer"}}})
	}
	c.say("and now?", "fine")
	said := srv.ThreadMessages(kept.kept["usr_athr_1"].ID)
	if len(said) != mostMessages+1 || !strings.Contains(said[0], "question 0") || !slices.Contains(said, "user: question 49") || said[len(said)-2] != "user: and now?" {
		t.Errorf("%d messages: %.2000q", len(said), said)
	}
}
