package openaitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
)

// Request is what a client sent.
type Request struct {
	Path   string // as "/v1/chat/completions"
	Header http.Header
	Body   []byte
	// Chat is the body of a request for chat completions; of others it has the
	// model, and whether a stream is asked for.
	Chat  Chat
	Audio *Audio // of a request for a transcription
	// Done is closed when the exchange is over: answered, or left by the client.
	Done chan struct{}
	// Left is closed when the client went away before the answer was over.
	Left chan struct{}
}

// Chat is the body of a request, as far as tests look at it.
type Chat struct {
	Model    string    `json:"model"`
	Stream   bool      `json:"stream"`
	Messages []Message `json:"messages"`
	Tools    []struct {
		Type     string `json:"type"`
		Function struct {
			Name        string          `json:"name"`
			Description string          `json:"description"`
			Parameters  json.RawMessage `json:"parameters"`
		} `json:"function"`
	} `json:"tools"`
}

// Audio is what a request for a transcription sent.
type Audio struct {
	Model, Format string
	FileName      string
	Data          []byte
}

// Message is one message of a Chat. Content that came in parts is in Parts, their
// text also in Content.
type Message struct {
	Role       string `json:"role"`
	Content    string `json:"-"`
	Parts      []Part `json:"-"`
	ToolCallID string `json:"tool_call_id"`
	ToolCalls  []Call `json:"tool_calls"`
}

// Part is a piece of a message's content.
type Part struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	ImageURL struct {
		URL string `json:"url"`
	} `json:"image_url"`
}

// Call is a tool call in a Message.
type Call struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

// UnmarshalJSON reads content in either of its forms.
func (m *Message) UnmarshalJSON(raw []byte) error {
	type plain Message
	var j struct {
		plain
		Content json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal(raw, &j); err != nil {
		return err
	}
	*m = Message(j.plain)
	var err error
	m.Content, m.Parts, err = contentOf(j.Content)
	return err
}

func contentOf(raw json.RawMessage) (words string, parts []Part, err error) {
	if len(raw) == 0 {
		return "", nil, nil
	}
	if raw[0] != '[' {
		err = json.Unmarshal(raw, &words) // null leaves it empty
		return words, nil, err
	}
	if err := json.Unmarshal(raw, &parts); err != nil {
		// Parts of other interfaces: their pictures are texts.
		var texts []struct {
			Text string `json:"text"`
		}
		if err := json.Unmarshal(raw, &texts); err != nil {
			return "", nil, err
		}
		for _, p := range texts {
			words += p.Text
		}
		return words, nil, nil
	}
	for _, p := range parts {
		words += p.Text
	}
	return words, parts, nil
}

// newRequest reads a request: JSON, nothing, or a form.
func newRequest(r *http.Request, body []byte) (*Request, error) {
	req := &Request{Path: r.URL.Path, Header: r.Header.Clone(), Body: body, Done: make(chan struct{}), Left: make(chan struct{})}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case len(body) == 0:
		return req, nil
	case kind == "multipart/form-data":
		audio, err := audioOf(body, params["boundary"])
		req.Audio = audio
		return req, err
	case kind != "application/json":
		return nil, errors.New("openaitest: not JSON")
	}
	return req, json.Unmarshal(body, &req.Chat)
}

func audioOf(body []byte, boundary string) (*Audio, error) {
	form, err := multipart.NewReader(bytes.NewReader(body), boundary).ReadForm(1 << 30)
	if err != nil {
		return nil, err
	}
	if len(form.File["file"]) == 0 {
		return nil, errors.New("openaitest: no file")
	}
	head := form.File["file"][0]
	file, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	value := func(name string) string { return strings.Join(form.Value[name], "") }
	return &Audio{Model: value("model"), Format: value("response_format"), FileName: head.Filename, Data: data}, err
}

// said is what the person said last.
func (x *exchange) said() string {
	var body struct {
		Messages []Message       `json:"messages"`
		Input    json.RawMessage `json:"input"`
	}
	_ = json.Unmarshal(x.req.Body, &body) // as it came once before
	messages := body.Messages
	if len(body.Input) > 0 && body.Input[0] == '"' {
		words, _, _ := contentOf(body.Input)
		return words
	}
	if len(body.Input) > 0 {
		_ = json.Unmarshal(body.Input, &messages) // items without a role are no one's words
	}
	words := x.words
	for _, m := range messages {
		if m.Role == "user" {
			words = m.Content
		}
	}
	return words
}
