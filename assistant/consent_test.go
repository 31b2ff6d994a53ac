package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit"
)

// memoryConsents is Consents without a database.
type memoryConsents struct {
	mu   sync.Mutex
	list []askedConsent
	now  func() time.Time
}

type askedConsent struct {
	Consent
	user     string
	answered bool
}

func newConsents() *memoryConsents { return &memoryConsents{now: time.Now} }

func (m *memoryConsents) AskConsent(_ context.Context, userID string, c Consent) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list = append(m.list, askedConsent{Consent: c, user: userID})
	return nil
}

func (m *memoryConsents) AnswerConsent(_ context.Context, userID, threadID, itemID, id string, _ bool) (Consent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.list {
		c := &m.list[i]
		if c.ID != id || c.user != userID || c.ThreadID != threadID || c.ItemID != itemID {
			continue
		}
		switch {
		case c.answered:
			return Consent{}, ErrConsentUsed
		case !c.ExpiresAt.After(m.now()):
			return Consent{}, ErrConsentExpired
		}
		c.answered = true
		return c.Consent, nil
	}
	return Consent{}, ErrConsentUnknown
}

func (m *memoryConsents) WaitingConsents(_ context.Context, userID, _, batchID string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, c := range m.list {
		if c.user == userID && c.BatchID == batchID && !c.answered && c.ExpiresAt.After(m.now()) {
			n++
		}
	}
	return n, nil
}

// consentRig is a model that is scripted, the tasks of two people, and the
// questions.
type consentRig struct {
	*talk
	model    *openaitest.Server
	tasks    *memory
	consents *memoryConsents
}

func newConsentRig(t *testing.T, more ...Tool) *consentRig {
	t.Helper()
	r := &consentRig{model: openaitest.New(t), tasks: newMemory("usr_a", "buy milk", "call Mum"), consents: newConsents()}
	_, _ = r.tasks.AddTask(t.Context(), "usr_b", TaskInput{Title: new("theirs")})
	a, err := NewCompletions(Config{BaseURL: r.model.URL(), Model: "m", Tools: append(TaskTools(r.tasks), more...), Consents: r.consents})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	r.talk = newTalk(t, a)
	return r
}

// asks sends a message whose answer waits for the person, and returns the widgets
// that ask.
func (r *consentRig) asks(text string) []*chatkit.WidgetItem {
	r.t.Helper()
	_, err := r.ask(text)
	if !errors.Is(err, ErrWaiting) {
		r.t.Fatalf("%q ended with %v, want it to wait", text, err)
	}
	return r.keep()
}

// keep makes what was emitted history, and returns the widgets.
func (r *consentRig) keep() []*chatkit.WidgetItem {
	var widgets []*chatkit.WidgetItem
	for _, it := range r.fold.Items() {
		known := false
		for i := range r.items {
			if r.items[i].Base().ID == it.Base().ID {
				r.items[i], known = it, true
			}
		}
		if !known {
			r.items = append(r.items, it)
		}
		if w, ok := it.(*chatkit.WidgetItem); ok {
			widgets = append(widgets, w)
		}
	}
	return widgets
}

// press presses a button of a widget: confirm or cancel.
func (r *consentRig) press(w *chatkit.WidgetItem, button string) error {
	r.t.Helper()
	var card struct {
		Confirm, Cancel struct {
			Action chatkit.Action
		}
	}
	if err := json.Unmarshal(w.Widget, &card); err != nil {
		r.t.Fatal(err)
	}
	action := card.Confirm.Action
	if button == "cancel" {
		action = card.Cancel.Action
	}
	return r.act(w, action)
}

func (r *consentRig) act(w *chatkit.WidgetItem, action chatkit.Action) error {
	r.t.Helper()
	r.fold, r.events = chatkit.Fold{}, nil
	turn := &Turn{User: r.user, Thread: chatkit.Thread{ID: "thr_1"}, History: past(r.items), Now: time.Now(), Widgets: true}
	actor, ok := r.assistant.(Actor)
	if !ok {
		r.t.Fatal("the assistant does no actions")
	}
	err := actor.Act(r.t.Context(), turn, action, w, func(ev chatkit.Event) error {
		r.events = append(r.events, ev)
		if replaced, ok := ev.(chatkit.ItemReplaced); ok { // of an earlier turn
			ev = chatkit.ItemDone(replaced)
		}
		return r.fold.Apply(ev)
	})
	r.keep()
	return err
}

func (r *consentRig) wantTasks(titles ...string) {
	r.t.Helper()
	if got := strings.Join(r.tasks.titles("usr_a"), ", "); got != strings.Join(titles, ", ") {
		r.t.Errorf("the tasks are %q, want %q", got, titles)
	}
	if got := r.tasks.titles("usr_b"); len(got) != 1 {
		r.t.Errorf("another person's tasks are %q", got)
	}
}

// notices are the texts of the notices of the last turn.
func (r *consentRig) notices() string {
	var b strings.Builder
	for _, ev := range r.events {
		if n, ok := ev.(chatkit.Notice); ok {
			b.WriteString(n.Message + "\n")
		}
	}
	return b.String()
}

func TestConsentAllowsExactlyWhatWasAsked(t *testing.T) {
	t.Parallel()
	r := newConsentRig(t)
	r.model.Reply(openaitest.TextThenToolCall("Let me see.", ToolDeleteTask, `{"name":"milk"}`))
	asked := r.asks("delete milk")
	r.wantTasks("buy milk", "call Mum")
	if len(asked) != 1 || !strings.Contains(string(asked[0].Widget), "Delete the task “buy milk”?") {
		t.Fatalf("asked %v", asked)
	}
	// The name means another task by now; the consent is for the one that was shown.
	if _, err := r.tasks.UpdateTask(t.Context(), "usr_a", "todo_1", TaskInput{Title: new("sell car")}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.tasks.AddTask(t.Context(), "usr_a", TaskInput{Title: new("milk")}); err != nil {
		t.Fatal(err)
	}
	r.model.Reply(openaitest.Text("It is gone."))
	if err := r.press(asked[0], "confirm"); err != nil {
		t.Fatal(err)
	}
	r.wantTasks("call Mum", "milk")
	if got := r.text(); got != "It is gone." {
		t.Errorf("the assistant goes on with %q", got)
	}
	// The model sees the call once, with what came of it.
	sent := string(r.model.Requests()[1].Body)
	if strings.Count(sent, `"tool_call_id":"call_1"`) != 1 || !strings.Contains(sent, `\"status\":\"deleted\"`) || strings.Contains(sent, "waiting_for_consent") {
		t.Errorf("the model got %s", sent)
	}
	if calls := r.calls(); len(calls) != 1 || calls[0].Name != ToolDeleteTask || !strings.Contains(asJSON(t, calls[0].Output), "deleted") {
		t.Errorf("stored %+v", calls)
	}
}

func TestConsentRefused(t *testing.T) {
	t.Parallel()
	r := newConsentRig(t)
	r.model.Reply(openaitest.ToolCall(ToolDeleteTask, `{"task_id":"todo_1"}`))
	asked := r.asks("delete milk")
	r.model.Reply(openaitest.Text("As you wish."))
	if err := r.press(asked[0], "cancel"); err != nil {
		t.Fatal(err)
	}
	r.wantTasks("buy milk", "call Mum")
	if sent := string(r.model.Requests()[1].Body); !strings.Contains(sent, "The person said no.") {
		t.Errorf("the model got %s", sent)
	}
	// Changing one's mind takes another question.
	if err := r.press(asked[0], "confirm"); err != nil || !strings.Contains(r.notices(), "answered already") {
		t.Errorf("after the no: %v, %q", err, r.notices())
	}
	r.wantTasks("buy milk", "call Mum")
}

func TestConsentAbused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		act  func(r *consentRig, w *chatkit.WidgetItem) error
		want string
	}{
		"changed payload": {func(r *consentRig, w *chatkit.WidgetItem) error {
			return r.act(w, action(actionAllow, `{"id":"`+r.consents.list[0].ID+`","arguments":{"task_id":"todo_2"}}`))
		}, "no such question"},
		"no payload": {func(r *consentRig, w *chatkit.WidgetItem) error { return r.act(w, action(actionAllow, ``)) }, "no such question"},
		"an invented id": {func(r *consentRig, w *chatkit.WidgetItem) error {
			return r.act(w, action(actionAllow, `{"id":"con_1"}`))
		}, "no such question"},
		"without a widget": {func(r *consentRig, w *chatkit.WidgetItem) error { return r.act(nil, r.allow()) }, "no such question"},
		"from another widget": {func(r *consentRig, w *chatkit.WidgetItem) error {
			other := &chatkit.WidgetItem{Widget: w.Widget}
			other.ID = "msg_other"
			return r.act(other, r.allow())
		}, "no such question"},
		"another person": {func(r *consentRig, w *chatkit.WidgetItem) error {
			r.user = User{ID: "usr_b"}
			return r.act(w, r.allow())
		}, "no such question"},
		"too late": {func(r *consentRig, w *chatkit.WidgetItem) error {
			r.consents.now = func() time.Time { return time.Now().Add(consentLife + time.Second) }
			return r.press(w, "confirm")
		}, "open for five minutes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newConsentRig(t)
			r.model.Reply(openaitest.ToolCall(ToolDeleteTask, `{"name":"milk"}`))
			asked := r.asks("delete milk")
			if err := test.act(r, asked[0]); err != nil {
				t.Fatal(err)
			}
			if got := r.notices(); !strings.Contains(got, test.want) {
				t.Errorf("it says %q, want %q", got, test.want)
			}
			r.wantTasks("buy milk", "call Mum")
			if n := len(r.model.Requests()); n != 1 {
				t.Errorf("the model was asked %d times", n)
			}
		})
	}
}

func action(typ, payload string) chatkit.Action {
	return chatkit.Action{Type: typ, Payload: json.RawMessage(payload)}
}

// allow is the right answer to the first question.
func (r *consentRig) allow() chatkit.Action {
	return action(actionAllow, `{"id":"`+r.consents.list[0].ID+`"}`)
}

// TestConsentForSeveral: each call has its question; the model goes on when all
// are answered.
func TestConsentForSeveral(t *testing.T) {
	t.Parallel()
	r := newConsentRig(t)
	r.model.Reply(openaitest.ToolCalls(ToolDeleteTask, `{"name":"milk"}`, ToolAddTask, `{"title":"walk"}`, ToolDeleteTask, `{"name":"Mum"}`, ToolDeleteTask, `{"name":"nothing"}`))
	asked := r.asks("delete all and add walk")
	if len(asked) != 2 {
		t.Fatalf("%d questions", len(asked))
	}
	r.wantTasks("buy milk", "call Mum", "walk")
	if err := r.press(asked[1], "confirm"); !errors.Is(err, ErrWaiting) {
		t.Fatalf("after one of two: %v", err)
	}
	r.wantTasks("buy milk", "walk")
	if n := len(r.model.Requests()); n != 1 {
		t.Errorf("the model was asked %d times", n)
	}
	r.model.Reply(openaitest.Text("Done."))
	if err := r.press(asked[0], "cancel"); err != nil {
		t.Fatal(err)
	}
	r.wantTasks("buy milk", "walk")
}

// TestConsentShowsTheArguments: what a tool of others' would do is shown whole,
// and nothing in it can hide.
func TestConsentShowsTheArguments(t *testing.T) {
	t.Parallel()
	ran := ""
	r := newConsentRig(t, Tool{Name: "mail__send", Description: "d", Schema: schemaFind, Consent: true, Origin: "mail",
		Run: func(_ context.Context, _ string, args json.RawMessage) (any, error) {
			ran = string(args)
			return "sent", nil
		}})
	r.model.Reply(openaitest.ToolCall("mail__send", `{"to":"a@b.example","text":"Hi\u202egnp.exe \u200b","n":[1, 2]}`))
	asked := r.asks("send it")
	card := string(asked[0].Widget)
	for _, want := range []string{"to: a@b.example", `text: Hi\\u202egnp.exe \\u200b`, "n: [1,2]", "“mail”"} {
		if !strings.Contains(card, want) {
			t.Errorf("no %q in %s", want, card)
		}
	}
	r.model.Reply(openaitest.Text("Sent."))
	if err := r.press(asked[0], "confirm"); err != nil || !strings.Contains(ran, "a@b.example") {
		t.Errorf("ran with %q, %v", ran, err)
	}
	ran = ""
	r.model.Reply(openaitest.ToolCall("mail__send", `{"text":"`+strings.Repeat("x", maxAsked)+`"}`), openaitest.Text("Too long."))
	r.say("send more", "Too long.")
	if ran != "" {
		t.Error("what nobody could read was run")
	}
}
