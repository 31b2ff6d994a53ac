package assistant

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync/atomic"

	openai "github.com/sashabaranov/go-openai"

	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// NewCompletions returns an Agent that uses streamed chat completions, which
// nearly every model server speaks. It does not call the server yet. The error
// says which setting is wrong.
func NewCompletions(cfg Config) (*Agent, error) {
	u, err := newUpstream(cfg)
	if err != nil {
		return nil, err
	}
	return newAgent(&completions{upstream: u}, cfg), nil
}

// completions is the provider of a server of chat completions.
type completions struct {
	*upstream
	noUsage atomic.Bool // the server refused to be asked for what an answer cost
}

func (*completions) name() string      { return "completions" }
func (*completions) reads() inputReads { return inputReads{images: true} }

// again shows an answer with its calls, and with its thoughts if the server calls
// them reasoning_content: some want them back until the turn is over.
func (*completions) again(a *modelAnswer) []inputItem {
	var items []inputItem
	for _, o := range a.outputs {
		items = append(items, inputItem{kind: inputRaw, raw: o.Raw})
	}
	return append(items, plainAgain(a)...)
}

// stream sends one request and reads its answer.
func (c *completions) stream(ctx context.Context, req *modelRequest, yield func(agents.Event) error) error {
	noUsage := c.noUsage.Load()
	o, err := c.openBody(ctx, req, noUsage)
	if !noUsage && refuses(err, "stream_options", "include_usage") {
		c.noUsage.Store(true)
		o, err = c.openBody(ctx, req, true)
	}
	if err != nil {
		return err
	}
	var decoder agents.Completions
	return o.each(decoder.Decode, yield)
}

func (c *completions) openBody(ctx context.Context, req *modelRequest, noUsage bool) (*opened, error) {
	body := openai.ChatCompletionRequest{Model: req.model, Messages: chatMessages(req), Tools: chatTools(req.tools), Stream: true}
	if !noUsage {
		body.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
	}
	if len(body.Tools) > 0 && req.choice != "" {
		body.ToolChoice = chatChoice(req.choice)
	}
	return c.open(ctx, req.busy, func(ctx context.Context) (rawStream, error) {
		return c.client.CreateChatCompletionStream(ctx, body)
	})
}

func chatChoice(choice string) any {
	switch choice {
	case "none", "required", "auto":
		return choice
	}
	return openai.ToolChoice{Type: openai.ToolTypeFunction, Function: openai.ToolFunction{Name: choice}}
}

func chatTools(tools Tools) []openai.Tool {
	list := make([]openai.Tool, len(tools))
	for i, t := range tools {
		list[i] = openai.Tool{Type: openai.ToolTypeFunction, Function: &openai.FunctionDefinition{
			Name: t.Name, Description: t.Description, Parameters: json.RawMessage(t.Schema)}}
	}
	return list
}

// chatMessages writes the conversation as chat messages. What stands side by side
// in one role becomes one message: many models' templates take nothing but turns.
func chatMessages(req *modelRequest) []openai.ChatCompletionMessage {
	list := []openai.ChatCompletionMessage{{Role: openai.ChatMessageRoleSystem, Content: req.instructions}}
	thoughts := "" // of the calls that follow
	for i := 0; i < len(req.input); i++ {
		switch it := req.input[i]; it.kind {
		case inputUser, inputContext:
			parts := slices.Clone(it.parts)
			for i+1 < len(req.input) && (req.input[i+1].kind == inputUser || req.input[i+1].kind == inputContext) {
				i++
				parts = append(parts, req.input[i].parts...)
			}
			list = append(list, chatUser(parts))
		case inputAssistant:
			list = withText(list, it.text)
		case inputCall:
			list = withCall(list, it.call)
			if thoughts != "" {
				list[len(list)-1].ReasoningContent, thoughts = thoughts, ""
			}
		case inputRaw:
			thoughts = reasoningContent(it.raw)
		case inputOutput:
			list = append(list, openai.ChatCompletionMessage{Role: openai.ChatMessageRoleTool, Content: firstOf(it.text, "null"), ToolCallID: it.call.id})
		}
	}
	return list
}

// withText adds what the assistant said.
func withText(list []openai.ChatCompletionMessage, text string) []openai.ChatCompletionMessage {
	if last := &list[len(list)-1]; last.Role == openai.ChatMessageRoleAssistant && len(last.ToolCalls) == 0 {
		last.Content += "\n\n" + text
		return list
	}
	return append(list, openai.ChatCompletionMessage{Role: openai.ChatMessageRoleAssistant, Content: text})
}

func reasoningContent(raw json.RawMessage) string {
	var own struct {
		Thoughts string `json:"reasoning_content"`
	}
	if json.Unmarshal(raw, &own) != nil {
		return ""
	}
	return own.Thoughts
}

// withCall adds a call to the assistant's message, which a call begins unless
// there is one.
func withCall(list []openai.ChatCompletionMessage, f inputFunction) []openai.ChatCompletionMessage {
	call := openai.ToolCall{ID: f.id, Type: openai.ToolTypeFunction,
		Function: openai.FunctionCall{Name: f.name, Arguments: sendable(f.arguments)}}
	if last := &list[len(list)-1]; last.Role == openai.ChatMessageRoleAssistant {
		last.ToolCalls = append(last.ToolCalls, call)
		return list
	}
	return append(list, openai.ChatCompletionMessage{Role: openai.ChatMessageRoleAssistant, ToolCalls: []openai.ToolCall{call}})
}

// chatUser writes a person's message: as plain text if it is nothing else, which
// every server takes.
func chatUser(parts []inputPart) openai.ChatCompletionMessage {
	m := openai.ChatCompletionMessage{Role: openai.ChatMessageRoleUser}
	images := false
	var texts []string
	for _, p := range parts {
		switch p.kind {
		case partText:
			texts = append(texts, p.text)
			m.MultiContent = append(m.MultiContent, openai.ChatMessagePart{Type: openai.ChatMessagePartTypeText, Text: p.text})
		case partImage:
			images = true
			m.MultiContent = append(m.MultiContent, openai.ChatMessagePart{Type: openai.ChatMessagePartTypeImageURL,
				ImageURL: &openai.ChatMessageImageURL{URL: p.url}})
		}
	}
	if !images {
		m.Content, m.MultiContent = strings.Join(texts, "\n\n"), nil
	}
	return m
}
