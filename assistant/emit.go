package assistant

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/taskpilot/taskpilot/chatkit"
)

// output emits the items of one turn. It is used by one goroutine.
type output struct {
	turn *Turn
	emit Emit
}

func (o output) base(prefix string) chatkit.ItemBase {
	return chatkit.ItemBase{ID: chatkit.NewID(prefix), ThreadID: o.turn.Thread.ID, CreatedAt: chatkit.At(time.Now())}
}

func (o output) progress(p chatkit.ProgressUpdate) error { return o.emit(p) }

// toolCall stores what a tool was asked and what it answered, for later turns
// and for the REST reply.
func (o output) toolCall(call ToolCall) error {
	call.Type = ToolCallType
	raw, err := json.Marshal(call)
	if err != nil {
		return fmt.Errorf("assistant: write tool call: %w", err)
	}
	return o.emit(chatkit.ItemDone{Item: &chatkit.HiddenContext{ItemBase: o.base(chatkit.PrefixHidden), Content: raw}})
}

// message is an assistant message that is being written. It comes into being
// with its first visible character, so that an empty one is never emitted.
type message struct {
	out  output
	id   string
	base chatkit.ItemBase
	text strings.Builder
}

func (o output) message() *message { return &message{out: o} }

// write appends to the message.
func (m *message) write(delta string) error {
	delta = chatkit.CleanText(delta)
	if m.id == "" {
		if delta = strings.TrimLeftFunc(delta, unicode.IsSpace); delta == "" {
			return nil
		}
		if err := m.open(); err != nil {
			return err
		}
	}
	if delta == "" {
		return nil
	}
	m.text.WriteString(delta)
	return m.update(chatkit.TextDelta{Delta: delta})
}

func (m *message) open() error {
	m.base = m.out.base(chatkit.PrefixMessage)
	m.id = m.base.ID
	if err := m.out.emit(chatkit.ItemAdded{Item: &chatkit.AssistantMessage{ItemBase: m.base}}); err != nil {
		return err
	}
	return m.update(chatkit.PartAdded{Content: &chatkit.OutputText{}})
}

func (m *message) update(up chatkit.Update) error {
	return m.out.emit(chatkit.ItemUpdated{ItemID: m.id, Update: up})
}

// started reports whether anything was written.
func (m *message) started() bool { return m.id != "" }

// done finishes the message, if there is one.
func (m *message) done() error {
	if !m.started() {
		return nil
	}
	text := m.text.String()
	if err := m.update(chatkit.PartDone{Content: &chatkit.OutputText{Text: text}}); err != nil {
		return err
	}
	item := &chatkit.AssistantMessage{ItemBase: m.base, Content: []*chatkit.OutputText{{Text: text}}}
	return m.out.emit(chatkit.ItemDone{Item: item})
}
