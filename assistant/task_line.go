package assistant

import (
	"time"
)

// ReadTask reads a task that was written in one line, as the built-in assistant
// would: "call mum tomorrow at 5, high priority" has a title, a date and a
// priority. A line in quotation marks is the title as it is.
// language is the code of the language that it is in, or else in English.
func ReadTask(line, language string, now time.Time) TaskInput {
	if title := unquoted(line); title != line {
		return TaskInput{Title: &title}
	}
	b := bookOf(language)
	text, priority := b.takePriority(line)
	title, due := b.takeDue(text, now)
	if priority == "" {
		title, priority = b.takePriority(title)
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
