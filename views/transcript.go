package views

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Transcript is a conversation to read, without anything to do in it: for people
// who have a link to it, and as a file.
type Transcript struct {
	Title   string
	At      time.Time // as of when
	Items   []TurnItem
	Earlier string // the address of what came before; "" when nothing did
}

func (t Transcript) title() string { return orUntitled(t.Title) }

// day is a date in words.
func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

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
func widgetWords(item *chatkit.WidgetItem) string {
	return orElse(item.CopyText, "An interactive card is here in the conversation.")
}

const drawnWords = "A picture was drawn here."

// Markdown writes the conversation as a Markdown file. What people wrote is in it
// as they wrote it.
func (t Transcript) Markdown() string {
	var b strings.Builder
	b.WriteString("# " + strings.ReplaceAll(t.title(), "\n", " ") + "\n\n*From TaskPilot, " + day(t.At) + "*\n")
	who := ""
	for _, it := range t.Items {
		if !readable(it.Item) {
			continue
		}
		speaker, text := markdownOf(it.Item)
		if speaker != who {
			b.WriteString("\n## " + speaker + "\n")
			who = speaker
		}
		b.WriteString("\n" + strings.TrimSpace(text) + "\n")
		if it.Incomplete {
			b.WriteString("\n*The answer breaks off here.*\n")
		}
	}
	return b.String()
}

func markdownOf(it chatkit.Item) (speaker, text string) {
	switch item := it.(type) {
	case *chatkit.UserMessage:
		var parts []string
		if item.QuotedText != "" {
			parts = append(parts, "> "+strings.ReplaceAll(item.QuotedText, "\n", "\n> "))
		}
		parts = append(parts, item.Text())
		for _, a := range item.Attachments {
			parts = append(parts, "*File: "+a.Name+"*")
		}
		return "You", strings.Join(parts, "\n\n")
	case *chatkit.AssistantMessage:
		return "TaskPilot", strings.TrimSpace(item.Text()) + markdownSources(item)
	case *chatkit.WidgetItem:
		return "TaskPilot", widgetWords(item)
	}
	return "TaskPilot", "*" + drawnWords + "*"
}

// markdownSources lists what the message cites.
func markdownSources(m *chatkit.AssistantMessage) string {
	list, _ := sourcesOf(m)
	var b strings.Builder
	for i, s := range list {
		line := s.title
		if s.url != "" {
			line = "[" + strings.NewReplacer("[", "", "]", "").Replace(s.title) + "](<" + s.url + ">)"
		}
		if i == 0 {
			b.WriteString("\n\nSources:\n")
		}
		b.WriteString("\n" + strconv.Itoa(i+1) + ". " + line)
	}
	return b.String()
}

// speakers marks the items before which somebody else had spoken.
func speakers(items []TurnItem) []bool {
	list := make([]bool, len(items))
	was := ""
	for i, it := range items {
		who, _ := markdownOf(it.Item)
		list[i], was = who != was, who
	}
	return list
}

// shown are the items that a transcript has.
func (t Transcript) shown() []TurnItem {
	return slices.DeleteFunc(slices.Clone(t.Items), func(it TurnItem) bool { return !readable(it.Item) })
}
