package agents

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/taskpilot/taskpilot/chatkit"
)

// maxParts bounds the parts of a message that a confused server may ask for.
const maxParts = 100

// message is an assistant message that is being written. It comes into being with
// its first visible character, so that an empty one is never shown. When it is
// complete it is held until the next thing begins: Append may still add to it.
type message struct {
	model string // the server's id
	base  chatkit.ItemBase
	parts []*part
	open  bool // shown
	whole bool // complete, and held
	final [][]chatkit.Annotation
}

type part struct {
	text    strings.Builder
	cites   []chatkit.Annotation
	shown   bool
	skipped int    // characters of white space left out at its beginning
	rest    string // an unfinished character, whose other bytes are on their way
}

func (t *Translator) beginMessage(model string) error {
	if err := t.closeMessage(); err != nil {
		return err
	}
	t.message = &message{model: model}
	return nil
}

// current returns the message that an event is about: the open one, or a new one
// if the server went on to another without a word.
func (t *Translator) current(model string) (*message, error) {
	if m := t.message; m != nil && m.model == model && !m.whole {
		return m, nil
	}
	if err := t.beginMessage(model); err != nil {
		return nil, err
	}
	return t.message, nil
}

func (t *Translator) text(e TextDelta) error {
	if e.Part < 0 || e.Part >= maxParts || e.Text == "" {
		return nil
	}
	m, err := t.current(e.Item)
	if err != nil {
		return err
	}
	return t.write(m, e.Part, e.Text)
}

// write appends to a part of the message.
func (t *Translator) write(m *message, index int, delta string) error {
	for len(m.parts) <= index {
		m.parts = append(m.parts, &part{})
	}
	p := m.parts[index]
	delta = p.clean(delta)
	if !m.open {
		trimmed := strings.TrimLeftFunc(delta, unicode.IsSpace)
		p.skipped += utf8.RuneCountInString(delta[:len(delta)-len(trimmed)])
		if delta = trimmed; delta == "" {
			return nil
		}
		if err := t.show(m); err != nil {
			return err
		}
	}
	if delta == "" {
		return nil
	}
	if err := t.showPart(m, index); err != nil {
		return err
	}
	p.text.WriteString(delta)
	return t.update(m.base.ID, chatkit.TextDelta{ContentIndex: index, Delta: delta})
}

// clean returns what of a delta can be shown. The bytes of a character that is
// cut in two are kept until the others come.
func (p *part) clean(delta string) string {
	delta = p.rest + delta
	p.rest = ""
	if n := unfinished(delta); n > 0 {
		delta, p.rest = delta[:len(delta)-n], delta[len(delta)-n:]
	}
	return chatkit.CleanText(delta)
}

// unfinished returns how many bytes at the end begin a character without ending it.
func unfinished(s string) int {
	for n := 1; n < utf8.UTFMax && n <= len(s); n++ {
		if c := s[len(s)-n]; utf8.RuneStart(c) {
			if !utf8.FullRuneInString(s[len(s)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

func (t *Translator) show(m *message) error {
	if err := t.endWorkflow(nil, false); err != nil {
		return err
	}
	item := &chatkit.AssistantMessage{}
	if err := t.add(item); err != nil {
		return err
	}
	m.base, m.open = item.ItemBase, true
	return nil
}

// showPart shows an empty part, and those before it that never came.
func (t *Translator) showPart(m *message, index int) error {
	for i, p := range m.parts[:index+1] {
		if p.shown {
			continue
		}
		p.shown = true
		if err := t.update(m.base.ID, chatkit.PartAdded{ContentIndex: i, Content: &chatkit.OutputText{}}); err != nil {
			return err
		}
	}
	return nil
}

// textDone adds what of the part's text did not come as deltas.
func (t *Translator) textDone(e TextDone) error {
	if e.Part < 0 || e.Part >= maxParts {
		return nil
	}
	m, err := t.current(e.Item)
	if err != nil {
		return err
	}
	return t.complete(m, e.Part, e.Text)
}

func (t *Translator) complete(m *message, index int, whole string) error {
	have := ""
	if index < len(m.parts) {
		p := m.parts[index]
		p.rest = ""
		have = p.text.String()
	}
	whole = chatkit.CleanText(whole)
	if have != "" {
		whole = strings.TrimLeftFunc(whole, unicode.IsSpace)
	}
	if rest, ok := strings.CutPrefix(whole, have); ok && rest != "" {
		return t.write(m, index, rest)
	}
	return nil
}

func (t *Translator) cite(e Citation) error {
	m := t.message
	if m == nil || m.model != e.Item || e.Part < 0 || e.Part >= len(m.parts) || !m.parts[e.Part].shown {
		return nil
	}
	p := m.parts[e.Part]
	a, ok := t.annotation(e.Source, p.skipped)
	if !ok {
		return nil
	}
	p.cites = append(p.cites, a)
	return t.update(m.base.ID, chatkit.AnnotationAdded{
		ContentIndex: e.Part, AnnotationIndex: len(p.cites) - 1, Annotation: a})
}

// messageDone completes the message, which is held: see settle.
func (t *Translator) messageDone(e MessageDone) error {
	if m := t.message; e.Parts == nil && (m == nil || m.model != e.Item) {
		return nil
	}
	m, err := t.current(e.Item)
	if err != nil {
		return err
	}
	for i, p := range e.Parts[:min(len(e.Parts), maxParts)] {
		if err := t.complete(m, i, p.Text); err != nil {
			return err
		}
	}
	for i, p := range m.parts {
		cites := p.cites
		if i < len(e.Parts) && len(e.Parts[i].Cites) > 0 {
			cites = t.annotations(e.Parts[i].Cites, p.skipped)
		}
		m.final = append(m.final, cites)
	}
	m.whole = true
	return nil
}

// Append adds to the message that was written last. It reports false if there is
// none that can take it.
func (t *Translator) Append(text string) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.message
	if m == nil || !m.open {
		return false, nil
	}
	return true, t.write(m, len(m.parts)-1, text)
}

// Text returns what the message that was written last says so far; "" when there
// is none, or when something else came after it.
func (t *Translator) Text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.message == nil {
		return ""
	}
	var b strings.Builder
	for _, p := range t.message.parts {
		b.WriteString(p.text.String())
	}
	return b.String()
}

// settle shows the end of a message that was held.
func (t *Translator) settle() error {
	if t.message == nil || !t.message.whole {
		return nil
	}
	return t.closeMessage()
}

// closeMessage ends the message, if there is one, complete or not.
func (t *Translator) closeMessage() error {
	m := t.message
	t.message = nil
	if m == nil || !m.open {
		return nil
	}
	item := &chatkit.AssistantMessage{ItemBase: m.base}
	for i, p := range m.parts {
		if !p.shown {
			break // white space only
		}
		text := p.text.String()
		if err := t.update(m.base.ID, chatkit.PartDone{ContentIndex: i, Content: &chatkit.OutputText{Text: text}}); err != nil {
			return err
		}
		cites := p.cites
		if i < len(m.final) {
			cites = m.final[i]
		}
		item.Content = append(item.Content, &chatkit.OutputText{Text: text, Annotations: cites})
	}
	return t.out(chatkit.ItemDone{Item: item})
}
