package views

import (
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

func progressText(p *chatkit.ProgressUpdate) string {
	if p == nil || p.Text == "" {
		return "Thinking…"
	}
	return p.Text
}

// endingNote says how a turn ended, when that is not plain from the answer.
func endingNote(t Turn) string {
	switch t.Status {
	case StatusCancelled:
		return "You stopped this answer."
	case StatusInterrupted:
		return "This answer was interrupted before it was complete."
	case StatusFailed:
		if t.ErrorMessage != "" {
			return t.ErrorMessage
		}
		return "Something went wrong while answering. Please try again."
	case StatusAction:
		return "Waiting for you."
	}
	return ""
}

func endingIcon(status string) string {
	switch status {
	case StatusFailed, StatusInterrupted:
		return "warning"
	case StatusAction:
		return "clock"
	}
	return "stop"
}

// answerText is the turn's answer as Markdown, for the copy button.
func answerText(t Turn) string {
	var texts []string
	for _, it := range t.Items {
		switch item := it.Item.(type) {
		case *chatkit.AssistantMessage:
			if text := item.Text(); text != "" {
				texts = append(texts, text)
			}
		case *chatkit.WidgetItem:
			if item.CopyText != "" {
				texts = append(texts, item.CopyText)
			}
		}
	}
	return strings.Join(texts, "\n\n")
}
