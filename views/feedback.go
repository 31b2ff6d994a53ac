package views

import (
	"strconv"

	"github.com/taskpilot/taskpilot/chatkit"
)

// answerItems are the ids of the items that the assistant gave.
func answerItems(t Turn) []string {
	var ids []string
	for _, it := range t.Items {
		if _, ok := it.Item.(*chatkit.UserMessage); !ok {
			ids = append(ids, it.Item.Base().ID)
		}
	}
	return ids
}

// thumbValue is what a thumb sends: its kind, or nothing to take it back.
func thumbValue(kind, current string) string {
	if kind == current {
		return ""
	}
	return kind
}

func pressed(on bool) string { return strconv.FormatBool(on) }
