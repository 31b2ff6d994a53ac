package views

import (
	"context"
	"github.com/a-h/templ"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
	"strings"
)

// Continued is a turn with the item of an earlier one that it goes on from.
func Continued(it chatkit.Item, t Turn) templ.Component {
	return templ.Join(ItemView(it), TurnView(t))
}

// ItemView is a finished item by itself.
func ItemView(it chatkit.Item) templ.Component { return itemView(TurnItem{Item: it}, nil) }

func workflowIcon(w chatkit.Workflow) string {
	if s := w.Summary; s != nil && s.Icon != "" {
		return s.Icon
	}
	if w.Type == chatkit.WorkflowReasoning {
		return "thought"
	}
	return "spark"
}

// workflowTitle is the line that stands for the whole workflow.
func workflowTitle(ctx context.Context, w chatkit.Workflow, pending bool) string {
	if s := w.Summary; s != nil && s.Title != "" {
		return locale.Known(ctx, s.Title)
	} else if s != nil && s.Duration != nil && w.Type == chatkit.WorkflowReasoning {
		return locale.Tn(ctx, *s.Duration, "Thought for %d second", "Thought for %d seconds")
	} else if s != nil && s.Duration != nil {
		return locale.Tn(ctx, *s.Duration, "Worked for %d second", "Worked for %d seconds")
	}
	if pending {
		if n := len(w.Tasks); n > 0 && w.Tasks[n-1].Common().Title != "" {
			return knownStep(ctx, w.Tasks[n-1].Common().Title)
		}
		if w.Type == chatkit.WorkflowReasoning {
			return locale.T(ctx, "Thinking…")
		}
		return locale.T(ctx, "Working…")
	}
	if w.Type == chatkit.WorkflowReasoning {
		return locale.T(ctx, "Thoughts")
	}
	return locale.Tn(ctx, len(w.Tasks), "%d step", "%d steps")
}

func stepIcon(task chatkit.Task) string {
	switch t := task.(type) {
	case *chatkit.WebSearchTask:
		return "globe"
	case *chatkit.ThoughtTask:
		return "thought"
	case *chatkit.FileTask:
		return "document"
	case *chatkit.ImageTask:
		return "image"
	case *chatkit.CustomTask:
		if t.Icon != "" {
			return t.Icon
		}
	}
	if task.Common().StatusIndicator == "complete" {
		return "check"
	}
	return "spark"
}

// stepState is a step's state; the last one of work that goes on is being done.
func stepState(task chatkit.Task, current bool) string {
	state := orElse(task.Common().StatusIndicator, "none")
	if current && state == "none" {
		return "loading"
	}
	return state
}

// knownStep translates a step of ours, whose name ends in "…" while it is being done.
func knownStep(ctx context.Context, title string) string {
	if known := locale.Known(ctx, title+"…"); known != title+"…" {
		return strings.TrimSuffix(known, "…")
	}
	return locale.Known(ctx, title)
}

func stepTitle(ctx context.Context, task chatkit.Task) string {
	if title := task.Common().Title; title != "" {
		return knownStep(ctx, title)
	}
	switch t := task.(type) {
	case *chatkit.WebSearchTask:
		if t.TitleQuery != "" {
			return locale.Tf(ctx, "Searched for “%s”", t.TitleQuery)
		}
		return locale.T(ctx, "Searched the web")
	case *chatkit.ThoughtTask:
		return locale.T(ctx, "Thought")
	case *chatkit.FileTask:
		return locale.T(ctx, "Looked into files")
	case *chatkit.ImageTask:
		return locale.T(ctx, "Drew a picture")
	}
	return locale.T(ctx, "Worked on it")
}

// stepText is what a step says, in Markdown.
func stepText(task chatkit.Task) string {
	switch t := task.(type) {
	case *chatkit.CustomTask:
		return t.Content
	case *chatkit.ThoughtTask:
		return t.Content
	}
	return ""
}

const mostChips = 8 // of a step

func stepQueries(task chatkit.Task) []string {
	t, ok := task.(*chatkit.WebSearchTask)
	if !ok {
		return nil
	}
	words := notEmpty(t.Queries)
	return words[:min(len(words), mostChips)]
}

// stepSourceList are the first sources that a step found, and how many more.
func stepSourceList(task chatkit.Task) (list []source, more int) {
	var all []chatkit.Source
	switch t := task.(type) {
	case *chatkit.WebSearchTask:
		all = t.Sources
	case *chatkit.FileTask:
		all = t.Sources
	}
	for _, s := range all {
		if one, ok := sourceOf(s); ok {
			list = append(list, one)
		}
	}
	more = max(0, len(list)-mostChips)
	return list[:len(list)-more], more
}

func numbersOf(m *chatkit.AssistantMessage) map[source]int {
	_, numbers := sourcesOf(m)
	return numbers
}
