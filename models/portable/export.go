package portable

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
)

// Export writes everything of one person's.
type Export struct {
	DB    *models.DB
	Files *files.Files // nil: there are no attachments
	User  *models.User
	Now   time.Time
	// Markdown writes a thread for people.
	Markdown func(*models.Thread, []models.Item) string
}

// Name is what the file is called.
func (e *Export) Name() string {
	return "taskpilot-export-" + e.Now.UTC().Format(time.DateOnly) + ".zip"
}

// Write writes the archive as it is made. Each thread is as it was at one moment;
// one thread is in memory at a time.
func (e *Export) Write(ctx context.Context, w io.Writer) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	a := &archiveWriter{Export: e, zip: z}
	err := a.json("taskpilot.json", manifest{header{kindExport, Version}, e.Now.UTC(),
		account{e.User.Email, e.User.Name, e.User.CreatedAt.Time}})
	if err == nil {
		err = a.text("README.txt", readme)
	}
	if err == nil {
		err = a.threads(ctx)
	}
	if err == nil {
		err = a.tasks(ctx)
	}
	if err == nil {
		err = a.json("files.json", filesFile{header{kindFiles, Version}, a.files})
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return fmt.Errorf("portable: export: %w", err)
	}
	return nil
}

const readme = `This is all of your data from TaskPilot.

markdown/   your conversations and tasks, to read; open them in any editor
threads/    the same conversations, for programs
files/      the files and pictures of the conversations
*.json      your account, your tasks, and which file belongs where

TaskPilot reads this archive in Settings, Import. The format is described in
docs/export.md of its source.
`

// archiveWriter is an archive that is being written.
type archiveWriter struct {
	*Export
	zip   *zip.Writer
	files []fileJSON
	n     int // threads so far
}

func (a *archiveWriter) create(name string, method uint16) (io.Writer, error) {
	return a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: a.Now.UTC()})
}

func (a *archiveWriter) json(name string, v any) error {
	w, err := a.create(name, zip.Deflate)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	return encoder.Encode(v)
}

func (a *archiveWriter) text(name, content string) error {
	w, err := a.create(name, zip.Deflate)
	if err == nil {
		_, err = io.WriteString(w, content)
	}
	return err
}

func (a *archiveWriter) threads(ctx context.Context) error {
	const page = 200
	for after := ""; ; {
		ids, err := a.DB.ThreadKeys(ctx, a.User.ID, after, page)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := a.thread(ctx, id); err != nil {
				return fmt.Errorf("thread %s: %w", id, err)
			}
			after = id
		}
		if len(ids) < page {
			return nil
		}
	}
}

func (a *archiveWriter) thread(ctx context.Context, id string) error {
	c, err := a.DB.CopyThread(ctx, a.User.ID, id)
	if errors.Is(err, models.ErrNotFound) {
		return nil // it was deleted meanwhile
	}
	if err != nil {
		return err
	}
	a.n++
	if err := a.json("threads/"+id+".json", threadOf(c)); err != nil {
		return err
	}
	name := fmt.Sprintf("markdown/%s %04d %s.md", c.Thread.CreatedAt.Format(time.DateOnly), a.n, plainName(c.Thread.Title))
	if err := a.text(name, a.Markdown(&c.Thread, visible(c.Items))); err != nil {
		return err
	}
	for i := range c.Files {
		if err := a.file(ctx, &c.Files[i]); err != nil {
			return err
		}
	}
	return nil
}

// visible are the items that people see.
func visible(items []models.Item) []models.Item {
	var list []models.Item
	for _, it := range items {
		if !hidden(it.Item) {
			list = append(list, it)
		}
	}
	return list
}

func threadOf(c *models.ThreadCopy) threadFile {
	t := c.Thread
	out := threadFile{header: header{kindThread, Version}, Items: []itemJSON{}, Feedback: []feedbackJSON{}}
	out.Thread = threadJSON{ID: t.ID, Title: t.Title, TitleAuto: c.TitleAuto, Status: t.Status, Metadata: t.Metadata, ImageDomains: t.ImageDomains,
		CreatedAt: t.CreatedAt.Time, UpdatedAt: t.UpdatedAt.Time, PinnedAt: timeOf(t.PinnedAt), ArchivedAt: timeOf(t.ArchivedAt)}
	for _, it := range c.Items {
		out.Items = append(out.Items, itemJSON{it.RunID, it.Incomplete, it.Item.Base().CreatedAt.Time, rawItem{it.Item}})
	}
	for _, f := range c.Feedback {
		out.Feedback = append(out.Feedback, feedbackJSON{f.ItemID, f.Kind, f.CreatedAt.Time})
	}
	return out
}

// file writes the bytes of an attachment. Those that are not there any more are
// named without a path.
func (a *archiveWriter) file(ctx context.Context, f *models.Attachment) error {
	entry := fileJSON{ID: f.ID, ThreadID: f.ThreadID, Name: f.Name, MimeType: f.MimeType}
	defer func() { a.files = append(a.files, entry) }()
	if a.Files == nil {
		return nil
	}
	content, err := a.Files.Read(ctx, a.User.ID, f.ID, false)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	name := path.Join("files", f.ID, files.CleanName(f.Name))
	w, err := a.create(name, zip.Store)
	if err == nil {
		entry.Size, err = io.Copy(w, content)
	}
	entry.Path = name
	return errors.Join(err, content.Close())
}

func (a *archiveWriter) tasks(ctx context.Context) error {
	list := []taskJSON{}
	var md bytes.Buffer
	md.WriteString("# Tasks\n\n")
	for q := (models.TodoQuery{Limit: 500, Placed: true}); ; {
		page, more, err := a.DB.Todos(ctx, a.User.ID, q)
		if err != nil {
			return err
		}
		for _, t := range page {
			list = append(list, taskJSON{t.ID, t.Title, t.Description, t.Completed, timeOf(t.DueAt), t.Priority, t.Place, t.CreatedAt.Time, t.UpdatedAt.Time})
			writeTask(&md, &t)
			q.After = t.Place
		}
		if !more {
			break
		}
	}
	if err := a.json("tasks.json", tasksFile{header{kindTasks, Version}, list}); err != nil {
		return err
	}
	return a.text("markdown/Tasks.md", md.String())
}

func writeTask(md *bytes.Buffer, t *models.Todo) {
	box := "[ ]"
	if t.Completed {
		box = "[x]"
	}
	fmt.Fprintf(md, "- %s %s", box, t.Title)
	if t.DueAt != nil {
		md.WriteString(", due " + t.DueAt.UTC().Format("2006-01-02 15:04") + " UTC")
	}
	if t.Priority != "" {
		md.WriteString(", priority " + t.Priority)
	}
	md.WriteString("\n")
	if t.Description != "" {
		md.WriteString("\n  " + strings.ReplaceAll(t.Description, "\n", "\n  ") + "\n\n")
	}
}

// plainName is a title as a name that every system takes.
func plainName(title string) string {
	words := strings.FieldsFunc(title, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	name := []rune(strings.Join(words, " "))
	if len(name) == 0 {
		return "Untitled"
	}
	return strings.TrimSpace(string(name[:min(len(name), 60)]))
}
