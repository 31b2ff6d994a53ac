package chatkit

import (
	"slices"
	"strconv"
	"time"
)

// appender is what writes itself without reflection: the values that servers
// send by the page. Marshal asks for it at the root; anywhere else MarshalJSON
// calls it.
type appender interface {
	appendJSON(dst []byte) ([]byte, error)
}

// appendValue appends any value's JSON.
func appendValue(dst []byte, v any) ([]byte, error) {
	if a, ok := v.(appender); ok {
		return a.appendJSON(dst)
	}
	raw, err := marshalReflect(v)
	return append(dst, raw...), err
}

func appendList[T any](dst []byte, list []T, one func([]byte, T) ([]byte, error)) ([]byte, error) {
	dst = append(dst, '[')
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = one(dst, v); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

// appendTime appends a time as [Time] writes it.
func appendTime(dst []byte, t Time) []byte {
	// This layout has a way of its own in package time, a third of the work.
	return append(t.UTC().Truncate(time.Microsecond).AppendFormat(append(dst, '"'), time.RFC3339Nano), '"')
}

// appendBase appends the beginning of an item.
func appendBase(dst []byte, typ string, b *ItemBase) []byte {
	dst = append(append(append(dst, `{"type":"`...), typ...), `","id":`...)
	dst = appendString(dst, b.ID)
	dst = appendString(append(dst, `,"thread_id":`...), b.ThreadID)
	return appendTime(append(dst, `,"created_at":`...), b.CreatedAt)
}

func appendOptional(dst []byte, key, value string) []byte {
	if value == "" {
		return dst
	}
	dst = append(append(append(dst, `,"`...), key...), `":`...)
	return appendString(dst, value)
}

func (m *UserMessage) appendJSON(dst []byte) ([]byte, error) {
	dst = append(appendBase(dst, "user_message", &m.ItemBase), `,"content":`...)
	dst, err := appendList(dst, m.Content, func(dst []byte, part UserContent) ([]byte, error) {
		if t, ok := part.(*InputText); ok && t != nil {
			dst = appendString(append(dst, `{"type":"input_text","text":`...), t.Text)
			return append(dst, '}'), nil
		}
		return appendValue(dst, part)
	})
	if err != nil {
		return nil, err
	}
	dst = append(dst, `,"attachments":`...)
	if dst, err = appendList(dst, m.Attachments, func(dst []byte, a *Attachment) ([]byte, error) { return appendValue(dst, a) }); err != nil {
		return nil, err
	}
	dst = appendOptional(dst, "quoted_text", m.QuotedText)
	if m.InferenceOptions == (InferenceOptions{}) {
		return append(dst, `,"inference_options":{}}`...), nil
	}
	dst, err = appendValue(append(dst, `,"inference_options":`...), m.InferenceOptions)
	return append(dst, '}'), err
}

func (m *AssistantMessage) appendJSON(dst []byte) ([]byte, error) {
	dst = append(appendBase(dst, "assistant_message", &m.ItemBase), `,"content":`...)
	dst, err := appendList(dst, m.Content, func(dst []byte, part *OutputText) ([]byte, error) {
		if part == nil {
			return append(dst, null...), nil
		}
		return part.appendJSON(dst)
	})
	return append(dst, '}'), err
}

func (t *OutputText) appendJSON(dst []byte) ([]byte, error) {
	dst = appendString(append(dst, `{"type":"output_text","text":`...), t.Text)
	dst = append(dst, `,"annotations":`...)
	dst, err := appendList(dst, t.Annotations, func(dst []byte, a Annotation) ([]byte, error) { return appendValue(dst, a) })
	return append(dst, '}'), err
}

func (p Page[T]) appendJSON(dst []byte) ([]byte, error) {
	size := 0
	for _, v := range p.Data {
		if e, ok := any(v).(*EncodedItem); ok {
			size += len(e.json) + len(",")
		}
	}
	dst = append(slices.Grow(dst, size+128), `{"data":`...)
	dst, err := appendList(dst, p.Data, func(dst []byte, v T) ([]byte, error) { return appendValue(dst, v) })
	if err != nil {
		return nil, err
	}
	dst = strconv.AppendBool(append(dst, `,"has_more":`...), p.HasMore)
	return append(appendOptional(dst, "after", p.After), '}'), nil
}

// appendJSON writes the thread as clients see it: without its metadata and
// without hidden items.
func (t Thread) appendJSON(dst []byte) ([]byte, error) {
	dst = appendString(append(dst, `{"id":`...), t.ID)
	dst = appendOptional(dst, "title", t.Title)
	dst = appendTime(append(dst, `,"created_at":`...), t.CreatedAt)
	dst, err := appendValue(append(dst, `,"status":`...), t.Status)
	if err == nil && t.AllowedImageDomains != nil {
		dst, err = appendValue(append(dst, `,"allowed_image_domains":`...), t.AllowedImageDomains)
	}
	if err != nil {
		return nil, err
	}
	dst, err = visible(t.Items).appendJSON(append(dst, `,"metadata":{},"items":`...))
	return append(dst, '}'), err
}

func (s ThreadStatus) appendJSON(dst []byte) ([]byte, error) {
	if s.Type == "" {
		s.Type = Active
	}
	dst = appendString(append(dst, `{"type":`...), string(s.Type))
	return append(appendOptional(dst, "reason", s.Reason), '}'), nil
}
