package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// inputs is echo that tells what it was asked.
func inputs(asked chan<- *chatkit.UserMessage) scripted {
	return func(ctx context.Context, turn *assistant.Turn, emit assistant.Emit) error {
		asked <- turn.Input
		return echo(ctx, turn, emit)
	}
}

var twoModels = []Model{{"small", "Small"}, {"large", "Large <b>"}}

// spelled writes tags as [words id].
func spelled(m *chatkit.UserMessage) string {
	var b strings.Builder
	for _, part := range m.Content {
		switch p := part.(type) {
		case *chatkit.InputText:
			b.WriteString(p.Text)
		case *chatkit.InputTag:
			b.WriteString("[" + p.Text + " " + p.ID + "]")
		}
	}
	return b.String()
}

func TestComposerSendsEverythingThatItHas(t *testing.T) {
	t.Parallel()
	asked := make(chan *chatkit.UserMessage, 10)
	s := boot(t, modelstest.Open(t), func(o *Options) {
		o.Assistant, o.Models, o.Tools = inputs(asked), twoModels, []Tool{{"web_search", "Search the web"}}
	})
	ann, bob := s.browser(modelstest.User(t, s.db, "ann@example.com")), modelstest.User(t, s.db, "bob@example.com")
	todo := func(user, title string) string {
		row, err := s.db.CreateTodo(t.Context(), user, models.TodoChange{Title: &title})
		if err != nil {
			t.Fatal(err)
		}
		return row.ID
	}
	milk, foreign := todo(ann.user.ID, "milk"), todo(bob.ID, "secret")
	file := ann.upload("notes.md", []byte("# Notes")).attachment().ID
	ann.post("/chat", url.Values{"content": {"buy @milk and @milk powder\r\nnot @secret"}, "quoted_text": {"a quote"}, "model": {"large"}, "tool": {"web_search"},
		"attachments": {file}, "mention": {milk + " milk", milk + " milk powder", foreign + " secret", "todo_none x", "broken"}}).want(http.StatusSeeOther)
	m := <-asked
	if got, want := spelled(m), "buy [milk "+milk+"] and [milk powder "+milk+"]\nnot @secret"; got != want {
		t.Errorf("the words are %q, want %q", got, want)
	}
	if m.QuotedText != "a quote" || m.InferenceOptions.Model != "large" || m.InferenceOptions.ToolChoice == nil || m.InferenceOptions.ToolChoice.ID != "web_search" || len(m.Attachments) != 1 || m.Attachments[0].ID != file {
		t.Errorf("the message is %+v", m)
	}
	// A file alone is a message, too.
	second := ann.upload("more.md", []byte("# More")).attachment().ID
	ann.post("/chat", url.Values{"content": {" "}, "attachments": {second}}).want(http.StatusSeeOther)
	if m = <-asked; len(m.Content) != 0 || len(m.Attachments) != 1 {
		t.Errorf("the message is %+v", m)
	}
}

func TestComposerRefusesAndKeeps(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Models = twoModels })
	ann, bob := s.browser(modelstest.User(t, s.db, "ann@example.com")), s.browser(modelstest.User(t, s.db, "bob@example.com"))
	for name, form := range map[string]url.Values{
		"another's file": {"attachments": {bob.upload("secret.md", []byte("# Secret")).attachment().ID}},
		"no such model":  {"model": {"huge"}},
		"no such tool":   {"tool": {"add_task"}},
		"a long quote":   {"quoted_text": {strings.Repeat("q", maxContent+1)}},
		"many mentions":  {"mention": strings.Split(strings.Repeat("todo_x y,", maxMentions)+"todo_x y", ",")},
		"many files":     {"attachments": strings.Split(strings.Repeat("atc_x,", 20)+"atc_x", ",")},
	} {
		form.Set("content", "dear words")
		got := ann.post("/chat", form)
		if got.status < 400 || got.status > 499 || !strings.Contains(string(got.body), "dear words") {
			t.Errorf("%s: status %d, %.300s", name, got.status, got.body)
		}
	}
	if threads, _, err := s.db.Threads(t.Context(), ann.user.ID, models.PageQuery{}); err != nil || len(threads) != 0 {
		t.Errorf("%d conversations were begun, %v", len(threads), err)
	}
}

func TestEditedMessageIsAnsweredAnew(t *testing.T) {
	t.Parallel()
	asked := make(chan *chatkit.UserMessage, 10)
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Assistant = inputs(asked) })
	ann := s.browser(modelstest.User(t, s.db, "ann@example.com"))
	path := ann.post("/chat", url.Values{"content": {"first"}}).want(http.StatusSeeOther).header.Get("Location")
	m := <-asked
	s.settled(t, ann.user, path)
	edit, form := path+"/items/"+m.ID+"/edit", url.Values{"content": {"second"}, "client_key": {"edit"}}
	ann.post(edit, url.Values{"content": {" "}}).want(http.StatusBadRequest).has("You said: first")
	for range 3 { // the later ones are the first once more
		ann.post(edit, form).want(http.StatusSeeOther)
	}
	if m = <-asked; m.Text() != "second" {
		t.Errorf("the assistant was asked %q", m.Text())
	}
	s.settled(t, ann.user, path)
	ann.post(edit, form).want(http.StatusSeeOther)
	ann.do("GET", path, nil).want(http.StatusOK).has("You said: second").lacks("You said: first")
	if len(asked) != 0 {
		t.Errorf("the assistant was asked %q once more", (<-asked).Text())
	}
}

// What is not set up is not offered.
func TestComposerOffersWhatThereIs(t *testing.T) {
	t.Parallel()
	plain := boot(t, modelstest.Open(t))
	ann := plain.browser(modelstest.User(t, plain.db, "ann@example.com"))
	got := ann.do("GET", "/chat", nil).want(http.StatusOK)
	got.has("data-attach").lacks("data-dictate").lacks(`name="model"`).lacks(`name="tool"`).lacks("data-demo")
	if policy := got.header.Get("Permissions-Policy"); !strings.Contains(policy, "microphone=()") {
		t.Errorf("without speech: %s", policy)
	}
	full := boot(t, modelstest.Open(t), func(o *Options) { o.Transcriber, o.Models = speech(t, openaitest.New(t)), twoModels })
	ann = full.browser(modelstest.User(t, full.db, "ann@example.com"))
	got = ann.do("GET", "/chat", nil).want(http.StatusOK).has("data-dictate").has(`<option value="large">Large &lt;b&gt;</option>`)
	if policy := got.header.Get("Permissions-Policy"); !strings.Contains(policy, "microphone=(self)") {
		t.Errorf("with speech: %s", policy)
	}
}
