package assistant

import (
	"context"
	"io"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Assistant answers in a thread. An implementation is safe for concurrent use.
type Assistant interface {
	// Name says which engine it is: "builtin", "completions", ….
	Name() string
	// Respond emits the events of one answer in order and returns when it is
	// complete. It returns soon after ctx ends. An answer whose Respond returned
	// an error is not complete; a *chatkit.Error carries a sentence for the
	// person, any other error is logged and shown as a general failure.
	// Items it emits need only their content: empty ids, threads and times are
	// filled in by Emit.
	Respond(ctx context.Context, turn *Turn, emit Emit) error
}

// Emit takes the next event of an answer. It may wait when storing is slower
// than producing; it returns an error when the answer is over (stopped, timed
// out), and then Respond should return that error.
type Emit func(chatkit.Event) error

// Turn is what an assistant answers.
type Turn struct {
	User    User
	Thread  chatkit.Thread       // without items
	Input   *chatkit.UserMessage // nil when the turn continues after a tool's output or an action
	History History
	Files   Files     // nil when there are none to read
	Now     time.Time // when the turn began
	Widgets bool      // whoever asked sees widgets, and can act on them

	ClientTools []string // names of the tools that the front end has which asked
}

// Actor is an Assistant that does the actions of widgets and of pages.
type Actor interface {
	// Act does an action in the manner of Respond. sender is the widget that the
	// action comes from, nil if it is the page's own. What the action says comes
	// from a browser and is to be checked.
	Act(ctx context.Context, turn *Turn, action chatkit.Action, sender *chatkit.WidgetItem, emit Emit) error
}

// SyncActor is an Assistant that does the actions that a widget waits for.
type SyncActor interface {
	// ActSync does an action and returns the item to be stored and shown in the
	// sender's place; nil leaves all as it is.
	ActSync(ctx context.Context, turn *Turn, action chatkit.Action, sender *chatkit.WidgetItem) (chatkit.Item, error)
}

// User is who asks.
type User struct {
	ID     string
	Name   string
	Locale string         // BCP 47, as "de-DE"; may be empty
	Zone   *time.Location // where the person is; UTC if nobody knows
	// Language is the code of the language that their pages are in: one of package
	// locale's; "" is English. The built-in assistant speaks it.
	Language string
}

// Here is t where the person is.
func (u User) Here(t time.Time) time.Time {
	if u.Zone == nil {
		return t.UTC()
	}
	return t.In(u.Zone)
}

// History reads the thread's stored items.
type History interface {
	// Recent returns up to limit of the newest items, oldest first, hidden ones
	// and the turn's own input included.
	Recent(ctx context.Context, limit int) ([]chatkit.Item, error)
	// Before returns up to limit items, oldest first: those that stand directly
	// before the item with this id.
	Before(ctx context.Context, itemID string, limit int) ([]chatkit.Item, error)
	// Oldest returns up to limit of the thread's oldest items, oldest first.
	Oldest(ctx context.Context, limit int) ([]chatkit.Item, error)
}

// Files reads the bytes of attachments that were sent in messages.
type Files interface {
	// Open reads the file of one of the turn's user's attachments, as it is
	// stored: a picture in the form in which it was cleaned. Its media type is
	// the attachment's MimeType. An error that wraps chatkit.ErrNotFound: there is
	// no such file of theirs. The reader is to be closed.
	Open(ctx context.Context, attachmentID string) (io.ReadCloser, error)
}

// ToolCall is what an assistant stores of each server-side tool call, as the
// content of a chatkit.HiddenContext item (with Type "tool_call"): the REST
// reply lists it and later turns show it to the model.
type ToolCall struct {
	Type      string `json:"type"` // always ToolCallType
	ID        string `json:"id"`   // the model's call id
	Name      string `json:"name"`
	Arguments any    `json:"arguments"`
	Output    any    `json:"output"`
	// Before is the task as it was before a call changed it, if the built-in
	// assistant made the call: for taking it back.
	Before *Task `json:"before,omitempty"`

	note string // the hidden item's id; "" is a new one
}

// ToolCallType is ToolCall.Type.
const ToolCallType = "tool_call"

// Tasks is the person's to-do list as the tools see it. Every method works on
// the tasks of userID only; a task of someone else's is ErrTaskNotFound.
type Tasks interface {
	AddTask(ctx context.Context, userID string, in TaskInput) (Task, error)
	// ListTasks returns tasks with status "all", "pending" or "completed", newest first.
	ListTasks(ctx context.Context, userID, status string, limit int) ([]Task, error)
	// Task returns one task.
	Task(ctx context.Context, userID, id string) (Task, error)
	// FindTasks returns tasks whose title contains name, ignoring case, best match first.
	FindTasks(ctx context.Context, userID, name string) ([]Task, error)
	UpdateTask(ctx context.Context, userID, id string, in TaskInput) (Task, error)
	DeleteTask(ctx context.Context, userID, id string) (Task, error)
}

// Task is one entry of a to-do list; the same JSON as the REST API's.
type Task struct {
	ID          string     `json:"id"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Completed   bool       `json:"completed"`
	DueAt       *time.Time `json:"due_at,omitempty"`
	Priority    string     `json:"priority,omitempty"` // "", "low", "medium" or "high"
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
}

// TaskInput is a new task, or the fields to change: nil leaves a field as it is.
type TaskInput struct {
	Title       *string
	Description *string
	Completed   *bool
	DueAt       **time.Time // a pointer to nil takes the date away
	Priority    *string
}
