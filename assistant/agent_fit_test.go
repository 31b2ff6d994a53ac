package assistant

import (
	"fmt"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit"
)

func TestAgentAsksWithLessOfTheConversation(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	c := newTalk(t, chatAgent(t, srv.URL(), quick, nil))
	for i := range 30 {
		c.items = append(c.items, chatkit.NewUserText(fmt.Sprintf("question %d", i)),
			&chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: strings.Repeat("word ", 40)}}})
	}
	for i, it := range c.items {
		it.Base().ID = fmt.Sprintf("i%d", i)
	}
	llama := openaitest.Status(400, "", "exceed_context_size_error")
	srv.Reply(openaitest.ContextTooLong(), llama, openaitest.Text("fine"))
	c.say("and now?", "fine")
	var sizes []int
	for _, r := range srv.Requests() {
		sizes = append(sizes, len(r.Chat.Messages))
		if last := r.Chat.Messages[len(r.Chat.Messages)-1]; last.Content != "and now?" {
			t.Errorf("the newest message is missing: %+v", last)
		}
	}
	if len(sizes) != 3 || sizes[0] != 62 || sizes[1] >= sizes[0] || sizes[2] >= sizes[1] || sizes[2] < 4 {
		t.Errorf("messages in the requests: %v", sizes)
	}
	srv.Always(openaitest.ContextTooLong())
	if _, err := c.ask("once more"); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("a conversation that never fits: %v", err)
	}
	if n := len(srv.Requests()); n > 3+8 {
		t.Errorf("%d requests", n)
	}
}

func TestAgentAsksWithoutFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	srv.Reply(openaitest.BadRequest(), openaitest.Text("no pictures here"), openaitest.BadRequest())
	agent := chatAgent(t, srv.URL(), quick, nil)
	turn := &Turn{User: User{ID: "usr_a"}, Thread: chatkit.Thread{ID: "thr_1"}, Input: messageWith(attached("png", "a.png", "image/png")), Files: drawer{"png": []byte("PNG")}}
	ignore := func(chatkit.Event) error { return nil }
	if err := agent.Respond(t.Context(), turn, ignore); err != nil {
		t.Fatal(err)
	}
	requests := srv.Requests()
	if len(requests) != 2 || !strings.Contains(string(requests[0].Body), "data:image/png") {
		t.Fatalf("%d requests", len(requests))
	}
	if body := string(requests[1].Body); strings.Contains(body, "data:image") || !strings.Contains(body, "the model server did not take it") {
		t.Errorf("second request: %s", body)
	}
	turn.Input = messageWith()
	if err := agent.Respond(t.Context(), turn, ignore); err == nil || len(srv.Requests()) != 3 {
		t.Errorf("a refusal that files do not explain: %v after %d requests", err, len(srv.Requests()))
	}
}
