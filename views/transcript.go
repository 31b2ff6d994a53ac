package views

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
)

// Transcript is a conversation to read, without anything to do in it: for people
// who have a link to it, and as a file.
type Transcript struct {
	Title   string
	At      time.Time // as of when
	Items   []TurnItem
	Earlier string // the address of what came before; "" when nothing did
}

func (t Transcript) title(ctx context.Context) string { return orUntitled(ctx, t.Title) }

// day is the date in words that a time has where the person is.
func day(ctx context.Context, t time.Time) string { return locale.Date(ctx, locale.Here(ctx, t)) }

// readable reports an item that a transcript has.
func readable(it chatkit.Item) bool {
	switch item := it.(type) {
	case *chatkit.AssistantMessage:
		return item.Text() != ""
	case *chatkit.UserMessage, *chatkit.WidgetItem, *chatkit.GeneratedImageItem:
		return true
	}
	return false
}

// widgetWords is what is said in place of a widget.
func widgetWords(ctx context.Context, item *chatkit.WidgetItem) string {
	return orElse(item.CopyText, locale.T(ctx, "An interactive card is here in the chat."))
}

func drawnWords(ctx context.Context) string { return locale.T(ctx, "A picture was drawn here.") }

// Markdown writes the conversation as a Markdown file. What people wrote is in it
// as they wrote it.
func (t Transcript) Markdown(ctx context.Context) string {
	var b strings.Builder
	b.WriteString("# " + strings.ReplaceAll(t.title(ctx), "\n", " ") + "\n\n*" + locale.Tf(ctx, "From TaskPilot, %s", day(ctx, t.At)) + "*\n")
	who := ""
	for _, it := range t.Items {
		if !readable(it.Item) {
			continue
		}
		speaker, text := markdownOf(ctx, it.Item)
		if speaker != who {
			b.WriteString("\n## " + speaker + "\n")
			who = speaker
		}
		b.WriteString("\n" + strings.TrimSpace(text) + "\n")
		if it.Incomplete {
			b.WriteString("\n*" + locale.T(ctx, "The answer breaks off here.") + "*\n")
		}
	}
	return b.String()
}

func markdownOf(ctx context.Context, it chatkit.Item) (speaker, text string) {
	switch item := it.(type) {
	case *chatkit.UserMessage:
		var parts []string
		if item.QuotedText != "" {
			parts = append(parts, "> "+strings.ReplaceAll(item.QuotedText, "\n", "\n> "))
		}
		parts = append(parts, item.Text())
		for _, a := range item.Attachments {
			parts = append(parts, "*"+locale.Tf(ctx, "File: %s", a.Name)+"*")
		}
		return locale.T(ctx, "You"), strings.Join(parts, "\n\n")
	case *chatkit.AssistantMessage:
		return "TaskPilot", strings.TrimSpace(item.Text()) + markdownSources(ctx, item)
	case *chatkit.WidgetItem:
		return "TaskPilot", widgetWords(ctx, item)
	}
	return "TaskPilot", "*" + drawnWords(ctx) + "*"
}

// markdownSources lists what the message cites.
func markdownSources(ctx context.Context, m *chatkit.AssistantMessage) string {
	list, _ := sourcesOf(m)
	var b strings.Builder
	for i, s := range list {
		line := s.title
		if s.url != "" {
			line = "[" + strings.NewReplacer("[", "", "]", "").Replace(s.title) + "](<" + s.url + ">)"
		}
		if i == 0 {
			b.WriteString("\n\n" + locale.T(ctx, "Sources:") + "\n")
		}
		b.WriteString("\n" + strconv.Itoa(i+1) + ". " + line)
	}
	return b.String()
}

// speakers marks the items before which somebody else had spoken.
func speakers(ctx context.Context, items []TurnItem) []bool {
	list := make([]bool, len(items))
	was := ""
	for i, it := range items {
		who, _ := markdownOf(ctx, it.Item)
		list[i], was = who != was, who
	}
	return list
}

// shown are the items that a transcript has.
func (t Transcript) shown() []TurnItem {
	return slices.DeleteFunc(slices.Clone(t.Items), func(it TurnItem) bool { return !readable(it.Item) })
}
