package views

import (
	"context"
	"net/url"

	"github.com/a-h/templ"

	"github.com/taskpilot/taskpilot/views/locale"
)

// Shelf is the page of all conversations, or of those that were archived.
type Shelf struct {
	Viewer   Viewer
	Archived bool
	Threads  []ThreadLink
	More     string // the cursor of the next page; "" when there is none
}

// What can be done with conversations, as forms send it.
const (
	DoPin       = "pin"
	DoUnpin     = "unpin"
	DoArchive   = "archive"
	DoUnarchive = "unarchive"
	DoDelete    = "delete"
)

func (s Shelf) path() string {
	if s.Archived {
		return "/archived"
	}
	return "/chats"
}

func (s Shelf) title(ctx context.Context) string {
	if s.Archived {
		return locale.T(ctx, "Archived chats")
	}
	return locale.T(ctx, "All chats")
}

func (s Shelf) moreURL() templ.SafeURL {
	return templ.SafeURL(s.path() + "?" + url.Values{"after": {s.More}}.Encode())
}

// Undo is a change of conversations that can be taken back.
type Undo struct {
	Do      string // what was done: DoArchive or DoDelete
	Threads []ThreadLink
}

func (u Undo) done(ctx context.Context) string {
	n := len(u.Threads)
	if u.Do == DoArchive {
		return locale.Tn(ctx, n, "%d chat was archived.", "%d chats were archived.")
	}
	return locale.Tn(ctx, n, "%d chat was deleted.", "%d chats were deleted.")
}

// Changed is what a page shows after something was done with conversations: the
// list from which that was done, and how to take it back.
type Changed struct {
	From  string // the address of the Shelf; "" is the sidebar
	Shelf Shelf
	List  ThreadList
	Undo  *Undo // nil: there is nothing to say
}
