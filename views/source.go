package views

import (
	"html"
	"net/url"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

// source is what an answer cites, as it is listed: each once.
type source struct{ kind, title, url, detail, icon string }

// sourceOf reads a source; ok is false if it says nothing.
func sourceOf(s chatkit.Source) (out source, ok bool) {
	if s == nil {
		return out, false
	}
	common := s.Common()
	out.title = common.Title
	var detail []string
	switch t := s.(type) {
	case *chatkit.URLSource:
		out.kind, out.icon, out.url = "page", "globe", webURL(t.URL)
		detail = append(detail, orElse(t.Attribution, host(t.URL)))
	case *chatkit.FileSource:
		out.kind, out.icon = "file", "document"
		if out.title == "" || t.Filename != out.title {
			detail = append(detail, t.Filename)
		}
	case *chatkit.EntitySource:
		out.kind, out.icon = "entity", orElse(t.Icon, "cube")
		out.title = orElse(out.title, t.ID)
		detail = append(detail, t.Label)
	}
	detail = append(detail, common.Description, common.Timestamp, common.Group)
	out.detail = strings.Join(notEmpty(detail), " · ")
	out.title = orElse(orElse(out.title, out.url), out.detail)
	return out, out.title != ""
}

func notEmpty(list []string) []string {
	var some []string
	for _, s := range list {
		if strings.TrimSpace(s) != "" {
			some = append(some, s)
		}
	}
	return some
}

// sourcesOf lists the sources of a message, each once, in the order in which it
// cites them, with their numbers.
func sourcesOf(m *chatkit.AssistantMessage) (list []source, numbers map[source]int) {
	numbers = map[source]int{}
	for _, part := range m.Content {
		for _, note := range part.Annotations {
			if s, ok := sourceOf(note.Source); ok && numbers[s] == 0 {
				list = append(list, s)
				numbers[s] = len(list)
			}
		}
	}
	return list, numbers
}

// webURL returns the address if it is one of a web page, else "".
func webURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return u.String()
}

func attrText(s string) string { return html.EscapeString(s) }
