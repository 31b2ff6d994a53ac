package agents

import (
	"encoding/json"
	"strings"
)

// Completions decodes the stream of one chat completion, as OpenAI, llama.cpp,
// vLLM, Ollama, LM Studio and others write it. The zero value is ready.
type Completions struct {
	think  thinker
	thinks bool // a thought is open
	round  int  // counts the thoughts
	said   bool
	own    strings.Builder // thoughts that came as reasoning_content
	calls  []*chatCall
	ended  bool
}

// maxOwnThought bounds the thoughts that are sent back with tool calls.
const maxOwnThought = 256 << 10

// chatChunk is what we read of one event.
type chatChunk struct {
	Choices []struct {
		Index  int   `json:"index"`
		Finish loose `json:"finish_reason"`
		Delta  struct {
			Content          loose           `json:"content"`
			Refusal          loose           `json:"refusal"`
			ReasoningContent loose           `json:"reasoning_content"`
			Reasoning        loose           `json:"reasoning"`
			ToolCalls        []chatCallDelta `json:"tool_calls"`
		} `json:"delta"`
	} `json:"choices"`
	Usage *chatUsage `json:"usage"`
}

type chatUsage struct {
	Input        loose `json:"prompt_tokens"`
	Output       loose `json:"completion_tokens"`
	InputDetails struct {
		Cached loose `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
	OutputDetails struct {
		Reasoning loose `json:"reasoning_tokens"`
	} `json:"completion_tokens_details"`
}

// Decode reads the JSON of the next event and yields what it tells. After Ended,
// which comes with the finish reason, only Usage may come. With tool calls an Output
// holds the thoughts that came as reasoning_content: some servers want them back
// until the turn is over.
func (c *Completions) Decode(raw []byte, yield func(Event) error) error {
	var chunk chatChunk
	if json.Unmarshal(raw, &chunk) != nil {
		return ErrUnreadable
	}
	for _, choice := range chunk.Choices {
		if choice.Index != 0 || c.ended {
			continue // one answer was asked for
		}
		d := choice.Delta
		text, thought := d.Content.parts(1)
		if text == "" && thought == "" {
			text = d.Content.text()
		}
		if own := d.ReasoningContent.text(); own != "" {
			thought += own
			if c.own.Len() < maxOwnThought {
				c.own.WriteString(own)
			}
		} else {
			thought += d.Reasoning.text()
		}
		more, said := c.think.split(text)
		if err := c.speak(thought+more, said+d.Refusal.text(), yield); err != nil {
			return err
		}
		for i, call := range d.ToolCalls {
			if err := c.addCall(call, i > 0); err != nil {
				return err
			}
		}
		if finish := choice.Finish.text(); finish != "" {
			if err := c.end(finish, yield); err != nil {
				return err
			}
		}
	}
	return chunk.Usage.tell(yield)
}

// speak yields a thought, then what is said.
func (c *Completions) speak(thought, said string, yield func(Event) error) error {
	if thought != "" {
		if !c.thinks {
			if strings.TrimSpace(thought) == "" {
				thought = ""
			} else if err := c.beginThought(yield); err != nil {
				return err
			}
		}
		if thought != "" {
			if err := yield(ThoughtDelta{Index: c.round, Text: thought}); err != nil {
				return err
			}
		}
	}
	if said == "" {
		return nil
	}
	if c.thinks && strings.TrimSpace(said) != "" {
		if err := c.endThought(yield); err != nil {
			return err
		}
	}
	c.said = true
	return yield(TextDelta{Text: said})
}

func (c *Completions) beginThought(yield func(Event) error) error {
	c.thinks = true
	if c.said {
		if err := yield(MessageDone{}); err != nil {
			return err
		}
	}
	return yield(ReasoningAdded{})
}

func (c *Completions) endThought(yield func(Event) error) error {
	c.thinks = false
	c.round++
	return yield(ThoughtDone{Index: c.round - 1})
}

// end says what the answer came to.
func (c *Completions) end(finish string, yield func(Event) error) error {
	c.ended = true
	if err := c.flush(yield); err != nil {
		return err
	}
	events := []Event{MessageDone{}}
	if c.own.Len() > 0 && len(c.calls) > 0 {
		raw, err := json.Marshal(map[string]string{"reasoning_content": c.own.String()})
		if err != nil {
			return err
		}
		events = append(events, Output{Raw: raw})
	}
	for _, call := range c.calls {
		events = append(events, ToolCall{CallID: call.id, Name: call.name, Arguments: call.args.String()})
	}
	for _, ev := range append(events, Ended{Reason: chatEnd(finish)}) {
		if err := yield(ev); err != nil {
			return err
		}
	}
	return nil
}

// chatEnd reads a finish reason. "stop" has many synonyms.
func chatEnd(finish string) string {
	switch finish {
	case "length", "max_tokens":
		return EndedLength
	case "content_filter":
		return EndedFilter
	case "error":
		return EndedError
	}
	return EndedStop
}

// flush yields what was held, and ends the thought.
func (c *Completions) flush(yield func(Event) error) error {
	thought, said := c.think.end()
	if err := c.speak(thought, said, yield); err != nil || !c.thinks {
		return err
	}
	return c.endThought(yield)
}

func (u *chatUsage) tell(yield func(Event) error) error {
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
