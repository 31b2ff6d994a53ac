package conform

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// severity says how bad it is if a request is not refused.
type severity int

const (
	strict  severity = iota // a violation
	lenient                 // the protocol lets the store decide
	empty                   // a violation, but for a page without rows
)

// refused sends a request that a server has to refuse.
func (t *tour) refused(step string, s severity, typ string, p params) {
	x := newExam(ruleRefused)
	x.refusal(t.request(typ, p), s)
	t.done(step, x)
}

// refusal checks that an answer says no: with a status, or an error event once a
// stream has begun. The official server's own ways of saying it, 500 and a
// stream that just ends, are noted.
func (x *exam) refusal(r *reply, s severity) {
	switch {
	case r.status == 0:
		x.fail(ruleRefused, "expected an answer that says why, got none: %v", r.cut)
	case r.status >= http.StatusInternalServerError:
		x.note(ruleRefused, "with %d; a status 4xx would say whose fault it is", r.status)
	case r.status >= http.StatusBadRequest: // well said
	case r.status != http.StatusOK:
		x.fail(ruleRefused, "expected a status 4xx or an error event, got %d", r.status)
	case r.media != "text/event-stream" && (s == lenient || s == empty && x.rowless(r.body)):
		x.note(ruleRefused, "it is not, which is the server's own choice: %s", brief(r.body))
	case r.media != "text/event-stream":
		x.fail(ruleRefused, "expected a status 4xx, got 200 with %s", brief(r.body))
	default:
		x.refusedStream(r)
	}
}

// rowless reports whether an answer is a page without rows.
func (x *exam) rowless(body []byte) bool {
	page, err := parse(body)
	rows, ok := page["data"].([]any)
	return err == nil && ok && len(rows) == 0
}

func (x *exam) refusedStream(r *reply) {
	inner := newExam()
	events := inner.events(r.body)
	isError := func(ev event) bool { return ev.typ == "error" }
	for rule, found := range inner.wrong {
		if rule != ruleWhole {
			x.wrong[rule] = append(x.wrong[rule], found...)
			x.look(rule)
		}
	}
	switch {
	case slices.ContainsFunc(events, isError): // well said
	case r.cut != nil:
		x.note(ruleRefused, "by cutting the stream off; an error event would say why")
	case len(events) == 0:
		x.note(ruleRefused, "with a stream of no events; an error event would say why")
	default:
		var types []string
		for _, ev := range events {
			types = append(types, ev.typ)
		}
		x.fail(ruleRefused, "expected a status 4xx or an error event, got %s", strings.Join(types, ", "))
	}
}

// malformed sends what is no request.
func (t *tour) malformed() {
	bodies := []struct{ step, body string }{
		{"a body that is no JSON", `{"type":"threads.list",`},
		{"an empty body", ``},
		{"a list for a request", `[]`},
		{"an unknown type", `{"type":"threads.explode","params":{}}`},
		{"no type", `{"params":{}}`},
		{"threads.list without params", `{"type":"threads.list"}`},
		{"threads.create without input", `{"type":"threads.create","params":{}}`},
		{"threads.get_by_id without thread_id", `{"type":"threads.get_by_id","params":{}}`},
		{"threads.add_user_message without thread_id", `{"type":"threads.add_user_message","params":{"input":{"content":[],"attachments":[],"inference_options":{}}}}`},
		{"threads.update without title", `{"type":"threads.update","params":{"thread_id":"thr_unknown"}}`},
		{"items.feedback of an unknown kind", `{"type":"items.feedback","params":{"thread_id":"thr_unknown","item_ids":[],"kind":"neutral"}}`},
		{"attachments.create without a name", `{"type":"attachments.create","params":{"size":1,"mime_type":"text/plain"}}`},
		{"input.transcribe without a recording", `{"type":"input.transcribe","params":{"mime_type":"audio/webm"}}`},
	}
	for _, b := range bodies {
		x := newExam(ruleRefused)
		x.refusal(t.post([]byte(b.body)), strict)
		t.done("bad input: "+b.step, x)
	}
}

// refusals sends well-formed requests that make no sense in the thread, and makes
// sure that none of them changed it.
func (t *tour) refusals(th, other *thread) {
	before, ok := t.items(th)
	t.hiddenThread("an unknown", "thr_unknown", "msg_unknown")
	t.refused("threads.list after an unknown thread", lenient, "threads.list", params{"after": "thr_unknown"})
	if t.o.Other != nil {
		stranger := *t
		stranger.o.Header = t.o.Other
		stranger.hiddenThread("another person's", th.id, th.input)
	}
	action := params{"type": "tour.unknown", "payload": params{}}
	inThread := func(key string, v any) params { return params{"thread_id": th.id, key: v} }
	onItem := func(id string) params { return inThread("item_id", id) }
	withAction := func(p params) params { p["action"] = action; return p }
	answers := func(p params) params {
		p["input"] = params{"status": "answered", "answers": params{}}
		return p
	}
	missing := message("With a file")
	missing["attachments"] = []string{"atc_unknown"}

	t.refused("threads.add_user_message with an unknown attachment", strict, "threads.add_user_message", inThread("input", missing))
	if ok && waiting(before) {
		t.report.Checks = append(t.report.Checks, Check{"threads.add_client_tool_output", ruleRefused, Note, "not tried: the assistant waits for a tool"})
	} else {
		t.refused("threads.add_client_tool_output with nothing pending", strict, "threads.add_client_tool_output", inThread("result", params{}))
	}
	const input, retry = "threads.add_structured_input ", "threads.retry_after_item "
	t.refused(input+"for a user message", strict, "threads.add_structured_input", answers(onItem(th.input)))
	t.refused(input+"for an unknown item", strict, "threads.add_structured_input", answers(onItem("msg_unknown")))
	t.refused(retry+"after an unknown item", strict, "threads.retry_after_item", onItem("msg_unknown"))
	t.refused(retry+"after another thread's item", strict, "threads.retry_after_item", onItem(other.input))
	if answer := notUser(before); answer != "" {
		t.refused(retry+"after an answer", strict, "threads.retry_after_item", onItem(answer))
	}
	t.refused("threads.custom_action of a user message", strict, "threads.custom_action", withAction(onItem(th.input)))
	t.refused("threads.custom_action of an unknown item", strict, "threads.custom_action", withAction(onItem("msg_unknown")))
	t.refused("threads.sync_custom_action of a user message", strict, "threads.sync_custom_action", withAction(onItem(th.input)))
	t.refused("items.list after an unknown item", lenient, "items.list", inThread("after", "msg_unknown"))

	if after, again := t.items(th); ok {
		x := newExam(ruleUnchanged)
		switch {
		case !again:
			x.fail(ruleUnchanged, "expected %s, but the items can't be read any more", strings.Join(idsOf(before), ", "))
		case !reflect.DeepEqual(after, before):
			x.fail(ruleUnchanged, "expected %s, got %s", strings.Join(idsOf(before), ", "), strings.Join(idsOf(after), ", "))
		}
		t.done("after all refusals", x)
	}
}

// hiddenThread asks for a thread that is nowhere or, which has to look the same,
// another person's.
func (t *tour) hiddenThread(whose, id, item string) {
	of := " of " + whose + " thread"
	thread := func() params { return params{"thread_id": id} }
	with := func(key string, v any) params { p := thread(); p[key] = v; return p }
	t.refused("threads.get_by_id"+of, strict, "threads.get_by_id", thread())
	t.refused("threads.update"+of, strict, "threads.update", with("title", "Mine"))
	t.refused("threads.delete"+of, lenient, "threads.delete", thread())
	t.refused("items.list"+of, empty, "items.list", thread())
	t.refused("items.feedback"+of, lenient, "items.feedback", params{"thread_id": id, "item_ids": []string{item}, "kind": "positive"})
	t.refused("threads.add_user_message"+of, strict, "threads.add_user_message", with("input", message("Hello?")))
	t.refused("threads.add_client_tool_output"+of, strict, "threads.add_client_tool_output", with("result", 1))
	t.refused("threads.retry_after_item"+of, strict, "threads.retry_after_item", with("item_id", item))
}

// items reads a thread's items without a check of its own.
func (t *tour) items(th *thread) ([]object, bool) {
	return t.pages(newExam(), "items.list", params{"thread_id": th.id, "order": "asc", "limit": 100}, "item", 20)
}

// waiting reports whether the thread's last word is a call of the browser's tool.
func waiting(items []object) bool {
	if len(items) == 0 {
		return false
	}
	last := items[len(items)-1]
	return last.text("type") == "client_tool_call" && last.text("status") == "pending"
}

// notUser returns the id of an item that is no user message, or "".
func notUser(items []object) string {
	for _, it := range items {
		if it.text("type") != "user_message" {
			return it.text("id")
		}
	}
	return ""
}
