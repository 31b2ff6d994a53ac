package views

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/taskpilot/taskpilot/chatkit"
)

// ItemView is a finished item by itself.
func ItemView(it chatkit.Item) templ.Component { return itemView(TurnItem{Item: it}, nil) }

// citation is a source as it is listed under an answer.
type citation struct{ title, url string }

// citations lists the sources of a message, each once, in order.
func citations(m *chatkit.AssistantMessage) []citation {
	var list []citation
	seen := map[citation]bool{}
	for _, part := range m.Content {
		for _, note := range part.Annotations {
			if note.Source == nil {
				continue
			}
			c := citation{title: note.Source.Common().Title}
			if s, ok := note.Source.(*chatkit.URLSource); ok {
				c.url = webURL(s.URL)
			}
			if c.title == "" {
				c.title = c.url
			}
			if c.title != "" && !seen[c] {
				seen[c] = true
				list = append(list, c)
			}
		}
	}
	return list
}

// webURL returns the address if it is one of a web page, else "".
func webURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return u.String()
}

func workflowIcon(w chatkit.Workflow) string {
	if w.Type == chatkit.WorkflowReasoning {
		return "thought"
	}
	return "spark"
}

// workflowTitle is the line that stands for the whole workflow.
func workflowTitle(w chatkit.Workflow, pending bool) string {
	if s := w.Summary; s != nil && s.Title != "" {
		return s.Title
	} else if s != nil && s.Duration != nil && w.Type == chatkit.WorkflowReasoning {
		return "Thought for " + countOf(*s.Duration, "second", "seconds")
	} else if s != nil && s.Duration != nil {
		return "Worked for " + countOf(*s.Duration, "second", "seconds")
	}
	if pending {
		if n := len(w.Tasks); n > 0 && w.Tasks[n-1].Common().Title != "" {
			return w.Tasks[n-1].Common().Title
		}
		if w.Type == chatkit.WorkflowReasoning {
			return "Thinking…"
		}
		return "Working…"
	}
	if w.Type == chatkit.WorkflowReasoning {
		return "Thoughts"
	}
	return countOf(len(w.Tasks), "step", "steps")
}

func stepIcon(task chatkit.Task) string {
	switch task.(type) {
	case *chatkit.WebSearchTask:
		return "search"
	case *chatkit.ThoughtTask:
		return "thought"
	case *chatkit.FileTask:
		return "file"
	case *chatkit.ImageTask:
		return "image"
	}
	if task.Common().StatusIndicator == "complete" {
		return "check"
	}
	return "spark"
}

func stepTitle(task chatkit.Task) string {
	if title := task.Common().Title; title != "" {
		return title
	}
	switch t := task.(type) {
	case *chatkit.WebSearchTask:
		if t.TitleQuery != "" {
			return "Searched for “" + t.TitleQuery + "”"
		}
		return "Searched the web"
	case *chatkit.ThoughtTask:
		return "Thought"
	case *chatkit.FileTask:
		return "Looked into files"
	case *chatkit.ImageTask:
		return "Drew a picture"
	}
	return "Worked on it"
}

func stepDetail(task chatkit.Task) string {
	switch t := task.(type) {
	case *chatkit.CustomTask:
		return t.Content
	case *chatkit.ThoughtTask:
		return t.Content
	case *chatkit.WebSearchTask:
		return sourceNames(t.Sources, t.Queries)
	case *chatkit.FileTask:
		return sourceNames(t.Sources, nil)
	}
	return ""
}

func sourceNames(sources []chatkit.Source, otherwise []string) string {
	var names []string
	for _, s := range sources {
		if title := s.Common().Title; title != "" {
			names = append(names, title)
		}
	}
	if len(names) == 0 {
		names = otherwise
	}
	const most = 5
	if extra := len(names) - most; extra > 0 {
		names = append(names[:most:most], "and "+strconv.Itoa(extra)+" more")
	}
	return strings.Join(names, " · ")
}

func toolState(status string) string {
	if status == chatkit.CallCompleted {
		return "ran in the browser."
	}
	return "is waiting for the browser."
}

func imageLabel(item *chatkit.GeneratedImageItem) string {
	if item.Image == nil {
		return "Drawing a picture…"
	}
	return "A picture was drawn"
}

func answerOf(status string, q *chatkit.Question) string {
	switch {
	case q.Answer != nil && len(q.Answer.Values) > 0:
		return strings.Join(q.Answer.Values, ", ")
	case status == chatkit.InputPending && q.Answer == nil:
		return "Not answered yet"
	}
	return "Skipped"
}
