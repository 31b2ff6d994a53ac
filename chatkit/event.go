package chatkit

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Event is one change that a server streams to its clients: one of the value
// types of this file.
type Event interface {
	// EventType is the event's "type" on the wire.
	EventType() string
}

// ThreadCreated is the first event of a new thread.
type ThreadCreated struct {
	Thread *Thread `json:"thread"`
}

// ThreadUpdated carries a thread's changed title, status or image domains.
// Its items are empty and say nothing about the thread's items.
type ThreadUpdated struct {
	Thread *Thread `json:"thread"`
}

// ItemAdded starts an item that updates and an ItemDone will follow.
type ItemAdded struct {
	Item Item `json:"item"`
}

// ItemUpdated changes an item that was added.
type ItemUpdated struct {
	ItemID string `json:"item_id"`
	Update Update `json:"update"`
}

// ItemDone carries a finished item, whether or not it was added before.
type ItemDone struct {
	Item Item `json:"item"`
}

// ItemRemoved takes an item away; one that the client never saw may be named.
type ItemRemoved struct {
	ItemID string `json:"item_id"`
}

// ItemReplaced puts another item, perhaps of another type, in the place of the
// one with its id.
type ItemReplaced struct {
	Item Item `json:"item"`
}

// StreamOptions tells the client what it may do with this stream.
type StreamOptions struct {
	AllowCancel bool `json:"allow_cancel"`
}

// ProgressUpdate is a passing line about what is being done. It is not stored.
type ProgressUpdate struct {
	Icon string `json:"icon,omitempty"`
	Text string `json:"text"`
}

// ClientEffect asks the page for an effect of its own. It is not stored.
type ClientEffect struct {
	Name string         `json:"name"`
	Data map[string]any `json:"data"`
}

// ErrorEvent ends a stream that failed. Code is CodeCustom with a Message for
// people, or a code of the protocol's such as CodeStream, without one.
type ErrorEvent struct {
	Code       string `json:"code"`
	Message    string `json:"message,omitempty"`
	AllowRetry bool   `json:"allow_retry"`
}

// Codes of an ErrorEvent; the set is open.
const (
	CodeCustom = "custom"
	CodeStream = "stream.error"
)

// Notice shows a banner with Markdown. Level is "info", "warning" or "danger".
type Notice struct {
	Level   string `json:"level"`
	Message string `json:"message"`
	Title   string `json:"title,omitempty"`
}

// UnknownEvent is an event of a type this package does not know, kept verbatim.
// Clients ignore it.
type UnknownEvent struct {
	Type string
	Raw  json.RawMessage
}

// EventType returns "thread.created".
func (ThreadCreated) EventType() string { return "thread.created" }

// EventType returns "thread.updated".
func (ThreadUpdated) EventType() string { return "thread.updated" }

// EventType returns "thread.item.added".
func (ItemAdded) EventType() string { return "thread.item.added" }

// EventType returns "thread.item.updated".
func (ItemUpdated) EventType() string { return "thread.item.updated" }

// EventType returns "thread.item.done".
func (ItemDone) EventType() string { return "thread.item.done" }

// EventType returns "thread.item.removed".
func (ItemRemoved) EventType() string { return "thread.item.removed" }

// EventType returns "thread.item.replaced".
func (ItemReplaced) EventType() string { return "thread.item.replaced" }

// EventType returns "stream_options".
func (StreamOptions) EventType() string { return "stream_options" }

// EventType returns "progress_update".
func (ProgressUpdate) EventType() string { return "progress_update" }

// EventType returns "client_effect".
func (ClientEffect) EventType() string { return "client_effect" }

// EventType returns "error".
func (ErrorEvent) EventType() string { return "error" }

// EventType returns "notice".
func (Notice) EventType() string { return "notice" }

// EventType returns the type that the peer gave the event.
func (e UnknownEvent) EventType() string { return e.Type }

// MarshalEvent writes one event as one line of JSON.
func MarshalEvent(ev Event) ([]byte, error) { return AppendEvent(nil, ev) }

// AppendEvent appends one event as one line of JSON. For a delta of an answer's
// text, which is nine events of ten, it uses no memory but dst's.
func AppendEvent(dst []byte, ev Event) ([]byte, error) {
	if e, ok := ev.(ItemUpdated); ok {
		if d, ok := e.Update.(TextDelta); ok {
			return appendTextDelta(dst, e.ItemID, d), nil
		}
	}
	return appendEvent(dst, ev)
}

// ExtendTextDelta adds text to the delta of an event that is one of an answer's
// text, as [AppendEvent] wrote it.
func ExtendTextDelta(event []byte, text string) []byte {
	const end = `"}}`
	return append(appendChars(event[:len(event)-len(end)], text), end...)
}

func appendEvent(dst []byte, ev Event) ([]byte, error) {
	var body any = ev
	switch e := ev.(type) {
	case ItemAdded:
		return appendWrapped(dst, ev, "item", e.Item, e.Item == nil)
	case ItemDone:
		return appendWrapped(dst, ev, "item", e.Item, e.Item == nil)
	case ItemReplaced:
		return appendWrapped(dst, ev, "item", e.Item, e.Item == nil)
	case ThreadCreated:
		return appendWrapped(dst, ev, "thread", e.Thread, e.Thread == nil)
	case ThreadUpdated:
		return appendWrapped(dst, ev, "thread", e.Thread, e.Thread == nil)
	case UnknownEvent:
		b := bytes.NewBuffer(dst)
		if err := json.Compact(b, e.Raw); err != nil {
			return nil, fmt.Errorf("%w: event %s: %w", ErrEncode, e.Type, err)
		}
		return b.Bytes(), nil
	case StreamOptions:
		type plain StreamOptions
		body = struct {
			Options plain `json:"stream_options"`
		}{plain(e)}
	case ClientEffect:
		e.Data = orEmptyMap(e.Data)
		body = e
	case ErrorEvent:
		if e.Code == "" {
			e.Code = CodeCustom
		}
		body = e
	}
	raw, err := marshal(body)
	if err != nil {
		return nil, fmt.Errorf("%w: event %s: %w", ErrEncode, ev.EventType(), err)
	}
	// raw is a non-empty object: put the type before its first key.
	dst = append(append(append(dst, `{"type":"`...), ev.EventType()...), `",`...)
	return append(dst, raw[1:]...), nil
}

// appendWrapped appends an event that is a value under one key.
func appendWrapped(dst []byte, ev Event, key string, v any, missing bool) ([]byte, error) {
	if missing {
		return nil, fmt.Errorf("%w: event %s without its %s", ErrEncode, ev.EventType(), key)
	}
	dst = append(append(append(dst, `{"type":"`...), ev.EventType()...), `","`...)
	dst, err := appendValue(append(append(dst, key...), `":`...), v)
	if err != nil {
		return nil, fmt.Errorf("%w: event %s: %w", ErrEncode, ev.EventType(), err)
	}
	return append(dst, '}'), nil
}

// UnmarshalEvent reads one event of any type.
func UnmarshalEvent(raw []byte) (Event, error) {
	typ, err := typeOf(raw)
	if err != nil {
		return nil, fmt.Errorf("chatkit: event: %w", err)
	}
	ev, err := unmarshalEvent(typ, raw)
	if err != nil {
		return nil, fmt.Errorf("chatkit: event %s: %w", typ, err)
	}
	return ev, nil
}

func unmarshalEvent(typ string, raw []byte) (Event, error) {
	switch typ {
	case "thread.created":
		return decodeThreadEvent(raw, func(t *Thread) Event { return ThreadCreated{t} })
	case "thread.updated":
		return decodeThreadEvent(raw, func(t *Thread) Event { return ThreadUpdated{t} })
	case "thread.item.added":
		return decodeItemEvent(raw, func(it Item) Event { return ItemAdded{it} })
	case "thread.item.done":
		return decodeItemEvent(raw, func(it Item) Event { return ItemDone{it} })
	case "thread.item.replaced":
		return decodeItemEvent(raw, func(it Item) Event { return ItemReplaced{it} })
	case "thread.item.updated":
		return decodeItemUpdated(raw)
	case "thread.item.removed":
		return decodeInto(raw, func(e *ItemRemoved) Event { return *e })
	case "stream_options":
		type wrapped struct {
			Options StreamOptions `json:"stream_options"`
		}
		return decodeInto(raw, func(w *wrapped) Event { return w.Options })
	case "progress_update":
		return decodeInto(raw, func(e *ProgressUpdate) Event { return *e })
	case "client_effect":
		type plain struct {
			Name string     `json:"name"`
			Data freeObject `json:"data"`
		}
		return decodeInto(raw, func(e *plain) Event { return ClientEffect{Name: e.Name, Data: e.Data} })
	case "error":
		return decodeInto(raw, func(e *ErrorEvent) Event { return *e })
	case "notice":
		return decodeInto(raw, func(e *Notice) Event { return *e })
	case "":
		return nil, fmt.Errorf("no type")
	}
	own, err := verbatim(raw)
	return UnknownEvent{Type: typ, Raw: own}, err
}

func decodeThreadEvent(raw []byte, wrap func(*Thread) Event) (Event, error) {
	var j struct {
		Thread *Thread `json:"thread"`
	}
	if err := json.Unmarshal(raw, &j); err != nil {
		return nil, err
	}
	if j.Thread == nil {
		return nil, fmt.Errorf("without a thread")
	}
	return wrap(j.Thread), nil
}

func decodeItemEvent(raw []byte, wrap func(Item) Event) (Event, error) {
	var j struct {
		Item json.RawMessage `json:"item"`
	}
	if err := json.Unmarshal(raw, &j); err != nil {
		return nil, err
	}
	it, err := UnmarshalItem(j.Item)
	if err != nil {
		return nil, err
	}
	return wrap(it), nil
}

func decodeItemUpdated(raw []byte) (Event, error) {
	var j struct {
		ItemID string          `json:"item_id"`
		Update json.RawMessage `json:"update"`
	}
	if err := json.Unmarshal(raw, &j); err != nil {
		return nil, err
	}
	up, err := UnmarshalUpdate(j.Update)
	if err != nil {
		return nil, err
	}
	return ItemUpdated{ItemID: j.ItemID, Update: up}, nil
}
