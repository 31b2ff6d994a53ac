package conform

import (
	"slices"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

// create starts a thread; without an id and an input it failed.
func (t *tour) create(step, text string) *thread {
	x := newExam()
	th := &thread{fold: &chatkit.Fold{}, made: map[string]bool{}}
	events := t.stream(x, "threads.create", params{"input": message(text)})
	t.begin(x, events, "thread.created", "thread.item.done", "stream_options")
	if len(events) > 0 {
		th.id = events[0].body.object("thread").text("id")
	}
	th.input = x.echoed(events, text, "")
	t.follow(x, th, events)
	if th.id == "" || th.input == "" {
		x.note("the tour ends here", "without a thread and a message there is nothing more to ask")
		th.input = ""
	}
	t.done(step, x)
	return th
}

// add sends a second message, with keys that a server may not know.
func (t *tour) add(th *thread) {
	const text, quote = "Thank you. And once more, please?", "a «quoted» line"
	x := newExam()
	input := message(text)
	input["quoted_text"], input["unknown_key"] = quote, params{"is": "ignored"}
	events := t.stream(x, "threads.add_user_message", params{"thread_id": th.id, "input": input, "unknown_key": 1})
	t.begin(x, events, "thread.item.done", "stream_options")
	x.echoed(events, text, quote)
	t.follow(x, th, events)
	t.done("threads.add_user_message", x)
}

// retry asks for another answer to the first message.
func (t *tour) retry(th *thread) {
	x := newExam()
	events := t.stream(x, "threads.retry_after_item", params{"thread_id": th.id, "item_id": th.input})
	t.begin(x, events, "stream_options")
	if !x.failed() { // clients drop what came after the message by themselves
		for _, it := range th.fold.Items() {
			if id := it.Base().ID; id != th.input {
				_ = th.fold.Apply(chatkit.ItemRemoved{ItemID: id}) // copies nothing, so can't fail
			}
		}
	}
	t.follow(x, th, events)
	t.done("threads.retry_after_item", x)
}

// stream sends a request that is answered with events.
func (t *tour) stream(x *exam, typ string, p params) []event {
	r := t.request(typ, p)
	if !x.begins(r, "text/event-stream") && r.status != 200 {
		return nil
	}
	return x.events(r.body)
}

// begin checks what precedes an answer, and that it comes but once.
func (t *tour) begin(x *exam, events []event, want ...string) {
	if x.failed() && len(events) == 0 {
		return
	}
	x.look(ruleOrder)
	var got []string
	for _, ev := range events {
		got = append(got, ev.typ)
	}
	head := got[:min(len(got), len(want))]
	if !slices.Equal(head, want) {
		x.fail(ruleOrder, "expected %s first, got %s", strings.Join(want, ", "), strings.Join(head, ", "))
		return
	}
	for _, ev := range events[len(want):] {
		sent := ev.body.object("item").text("type") == "user_message"
		if ev.typ == "thread.created" || ev.typ == "stream_options" || sent {
			x.fail(ruleOrder, "%s %s comes during the answer", ev.typ, ev.body.object("item").text("type"))
		}
	}
}

// echoed checks the user message that a stream tells of and returns its id.
func (x *exam) echoed(events []event, text, quote string) string {
	i := slices.IndexFunc(events, func(ev event) bool { return ev.body.object("item").text("type") == "user_message" })
	if i < 0 {
		return ""
	}
	x.look(ruleMessage)
	item := events[i].body.object("item")
	var got strings.Builder
	for _, part := range item.list("content") {
		got.WriteString(part.text("text"))
	}
	if got.String() != text {
		x.fail(ruleMessage, "expected the text %s, got %s", clip(text), clip(got.String()))
	}
	if item.text("quoted_text") != quote {
		x.fail(ruleMessage, "expected the quote %s, got %s", clip(quote), clip(item.text("quoted_text")))
	}
	return item.text("id")
}

// follow folds a stream as a client does, and checks what it is about.
func (t *tour) follow(x *exam, th *thread, events []event) {
	if len(events) == 0 {
		return
	}
	x.look(ruleThread, ruleUpdates, ruleError, ruleReply)
	failed, answered := false, false
	for i, ev := range events {
		x.belongs(th, i+1, ev)
		if failed && ev.typ != "thread.updated" {
			x.fail(ruleError, "event %d is a %s", i+1, ev.typ)
		}
		if e, ok := ev.read.(chatkit.ErrorEvent); ok {
			failed = true
			x.note(ruleReply, "with an error: %s %s", e.Code, e.Message)
		}
		if item := ev.body.object("item"); item != nil && item.text("type") != "user_message" {
			answered = true
		}
		x.added(th, ev)
		if err := th.fold.Apply(ev.read); err != nil {
			x.fail(ruleFields, "event %d can't be folded: %v", i+1, err)
		}
	}
	for _, it := range th.fold.PendingItems() {
		x.note(ruleOrder, "%s %s was added and is not done at the end", it.ItemType(), it.Base().ID)
	}
	if !answered && !failed {
		x.note(ruleReply, "no item came in answer")
	}
}

// belongs checks which thread an event is about.
func (x *exam) belongs(th *thread, n int, ev event) {
	for _, id := range []string{ev.body.object("thread").text("id"), ev.body.object("item").text("thread_id")} {
		if id != "" && id != th.id {
			x.fail(ruleThread, "event %d, %s: expected %s, got %s", n, ev.typ, th.id, id)
		}
	}
}

// added checks that updates are about items which a client knows.
func (x *exam) added(th *thread, ev event) {
	id := ev.body.object("item").text("id")
	switch {
	case id != "":
		th.made[id] = true
	case ev.typ == "thread.item.updated" && !th.made[ev.body.text("item_id")]:
		x.note(ruleUpdates, "nobody knows %s; clients ignore its updates", ev.body.text("item_id"))
	}
}
