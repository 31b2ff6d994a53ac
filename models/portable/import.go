package portable

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
)

// Importer takes files in for one person.
type Importer struct {
	DB     *models.DB
	Files  *files.Files // nil: there are no attachments
	UserID string
	// MaxText is how many bytes of JSON a file may unpack to; 0: 1 GB.
	MaxText int64
}

// What of a file is told in words.
const (
	maxTitles   = 10
	maxProblems = 100
)

// Preview reads a file and says what an import would do. It changes nothing. An
// error that is a *Refusal says why the file is not taken.
func (i *Importer) Preview(ctx context.Context, file io.ReaderAt, size int64) (format string, count models.ImportCount, err error) {
	a, err := openArchive(file, size, cmp.Or(i.MaxText, maxText))
	if err != nil {
		return "", count, err
	}
	seen := map[string]bool{}
	format, err = a.walk(func(e *entry) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		count.Entries++
		if e.err != nil {
			bad(&count, e.name, e.err.Error())
			return nil
		}
		there, err := i.known(ctx, e, seen)
		if err == nil {
			tally(&count, e, there)
		}
		return err
	})
	if err == nil && count.Entries == 0 {
		err = errEmptyZip
	}
	return format, count, err
}

// tally counts an entry that can be read.
func tally(count *models.ImportCount, e *entry, there bool) {
	switch {
	case there:
		count.There++
	case e.task != nil:
		count.Tasks++
	default:
		count.Threads++
		count.Messages += messages(e.thread)
		count.Files += len(e.files)
		count.Lost += e.lost
		if len(count.Titles) < maxTitles {
			count.Titles = append(count.Titles, e.name)
		}
	}
}

func messages(t *models.ThreadCopy) (n int) {
	for _, it := range t.Items {
		switch it.Item.(type) {
		case *chatkit.UserMessage, *chatkit.AssistantMessage:
			n++
		}
	}
	return n
}

func bad(count *models.ImportCount, name, reason string) {
	if count.Bad++; len(count.Problems) < maxProblems {
		if r := []rune(chatkit.CleanText(name)); len(r) > 120 {
			name = string(r[:120]) + "…"
		}
		count.Problems = append(count.Problems, models.ImportProblem{Entry: name, Reason: reason})
	}
}

// known reports whether the person has an entry already, or the file had it
// before.
func (i *Importer) known(ctx context.Context, e *entry, seen map[string]bool) (bool, error) {
	if seen[e.source] {
		return true, nil
	}
	seen[e.source] = true
	if e.task != nil {
		return i.DB.HasTodo(ctx, i.UserID, e.task.ID)
	}
	if id, own := strings.CutPrefix(e.source, "taskpilot:"); own {
		_, err := i.DB.Thread(ctx, i.UserID, id)
		if err == nil || !errors.Is(err, models.ErrNotFound) {
			return err == nil, err
		}
	}
	list, err := i.DB.KnownSources(ctx, i.UserID, []string{e.source})
	return len(list) > 0, err
}

// Run takes a file in. It tells after each entry what has been done so far. What
// was done stays when it ends early; doing it again goes on where it ended.
func (i *Importer) Run(ctx context.Context, file io.ReaderAt, size int64, tell func(models.ImportCount)) (count models.ImportCount, err error) {
	a, err := openArchive(file, size, cmp.Or(i.MaxText, maxText))
	if err != nil {
		return count, err
	}
	seen := map[string]bool{}
	_, err = a.walk(func(e *entry) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		count.Entries++
		if err := i.take(ctx, e, seen, &count); err != nil {
			return err
		}
		tell(count)
		return nil
	})
	return count, err
}

// take stores an entry. Its error ends the import; what is wrong with the entry
// alone is noted.
func (i *Importer) take(ctx context.Context, e *entry, seen map[string]bool, count *models.ImportCount) error {
	if e.err != nil {
		bad(count, e.name, e.err.Error())
		return nil
	}
	there, err := i.known(ctx, e, seen)
	if err != nil {
		return err
	}
	if !there {
		if e.task != nil {
			err = i.DB.PutTodo(ctx, i.UserID, *e.task)
		} else {
			err = i.put(ctx, e)
		}
	}
	invalid, wrong := errors.AsType[*models.InvalidError](err)
	switch {
	case errors.Is(err, models.ErrConflict):
		there = true
	case wrong:
		bad(count, e.name, invalid.Message)
		return nil
	case errors.Is(err, models.ErrNoRoom):
		bad(count, e.name, "There is no room for its files. Delete conversations with files that you don't need, then import again.")
		return nil
	case err != nil:
		return fmt.Errorf("portable: import %s: %w", e.source, err)
	}
	tally(count, e, there)
	return nil
}

// maxThreadFiles is how many files of a thread are taken.
const maxThreadFiles = 2000

// put stores a thread with its files, whole or not at all.
func (i *Importer) put(ctx context.Context, e *entry) (err error) {
	defer func() {
		if err != nil && i.Files != nil {
			i.Files.Forget(ctx, e.thread.Files)
		}
	}()
	taken := 0
	for n := range e.files {
		ok := false
		if n < maxThreadFiles {
			if ok, err = i.store(ctx, e, &e.files[n]); err != nil {
				return err
			}
		}
		if ok {
			taken++
		} else {
			e.lost++
		}
	}
	e.files = e.files[:taken] // only their number counts from now on
	e.dropRefused()
	var limits models.FileLimits
	if i.Files != nil {
		limits = i.Files.StoreLimits()
	}
	return i.DB.PutThread(ctx, i.UserID, e.source, e.thread, limits)
}

// dropRefused takes the files that were not taken out of the thread's items.
func (e *entry) dropRefused() {
	e.thread.Items = slices.DeleteFunc(e.thread.Items, func(it models.Item) bool {
		switch it := it.Item.(type) {
		case *chatkit.UserMessage:
			it.Attachments = withID(it.Attachments)
		case *chatkit.GeneratedImageItem:
			return it.Image != nil && it.Image.URL == ""
		}
		return false
	})
}

// withID leaves out the attachments that were not taken.
func withID(list []*chatkit.Attachment) []*chatkit.Attachment {
	kept := []*chatkit.Attachment{}
	for _, a := range list {
		if a.ID != "" {
			kept = append(kept, a)
		}
	}
	return kept
}

// store stores a file of a thread, and reports whether it was taken: a kind that
// is not, or a damaged picture, is left out.
func (i *Importer) store(ctx context.Context, e *entry, f *pendingFile) (bool, error) {
	body, err := f.open()
	if err != nil {
		f.refuse()
		return false, nil
	}
	defer body.Close() // it was only read
	if f.drawn != nil {
		raw, err := io.ReadAll(io.LimitReader(body, maxDrawn+1))
		if f.drawn.URL = dataURL(raw); err != nil || f.drawn.URL == "" {
			f.refuse()
			return false, nil
		}
		return true, nil
	}
	if i.Files == nil {
		f.refuse()
		return false, nil
	}
	id := f.of.ID
	if _, err := i.DB.Attachment(ctx, i.UserID, id); err == nil {
		id = chatkit.NewID(chatkit.PrefixAttachment) // taken by another one
	} else if !errors.Is(err, models.ErrNotFound) {
		return false, err
	}
	kept, err := i.Files.Keep(ctx, id, f.of.Name, body)
	if _, refused := errors.AsType[*files.Refusal](err); refused {
		f.refuse()
		return false, nil
	}
	if err != nil {
		return false, err
	}
	*f.of = kept.Attachment
	e.thread.Files = append(e.thread.Files, *kept)
	return true, nil
}

// refuse marks a file that is not taken.
func (f *pendingFile) refuse() {
	if f.of != nil {
		f.of.ID = ""
	}
}
