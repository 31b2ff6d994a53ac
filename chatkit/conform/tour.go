package conform

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// tour is one visit to a server.
type tour struct {
	ctx    context.Context
	o      Options
	report *Report
}

// cleanupTime bounds the deleting of a thread after an interrupted tour.
const cleanupTime = 5 * time.Second

// params are a request's parameters.
type params map[string]any

// thread is what the tour knows of a thread that it made.
type thread struct {
	id    string
	input string          // its first user message
	fold  *chatkit.Fold   // of all streams so far
	made  map[string]bool // ids that any stream named
}

// known is what was folded and done: what should be stored.
func (th *thread) known() []chatkit.Item {
	var list []chatkit.Item
	for _, it := range th.fold.Items() {
		if !chatkit.Hidden(it) && !th.fold.Pending(it.Base().ID) {
			list = append(list, it)
		}
	}
	return list
}

// run visits everything. Only an address where nothing answers is an error.
func (t *tour) run() error {
	if goOn, err := t.arrive(); !goOn || err != nil {
		return err
	}
	t.malformed()
	first := t.create("threads.create", "Grüße, 世界 👋! Please answer in one short sentence.")
	second := t.create("threads.create, another thread", "Hello again. Please answer in one short sentence.")
	defer t.remove(first)
	defer t.remove(second)
	if first.input == "" || second.input == "" {
		return nil // said in the report
	}
	t.stored(first, "threads.get_by_id, after the first answer")
	t.add(first)
	t.stored(first, "threads.get_by_id, after the second answer")
	t.listItems(first)
	t.listThreads(first, second)
	t.rename(first)
	t.feedback(first)
	t.refusals(first, second)
	t.retry(first)
	t.stored(first, "threads.get_by_id, after the retry")
	t.attachments()
	t.transcribe()
	return nil
}

// done takes an exam into the report.
func (t *tour) done(step string, x *exam) {
	t.report.Checks = append(t.report.Checks, x.checks(step)...)
}

// arrive finds out whether there is a server that lets the tour in.
func (t *tour) arrive() (goOn bool, err error) {
	r := t.request("threads.list", params{})
	if r.status == 0 {
		return false, fmt.Errorf("no answer from %s: %w", t.o.URL, r.cut)
	}
	x := newExam()
	switch o, ok := x.object(r); {
	case r.status == http.StatusUnauthorized || r.status == http.StatusForbidden:
		x.note("the tour ends here", "the server wants to know who asks: send a header such as Authorization")
	case ok:
		x.page(o, "thread", chatkit.DefaultPageSize)
		goOn = true
	default:
		goOn = r.status != http.StatusNotFound && r.status != http.StatusMethodNotAllowed
	}
	t.done("threads.list", x)
	return goOn, nil
}

// call sends a request that is answered with a JSON object.
func (t *tour) call(x *exam, typ string, p params) (object, bool) {
	return x.object(t.request(typ, p))
}

// remove deletes a thread, if there is one, and makes sure that it is gone. It
// does so after an interrupted tour, too.
func (t *tour) remove(th *thread) {
	if th.id == "" {
		return
	}
	if t.ctx.Err() != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), cleanupTime)
		defer cancel()
		(&tour{ctx: ctx, o: t.o}).request("threads.delete", params{"thread_id": th.id})
		return
	}
	x := newExam()
	t.empty(x, "threads.delete", params{"thread_id": th.id})
	t.done("threads.delete", x)
	if x.failed() {
		return
	}
	const gone = ", of a deleted thread"
	t.refused("threads.get_by_id"+gone, strict, "threads.get_by_id", params{"thread_id": th.id})
	t.refused("items.list"+gone, empty, "items.list", params{"thread_id": th.id})
	t.refused("threads.update"+gone, strict, "threads.update", params{"thread_id": th.id, "title": "Gone"})
	t.refused("threads.add_user_message"+gone, strict, "threads.add_user_message", params{"thread_id": th.id, "input": message("Are you there?")})
	x = newExam()
	if threads, ok := t.pages(x, "threads.list", params{"limit": 9999}, "thread", 1); ok {
		x.look(ruleUnlisted)
		if position(threads, th.id) >= 0 {
			x.fail(ruleUnlisted, "thread %s still is", th.id)
		}
	}
	t.done("threads.list"+gone, x)
}

// message is a user message as clients send it.
func message(text string) params {
	return params{
		"content":           []params{{"type": "input_text", "text": text}},
		"attachments":       []string{},
		"inference_options": params{},
	}
}
