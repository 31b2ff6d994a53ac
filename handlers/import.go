package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/portable"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

const (
	importPath = "/settings/data/import" // where files come in
	importTime = 2 * time.Hour           // that one may take
	importBeat = time.Second             // between two notes of how far one is
)

// receiveImport takes a file in and shows what is in it. Nothing is imported yet.
func (h *Handlers) receiveImport(c *fiber.Ctx) error {
	id, err := h.takeImport(c)
	if refused, ok := errors.AsType[*portable.Refusal](err); ok {
		return h.showData(c, &models.InvalidError{Field: "file", Message: refused.Message})
	}
	if err != nil {
		return err
	}
	return goTo(c, importPath+"/"+id)
}

func (h *Handlers) takeImport(c *fiber.Ctx) (id string, err error) {
	if h.Files == nil {
		return "", errNoFiles
	}
	ctx, user := c.UserContext(), userID(c)
	left, err := h.uploads.enter(c, user)
	if err != nil {
		return "", err
	}
	defer left()
	leave, err := h.transfers.enter(user)
	if err != nil {
		return "", err
	}
	defer leave()
	name, body, err := readUpload(c)
	if err != nil {
		return "", err
	}
	file, size, err := h.keepImport(body)
	if err != nil {
		return "", err
	}
	defer file.Close()
	i := &models.Import{Name: name}
	if i.Format, i.Preview, err = h.importer(user).Preview(ctx, file, size); err != nil {
		return "", err
	}
	if i.Object, err = h.Files.Park(ctx, io.NewSectionReader(file, 0, size)); err != nil {
		return "", err
	}
	replaced, err := h.DB.AddImport(ctx, user, i)
	if err != nil {
		replaced = append(replaced, i.Object)
	}
	h.Files.Unpark(ctx, replaced...)
	return i.ID, err
}

// keepImport writes what comes into a file that is gone when it is closed.
func (h *Handlers) keepImport(body io.Reader) (*os.File, int64, error) {
	file, err := h.Files.Temp()
	if err != nil {
		return nil, 0, err
	}
	size, err := io.Copy(file, io.LimitReader(body, portable.MaxFile+1))
	if _, disk := errors.AsType[*os.PathError](err); err != nil && !disk {
		err = badRequest(locale.Mark("The file did not arrive whole. Try again."))
	}
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, size, nil
}

func (h *Handlers) importer(user string) *portable.Importer {
	return &portable.Importer{DB: h.DB, Files: h.Files, UserID: user}
}

// importPage shows what an import would do, how far it is, or what it did.
func (h *Handlers) importPage(c *fiber.Ctx) error {
	i, err := h.DB.Import(c.UserContext(), userID(c), c.Params("import"))
	if err != nil {
		return err
	}
	view := h.importView(i)
	if isHTMX(c) && view.State == models.ImportRunning {
		return h.render(c, views.ImportState(view))
	}
	if isHTMX(c) {
		list, err := h.threadListView(c.UserContext(), userID(c), "", "")
		if err != nil {
			return err
		}
		return h.render(c, views.ImportEnded(view, list))
	}
	return h.inSettings(c, nil, func(list views.ThreadList) templ.Component { return views.ImportPage(view, viewerView(c), list) })
}

func (h *Handlers) importView(i *models.Import) views.Import {
	v := views.Import{ID: i.ID, Name: i.Name, Format: i.Format, State: i.State, At: i.CreatedAt.Time,
		Preview: importCount(i.Preview), Result: importCount(i.Result)}
	if i.Stale(h.Now()) {
		v.State = views.ImportStopped
	}
	return v
}

func importCount(c models.ImportCount) views.ImportCount {
	v := views.ImportCount{Entries: c.Entries, Threads: c.Threads, Messages: c.Messages, Tasks: c.Tasks, Files: c.Files,
		There: c.There, Lost: c.Lost, Bad: c.Bad, Titles: c.Titles, Error: c.Error}
	for _, p := range c.Problems {
		v.Problems = append(v.Problems, views.ImportProblem(p))
	}
	return v
}

// startImport does what the preview promised, beside the request.
func (h *Handlers) startImport(c *fiber.Ctx) error {
	user, id := userID(c), c.Params("import")
	if _, err := h.DB.Import(c.UserContext(), user, id); err != nil {
		return err
	}
	leave, err := h.transfers.enter(user)
	if err != nil {
		return err
	}
	i, err := h.DB.BeginImport(c.UserContext(), user, id)
	if errors.Is(err, models.ErrConflict) { // it was clicked twice
		leave()
		return goTo(c, importPath+"/"+id)
	}
	if err != nil {
		leave()
		return err
	}
	go func() {
		defer leave()
		h.runImport(i)
	}()
	return goTo(c, importPath+"/"+id)
}

// discardImport forgets an import and its file.
func (h *Handlers) discardImport(c *fiber.Ctx) error {
	object, err := h.DB.RemoveImport(c.UserContext(), userID(c), c.Params("import"))
	if err != nil {
		return err
	}
	if object != "" && h.Files != nil {
		h.Files.Unpark(c.UserContext(), object)
	}
	return goTo(c, "/settings/data")
}

// runImport imports, and notes every second how far it is: a page that looks sees
// it, and other servers see that somebody works on it.
func (h *Handlers) runImport(i *models.Import) {
	ctx, cancel := context.WithTimeout(h.transfers.ctx, importTime)
	defer cancel()
	var mu sync.Mutex
	beating, stop := context.WithCancel(ctx)
	var beat sync.WaitGroup
	beat.Go(func() {
		ticker := time.NewTicker(importBeat)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				mu.Lock()
				now := *i
				mu.Unlock()
				_ = h.DB.SaveImport(beating, &now) // the next one may succeed
			case <-beating.Done():
				return
			}
		}
	})
	count, err := h.importFile(ctx, i, func(count models.ImportCount) {
		mu.Lock()
		i.Result = count
		mu.Unlock()
	})
	stop()
	beat.Wait()
	if h.transfers.ctx.Err() != nil {
		return // the server stops: it can be gone on with
	}
	h.endImport(i, count, err)
}

func (h *Handlers) importFile(ctx context.Context, i *models.Import, tell func(models.ImportCount)) (count models.ImportCount, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	file, err := h.Files.Fetch(ctx, i.Object)
	if err != nil {
		return count, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return count, err
	}
	return h.importer(i.UserID).Run(ctx, file, info.Size(), tell)
}

// endImport stores how an import ended, and has the person's pages show what came.
func (h *Handlers) endImport(i *models.Import, count models.ImportCount, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	object := i.Object
	i.State, i.Object, i.Result = models.ImportDone, "", count
	refused, wrong := errors.AsType[*portable.Refusal](err)
	switch {
	case wrong:
		i.State, i.Result.Error = models.ImportFailed, refused.Message
	case errors.Is(err, models.ErrNotFound):
		i.State, i.Result.Error = models.ImportFailed, views.ImportGone
	case err != nil:
		i.State, i.Result.Error = models.ImportFailed, views.ImportBroke
		h.Log.ErrorContext(ctx, "import", "err", err)
	}
	if err := h.DB.SaveImport(ctx, i); err != nil && !errors.Is(err, models.ErrNotFound) {
		h.Log.ErrorContext(ctx, "save import", "err", err)
	}
	h.Files.Unpark(ctx, object)
	h.Engine.Signals.Notify(i.UserID, live.Signal{Kind: live.ThreadsChanged})
	h.Engine.Signals.Notify(i.UserID, live.Signal{Kind: live.TasksChanged})
}
