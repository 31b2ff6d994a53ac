package conform_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit/conform"
)

// in spoils the answers to requests of one type that contain some text.
func in(typ, contains string, spoil func(*exchange)) func(*exchange) {
	return func(e *exchange) {
		if e.typ == typ && strings.Contains(e.request, contains) {
			spoil(e)
		}
	}
}

// swap replaces text in the answers to requests of one type.
func swap(typ, from, to string) func(*exchange) {
	return in(typ, "", func(e *exchange) {
		if e.status == http.StatusOK {
			e.body = strings.Replace(e.body, from, to, 1)
		}
	})
}

// with answers requests of one type that contain some text with a JSON body.
func with(typ, contains, body string) func(*exchange) {
	return in(typ, contains, func(e *exchange) { e.status, e.media, e.body = http.StatusOK, "application/json", body })
}

// violation is what a broken server does, and the rule that has to notice.
type violation struct {
	name, rule string
	spoil      func(*exchange)
}

func violations() []violation {
	const emptyPage = `{"data":[],"has_more":false}`
	return []violation{
		{"a stream with 500", "answers with status 200", in("threads.create", "", func(e *exchange) { e.status = 500 })},
		{"a stream as text", "answers with status 200", in("threads.create", "", func(e *exchange) { e.media = "text/plain" })},
		{"JSON as HTML", "answers with status 200", in("items.list", "", func(e *exchange) { e.media = "text/html" })},
		{"a cut stream", "not cut off", in("threads.add_user_message", "Thank you", func(e *exchange) { e.cut = true })},
		{"an unfinished frame", "not cut off", in("threads.create", "", func(e *exchange) { e.body = strings.TrimSuffix(e.body, "\n") })},
		{"no JSON in a frame", "each frame", swap("threads.create", `data: {"type":"stream_options",`, `data: {"type":"stream_options",,`)},
		{"a list for a reply", "one JSON object", with("threads.list", "", `[]`)},
		{"two replies", "one JSON object", with("threads.get_by_id", "thr_", `{} {}`)},
		{"no created_at", "what is required", swap("threads.create", `"created_at"`, `"made_at"`)},
		{"a time that is none", "what is required", swap("threads.update", `"created_at":"`, `"created_at":"soon, `)},
		{"no attachments", "what is required", swap("threads.add_user_message", `"attachments":[],`, ``)},
		{"no annotations", "what is required", swap("threads.create", `,"annotations":[]`, ``)},
		{"an unknown status", "what is required", swap("threads.get_by_id", `"active"`, `"asleep"`)},
		{"a number for a text", "what is required", swap("threads.create", `"delta":"Hel"`, `"delta":1`)},
		{"an attachment without a name", "what is required", swap("attachments.create", `"name"`, `"title"`)},
		{"a transcription without text", "what is required", swap("input.transcribe", `"text"`, `"words"`)},
		{"a null", "no nulls", swap("threads.get_by_id", `"status"`, `"allowed_image_domains":null,"status"`)},
		{"a null in an event", "no nulls", swap("threads.create", `"text":"Looking…"`, `"text":"Looking…","label":null`)},
		{"metadata in an event", "metadata stays", swap("threads.create", `"metadata":{}`, `"metadata":{"user":"ann"}`)},
		{"metadata in a list", "metadata stays", swap("threads.list", `"metadata":{}`, `"metadata":{"user":"ann"}`)},
		{"metadata of an attachment", "metadata stays", swap("attachments.create", `"name"`, `"metadata":{"path":"/"},"name"`)},
		{"items in an event", "threads carry no items", swap("threads.create", `"has_more":false`, `"has_more":true,"after":"msg_1"`)},
		{"items in a list", "threads carry no items", swap("threads.list", `"items":{"data":[]`, `"items":{"data":[{}]`)},
		{"a hidden item streamed", "hidden items stay", swap("threads.create", `"type":"assistant_message"`, `"type":"hidden_context_item"`)},
		{"a hidden item listed", "hidden items stay", swap("items.list", `"type":"assistant_message"`, `"type":"sdk_hidden_context"`)},
		{"a message before its thread", "events come in order", in("threads.create", "", func(e *exchange) {
			created, rest, _ := strings.Cut(e.body, "\n\n")
			done, rest, _ := strings.Cut(rest, "\n\n")
			e.body = strings.Join([]string{done, created, rest}, "\n\n")
		})},
		{"no stream_options", "events come in order", swap("threads.retry_after_item", `"stream_options"`, `"notice"`)},
		{"a message again", "events come in order", in("threads.create", "", func(e *exchange) {
			if frames := strings.SplitAfter(e.body, "\n\n"); len(frames) > 1 {
				e.body += frames[1]
			}
		})},
		{"another thread's item", "about this thread", swap("threads.add_user_message", `"thread_id":"thr_`, `"thread_id":"thr_0`)},
		{"another thread", "about this thread", swap("threads.get_by_id", `"id":"thr_`, `"id":"thr_0`)},
		{"mangled text", "as it was sent", swap("threads.create", "Grüße", "GrÃ¼Ãe")},
		{"a lost quote", "as it was sent", swap("threads.add_user_message", `"quoted_text"`, `"quote"`)},
		{"an answer after an error", "may follow an error", swap("threads.create", `data: {"type":"progress_update"`,
			`data: {"type":"error","code":"stream.error","allow_retry":true}`+"\n\n"+`data: {"type":"progress_update"`)},
		{"a cursor to nowhere", "a page has a cursor", swap("items.list", `"has_more":false`, `"has_more":false,"after":"msg_1"`)},
		{"more without a cursor", "a page has a cursor", swap("threads.list", `"has_more":false}`, `"has_more":true}`)},
		{"a limit that is ignored", "a page has a cursor", in("items.list", `"limit":1,`, func(e *exchange) {
			e.body = strings.Replace(e.body, `"data":[`, `"data":[{"id":"a"},`, 1)
		})},
		{"a list without an end", "a page has a cursor", with("items.list", "", `{"data":[],"has_more":true,"after":"msg_1"}`)},
		{"nothing listed", "has all that was made", with("items.list", "", emptyPage)},
		{"no thread listed", "has all that was made", with("threads.list", "", emptyPage)},
		{"an order that is ignored", "the newest comes first", in("items.list", `"order":"asc"`, func(e *exchange) { reverse(e, "desc") })},
		{"threads oldest first", "the newest comes first", in("threads.list", `"limit":9999}`, func(e *exchange) { reverse(e, "asc") })},
		{"other rows page by page", "page by page", in("items.list", `"limit":1,`, func(e *exchange) {
			e.body = strings.Replace(e.body, `"id":"msg_`, `"id":"msg_0`, 1)
		})},
		{"a title that is not kept", "has the new title", swap("threads.update", "Ein Titel", "Kein Titel")},
		{"a changed answer", "the stored items", swap("threads.get_by_id", `"text":"Hello"`, `"text":"Hallo"`)},
		{"a lost answer", "the stored items", swap("threads.create", `"type":"widget","id":"`, `"type":"widget","id":"lost_`)},
		{"nothing stored", "the stored items", in("threads.get_by_id", "", func(e *exchange) {
			if before, _, ok := strings.Cut(e.body, `"items"`); ok {
				e.body = before + `"items":` + emptyPage + "}"
			}
		})},
		{"any type will do", "is refused", with("threads.explode", "", `{}`)},
		{"any thread will do", "is refused", with("threads.get_by_id", "thr_unknown", `{}`)},
		{"any thread has items", "is refused", with("items.list", "thr_unknown", `{"data":[{}],"has_more":false}`)},
		{"any item will do", "is refused", in("threads.retry_after_item", "msg_unknown", func(e *exchange) {
			e.status, e.media, e.body = 200, "text/event-stream", `data: {"type":"stream_options","stream_options":{"allow_cancel":true}}`+"\n\n"
		})},
		{"a redirect for a refusal", "is refused", in("threads.sync_custom_action", "", func(e *exchange) { e.status = 302 })},
		{"no word at all", "is refused", in("threads.explode", "", func(*exchange) { panic(http.ErrAbortHandler) })},
		{"a refused request that is done", "changed nothing", in("threads.custom_action", "msg_unknown", func(e *exchange) {
			thread := strings.Split(strings.Split(e.request, `"thread_id":"`)[1], `"`)[0]
			e.answer(`{"type":"threads.add_user_message","params":{"thread_id":"` + thread + `","input":{"content":[],"attachments":[],"inference_options":{}}}}`)
		})},
		{"a thread that stays", "is not listed", in("threads.list", `9999`, listed())},
	}
}

// reverse answers with the list in the order that was not asked for.
func reverse(e *exchange, order string) {
	request := strings.Replace(e.request, `"order":"asc"`, `"order":"desc"`, 1)
	if order == "asc" {
		request = strings.Replace(e.request, `"limit"`, `"order":"asc","limit"`, 1)
	}
	e.body = e.answer(request)
}

// listed gives every answer that the first list with rows gave.
func listed() func(*exchange) {
	first := ""
	return func(e *exchange) {
		if first == "" && strings.Contains(e.body, "thr_") {
			first = e.body
		}
		if first != "" && !strings.Contains(e.body, "thr_") {
			e.body = first
		}
	}
}

func TestConformNotices(t *testing.T) {
	t.Parallel()
	for _, v := range violations() {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			found := visit(t, spoiled(newServer(), v.spoil), nil).Violations()
			if !slices.ContainsFunc(found, func(c conform.Check) bool { return strings.Contains(c.Rule, v.rule) && c.Detail != "" }) {
				t.Errorf("%q did not fail; what did: %v", v.rule, found)
			}
		})
	}
}

// TestConformTolerates holds that what clients can read, and what the official
// server does, is noted but no violation.
func TestConformTolerates(t *testing.T) {
	t.Parallel()
	frames := func(change func(string) string) func(*exchange) {
		return in("threads.create", "", func(e *exchange) {
			if e.status == http.StatusOK {
				e.body = change(e.body)
			}
		})
	}
	tests := []violation{
		{"keep-alive comments", "each frame", frames(func(s string) string { return ": ping\n\n" + s })},
		{"event names", "each frame", frames(func(s string) string { return "event: message\n" + s })},
		{"carriage returns", "each frame", frames(func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") })},
		{"an end mark", "each frame", frames(func(s string) string { return s + "data: [DONE]\n\n" })},
		{"no space", "each frame", frames(func(s string) string { return strings.ReplaceAll(s, "data: ", "data:") })},
		{"an event of one's own", "what is required", frames(func(s string) string { return s + `data: {"type":"my.own"}` + "\n\n" })},
		{"times without a zone", "times say their zone", in("threads.get_by_id", "", func(e *exchange) { e.body = strings.ReplaceAll(e.body, `Z"`, `"`) })},
		{"refusals with 500", "is refused", in("threads.explode", "", func(e *exchange) { e.status = 500 })},
		{"refusals that are cut", "is refused", in("threads.add_user_message", "atc_unknown", func(e *exchange) {
			e.status, e.media, e.body, e.cut = 200, "text/event-stream", "", true
		})},
		{"refusals without an event", "is refused", in("threads.retry_after_item", "msg_unknown", func(e *exchange) {
			e.status, e.media, e.body = 200, "text/event-stream", ""
		})},
		{"an unknown thread's items", "is refused", with("items.list", "thr_unknown", `{"data":[],"has_more":false}`)},
	}
	for _, v := range tests {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			report := visit(t, spoiled(newServer(), v.spoil), nil)
			if found := report.Violations(); len(found) > 0 {
				t.Error(found)
			}
			if !slices.ContainsFunc(report.Checks, func(c conform.Check) bool { return strings.Contains(c.Rule, v.rule) && c.Verdict == conform.Note }) {
				t.Errorf("%q was not noted", v.rule)
			}
		})
	}
}
