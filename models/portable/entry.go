package portable

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// entry is one thread or task of a file, or why it can't be read.
type entry struct {
	name   string // what people know it by
	source string // what it is called where it comes from: it is imported once
	thread *models.ThreadCopy
	files  []pendingFile
	lost   int // files that are named but not there
	task   *models.Todo
	err    error
}

// pendingFile is a file of a thread that is not stored yet.
type pendingFile struct {
	of    *chatkit.Attachment     // in the item, to be filled in
	drawn *chatkit.GeneratedImage // or a picture that a model drew
	open  func() (io.ReadCloser, error)
}

// reader makes entries of the elements of a kind of document.
type reader struct {
	format string // for people
	claims func(e *shape) bool
	parse  func(a *assets, raw []byte, e *entry) error
}

// readers lists the kinds of documents.
func readers() []reader {
	return []reader{
		{"TaskPilot", func(e *shape) bool { return strings.HasPrefix(e.Format, "taskpilot-") }, parseOwn},
		{"ChatGPT", func(e *shape) bool { return isObject(e.Mapping) }, parseChatGPT},
		{"Open WebUI", func(e *shape) bool { return isObject(e.Chat) }, parseOpenWebUI},
		{"LibreChat", func(e *shape) bool { return isText(e.ConversationID) && (isList(e.MessagesTree) || isList(e.Messages)) }, parseLibreChat},
	}
}

// shape is what kinds of documents are told apart by.
type shape struct {
	Format         string
	Mapping        json.RawMessage `json:"mapping"`
	Chat           json.RawMessage `json:"chat"`
	ConversationID json.RawMessage `json:"conversationId"`
	MessagesTree   json.RawMessage `json:"messagesTree"`
	Messages       json.RawMessage `json:"messages"`
}

func begins(raw json.RawMessage, c byte) bool { return len(raw) > 0 && raw[0] == c }
func isObject(raw json.RawMessage) bool       { return begins(raw, '{') }
func isList(raw json.RawMessage) bool         { return begins(raw, '[') }
func isText(raw json.RawMessage) bool         { return begins(raw, '"') }

// peeked is how many elements are looked at to tell what a document is.
const peeked = 20

var errEnough = errors.New("portable: enough was seen")

// readerOf finds out what a document is; nil: nothing that is imported.
func (a *archive) readerOf(d document) (*reader, error) {
	var found *reader
	list := readers()
	err := a.read(d, func(i int, raw []byte, err error) error {
		var s shape
		if err == nil && json.Unmarshal(raw, &s) == nil {
			for k := range list {
				if list[k].claims(&s) {
					found = &list[k]
				}
			}
		}
		if found != nil || i+1 >= peeked {
			return errEnough
		}
		return nil
	})
	if r := (*Refusal)(nil); errors.As(err, &r) {
		return nil, err
	}
	return found, nil // whatever else is wrong with it is found when it is read
}

// The longest things that a thread may have.
const (
	maxMessages = 20_000
	maxMessage  = 4 << 20 // bytes of one message's text
)

// reason says, in words for people, why an entry is not taken.
type reason string

// Error is the sentence as it is shown.
func (r reason) Error() string { return string(r) }

const (
	errNoThread     = reason("It is not a chat.")
	errNoMessages   = reason("It has no messages.")
	errManyMessages = reason("It has more than 20,000 messages.")
	errLongMessage  = reason("One of its messages is longer than 4 MB.")
	errLoop         = reason("Its messages follow each other in a circle.")
	errBadJSON      = reason("It is not complete, or not valid JSON.")
)

// talk is a thread of another program's on its way in.
type talk struct {
	entry *entry
	runID string
	last  time.Time
}

func newTalk(e *entry, source, title string, created, updated time.Time) *talk {
	e.source, e.name = source, title
	e.thread = &models.ThreadCopy{Thread: models.Thread{ID: chatkit.NewID(chatkit.PrefixThread), Title: title,
		CreatedAt: models.At(created), UpdatedAt: models.At(updated)}}
	return &talk{entry: e, last: created}
}

// add puts an item at the end. A message of the person's begins a turn. Times
// that are missing are those of the message before.
func (t *talk) add(it chatkit.Item, id string, at time.Time) {
	if _, user := it.(*chatkit.UserMessage); user || t.runID == "" {
		t.runID = chatkit.NewID("run")
	}
	if at.IsZero() {
		at = t.last
	}
	t.last = at
	*it.Base() = chatkit.ItemBase{ID: id, ThreadID: t.entry.thread.Thread.ID, CreatedAt: chatkit.At(at)}
	t.entry.thread.Items = append(t.entry.thread.Items, models.Item{RunID: t.runID, Item: it})
}

// user and assistant add messages; what is empty is left out.
func (t *talk) user(text string, attachments []*chatkit.Attachment, at time.Time) {
	if text = strings.TrimSpace(text); text == "" && len(attachments) == 0 {
		return
	}
	m := &chatkit.UserMessage{Content: []chatkit.UserContent{&chatkit.InputText{Text: text}}, Attachments: attachments}
	if m.Attachments == nil {
		m.Attachments = []*chatkit.Attachment{}
	}
	t.add(m, chatkit.NewID(chatkit.PrefixMessage), at)
}

func (t *talk) assistant(text string, at time.Time) {
	if text = strings.TrimSpace(text); text != "" {
		t.add(&chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: text}}}, chatkit.NewID(chatkit.PrefixMessage), at)
	}
}

// thought adds what a model thought, folded away as our own models' is.
func (t *talk) thought(text string, at time.Time) {
	if text = strings.TrimSpace(text); text != "" {
		w := &chatkit.WorkflowItem{}
		w.Workflow.Type = chatkit.WorkflowReasoning
		w.Workflow.Tasks = []chatkit.Task{&chatkit.ThoughtTask{TaskBase: chatkit.TaskBase{StatusIndicator: "complete"}, Content: text}}
		t.add(w, chatkit.NewID(chatkit.PrefixWorkflow), at)
	}
}

// done checks the thread and gives it a title if it has none.
func (t *talk) done() error {
	thread := t.entry.thread
	if len(thread.Items) == 0 {
		return errNoMessages
	}
	if thread.Thread.CreatedAt.IsZero() {
		thread.Thread.CreatedAt = models.At(thread.Items[0].Item.Base().CreatedAt.Time)
	}
	if strings.TrimSpace(thread.Thread.Title) == "" {
		for _, it := range thread.Items {
			if m, ok := it.Item.(*chatkit.UserMessage); ok && m.Text() != "" {
				thread.Thread.Title = firstWords(m.Text())
				break
			}
		}
	}
	t.entry.name = thread.Thread.Title
	if thread.Thread.UpdatedAt.IsZero() {
		thread.Thread.UpdatedAt = models.At(t.last)
	}
	return nil
}

func firstWords(text string) string {
	var words []string
	for _, word := range strings.Fields(text) {
		if words = append(words, word); utf8.RuneCountInString(strings.Join(words, " ")) > 60 {
			break
		}
	}
	return strings.Join(words, " ")
}

// moment reads a time as programs write it: seconds, thousandths or billionths
// since 1970, or RFC 3339. What is no time is none.
func moment(raw json.RawMessage) time.Time {
	var text string
	if isText(raw) && json.Unmarshal(raw, &text) == nil {
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly} {
			if t, err := time.Parse(layout, text); err == nil {
				return sensible(t)
			}
		}
		raw = json.RawMessage(text)
	}
	n, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.IsNaN(n) || n <= 0 {
		return time.Time{}
	}
	for n > 1e11 {
		n /= 1000
	}
	whole, part := math.Modf(n)
	return sensible(time.Unix(int64(whole), int64(part*1e6)*1000))
}

// sensible drops times in which nobody chatted.
func sensible(t time.Time) time.Time {
	if y := t.UTC().Year(); y < 1970 || y > 9000 {
		return time.Time{}
	}
	return t.UTC()
}

// text reads a JSON string; anything else is "".
func text(raw json.RawMessage) string {
	var s string
	if isText(raw) && json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// branch walks from the last message to the first over parents, and returns the
// ids in the order in which they were written.
func branch(last string, parent func(id string) (string, bool)) ([]string, error) {
	var ids []string
	seen := map[string]bool{}
	for id := last; id != ""; {
		if seen[id] {
			return nil, errLoop
		}
		next, ok := parent(id)
		if !ok {
			break
		}
		seen[id] = true
		if ids = append(ids, id); len(ids) > maxMessages {
			return nil, errManyMessages
		}
		id = next
	}
	for i, j := 0, len(ids)-1; i < j; i, j = i+1, j-1 {
		ids[i], ids[j] = ids[j], ids[i]
	}
	return ids, nil
}
