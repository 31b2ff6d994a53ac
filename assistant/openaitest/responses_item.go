package openaitest

// openMessage begins a message unless one is open.
func (r *responsesStream) openMessage(refusal bool) map[string]any {
	r.begin()
	if r.message == nil {
		m := &openMessage{id: r.nextID("msg"), refusal: refusal}
		r.event("response.output_item.added", map[string]any{"output_index": len(r.output), "item": map[string]any{
			"id": m.id, "type": "message", "role": "assistant", "status": "in_progress", "content": []any{}}})
		r.message = m
		r.event("response.content_part.added", with(r.place(), map[string]any{"part": m.part()}))
	}
	return r.place()
}

func (r *responsesStream) place() map[string]any {
	return map[string]any{"item_id": r.message.id, "output_index": len(r.output), "content_index": 0}
}

func (r *responsesStream) say(delta string) {
	at := r.openMessage(false)
	r.message.text += delta
	r.event("response.output_text.delta", with(at, map[string]any{"delta": delta, "logprobs": []any{}}))
}

func (r *responsesStream) refuse(words string) {
	at := r.openMessage(true)
	r.message.text += words
	r.event("response.refusal.delta", with(at, map[string]any{"delta": words}))
}

func (r *responsesStream) cite(c Citation) {
	at := r.openMessage(false)
	annotation := responsesCitation(c)
	r.event("response.output_text.annotation.added", with(at, map[string]any{
		"annotation_index": len(r.message.annotations), "annotation": annotation}))
	r.message.annotations = append(r.message.annotations, annotation)
}

func (r *responsesStream) endMessage() {
	m := r.message
	if m == nil {
		return
	}
	if m.refusal {
		r.event("response.refusal.done", with(r.place(), map[string]any{"refusal": m.text}))
	} else {
		r.event("response.output_text.done", with(r.place(), map[string]any{"text": m.text, "logprobs": []any{}}))
	}
	r.event("response.content_part.done", with(r.place(), map[string]any{"part": m.part()}))
	r.event("response.output_item.done", map[string]any{"output_index": len(r.output), "item": m.item()})
	r.output = append(r.output, m.item())
	r.message = nil
}

func (m *openMessage) part() map[string]any {
	if m.refusal {
		return map[string]any{"type": "refusal", "refusal": m.text}
	}
	annotations := m.annotations
	if annotations == nil {
		annotations = []any{}
	}
	return map[string]any{"type": "output_text", "text": m.text, "annotations": annotations, "logprobs": []any{}}
}

func (m *openMessage) item() map[string]any {
	return map[string]any{"id": m.id, "type": "message", "role": "assistant", "status": "completed", "content": []any{m.part()}}
}

func responsesCitation(c Citation) map[string]any {
	if c.FileID != "" {
		return map[string]any{"type": "file_citation", "file_id": c.FileID, "filename": c.Filename, "index": c.End}
	}
	return map[string]any{"type": "url_citation", "url": c.URL, "title": c.Title, "start_index": c.Start, "end_index": c.End}
}

func reasoningItem(id, thought string) map[string]any {
	return map[string]any{"id": id, "type": "reasoning", "summary": []any{summaryPart(thought)}, "encrypted_content": "sealed"}
}

func summaryPart(text string) map[string]any {
	return map[string]any{"type": "summary_text", "text": text}
}

func searchItem(id string, s Search) map[string]any {
	if s.Files {
		results := []any{}
		for _, name := range s.Sources {
			results = append(results, map[string]any{"file_id": "file_" + name, "filename": name, "score": 0.9, "text": "found"})
		}
		return map[string]any{"id": id, "type": "file_search_call", "status": "completed", "queries": []any{s.Query}, "results": results}
	}
	sources := []any{}
	for _, url := range s.Sources {
		sources = append(sources, map[string]any{"type": "url", "url": url})
	}
	return map[string]any{"id": id, "type": "web_search_call", "status": "completed",
		"action": map[string]any{"type": "search", "query": s.Query, "sources": sources}}
}

func imageItem(id, data string) map[string]any {
	return map[string]any{"id": id, "type": "image_generation_call", "status": "completed", "result": data}
}

func callItem(id string, c call) map[string]any {
	return map[string]any{"id": id, "type": "function_call", "status": "completed", "call_id": c.id, "name": c.name, "arguments": c.arguments}
}

// responseStatus is the last state of a response that ended for this reason.
func responseStatus(reason string) string {
	switch reason {
	case "length", "content_filter":
		return "incomplete"
	case "error":
		return "failed"
	}
	return "completed"
}

// endedBy is what a response says about its end, if it is not a good one.
func endedBy(reason string) map[string]any {
	switch reason {
	case "length":
		return map[string]any{"incomplete_details": map[string]any{"reason": "max_output_tokens"}}
	case "content_filter":
		return map[string]any{"incomplete_details": map[string]any{"reason": "content_filter"}}
	case "error":
		return map[string]any{"error": map[string]any{"code": "server_error", "message": "trouble of " + Canary}}
	}
	return nil
}

// responseBody is a response in one of its states.
func responseBody(status string, output []any, more map[string]any) map[string]any {
	if output == nil {
		output = []any{}
	}
	body := map[string]any{"id": "resp_1", "object": "response", "created_at": created, "model": testModel, "status": status,
		"output": output, "error": nil, "incomplete_details": nil, "instructions": nil, "metadata": map[string]any{},
		"parallel_tool_calls": true, "temperature": 1.0, "tool_choice": "auto", "tools": []any{}, "top_p": 1.0, "usage": nil}
	if status != "in_progress" {
		body["usage"] = map[string]any{"input_tokens": promptTokens, "output_tokens": answerTokens, "total_tokens": promptTokens + answerTokens,
			"input_tokens_details":  map[string]any{"cached_tokens": cachedTokens},
			"output_tokens_details": map[string]any{"reasoning_tokens": thinkTokens}}
	}
	for k, v := range more {
		body[k] = v
	}
	return body
}

// pieces cuts text as a model would say it.
func pieces(s string) []string {
	const size = 7
	var list []string
	for runes := []rune(s); len(runes) > 0; {
		n := min(size, len(runes))
		list, runes = append(list, string(runes[:n])), runes[n:]
	}
	return list
}
