package views

import (
	"time"

	"github.com/a-h/templ"
)

// Share is the link to a conversation, as its owner sees it.
type Share struct {
	ThreadID, Title string
	URL             string    // "" when there is none
	At              time.Time // as of when it shows the conversation
	Behind          bool      // there are newer messages
}

func exportURL(thread, format string) templ.SafeURL {
	return threadURL(thread, "export") + templ.SafeURL("?format="+format)
}
