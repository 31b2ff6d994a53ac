package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	openai "github.com/sashabaranov/go-openai"

	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// ResponsesOptions are what only the Responses API has.
type ResponsesOptions struct {
	WebSearch   bool     // the model server may search the web
	FileSearch  []string // ids of the vector stores in which it may search
	Images      bool     // it may draw
	Keep        bool     // it keeps conversations: then only what is new is sent
	Reasoning   string   // how hard to think: "low", "medium", …; "" is the model's own way
	NoReasoning bool     // ask for no summaries of thoughts
}

// NewResponses returns an Agent that uses OpenAI's Responses API, or that of a
// compatible server. It does not call the server yet. The error says which setting
// is wrong.
func NewResponses(cfg Config) (*Agent, error) {
	u, err := newUpstream(cfg)
	if err != nil {
		return nil, err
	}
	return newAgent(&responses{upstream: u, opts: cfg.Responses, openAI: cfg.BaseURL == "" || strings.Contains(cfg.BaseURL, "//api.openai.com")}, cfg), nil
}

// responses is the provider of a server of the Responses API.
type responses struct {
	*upstream
	opts   ResponsesOptions
	openAI bool        // OpenAI's own server, which knows every option
	plain  atomic.Bool // the server refused options about reasoning
}

func (*responses) name() string        { return "responses" }
func (r *responses) reads() inputReads { return inputReads{images: true, pdfs: r.openAI} }

// stream sends one request and reads its answer.
func (r *responses) stream(ctx context.Context, req *modelRequest, yield func(agents.Event) error) error {
	o, err := r.openAny(ctx, req)
	if err != nil {
		return err
	}
	decoder := agents.Responses{ReasoningText: true}
	return o.each(decoder.Decode, func(ev agents.Event) error {
		if ended, ok := ev.(agents.Ended); ok && r.opts.Keep {
			req.session = ended.ResponseID
		}
		return yield(ev)
	})
}

// openAny opens a stream, if need be without what the server does not know: a
// conversation that it should have kept, or options about reasoning.
func (r *responses) openAny(ctx context.Context, req *modelRequest) (*opened, error) {
	input, previous, err := r.known(ctx, req)
	if err != nil {
		return nil, err
	}
	plain := r.plain.Load()
	for {
		body := r.body(req, plain)
		body.Input, body.PreviousResponseID = responsesInput(input), previous
		o, err := r.open(ctx, req.busy, func(ctx context.Context) (rawStream, error) {
			return r.client.CreateResponseStream(ctx, body)
		})
		switch {
		case previous != "" && forgot(err):
			input, previous = req.input, ""
		case !plain && body.Reasoning != nil && refuses(err, "reasoning", "encrypted_content", "include"):
			plain = true
			r.plain.Store(true)
		default:
			return o, err
		}
	}
}

// known returns what is to be sent of the conversation, and the id of the answer
// up to which the server knows it.
func (r *responses) known(ctx context.Context, req *modelRequest) ([]inputItem, string, error) {
	if !r.opts.Keep {
		return req.input, "", nil
	}
	if previous, ok := req.session.(string); ok && previous != "" {
		fresh := slices.DeleteFunc(slices.Clone(req.input[req.fresh:]), func(it inputItem) bool { return it.kind == inputRaw })
		return fresh, previous, nil
	}
	if req.fresh > 0 {
		return req.input, "", nil
	}
	input, previous, err := r.since(ctx, req)
	if err != nil || previous == "" || len(input) == 0 {
		return req.input, "", err
	}
	return input, previous, nil
}

// forgot reports that a server does not know the answer that it should go on from.
func forgot(err error) bool {
	e, ok := errors.AsType[*statusError](err)
	return ok && (e.status == http.StatusNotFound || e.status == http.StatusBadRequest && e.speaksOf("previous_response"))
}

func (r *responses) body(req *modelRequest, plain bool) openai.CreateResponseRequest {
	body := openai.CreateResponseRequest{
		Model: req.model, Instructions: req.instructions, Store: &r.opts.Keep, Stream: true, Tools: r.tools(req),
	}
	if len(body.Tools) > 0 {
		body.ToolChoice = r.choice(req.choice)
	}
	if r.opts.WebSearch {
		body.Include = append(body.Include, openai.ResponseIncludeWebSearchCallActionSources)
	}
	if len(r.opts.FileSearch) > 0 {
		body.Include = append(body.Include, openai.ResponseIncludeFileSearchCallResults)
	}
	if !plain && !r.opts.NoReasoning && (r.openAI && reasons(req.model) || r.opts.Reasoning != "") {
		body.Reasoning = &openai.ResponseReasoning{Effort: r.opts.Reasoning, Summary: "auto"}
		if !r.opts.Keep {
			body.Include = append(body.Include, openai.ResponseIncludeReasoningEncryptedContent)
		}
	}
	return body
}

// reasons tells OpenAI's models that think from those that refuse to be asked for
// their thoughts.
func reasons(model string) bool {
	family, version, _ := strings.Cut(model, "-")
	switch {
	case strings.Contains(model, "chat"):
		return false
	case len(family) >= 2 && family[0] == 'o' && family[1] >= '1' && family[1] <= '9':
		return true
	case family == "gpt" && version != "":
		return version[0] >= '5' && version[0] <= '9'
	}
	return false
}

// tools lists our functions and the server's own tools.
func (r *responses) tools(req *modelRequest) []openai.ResponseTool {
	if req.turn == nil {
		return nil
	}
	var list []openai.ResponseTool
	for _, t := range req.tools {
		list = append(list, openai.ResponseTool{Type: openai.ToolTypeFunction, Parameters: map[string]any{
			"name": t.Name, "description": t.Description, "parameters": json.RawMessage(t.Schema), "strict": false}})
	}
	if r.opts.WebSearch {
		list = append(list, openai.ResponseTool{Type: openai.ToolTypeWebSearch})
	}
	if len(r.opts.FileSearch) > 0 {
		list = append(list, openai.ResponseTool{Type: openai.ToolTypeFileSearch,
			Parameters: map[string]any{"vector_store_ids": r.opts.FileSearch}})
	}
	if r.opts.Images {
		list = append(list, openai.ResponseTool{Type: openai.ToolTypeImageGeneration,
			Parameters: map[string]any{"partial_images": partialImages}})
	}
	return list
}

// partialImages is how many times an image is shown on its way.
const partialImages = 2

// choice writes a tool choice: the model's, or a tool by name.
func (r *responses) choice(choice string) any {
	switch choice {
	case "":
		return nil
	case "none", "required", "auto":
		return choice
	case "web_search", "file_search", "image_generation":
		return map[string]any{"type": choice}
	}
	return map[string]any{"type": "function", "name": choice}
}

// again returns an answer in the server's own words, thoughts included.
func (r *responses) again(a *modelAnswer) []inputItem {
	var items []inputItem
	for _, o := range a.outputs {
		if replayable(o.Raw) {
			items = append(items, inputItem{kind: inputRaw, raw: o.Raw})
		}
	}
	return items
}

// replayable tells what may be sent back. A thought that came without its content
// is only a name, which a server that keeps nothing does not know.
func replayable(raw json.RawMessage) bool {
	var item struct {
		Type      string            `json:"type"`
		Encrypted string            `json:"encrypted_content"`
		Content   []json.RawMessage `json:"content"`
	}
	if json.Unmarshal(raw, &item) != nil {
		return false
	}
	return item.Type != "reasoning" || item.Encrypted != "" || len(item.Content) > 0
}
