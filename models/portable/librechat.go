package portable

import (
	"encoding/json"
	"strings"
	"time"
)

// libreConversation is a file of LibreChat's export: one conversation, whose
// messages name their parents or, "recursive", have their children in them.
type libreConversation struct {
	ConversationID string          `json:"conversationId"`
	Title          json.RawMessage `json:"title"`
	Messages       []*libreMessage `json:"messages"`
	Tree           []*libreMessage `json:"messagesTree"`
}

type libreMessage struct {
	ID       string          `json:"messageId"`
	Parent   string          `json:"parentMessageId"`
	User     bool            `json:"isCreatedByUser"`
	Sender   string          `json:"sender"`
	Text     json.RawMessage `json:"text"`
	Content  json.RawMessage `json:"content"`
	Created  json.RawMessage `json:"createdAt"`
	Failed   bool            `json:"error"`
	Files    []any           `json:"files"`
	Children []*libreMessage `json:"children"`
}

func parseLibreChat(_ *assets, raw []byte, e *entry) error {
	var c libreConversation
	if err := json.Unmarshal(raw, &c); err != nil {
		return errNoThread
	}
	flat := map[string]*libreMessage{}
	last, err := c.flatten(flat)
	if err != nil {
		return err
	}
	t := newTalk(e, sourceOf("librechat", c.ConversationID, raw), text(c.Title), time.Time{}, time.Time{})
	ids, err := branch(last, func(id string) (string, bool) {
		m := flat[id]
		if m == nil {
			return "", false
		}
		return m.Parent, true
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.addLibre(flat[id]); err != nil {
			return err
		}
	}
	return t.done()
}

// flatten notes all messages by id, and returns the id of the newest.
func (c *libreConversation) flatten(flat map[string]*libreMessage) (string, error) {
	last, newest, n := "", time.Time{}, 0
	var walk func(list []*libreMessage, parent string) error
	walk = func(list []*libreMessage, parent string) error {
		for _, m := range list {
			if m == nil {
				continue
			}
			if n++; n > 10*maxMessages {
				return errManyMessages
			}
			if parent != "" {
				m.Parent = parent
			}
			if m.ID == "" || flat[m.ID] != nil {
				return errNoThread
			}
			flat[m.ID] = m
			if at := moment(m.Created); last == "" || !at.Before(newest) {
				last, newest = m.ID, at
			}
			if err := walk(m.Children, m.ID); err != nil {
				return err
			}
		}
		return nil
	}
	err := walk(c.Tree, "")
	if err == nil {
		err = walk(c.Messages, "")
	}
	return last, err
}

func (t *talk) addLibre(m *libreMessage) error {
	if m.Failed {
		return nil
	}
	at, said, thought := moment(m.Created), text(m.Text), ""
	if isList(m.Content) {
		if parts, th := libreContent(m.Content); parts != "" || th != "" {
			said, thought = parts, th
		}
	}
	if len(said) > maxMessage || len(thought) > maxMessage {
		return errLongMessage
	}
	t.entry.lost += len(m.Files) // an export has only their names
	if m.User || strings.EqualFold(m.Sender, "user") {
		t.user(said, nil, at)
		return nil
	}
	t.thought(thought, at)
	t.assistant(said, at)
	return nil
}

// libreContent reads the parts of an answer: texts and thoughts, which are words
// themselves or have them in "value".
func libreContent(raw json.RawMessage) (said, thought string) {
	var parts []struct {
		Type  string          `json:"type"`
		Text  json.RawMessage `json:"text"`
		Think json.RawMessage `json:"think"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return "", ""
	}
	words := func(raw json.RawMessage) string {
		var v struct {
			Value string `json:"value"`
		}
		if isObject(raw) && json.Unmarshal(raw, &v) == nil {
			return v.Value
		}
		return text(raw)
	}
	var texts, thoughts []string
	for _, p := range parts {
		if s := words(p.Text); s != "" && p.Type == "text" {
			texts = append(texts, s)
		}
		if s := words(p.Think); s != "" {
			thoughts = append(thoughts, s)
		}
	}
	return strings.Join(texts, "\n\n"), strings.Join(thoughts, "\n\n")
}
