package chatkit

import (
	"context"
	"errors"
)

// Failures of a Store, a Responder or a Server, to be tested with errors.Is.
// Wrap them in an *Error to say more to the person.
var (
	// ErrNotFound: there is no such thread, item or attachment, or it is not the caller's.
	ErrNotFound = errors.New("chatkit: not found")
	// ErrConflict: the thread is in no state for the request, such as a second
	// answer to the same question.
	ErrConflict = errors.New("chatkit: conflict")
	// ErrBusy: the thread is already being answered.
	ErrBusy = errors.New("chatkit: the thread is already being answered")
	// ErrCursor: a page was asked for after something that is not in the list.
	ErrCursor = errors.New("chatkit: unknown cursor")
	// ErrEncode: an event that can't be written as JSON was emitted.
	ErrEncode = errors.New("chatkit: can't be written as JSON")
	// ErrNotSupported: the server was not set up for this.
	ErrNotSupported = errors.New("chatkit: not supported")
)

// Store keeps threads, their items and what is known of attachments. Every call
// sees and changes only what belongs to the person whom the context is for; for
// all the rest it returns ErrNotFound, as if it were not there. Package
// storetest tests all of this. A Store is safe for concurrent use and keeps no
// pointer that it is given, and returns none that it keeps.
type Store interface {
	Reader
	ItemWriter

	// SaveThread inserts or overwrites a thread; its items are ignored. It may tidy
	// the title: who needs to know what is stored loads the thread again.
	SaveThread(ctx context.Context, thread *Thread) error
	// DeleteThread deletes a thread with its items; ErrNotFound.
	DeleteThread(ctx context.Context, id string) error
	// ListThreads returns a page of threads without items, by creation, those of
	// the same time in the order in which they were first saved; ErrCursor.
	ListThreads(ctx context.Context, page PageRequest) (Page[Thread], error)

	// SaveAttachment inserts or overwrites it.
	SaveAttachment(ctx context.Context, a *Attachment) error
	// DeleteAttachment deletes it; it is no error if there is none.
	DeleteAttachment(ctx context.Context, id string) error
}

// Reader is the part of a Store that a [Planner] needs.
type Reader interface {
	// LoadThread returns a thread without items; ErrNotFound.
	LoadThread(ctx context.Context, id string) (*Thread, error)
	// ListItems returns a page of a thread's items, hidden ones included, in the
	// order in which they were first saved; ErrCursor, and ErrNotFound or an
	// empty page without such a thread.
	ListItems(ctx context.Context, threadID string, page PageRequest) (Page[Item], error)
	// LoadItem returns an item; ErrNotFound.
	LoadItem(ctx context.Context, threadID, itemID string) (Item, error)
	// LoadAttachment returns what is known of an attachment; ErrNotFound.
	LoadAttachment(ctx context.Context, id string) (*Attachment, error)
}

// ItemWriter is the part of a Store that [Effects] need.
type ItemWriter interface {
	// SaveItem puts an item last, or in the place of the one with its id;
	// ErrNotFound without such a thread.
	SaveItem(ctx context.Context, threadID string, item Item) error
	// DeleteItem deletes an item; it is no error if there is none.
	DeleteItem(ctx context.Context, threadID, itemID string) error
}

// IDSource may be implemented by a Store that makes ids of its own.
type IDSource interface {
	NewThreadID(ctx context.Context) string
	// NewItemID gets one of the Prefix constants as kind.
	NewItemID(ctx context.Context, kind string, thread *Thread) string
}

// AttachmentStore keeps the bytes of attachments. They come to an address of the
// app's own, the one in the UploadDescriptor. What serves it keeps them, takes
// the descriptor out of the attachment, saves that in the Store and replies with
// it as JSON. A front end that uploads "direct" asks for nothing first and sends
// a form with a part "file" there: then the attachment is made and saved there.
//
// The Server also takes messages whose files have not arrived yet: their
// UploadDescriptor is still set.
type AttachmentStore interface {
	// CreateAttachment announces a file. What it returns has an id, and an
	// UploadDescriptor if the client is to send the bytes itself. The server
	// saves it in its Store.
	CreateAttachment(ctx context.Context, file FileInfo) (*Attachment, error)
	// DeleteAttachment deletes the bytes. The server has made sure that the
	// attachment is the caller's.
	DeleteAttachment(ctx context.Context, a *Attachment) error
}

// FileInfo is what a client says of a file that it wants to attach. None of it
// is to be relied on.
type FileInfo struct {
	Name     string
	MimeType string
	Size     int64
}

// IDPrefix is the Prefix constant for an item's id.
func IDPrefix(it Item) string {
	switch it.(type) {
	case *ClientToolCall:
		return PrefixToolCall
	case *WorkflowItem:
		return PrefixWorkflow
	case *TaskItem:
		return PrefixTask
	case *HiddenContext, *SDKHiddenContext:
		return PrefixHidden
	}
	return PrefixMessage
}
