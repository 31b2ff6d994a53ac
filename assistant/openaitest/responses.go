package openaitest

import (
	"fmt"
	"net/http"
)

// responsesStream is a voice that streams answers of the Responses API, with the
// events that OpenAI sends.
type responsesStream struct {
	x       *exchange
	number  int              // of the next event
	begun   bool             // response.created was sent
	output  []map[string]any // finished items
	message *openMessage     // the message that is being said
}

// openMessage is a message with one part, unfinished.
type openMessage struct {
	id, text    string
	refusal     bool
	annotations []any
}

func (r *responsesStream) event(typ string, fields map[string]any) {
	fields["type"], fields["sequence_number"] = typ, r.number
	r.number++
	r.x.raw("event: " + typ + "\ndata: " + encode(fields) + "\n\n")
}

func (r *responsesStream) begin() {
	if r.begun {
		return
	}
	r.begun = true
	r.event("response.created", map[string]any{"response": responseBody("in_progress", nil, nil)})
	r.event("response.in_progress", map[string]any{"response": responseBody("in_progress", nil, nil)})
}

// item tells of one item, from its beginning to its end.
func (r *responsesStream) item(item map[string]any, during func(at map[string]any)) {
	r.begin()
	r.endMessage()
	at := len(r.output)
	unfinished := map[string]any{}
	for k, v := range item {
		unfinished[k] = v
	}
	unfinished["status"] = "in_progress"
	for _, later := range []string{"arguments", "result", "summary", "results"} {
		switch unfinished[later].(type) {
		case string:
			unfinished[later] = ""
		case []any:
			unfinished[later] = []any{}
		}
	}
	r.event("response.output_item.added", map[string]any{"output_index": at, "item": unfinished})
	during(map[string]any{"item_id": item["id"], "output_index": at})
	r.event("response.output_item.done", map[string]any{"output_index": at, "item": item})
	r.output = append(r.output, item)
}

// with returns the place of an event, with more fields.
func with(at map[string]any, fields map[string]any) map[string]any {
	all := map[string]any{}
	for _, m := range []map[string]any{at, fields} {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

func (r *responsesStream) think(thought string) {
	item := reasoningItem(r.nextID("rs"), thought)
	r.item(item, func(at map[string]any) {
		at = with(at, map[string]any{"summary_index": 0})
		r.event("response.reasoning_summary_part.added", with(at, map[string]any{"part": summaryPart("")}))
		for _, piece := range pieces(thought) {
			r.event("response.reasoning_summary_text.delta", with(at, map[string]any{"delta": piece}))
		}
		r.event("response.reasoning_summary_text.done", with(at, map[string]any{"text": thought}))
		r.event("response.reasoning_summary_part.done", with(at, map[string]any{"part": summaryPart(thought)}))
	})
}

func (r *responsesStream) search(s Search) {
	kind := "web_search_call"
	if s.Files {
		kind = "file_search_call"
	}
	r.item(searchItem(r.nextID("ws"), s), func(at map[string]any) {
		for _, state := range []string{"in_progress", "searching", "completed"} {
			r.event("response."+kind+"."+state, with(at, nil))
		}
	})
}

func (r *responsesStream) draw(data string, partials []string) {
	r.item(imageItem(r.nextID("ig"), data), func(at map[string]any) {
		r.event("response.image_generation_call.in_progress", with(at, nil))
		r.event("response.image_generation_call.generating", with(at, nil))
		for i, p := range partials {
			r.event("response.image_generation_call.partial_image", with(at, map[string]any{"partial_image_index": i, "partial_image_b64": p}))
		}
		r.event("response.image_generation_call.completed", with(at, nil))
	})
}

func (r *responsesStream) call(calls []call) {
	for _, c := range calls {
		r.item(callItem(r.nextID("fc"), c), func(at map[string]any) {
			for _, piece := range pieces(c.arguments) {
				r.event("response.function_call_arguments.delta", with(at, map[string]any{"delta": piece}))
			}
			r.event("response.function_call_arguments.done", with(at, map[string]any{"arguments": c.arguments, "name": c.name}))
		})
	}
}

func (r *responsesStream) finish(reason string, _ bool) {
	r.begin()
	r.endMessage()
	output := make([]any, len(r.output))
	for i, item := range r.output {
		output[i] = item
	}
	status := responseStatus(reason)
	r.event("response."+status, map[string]any{"response": responseBody(status, output, endedBy(reason))})
}

func (r *responsesStream) fail() {
	r.event("error", map[string]any{"code": "server_error", "message": "trouble of " + Canary, "param": nil})
}

func (r *responsesStream) nextID(prefix string) string {
	n := len(r.output) + 1
	if r.message != nil {
		n++
	}
	return fmt.Sprintf("%s_%d", prefix, n)
}

// responsesWhole is a voice that writes one response as a document.
func responsesWhole(x *exchange) voice {
	return &whole{broken: func() { x.refuse(http.StatusInternalServerError, "server_error", "server_error") }, write: func(w *whole) {
		output := []any{}
		id := func(prefix string) string { return fmt.Sprintf("%s_%d", prefix, len(output)+1) }
		for _, thought := range w.thoughts {
			output = append(output, reasoningItem(id("rs"), thought))
		}
		for _, s := range w.searches {
			output = append(output, searchItem(id("ws"), s))
		}
		if w.drawn != "" {
			output = append(output, imageItem(id("ig"), w.drawn))
		}
		if said := w.text + w.refusal; said != "" {
			m := openMessage{id: id("msg"), text: said, refusal: w.refusal != ""}
			for _, c := range w.citations {
				m.annotations = append(m.annotations, responsesCitation(c))
			}
			output = append(output, m.item())
		}
		for _, c := range w.calls {
			output = append(output, callItem(id("fc"), c))
		}
		x.json(http.StatusOK, responseBody(responseStatus(w.reason), output, endedBy(w.reason)))
	}}
}
