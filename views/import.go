package views

import (
	"context"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/taskpilot/taskpilot/views/locale"
)

// Import is a file from elsewhere that a person takes in.
type Import struct {
	ID, Name, Format string
	State            string // "ready", "running", "done", "failed" or ImportStopped
	At               time.Time
	Preview, Result  ImportCount
}

// ImportStopped is the state of an import that nobody works on any more.
const ImportStopped = "stopped"

// ImportCount says what is in a file, or what has been done of it.
type ImportCount struct {
	Entries, Threads, Messages, Tasks, Files, There, Lost, Bad int
	Titles                                                     []string
	Problems                                                   []ImportProblem
	Error                                                      string
}

// ImportProblem names an entry and why it is not taken.
type ImportProblem struct{ Entry, Reason string }

// Why an import ended early.
const (
	ImportGone  = "The file was not kept any longer. Choose it again: what was imported already is not imported twice."
	ImportBroke = "Something went wrong on our side. What was imported so far is here. Choose the file again to go on; nothing is imported twice."
)

func (i Import) url(below ...string) templ.SafeURL {
	return templ.SafeURL(strings.Join(append([]string{"/settings/data/import/" + i.ID}, below...), "/"))
}

// nothingNew reports that an import would change nothing.
func (i Import) nothingNew() bool { return i.Preview.Threads+i.Preview.Tasks == 0 }

// facts says in lines what a count counts.
func (c ImportCount) facts(ctx context.Context) []string {
	var list []string
	add := func(n int, text string) {
		if n > 0 {
			list = append(list, text)
		}
	}
	add(c.Threads, locale.Tf(ctx, "%s with %s", locale.Tn(ctx, c.Threads, "%d new chat", "%d new chats"),
		locale.Tn(ctx, c.Messages, "%d message", "%d messages")))
	add(c.Files, locale.Tn(ctx, c.Files, "%d picture or file", "%d pictures and files"))
	add(c.Tasks, locale.Tn(ctx, c.Tasks, "%d new task", "%d new tasks"))
	add(c.There, locale.Tn(ctx, c.There, "%d entry that you have already", "%d entries that you have already"))
	add(c.Lost, locale.Tn(ctx, c.Lost, "%d file that is not in the export, or of a kind that is not taken", "%d files that are not in the export, or of a kind that is not taken"))
	add(c.Bad, locale.Tn(ctx, c.Bad, "%d entry that can’t be read", "%d entries that can’t be read"))
	return list
}

// importAction is where a file is sent to. Its token is in the address: the form
// is not read before it is known whose it is.
func importAction(ctx context.Context) templ.SafeURL {
	return templ.SafeURL("/settings/data/import?csrf_token=" + csrfToken(ctx))
}

// stateText says in a few words how far an import is.
func (i Import) stateText(ctx context.Context) string {
	switch i.State {
	case "ready":
		return locale.T(ctx, "waits for your yes")
	case "running":
		return locale.T(ctx, "is being imported")
	case "done":
		return locale.T(ctx, "imported")
	case "failed":
		return locale.T(ctx, "ended early")
	}
	return locale.T(ctx, "was interrupted")
}

// polling has the part of a page that changes ask for itself every second.
func (i Import) polling() templ.Attributes {
	if i.State != "running" {
		return nil
	}
	return templ.Attributes{"hx-get": string(i.url()), "hx-trigger": "every 1s", "hx-swap": "outerHTML"}
}

// refusedField are the attributes of a field that was refused.
func refusedField(name, text string) templ.Attributes {
	if text == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": name + "-error"}
}
