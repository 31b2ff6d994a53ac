package assistant

import (
	"time"
)

// ReadTask reads a task that was written in one line, as the built-in assistant
// would: "call mum tomorrow at 5, high priority" has a title, a date and a
// priority. A line in quotation marks is the title as it is.
func ReadTask(line string, now time.Time) TaskInput {
	if title := unquoted(line); title != line {
		return TaskInput{Title: &title}
	}
	text, priority := takePriority(line)
	title, due := takeDue(text, now)
	if priority == "" {
		title, priority = takePriority(title)
	}
	in := TaskInput{Title: &title}
	if priority != "" {
		in.Priority = &priority
	}
	if due != nil {
		in.DueAt = &due
	}
	return in
}
