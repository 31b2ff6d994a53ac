package chatkit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// MaxRequestDepth is how deep the JSON of a request may nest.
const MaxRequestDepth = 32

// MaxRequestValues is how many values the JSON of a request may have. What makes
// a request large is a recording, which is one.
const MaxRequestValues = 1 << 18

// RequestError says what is wrong with a request. Its text is meant for the
// developer of the client.
type RequestError struct {
	Field   string // such as "params.thread_id"; empty when it is the whole
	Message string
}

// Error returns the field and the message.
func (e *RequestError) Error() string {
	if e.Field == "" {
		return "chatkit: request: " + e.Message
	}
	return "chatkit: request: " + e.Field + " " + e.Message
}

// DecodeRequest reads one request. Wherever it fails the error is a
// *RequestError.
//
// It is strict where a mistake would change the meaning: unknown types, missing
// params, a key that appears twice, anything after the value and more than
// [MaxRequestDepth] levels or [MaxRequestValues] values are refused. It is lenient
// where clients in the field differ: keys that it does not know are ignored, null
// is the same as absent for metadata, attachments, quoted_text and
// inference_options, and a limit may be a string of digits. Text is cleaned by
// [CleanText].
func DecodeRequest(raw []byte) (Request, error) {
	if err := checkJSON(raw, MaxRequestDepth, MaxRequestValues); err != nil {
		return nil, &RequestError{Message: "is " + err.Error()}
	}
	raw, err := CleanJSON(raw)
	if err != nil {
		return nil, &RequestError{Message: "is not usable JSON: " + err.Error()}
	}
	// What a request keeps as JSON must not change when the caller uses raw again.
	top := openObject("", bytes.Clone(raw))
	typ := top.text("type")
	metadata := top.freeObject("metadata")
	params := top.object("params")
	if top.err != nil {
		return nil, top.err
	}
	req := params.request(typ)
	if params.err != nil {
		return nil, params.err
	}
	if req == nil {
		return nil, &RequestError{Field: "type", Message: fmt.Sprintf("%.40q is not a type of request", typ)}
	}
	req.Base().Metadata = metadata
	return req, nil
}

// request reads the params of one type of request; nil for an unknown type.
func (p *object) request(typ string) Request {
	switch typ {
	case "threads.create":
		return &CreateThreadRequest{Input: p.userInput()}
	case "threads.add_user_message":
		return &AddUserMessageRequest{ThreadID: p.id("thread_id"), Input: p.userInput()}
	case "threads.add_client_tool_output":
		return &AddToolOutputRequest{ThreadID: p.id("thread_id"), Result: p.required("result")}
	case "threads.add_structured_input":
		return p.structuredInput()
	case "threads.retry_after_item":
		return &RetryRequest{ThreadID: p.id("thread_id"), ItemID: p.id("item_id")}
	case "threads.custom_action":
		return &CustomActionRequest{ThreadID: p.id("thread_id"), ItemID: p.optionalText("item_id"), Action: p.action()}
	case "threads.sync_custom_action":
		return &SyncActionRequest{ThreadID: p.id("thread_id"), ItemID: p.optionalText("item_id"), Action: p.action()}
	case "threads.get_by_id":
		return &GetThreadRequest{ThreadID: p.id("thread_id")}
	case "threads.list":
		return &ListThreadsRequest{PageRequest: p.page()}
	case "threads.update":
		return &UpdateThreadRequest{ThreadID: p.id("thread_id"), Title: p.text("title")}
	case "threads.delete":
		return &DeleteThreadRequest{ThreadID: p.id("thread_id")}
	case "items.list":
		return &ListItemsRequest{ThreadID: p.id("thread_id"), PageRequest: p.page()}
	case "items.feedback":
		return &FeedbackRequest{ThreadID: p.id("thread_id"), ItemIDs: p.texts("item_ids"),
			Kind: p.oneOf("kind", "", FeedbackPositive, FeedbackNegative)}
	case "attachments.create":
		return &CreateAttachmentRequest{Name: p.text("name"), MimeType: p.text("mime_type"), Size: p.size("size")}
	case "attachments.delete":
		return &DeleteAttachmentRequest{AttachmentID: p.id("attachment_id")}
	case "input.transcribe":
		return &TranscribeRequest{AudioBase64: p.text("audio_base64"), MimeType: p.text("mime_type")}
	}
	return nil
}

func (p *object) userInput() UserInput {
	in := p.object("input")
	input := UserInput{Content: in.content("content"), QuotedText: in.optionalText("quoted_text")}
	if in.has("attachments") {
		input.Attachments = in.texts("attachments")
	}
	if in.has("inference_options") {
		options := in.object("inference_options")
		input.InferenceOptions.Model = options.optionalText("model")
		if options.has("tool_choice") {
			choice := options.object("tool_choice")
			input.InferenceOptions.ToolChoice = &ToolChoice{ID: choice.text("id")}
			options.join(choice)
		}
		in.join(options)
	}
	p.join(in)
	return input
}

func (p *object) content(key string) []UserContent {
	raw := p.required(key)
	if p.err != nil {
		return nil
	}
	if len(raw) == 0 || raw[0] != '[' {
		p.fail(key, "must be an array")
		return nil
	}
	list, err := decodeList(raw, func(part []byte) (UserContent, error) {
		part, err := exactKeys(part, "type", "text", "id", "data", "group", "interactive")
		if err != nil {
			return nil, err
		}
		return unmarshalUserContent(part)
	})
	if err != nil {
		p.fail(key, "is not a message's content: "+plainly(err))
		return nil
	}
	for i, part := range list {
		if _, unknown := part.(*UnknownContent); unknown {
			p.fail(key, fmt.Sprintf("has at %d a part that is neither input_text nor input_tag", i))
		}
	}
	return list
}

// plainly says what is wrong with JSON without naming our types.
func plainly(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return strings.Replace(err.Error(), e.Error(), strings.TrimPrefix(e.Field, "plain.")+" has the wrong type: "+e.Value, 1)
	}
	return err.Error()
}

func (p *object) structuredInput() Request {
	req := &AddStructuredInputRequest{ThreadID: p.id("thread_id"), ItemID: p.id("item_id")}
	in := p.object("input")
	req.Status = in.oneOf("status", InputAnswered, InputAnswered, InputSkipped)
	req.Answers = map[string]Answer{}
	if in.has("answers") {
		answers := in.object("answers")
		for _, id := range slices.Sorted(maps.Keys(answers.fields)) { // of several faults, always the same is told
			answer := answers.object(id)
			a := Answer{Skipped: answer.flag("skipped")}
			if answer.has("values") {
				a.Values = answer.texts("values")
			}
			answers.join(answer)
			req.Answers[id] = a
		}
		in.join(answers)
	}
	p.join(in)
	return req
}

func (p *object) action() Action {
	in := p.object("action")
	a := Action{Type: in.text("type"), Payload: json.RawMessage("null")}
	if in.has("payload") {
		a.Payload = in.required("payload")
	}
	p.join(in)
	return a
}

func (p *object) page() PageRequest {
	return PageRequest{Limit: p.limit("limit"), Order: Order(p.oneOf("order", string(Desc), string(Asc), string(Desc))),
		After: p.optionalText("after")}
}
