package views

import (
	"context"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"github.com/taskpilot/taskpilot/views/locale"
)

// Search is the search page.
type Search struct {
	Viewer     Viewer
	Question   string
	Hits       []Hit
	More       string // the cursor of the next page; "" when there is none
	Page       bool   // a page after the first
	Unfinished bool   // older conversations are still being made ready
}

// Hit is one message that was found, or without an ItemID a conversation by its
// title.
type Hit struct {
	ThreadID, Title string
	Archived        bool
	ItemID          string
	Yours           bool // the message is the person's own
	At              time.Time
	Excerpt         []Span
}

// Span is a piece of an excerpt; Match is set where it has what was asked for.
type Span struct {
	Text  string
	Match bool
}

// hitURL is the conversation, at the message.
func hitURL(h Hit) templ.SafeURL {
	if h.ItemID == "" {
		return threadURL(h.ThreadID)
	}
	return threadURL(h.ThreadID) + templ.SafeURL("?at="+url.QueryEscape(h.ItemID)+"#"+url.PathEscape(idItem(h.ItemID)))
}

func searchURL(question, after string) templ.SafeURL {
	q := url.Values{"q": {question}}
	if after != "" {
		q.Set("after", after)
	}
	return templ.SafeURL("/search?" + q.Encode())
}

// hitAuthor says whose words are shown.
func hitAuthor(ctx context.Context, h Hit) string {
	switch {
	case h.ItemID == "":
		return locale.T(ctx, "Title")
	case h.Yours:
		return locale.T(ctx, "You")
	}
	return locale.T(ctx, "Assistant")
}
