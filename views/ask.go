package views

import (
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

func choiceType(q *chatkit.Question) string {
	if q.Multiple {
		return "checkbox"
	}
	return "radio"
}

func unanswered(q *chatkit.Question) bool { return q.Answer == nil || len(q.Answer.Values) == 0 }

func answerOf(status string, q *chatkit.Question) string {
	switch {
	case !unanswered(q):
		return strings.Join(q.Answer.Values, ", ")
	case status == chatkit.InputPending && q.Answer == nil:
		return "Not answered yet"
	}
	return "Skipped"
}
