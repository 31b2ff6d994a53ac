package views

import (
	"context"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
)

func choiceType(q *chatkit.Question) string {
	if q.Multiple {
		return "checkbox"
	}
	return "radio"
}

func unanswered(q *chatkit.Question) bool { return q.Answer == nil || len(q.Answer.Values) == 0 }

func answerOf(ctx context.Context, status string, q *chatkit.Question) string {
	switch {
	case !unanswered(q):
		return strings.Join(q.Answer.Values, ", ")
	case status == chatkit.InputPending && q.Answer == nil:
		return locale.T(ctx, "Not answered yet")
	}
	return locale.T(ctx, "Skipped")
}
