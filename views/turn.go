package views

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
)

func progressText(ctx context.Context, p *chatkit.ProgressUpdate) string {
	if p == nil || p.Text == "" {
		return locale.T(ctx, "Thinking…")
	}
	return locale.Known(ctx, p.Text)
}

// place says where in the thread the turn stands: a script takes away what a turn
// that is made again leaves behind.
func (t Turn) place() templ.Attributes {
	if t.FirstSeq == 0 {
		return nil
	}
	return templ.Attributes{"data-first": strconv.FormatInt(t.FirstSeq, 10)}
}

// answers is the message that the turn answers, "" if another turn has it: then
// this one goes on with something.
func answers(t Turn) string {
	for _, it := range t.Items {
		if it.Item.Base().ID == t.RetryItemID {
			return t.RetryItemID
		}
	}
	return ""
}

// quiet reports whether there is nothing to see of the turn: what it did is
// shown in another's items.
func quiet(t Turn) bool {
	return len(t.Items) == 0 && t.Progress == nil && (t.Running() || t.Status == StatusCompleted || t.Status == StatusAction)
}

// endingNote says how a turn ended, when that is not plain from the answer.
func endingNote(ctx context.Context, t Turn) string {
	switch t.Status {
	case StatusCancelled:
		if t.ErrorMessage != "" { // somebody else did
			return saidWhy(ctx, t.ErrorMessage)
		}
		return locale.T(ctx, "You stopped this answer.")
	case StatusInterrupted:
		return locale.T(ctx, "This answer was interrupted before it was complete.")
	case StatusFailed:
		if t.ErrorMessage != "" {
			return saidWhy(ctx, t.ErrorMessage)
		}
		return locale.T(ctx, "Something went wrong while answering. Please try again.")
	case StatusAction:
		return locale.T(ctx, "Waiting for you.")
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
