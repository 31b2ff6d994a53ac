package portable

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// webuiChat is an element of Open WebUI's export: a tree of messages by id, and a
// list of those that were seen last.
type webuiChat struct {
	ID       string          `json:"id"`
	Title    json.RawMessage `json:"title"`
	Created  json.RawMessage `json:"created_at"`
	Updated  json.RawMessage `json:"updated_at"`
	Archived bool            `json:"archived"`
	Pinned   bool            `json:"pinned"`
	Chat     struct {
		ID      string          `json:"id"`
		Title   json.RawMessage `json:"title"`
		Time    json.RawMessage `json:"timestamp"`
		History struct {
			Messages  map[string]*webuiMessage `json:"messages"`
			CurrentID string                   `json:"currentId"`
		} `json:"history"`
		Messages []*webuiMessage `json:"messages"`
	} `json:"chat"`
}

type webuiMessage struct {
	ParentID string          `json:"parentId"`
	Role     string          `json:"role"`
	Content  json.RawMessage `json:"content"`
	Time     json.RawMessage `json:"timestamp"`
	Files    []struct {
		Type string `json:"type"`
		Name string `json:"name"`
		URL  string `json:"url"`
	} `json:"files"`
}

func parseOpenWebUI(_ *assets, raw []byte, e *entry) error {
	var c webuiChat
	if err := json.Unmarshal(raw, &c); err != nil {
		return errNoThread
	}
	id, title, created := c.ID, text(c.Title), moment(c.Created)
	if id == "" {
		id = c.Chat.ID
	}
	if title == "" {
		title = text(c.Chat.Title)
	}
	if created.IsZero() {
		created = moment(c.Chat.Time)
	}
	t := newTalk(e, sourceOf("openwebui", id, raw), title, created, moment(c.Updated))
	if c.Archived {
		e.thread.Thread.ArchivedAt = &e.thread.Thread.UpdatedAt
	} else if c.Pinned {
		e.thread.Thread.PinnedAt = &e.thread.Thread.UpdatedAt
	}
	list, err := c.branch()
	if err != nil {
		return err
	}
	for _, m := range list {
		if err := t.addWebUI(m); err != nil {
			return err
		}
	}
	return t.done()
}

func (c *webuiChat) branch() ([]*webuiMessage, error) {
	history := c.Chat.History
	if history.Messages[history.CurrentID] == nil {
		list := make([]*webuiMessage, 0, len(c.Chat.Messages))
		for _, m := range c.Chat.Messages {
			if m != nil {
				list = append(list, m)
			}
		}
		if len(list) > maxMessages {
			return nil, errManyMessages
		}
		return list, nil
	}
	ids, err := branch(history.CurrentID, func(id string) (string, bool) {
		m := history.Messages[id]
		if m == nil {
			return "", false
		}
		return m.ParentID, true
	})
	list := make([]*webuiMessage, len(ids))
	for i, id := range ids {
		list[i] = history.Messages[id]
	}
	return list, err
}

func (t *talk) addWebUI(m *webuiMessage) error {
	at, said := moment(m.Time), text(m.Content)
	var files []*chatkit.Attachment
	if isList(m.Content) {
		said, files = t.contentParts(m.Content)
	}
	if len(said) > maxMessage {
		return errLongMessage
	}
	switch m.Role {
	case "user":
		for _, f := range m.Files {
			if open := inline(f.URL); open != nil && len(files) < models.MaxAttachments {
				files = append(files, t.entry.attach(nameOr(f.Name, "picture"), open))
			} else {
				t.entry.lost++
			}
		}
		t.user(said, files, at)
	case "assistant":
		t.answer(said, at)
		for _, f := range m.Files {
			if open := inline(f.URL); open != nil && f.Type == "image" {
				t.add(t.entry.draw(open), chatkit.NewID("img"), at)
			}
		}
	}
	return nil
}

// contentParts reads a message whose content is in parts, as OpenAI's API has it.
func (t *talk) contentParts(raw json.RawMessage) (said string, files []*chatkit.Attachment) {
	var parts []struct {
		Type  string          `json:"type"`
		Text  json.RawMessage `json:"text"`
		Image struct {
			URL string `json:"url"`
		} `json:"image_url"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return "", nil
	}
	var texts []string
	for _, p := range parts {
		if s := text(p.Text); s != "" {
			texts = append(texts, s)
		}
		if open := inline(p.Image.URL); open != nil && len(files) < models.MaxAttachments {
			files = append(files, t.entry.attach("picture", open))
		}
	}
	return strings.Join(texts, "\n\n"), files
}

// details are what Open WebUI folds away in an answer.
var (
	details = regexp.MustCompile(`(?s)<details type="([a-z_]+)"[^>]*>\n?(.*?)</details>\n?`)
	summary = regexp.MustCompile(`(?s)<summary>.*?</summary>\n?`)
)

// answer adds an answer, and apart from it what the model thought; what it said
// to tools is left out.
func (t *talk) answer(said string, at time.Time) {
	rest := details.ReplaceAllStringFunc(said, func(block string) string {
		m := details.FindStringSubmatch(block)
		if m[1] == "reasoning" {
			var lines []string
			for _, l := range strings.Split(html.UnescapeString(summary.ReplaceAllString(m[2], "")), "\n") {
				lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(l, ">"), " "))
			}
			t.thought(strings.Join(lines, "\n"), at)
		}
		return ""
	})
	t.assistant(rest, at)
}

func nameOr(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}
