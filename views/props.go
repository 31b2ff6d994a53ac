package views

import (
	"context"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
)

// Viewer is the person who looks at a page.
type Viewer struct {
	Name  string
	Email string
	Admin bool // who looks after the server
}

// called is what the page calls the person.
func (v Viewer) called() string {
	if v.Name != "" {
		return v.Name
	}
	return v.Email
}

// MaxMessage is how many characters a message may have.
const MaxMessage = 32_000

// AuthForm is a sign-in or sign-up page as it is shown first or again.
type AuthForm struct {
	Name, Email string            // kept from the attempt before
	Next        string            // where to go afterwards: a local path
	Errors      map[string]string // by field: "name", "email", "password"
	Problem     string            // a sentence about the whole form
	SignupOpen  bool
	Provider    string // where people may sign in, too; "": nowhere

	PasskeyOrigin string // where passkeys work; "": nowhere
}

// Chat is the chat page.
type Chat struct {
	Viewer  Viewer
	Now     time.Time
	Threads ThreadList
	Thread  *Thread // nil: a new conversation
	Turns   []Turn
	Earlier int64 // the sequence number before which older items are; 0: none
	Older   bool  // the page shows an older part, not the end
	Seq     int64 // from where the live stream goes on
	// ClientKey is a random id that makes sending twice harmless.
	ClientKey string
	// Draft and Problem are the text of a message that was refused and why.
	Draft, Problem string
	Sharing        bool // the conversation may be shared by a link
	// What the composer has: files of up to MaxFile bytes (0: none), the models to
	// choose from (none: there is no choice), tools to ask for, a microphone, and
	// the built-in assistant's demonstrations.
	MaxFile         int64
	Models, Tools   []Model
	Dictation, Demo bool
}

func (c Chat) threadID() string {
	if c.Thread == nil {
		return ""
	}
	return c.Thread.ID
}

func (c Chat) status() chatkit.ThreadStatus {
	if c.Thread == nil || c.Thread.Status.Type == "" {
		return chatkit.ThreadStatus{Type: chatkit.Active}
	}
	return c.Thread.Status
}

func (c Chat) title(ctx context.Context) string {
	if c.Thread == nil {
		return locale.T(ctx, "New chat")
	}
	return c.Thread.title(ctx)
}

// running reports whether an answer is being made.
func (c Chat) running() bool {
	return len(c.Turns) > 0 && c.Turns[len(c.Turns)-1].Running()
}

// pictures are the attributes of a page that may load pictures from elsewhere.
func (c Chat) pictures() templ.Attributes {
	if c.Thread == nil || len(c.Thread.Pictures) == 0 {
		return nil
	}
	return templ.Attributes{"data-pictures": strings.Join(c.Thread.Pictures, " ")}
}

// Thread is the conversation that a page shows.
type Thread struct {
	ID, Title string
	Status    chatkit.ThreadStatus
	// Pictures are the hosts from which pictures may be loaded. The content policy
	// of a page that says so must allow them.
	Pictures []string
}

func (t Thread) title(ctx context.Context) string { return orUntitled(ctx, t.Title) }

func orUntitled(ctx context.Context, title string) string {
	if title == "" {
		return locale.T(ctx, "Untitled chat")
	}
	return title
}

// ThreadList is the sidebar's list of conversations, newest first, after those
// that are pinned.
type ThreadList struct {
	Pinned  []ThreadLink
	Threads []ThreadLink
	Current string // the id of the thread on the page
	More    string // the cursor of the next page; "" when there is none
	Now     time.Time
}

// ThreadLink is one conversation of the sidebar.
type ThreadLink struct {
	ID, Title string
	UpdatedAt time.Time
	Running   bool
	Pinned    bool
	Archived  bool
}

// Turn is what a person said and what was answered: the items of one run.
type Turn struct {
	RunID    string
	ThreadID string
	Items    []TurnItem
	// Status is the run's: "running", "completed", "requires_action", "failed",
	// "cancelled" or "interrupted".
	Status       string
	ErrorMessage string // why it failed, for people
	AllowRetry   bool
	RetryItemID  string // the user message that a retry answers again
	Progress     *chatkit.ProgressUpdate
	FirstSeq     int64 // its place in the thread: of its first item, 0 if that is not known
	LastSeq      int64 // of the last event that the turn contains
	// Feedback is what the person thinks of the answer: chatkit.FeedbackPositive,
	// chatkit.FeedbackNegative or "".
	Feedback string
}

// TurnItem is an item of a turn.
type TurnItem struct {
	Item       chatkit.Item
	Pending    bool     // still being made
	Incomplete bool     // an answer that was stopped or broke off
	Progress   *float64 // of a picture that is being drawn: the part of it, 0 to 1
}

// The states of a run, as Turn.Status has them.
const (
	StatusRunning     = "running"
	StatusCompleted   = "completed"
	StatusAction      = "requires_action"
	StatusFailed      = "failed"
	StatusCancelled   = "cancelled"
	StatusInterrupted = "interrupted"
)

// Running reports whether the turn is still being made.
func (t Turn) Running() bool { return t.Status == StatusRunning }

// Problem is an error page or fragment.
type Problem struct {
	Status  int
	Title   string // "" picks the usual one for the status
	Message string // "" picks the usual sentence
	Viewer  *Viewer
}

type contextKey int

const (
	csrfKey contextKey = iota
	budgetKey
	allowanceKey
)

// WithCSRF returns a context in which every form that is rendered carries the
// token, and every htmx request of the page sends it.
func WithCSRF(ctx context.Context, token string) context.Context {
	return context.WithValue(ctx, csrfKey, token)
}

func csrfToken(ctx context.Context) string {
	token, _ := ctx.Value(csrfKey).(string)
	return token
}
