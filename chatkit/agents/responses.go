package agents

import (
	"encoding/json"
	"fmt"
)

// Responses decodes one stream of the Responses API, as OpenAI, llama.cpp, vLLM,
// Ollama and others write it. The zero value is ready, and yields what the
// official SDK looks at.
type Responses struct {
	// ReasoningText yields the raw thoughts of open models too, not only summaries
	// of them.
	ReasoningText bool

	done    map[string]bool // items that were yielded whole
	thought map[string]int  // items whose raw thought is open, with its index
	ended   bool
}

// responseEvent is what we read of an event.
type responseEvent struct {
	Type         string          `json:"type"`
	ItemID       string          `json:"item_id"`
	OutputIndex  int             `json:"output_index"`
	ContentIndex int             `json:"content_index"`
	SummaryIndex int             `json:"summary_index"`
	Delta        loose           `json:"delta"`
	Text         loose           `json:"text"`
	Item         json.RawMessage `json:"item"`
	Annotation   json.RawMessage `json:"annotation"`
	Partial      string          `json:"partial_image_b64"`
	PartialIndex int             `json:"partial_image_index"`
	Response     json.RawMessage `json:"response"`
	Code         loose           `json:"code"`
}

// key is the id of the item that an event is about. Servers that give none say
// where it stands.
func (e *responseEvent) key(id string) string {
	if id == "" {
		id = e.ItemID
	}
	if id == "" {
		id = fmt.Sprintf("output_%d", e.OutputIndex)
	}
	return id
}

// Decode reads the JSON of the next event and yields what it tells.
func (r *Responses) Decode(raw []byte, yield func(Event) error) error {
	var e responseEvent
	if json.Unmarshal(raw, &e) != nil {
		return ErrUnreadable
	}
	if r.ended {
		return nil
	}
	if r.done == nil {
		r.done, r.thought = map[string]bool{}, map[string]int{}
	}
	switch e.Type {
	case "response.output_text.delta", "response.refusal.delta":
		return yield(TextDelta{Item: e.key(""), Part: e.ContentIndex, Text: e.Delta.text()})
	case "response.output_text.done":
		return yield(TextDone{Item: e.key(""), Part: e.ContentIndex, Text: e.Text.text()})
	case "response.output_text.annotation.added":
		if source, ok := decodeCite(e.Annotation); ok {
			return yield(Citation{Item: e.key(""), Part: e.ContentIndex, Source: source})
		}
	case "response.reasoning_summary_text.delta":
		return yield(ThoughtDelta{Item: e.key(""), Index: e.SummaryIndex, Text: e.Delta.text()})
	case "response.reasoning_summary_text.done":
		return yield(ThoughtDone{Item: e.key(""), Index: e.SummaryIndex, Text: e.Text.text()})
	case "response.reasoning_text.delta", "response.reasoning_text.done":
		return r.rawThought(&e, yield)
	case "response.output_item.added":
		return r.added(&e, yield)
	case "response.output_item.done":
		return r.item(e.Item, &e, yield)
	case "response.image_generation_call.partial_image":
		return yield(ImagePartial{Item: e.key(""), Index: e.PartialIndex, Data: e.Partial})
	case "response.completed", "response.incomplete", "response.failed", "response.cancelled":
		return r.end(&e, yield)
	case "error":
		r.ended = true
		return yield(Ended{Reason: EndedError, Code: e.Code.text()})
	}
	return nil
}

// rawThought yields a thought in the model's own words. Its index is apart from
// those of summaries.
func (r *Responses) rawThought(e *responseEvent, yield func(Event) error) error {
	if !r.ReasoningText {
		return nil
	}
	key, index := e.key(""), -1-e.ContentIndex
	if e.Type == "response.reasoning_text.done" {
		delete(r.thought, key)
		return yield(ThoughtDone{Item: key, Index: index, Text: e.Text.text()})
	}
	r.thought[key] = index
	return yield(ThoughtDelta{Item: key, Index: index, Text: e.Delta.text()})
}

// end says what the answer came to. Items that were not yielded yet are: some
// servers send them only here.
func (r *Responses) end(e *responseEvent, yield func(Event) error) error {
	var response responseBody
	if json.Unmarshal(e.Response, &response) != nil {
		return ErrUnreadable
	}
	for i, item := range response.Output {
		if err := r.item(item, &responseEvent{OutputIndex: i}, yield); err != nil {
			return err
		}
	}
	if err := response.Usage.tell(yield); err != nil {
		return err
	}
	r.ended = true
	ended := Ended{ResponseID: response.ID, Reason: EndedStop}
	switch {
	case e.Type == "response.failed" || e.Type == "response.cancelled" || response.Status == "failed":
		ended.Reason, ended.Code = EndedError, response.Error.Code.text()
	case response.Incomplete.Reason == "content_filter":
		ended.Reason = EndedFilter
	case e.Type == "response.incomplete" || response.Status == "incomplete":
		ended.Reason = EndedLength
	}
	return yield(ended)
}

type responseBody struct {
	ID         string            `json:"id"`
	Status     string            `json:"status"`
	Output     []json.RawMessage `json:"output"`
	Usage      *responseUsage    `json:"usage"`
	Incomplete struct {
		Reason string `json:"reason"`
	} `json:"incomplete_details"`
	Error struct {
		Code loose `json:"code"`
	} `json:"error"`
}

type responseUsage struct {
	Input        loose `json:"input_tokens"`
	Output       loose `json:"output_tokens"`
	InputDetails struct {
		Cached loose `json:"cached_tokens"`
	} `json:"input_tokens_details"`
	OutputDetails struct {
		Reasoning loose `json:"reasoning_tokens"`
	} `json:"output_tokens_details"`
}

func (u *responseUsage) tell(yield func(Event) error) error {
	if u == nil {
		return nil
	}
	var used Usage
	used.Input, _ = u.Input.number()
	used.Output, _ = u.Output.number()
	used.Cached, _ = u.InputDetails.Cached.number()
	used.Reasoning, _ = u.OutputDetails.Reasoning.number()
	if used == (Usage{}) {
		return nil
	}
	return yield(used)
}
