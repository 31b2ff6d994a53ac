package openaitest

import "net/http"

// chatStream is a voice that streams chat completions.
type chatStream struct{ x *exchange }

func (c chatStream) begin()           { c.x.event(map[string]any{"role": "assistant", "content": ""}, "") }
func (c chatStream) say(delta string) { c.x.event(text(delta), "") }

func (c chatStream) think(thought string) {
	c.x.event(map[string]any{"reasoning_content": thought, "content": nil}, "")
}

func (c chatStream) refuse(words string) { c.x.event(map[string]any{"refusal": words}, "") }

func (c chatStream) cite(cited Citation) {
	c.x.event(map[string]any{"annotations": []any{chatCitation(cited)}}, "")
}

func (chatStream) search(Search)         {} // chat completions tell of no searches
func (chatStream) draw(string, []string) {} // nor do they draw

func (c chatStream) call(calls []call) {
	pairs := make([]string, 0, 2*len(calls))
	for _, one := range calls {
		pairs = append(pairs, one.name, one.arguments)
	}
	callPieces(c.x, pairs, func(i int) map[string]any { return map[string]any{"index": i} })
}

func (c chatStream) finish(reason string, usage bool) {
	c.x.event(map[string]any{}, reason)
	if usage {
		c.x.raw("data: " + encode(map[string]any{"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": created,
			"model": testModel, "choices": []any{}, "usage": chatUsage()}) + "\n\n")
	}
	c.x.done()
}

func (c chatStream) fail() {
	c.x.raw("data: " + errorJSON("server_error", "server_error") + "\n\n")
}

func chatCitation(c Citation) map[string]any {
	return map[string]any{"type": "url_citation", "url_citation": map[string]any{
		"url": c.URL, "title": c.Title, "start_index": c.Start, "end_index": c.End}}
}

func chatUsage() map[string]any {
	return map[string]any{"prompt_tokens": promptTokens, "completion_tokens": answerTokens, "total_tokens": promptTokens + answerTokens,
		"prompt_tokens_details":     map[string]any{"cached_tokens": cachedTokens},
		"completion_tokens_details": map[string]any{"reasoning_tokens": thinkTokens}}
}

// chatWhole is a voice that writes one chat completion as a document.
func chatWhole(x *exchange) voice {
	return &whole{broken: func() { x.refuse(http.StatusInternalServerError, "server_error", "server_error") }, write: func(w *whole) {
		message := map[string]any{"role": "assistant", "content": w.text, "refusal": nil}
		if w.refusal != "" {
			message["content"], message["refusal"] = nil, w.refusal
		}
		if len(w.thoughts) > 0 {
			message["reasoning_content"] = w.thoughts[0]
		}
		annotations := []any{}
		for _, c := range w.citations {
			annotations = append(annotations, chatCitation(c))
		}
		message["annotations"] = annotations
		if calls := chatCalls(w.calls); len(calls) > 0 {
			message["tool_calls"] = calls
		}
		x.json(http.StatusOK, map[string]any{"id": "chatcmpl-1", "object": "chat.completion", "created": created, "model": testModel,
			"choices": []any{map[string]any{"index": 0, "message": message, "finish_reason": w.reason, "logprobs": nil}}, "usage": chatUsage()})
	}}
}

func chatCalls(calls []call) []any {
	var list []any
	for _, c := range calls {
		list = append(list, map[string]any{"id": c.id, "type": "function",
			"function": map[string]any{"name": c.name, "arguments": c.arguments}})
	}
	return list
}
