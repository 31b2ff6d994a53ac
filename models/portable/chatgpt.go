package portable

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// gptConversation is an element of ChatGPT's conversations.json: a tree of
// messages of which CurrentNode is the one that was seen last.
type gptConversation struct {
	ID             string              `json:"id"`
	ConversationID string              `json:"conversation_id"`
	Title          json.RawMessage     `json:"title"`
	CreateTime     json.RawMessage     `json:"create_time"`
	UpdateTime     json.RawMessage     `json:"update_time"`
	Mapping        map[string]*gptNode `json:"mapping"`
	CurrentNode    string              `json:"current_node"`
	Archived       bool                `json:"is_archived"`
}

type gptNode struct {
	Message  *gptMessage `json:"message"`
	Parent   string      `json:"parent"`
	Children []string    `json:"children"`
}

type gptMessage struct {
	Author struct {
		Role string `json:"role"`
	} `json:"author"`
	CreateTime json.RawMessage `json:"create_time"`
	Content    struct {
		Type     string            `json:"content_type"`
		Parts    []json.RawMessage `json:"parts"`
		Text     json.RawMessage   `json:"text"`
		Language string            `json:"language"`
		Thoughts []struct {
			Summary string `json:"summary"`
			Content string `json:"content"`
		} `json:"thoughts"`
	} `json:"content"`
	Metadata struct {
		Hidden      bool `json:"is_visually_hidden_from_conversation"`
		Attachments []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"attachments"`
		References []struct {
			Matched string `json:"matched_text"`
			Alt     string `json:"alt"`
		} `json:"content_references"`
	} `json:"metadata"`
	Recipient string `json:"recipient"`
}

// gptPart is a part of a message that is no text.
type gptPart struct {
	Type    string `json:"content_type"`
	Pointer string `json:"asset_pointer"`
	Text    string `json:"text"`
}

func parseChatGPT(a *assets, raw []byte, e *entry) error {
	var c gptConversation
	if err := json.Unmarshal(raw, &c); err != nil {
		return errNoThread
	}
	id := c.ConversationID
	if id == "" {
		id = c.ID
	}
	t := newTalk(e, sourceOf("chatgpt", id, raw), text(c.Title), moment(c.CreateTime), moment(c.UpdateTime))
	if c.Archived {
		e.thread.Thread.ArchivedAt = &e.thread.Thread.UpdatedAt
	}
	ids, err := branch(c.last(), func(id string) (string, bool) {
		n := c.Mapping[id]
		if n == nil {
			return "", false
		}
		return n.Parent, true
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if m := c.Mapping[id].Message; m != nil && !m.Metadata.Hidden {
			if err := t.addGPT(a, m); err != nil {
				return err
			}
		}
	}
	return t.done()
}

// last is the message that the conversation ends with: the newest one that
// nothing follows, if it does not say.
func (c *gptConversation) last() string {
	if c.Mapping[c.CurrentNode] != nil {
		return c.CurrentNode
	}
	last, newest := "", time.Time{}
	for id, n := range c.Mapping {
		if n == nil || len(n.Children) > 0 {
			continue
		}
		var at time.Time
		if n.Message != nil {
			at = moment(n.Message.CreateTime)
		}
		if last == "" || at.After(newest) || at.Equal(newest) && id > last {
			last, newest = id, at
		}
	}
	return last
}

// addGPT adds what people saw of a message: not what the model said to its tools
// and these to it.
func (t *talk) addGPT(a *assets, m *gptMessage) error {
	at := moment(m.CreateTime)
	said, pictures := m.said()
	if len(said) > maxMessage {
		return errLongMessage
	}
	switch m.Author.Role {
	case "user":
		if m.Content.Type == "text" || m.Content.Type == "multimodal_text" {
			t.user(said, t.gptFiles(a, m, pictures), at)
		}
	case "assistant":
		if m.Recipient != "" && m.Recipient != "all" {
			return nil
		}
		switch m.Content.Type {
		case "thoughts":
			t.thought(m.thoughts(), at)
		case "text", "multimodal_text", "code":
			t.assistant(said, at)
			t.drawn(a, pictures, at)
		}
	case "tool":
		if m.Content.Type == "multimodal_text" {
			t.drawn(a, pictures, at)
		}
	}
	return nil
}

// said is the text of a message, and what points to its pictures.
func (m *gptMessage) said() (said string, pictures []string) {
	var parts []string
	if m.Content.Type == "code" {
		if code := text(m.Content.Text); code != "" {
			lang := m.Content.Language
			if lang == "unknown" || strings.ContainsAny(lang, " `\n") {
				lang = ""
			}
			parts = append(parts, "```"+lang+"\n"+code+"\n```")
		}
	}
	for _, raw := range m.Content.Parts {
		if isText(raw) {
			parts = append(parts, text(raw))
			continue
		}
		var p gptPart
		if json.Unmarshal(raw, &p) != nil {
			continue
		}
		switch p.Type {
		case "image_asset_pointer":
			pictures = append(pictures, p.Pointer)
		case "audio_transcription":
			parts = append(parts, p.Text)
		}
	}
	return m.plain(strings.Join(parts, "\n\n")), pictures
}

// marks are the places of citations and the like, between signs that are for
// ChatGPT's page alone.
var marks = regexp.MustCompile("\ue200[^\ue200\ue201]*\ue201|[\ue200-\ue206]")

func (m *gptMessage) plain(s string) string {
	if !strings.ContainsRune(s, '\ue200') {
		return s
	}
	for _, r := range m.Metadata.References {
		if strings.HasPrefix(r.Matched, "\ue200") && r.Alt != "" {
			s = strings.ReplaceAll(s, r.Matched, " "+r.Alt)
		}
	}
	return marks.ReplaceAllString(s, "")
}

func (m *gptMessage) thoughts() string {
	var parts []string
	for _, th := range m.Content.Thoughts {
		s := th.Content
		if th.Summary != "" {
			s = "**" + th.Summary + "**\n\n" + s
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "\n\n")
}

// gptFiles are the pictures and files of a message, as far as they are in the
// archive.
func (t *talk) gptFiles(a *assets, m *gptMessage, pictures []string) []*chatkit.Attachment {
	var list []*chatkit.Attachment
	seen := map[string]bool{}
	add := func(id, name, pointer string) {
		if seen[id] || len(list) >= models.MaxAttachments {
			return
		}
		seen[id] = true
		f := a.pointed(pointer)
		if f == nil {
			t.entry.lost++
			return
		}
		if name == "" {
			name = strings.TrimLeft(strings.TrimPrefix(path.Base(f.Name), id), "-_")
		}
		list = append(list, t.entry.attach(name, f.Open))
	}
	for _, f := range m.Metadata.Attachments {
		add(fileID(f.ID), f.Name, "file://"+f.ID)
	}
	for _, p := range pictures {
		_, id, _ := strings.Cut(p, "://")
		id, _, _ = strings.Cut(id, "?")
		add(fileID(id), "", p)
	}
	return list
}

func (t *talk) drawn(a *assets, pictures []string, at time.Time) {
	for _, p := range pictures {
		if f := a.pointed(p); f != nil {
			t.add(t.entry.draw(f.Open), chatkit.NewID("img"), at)
		} else {
			t.entry.lost++
		}
	}
}
