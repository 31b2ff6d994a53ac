package views

import (
	"context"

	"github.com/taskpilot/taskpilot/views/locale"
)

// Palette is what the palette offers for what was typed.
type Palette struct {
	Question string
	Threads  []ThreadLink
	Messages []Hit
	Tasks    []Task
	Commands []Command
}

// Command is something that the palette can do: go to an address, or what only
// the page itself can do.
type Command struct {
	Label, Icon string
	URL         string // "" for what a page's own button does: "theme" or "signout"
	Do          string
}

// Commands are all commands, in the reader's language.
func Commands(ctx context.Context) []Command {
	return []Command{
		{Label: locale.T(ctx, "New chat"), Icon: "plus", URL: "/chat"},
		{Label: locale.T(ctx, "Tasks"), Icon: "tasks", URL: "/tasks"},
		{Label: locale.T(ctx, "Search your chats"), Icon: "search", URL: "/search"},
		{Label: locale.T(ctx, "All chats"), Icon: "chat", URL: "/chats"},
		{Label: locale.T(ctx, "Archived chats"), Icon: "archive", URL: "/archived"},
		{Label: locale.T(ctx, "Settings"), Icon: "settings", URL: "/settings"},
		{Label: locale.T(ctx, "Change the theme"), Icon: "moon", Do: "theme"},
		{Label: locale.T(ctx, "Sign out"), Icon: "signout", Do: "signout"},
	}
}

// empty reports whether there is nothing to choose.
func (p Palette) empty() bool {
	return len(p.Threads)+len(p.Messages)+len(p.Tasks)+len(p.Commands) == 0
}

// taskHref leads to the task: the page of tasks has a place for each.
func taskHref(t Task) string { return "/tasks#" + idTask(t.ID) }
