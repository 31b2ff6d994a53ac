package agents

import (
	"encoding/json"

	"github.com/taskpilot/taskpilot/chatkit"
)

// responseItem is what we read of an item of the answer.
type responseItem struct {
	Type      string          `json:"type"`
	ID        string          `json:"id"`
	Status    string          `json:"status"`
	CallID    string          `json:"call_id"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
	Result    string          `json:"result"`
	Queries   []string        `json:"queries"`
	Results   []fileResult    `json:"results"`
	Action    searchAction    `json:"action"`
	Content   []responsePart  `json:"content"`
}

type responsePart struct {
	Type        string            `json:"type"`
	Text        loose             `json:"text"`
	Refusal     loose             `json:"refusal"`
	Annotations []json.RawMessage `json:"annotations"`
}

type fileResult struct {
	Filename string `json:"filename"`
}

// searchAction is what a web search did.
type searchAction struct {
	Query   string   `json:"query"`
	Queries []string `json:"queries"`
	URL     string   `json:"url"` // of a page that was opened
	Sources []struct {
		URL string `json:"url"`
	} `json:"sources"`
}

// added tells that an item begins.
func (r *Responses) added(e *responseEvent, yield func(Event) error) error {
	var item responseItem
	if json.Unmarshal(e.Item, &item) != nil {
		return ErrUnreadable
	}
	key := e.key(item.ID)
	switch item.Type {
	case "message":
		return yield(MessageAdded{Item: key})
	case "reasoning":
		return yield(ReasoningAdded{Item: key})
	case "image_generation_call":
		return yield(ImageAdded{Item: key})
	case "web_search_call", "file_search_call":
		return yield(item.search(key, false))
	}
	return nil
}

// item tells what a finished item is, once.
func (r *Responses) item(raw json.RawMessage, e *responseEvent, yield func(Event) error) error {
	var item responseItem
	if json.Unmarshal(raw, &item) != nil {
		return ErrUnreadable
	}
	key := e.key(item.ID)
	mark := key
	if item.CallID != "" {
		mark = "call " + item.CallID
	}
	if r.done[mark] {
		return nil
	}
	r.done[mark] = true
	for _, ev := range item.events(r, key) {
		if err := yield(ev); err != nil {
			return err
		}
	}
	return yield(Output{Raw: raw})
}

func (i *responseItem) events(r *Responses, key string) []Event {
	switch i.Type {
	case "message":
		return []Event{MessageDone{Item: key, Parts: i.parts()}}
	case "reasoning":
		if index, open := r.thought[key]; open {
			delete(r.thought, key)
			return []Event{ThoughtDone{Item: key, Index: index}}
		}
	case "function_call":
		arguments := loose{i.Arguments}.text()
		if arguments == "" && len(i.Arguments) > 0 && i.Arguments[0] == '{' {
			arguments = string(i.Arguments)
		}
		return []Event{ToolCall{Item: i.ID, CallID: i.CallID, Name: i.Name, Arguments: arguments}}
	case "image_generation_call":
		if i.Result != "" {
			return []Event{ImageDone{Item: key, Data: i.Result}}
		}
	case "web_search_call", "file_search_call":
		return []Event{i.search(key, true)}
	}
	return nil
}

func (i *responseItem) parts() []MessagePart {
	parts := make([]MessagePart, 0, len(i.Content))
	for _, c := range i.Content {
		part := MessagePart{Text: c.Text.text()}
		if c.Type == "refusal" {
			part.Text = c.Refusal.text()
		}
		for _, a := range c.Annotations {
			if source, ok := decodeCite(a); ok {
				part.Cites = append(part.Cites, source)
			}
		}
		parts = append(parts, part)
	}
	return parts
}

// search tells of a search, with the sources that were found so far.
func (i *responseItem) search(key string, done bool) Search {
	s := Search{Item: key, Files: i.Type == "file_search_call", Done: done}
	seen := map[string]bool{}
	if s.Files {
		s.Queries = i.Queries
		for _, f := range i.Results {
			if f.Filename != "" && !seen[f.Filename] {
				seen[f.Filename] = true
				s.Sources = append(s.Sources, &chatkit.FileSource{SourceBase: chatkit.SourceBase{Title: f.Filename}, Filename: f.Filename})
			}
		}
		return s
	}
	if s.Queries = i.Action.Queries; len(s.Queries) == 0 && i.Action.Query != "" {
		s.Queries = []string{i.Action.Query}
	}
	urls := []string{i.Action.URL}
	for _, source := range i.Action.Sources {
		urls = append(urls, source.URL)
	}
	for _, u := range urls {
		if isPage(u) && !seen[u] {
			seen[u] = true
			s.Sources = append(s.Sources, &chatkit.URLSource{SourceBase: chatkit.SourceBase{Title: hostOf(u)}, URL: u})
		}
	}
	return s
}

// decodeCite reads an annotation; of kinds that are no citation it reports false.
func decodeCite(raw json.RawMessage) (CitedSource, bool) {
	var a struct {
		Type        string `json:"type"`
		Title       string `json:"title"`
		URL         string `json:"url"`
		Filename    string `json:"filename"`
		FileID      string `json:"file_id"`
		ContainerID string `json:"container_id"`
		Index       *int   `json:"index"`
		EndIndex    *int   `json:"end_index"`
	}
	if json.Unmarshal(raw, &a) != nil {
		return CitedSource{}, false
	}
	c := CitedSource{Kind: a.Type, Title: a.Title, URL: a.URL, Filename: a.Filename,
		FileID: a.FileID, ContainerID: a.ContainerID, Index: a.EndIndex}
	if a.Type == KindFile {
		c.Index = a.Index
	}
	switch a.Type {
	case KindURL, KindFile, KindContainerFile:
		return c, true
	}
	return CitedSource{}, false
}
