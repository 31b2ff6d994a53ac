package portable

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// ownDepth is how deep the JSON of our own exports nests at most.
const ownDepth = 200

const (
	errNewer = reason("It was made by a newer TaskPilot. Update this one first.")
	errItem  = reason("One of its messages can't be read.")
)

// sourceOf names a thread where it comes from; one without an id by its content.
func sourceOf(program, id string, raw []byte) string {
	if id == "" || len(id) > 200 {
		sum := sha256.Sum256(raw)
		id = "sha256-" + hex.EncodeToString(sum[:16])
	}
	return program + ":" + chatkit.CleanText(id)
}

var ownID = regexp.MustCompile(`^[a-z]{2,8}_[0-9a-zA-Z]{8,64}$`)

// parseOwn reads a file of our own export. Only threads are entries here: tasks
// and the list of files have documents of their own.
func parseOwn(a *assets, raw []byte, e *entry) error {
	if err := chatkit.CheckJSON(raw, ownDepth); err != nil {
		return errBadJSON
	}
	var f threadFile
	if err := json.Unmarshal(raw, &f); err != nil {
		return errItem
	}
	e.name = f.Thread.Title
	switch {
	case f.Version > Version:
		return errNewer
	case f.Format != kindThread || !ownID.MatchString(f.Thread.ID):
		return errNoThread
	case len(f.Items) > 2*maxMessages:
		return errManyMessages
	}
	e.source = sourceOf("taskpilot", f.Thread.ID, raw)
	e.thread = f.copy()
	kept := map[string]bool{}
	for _, it := range e.thread.Items {
		if m, ok := it.Item.(*chatkit.UserMessage); ok {
			m.Attachments = e.ownFiles(a, m.Attachments)
		}
		id := it.Item.Base().ID
		if kept[id] {
			return errItem
		}
		kept[id] = true
	}
	return nil
}

// copy is the thread without what only a server may say: hidden items, which
// would tell the model what nobody can see, calls that wait for the page, and
// hosts whose pictures the page would load.
func (f *threadFile) copy() *models.ThreadCopy {
	t := f.Thread
	c := &models.ThreadCopy{TitleAuto: t.TitleAuto, Thread: models.Thread{ID: t.ID, Title: t.Title, Status: t.Status, Metadata: t.Metadata,
		CreatedAt: models.At(sensible(t.CreatedAt)), UpdatedAt: models.At(sensible(t.UpdatedAt)), PinnedAt: at(t.PinnedAt), ArchivedAt: at(t.ArchivedAt)}}
	if t.ImageDomains != nil {
		c.Thread.ImageDomains = []string{}
	}
	for _, it := range f.Items {
		if it.Item.Item == nil || hidden(it.Item.Item) {
			continue
		}
		if call, ok := it.Item.Item.(*chatkit.ClientToolCall); ok && call.Status == chatkit.CallPending {
			continue
		}
		if q, ok := it.Item.Item.(*chatkit.StructuredInput); ok && q.Status == chatkit.InputPending {
			continue
		}
		if !ownID.MatchString(it.RunID) { // of a file that somebody wrote
			it.RunID = "run_" + t.ID
		}
		it.Item.Base().CreatedAt = chatkit.At(sensible(it.CreatedAt))
		c.Items = append(c.Items, models.Item{RunID: it.RunID, Incomplete: it.Incomplete, Item: it.Item.Item})
	}
	for _, fb := range f.Feedback {
		c.Feedback = append(c.Feedback, models.Feedback{ItemID: fb.ItemID, Kind: fb.Kind, CreatedAt: models.At(sensible(fb.CreatedAt))})
	}
	return c
}

func hidden(it chatkit.Item) bool { return chatkit.Hidden(it) }

// ownFiles are the attachments whose bytes are in the archive.
func (e *entry) ownFiles(a *assets, list []*chatkit.Attachment) []*chatkit.Attachment {
	kept := []*chatkit.Attachment{}
	for _, old := range list {
		if old == nil {
			continue
		}
		f := a.byPath[a.own[old.ID].Path]
		if f == nil || !ownID.MatchString(old.ID) || len(kept) >= models.MaxAttachments {
			e.lost++
			continue
		}
		n := e.attach(old.Name, f.Open)
		n.ID = old.ID
		kept = append(kept, n)
	}
	return kept
}

// ownTasks makes an entry of each task.
func ownTasks(raw []byte) ([]entry, error) {
	var f struct {
		header
		Tasks []json.RawMessage `json:"tasks"`
	}
	switch err := json.Unmarshal(raw, &f); {
	case err != nil:
		return nil, errBadJSON
	case f.Version > Version:
		return nil, errNewer
	case len(f.Tasks) > maxEntries:
		return nil, errManyItems
	}
	list := make([]entry, len(f.Tasks))
	for i, raw := range f.Tasks {
		e, t := &list[i], taskJSON{}
		if err := json.Unmarshal(raw, &t); err != nil || !ownID.MatchString(t.ID) {
			e.name, e.err = fmt.Sprintf("Task %d", i+1), errBadJSON
			continue
		}
		e.name, e.source = t.Title, t.ID
		e.task = &models.Todo{ID: t.ID, Title: t.Title, Description: t.Description, Completed: t.Completed, DueAt: at(t.DueAt),
			Priority: t.Priority, Place: t.Place, CreatedAt: models.At(sensible(t.CreatedAt)), UpdatedAt: models.At(sensible(t.UpdatedAt))}
	}
	return list, nil
}
