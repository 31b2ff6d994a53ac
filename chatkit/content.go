package chatkit

import (
	"encoding/json"
	"fmt"
	"strings"
)

// UserContent is a part of a user message: *InputText, *InputTag or *UnknownContent.
type UserContent interface {
	// PlainText is the part as plain text.
	PlainText() string
}

// InputText is plain text.
type InputText struct {
	Text string `json:"text"`
}

// InputTag is an entity that the person mentioned. Data is the entity's own.
type InputTag struct {
	ID          string         `json:"id"`
	Text        string         `json:"text"`
	Data        map[string]any `json:"data"`
	Group       string         `json:"group,omitempty"`
	Interactive bool           `json:"interactive"`
}

// UnknownContent is a part of a type this package does not know, kept verbatim.
type UnknownContent struct{ Raw json.RawMessage }

// PlainText returns the text.
func (t *InputText) PlainText() string { return t.Text }

// PlainText returns the tag as it reads in a sentence: @text.
func (t *InputTag) PlainText() string { return "@" + t.Text }

// PlainText returns "".
func (*UnknownContent) PlainText() string { return "" }

// MarshalJSON writes input_text.
func (t InputText) MarshalJSON() ([]byte, error) {
	type plain InputText
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"input_text", plain(t)})
}

// MarshalJSON writes input_tag.
func (t InputTag) MarshalJSON() ([]byte, error) {
	type plain InputTag
	t.Data = orEmptyMap(t.Data)
	return marshal(struct {
		Type string `json:"type"`
		plain
	}{"input_tag", plain(t)})
}

// UnmarshalJSON reads input_tag.
func (t *InputTag) UnmarshalJSON(b []byte) error {
	type plain InputTag
	var j struct {
		plain
		Data freeObject `json:"data"`
	}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*t = InputTag(j.plain)
	t.Data = j.Data
	return nil
}

// MarshalJSON writes the part as it came.
func (u UnknownContent) MarshalJSON() ([]byte, error) { return u.Raw, nil }

func unmarshalUserContent(raw []byte) (UserContent, error) {
	typ, err := typeOf(raw)
	if err != nil {
		return nil, err
	}
	switch typ {
	case "input_text":
		return decodeInto(raw, func(t *InputText) UserContent { return t })
	case "input_tag":
		return decodeInto(raw, func(t *InputTag) UserContent { return t })
	case "":
		return nil, fmt.Errorf("part without a type")
	}
	own, err := verbatim(raw)
	return &UnknownContent{Raw: own}, err
}

// Text returns the message as plain text, tags as @text.
func (m *UserMessage) Text() string {
	var b strings.Builder
	for _, part := range m.Content {
		b.WriteString(part.PlainText())
	}
	return b.String()
}

// NewUserText returns a user message of one text part, without id, thread or time.
func NewUserText(text string) *UserMessage {
	return &UserMessage{Content: []UserContent{&InputText{Text: text}}}
}

// OutputText is a part of an assistant message: Markdown and its citations.
type OutputText struct {
	Text        string       `json:"text"`
	Annotations []Annotation `json:"annotations"`
}

// MarshalJSON writes output_text.
func (t OutputText) MarshalJSON() ([]byte, error) { return t.appendJSON(nil) }

// Text returns the message's parts joined by blank lines: Markdown.
func (m *AssistantMessage) Text() string {
	parts := make([]string, 0, len(m.Content))
	for _, p := range m.Content {
		if p.Text != "" {
			parts = append(parts, p.Text)
		}
	}
	return strings.Join(parts, "\n\n")
}
