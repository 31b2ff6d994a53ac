package handlers

import (
	"encoding/json"
	"maps"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
)

// threadJSON is a thread as the REST API shows it.
type threadJSON struct {
	ID        string               `json:"id"`
	Title     string               `json:"title"` // "" until there is one
	CreatedAt chatkit.Time         `json:"created_at"`
	UpdatedAt chatkit.Time         `json:"updated_at"`
	Status    chatkit.ThreadStatus `json:"status"`
	Metadata  map[string]any       `json:"metadata"`
	Pinned    bool                 `json:"pinned"`
	Archived  bool                 `json:"archived"`
}

// metadataOwner is the key of a thread's metadata that names its owner. It is
// the server's: what a client puts there is dropped.
const metadataOwner = "user_id"

func threadOf(t *models.Thread) threadJSON {
	metadata := maps.Clone(t.Metadata)
	if metadata == nil {
		metadata = map[string]any{}
	}
	metadata[metadataOwner] = t.UserID
	return threadJSON{ID: t.ID, Title: t.Title, CreatedAt: t.CreatedAt.ChatKit(), UpdatedAt: t.UpdatedAt.ChatKit(),
		Status: t.Status, Metadata: metadata, Pinned: t.PinnedAt != nil, Archived: t.ArchivedAt != nil}
}

// pageJSON is one page of a list. After is null on the last one.
type pageJSON[T any] struct {
	Data    []T     `json:"data"`
	HasMore bool    `json:"has_more"`
	After   *string `json:"after"`
}

// threadRequest is the body of creating and changing a thread.
type threadRequest struct {
	Title    *string         `json:"title"`
	Metadata json.RawMessage `json:"metadata"`
	Pinned   *bool           `json:"pinned"`   // only of a change
	Archived *bool           `json:"archived"` // only of a change
}

// Limits of a thread's metadata.
const (
	maxMetadataKeys = 16
	maxMetadata     = 8 << 10 // bytes of JSON
)

// metadata returns the client's own metadata: nil when it sent none.
func (r threadRequest) metadata() (map[string]any, error) {
	if len(r.Metadata) == 0 || string(r.Metadata) == "null" {
		return nil, nil
	}
	if len(r.Metadata) > maxMetadata {
		return nil, badRequest("metadata is too large: at most 8 KiB.")
	}
	var m map[string]any
	if err := json.Unmarshal(r.Metadata, &m); err != nil {
		return nil, badRequest("metadata must be an object.")
	}
	delete(m, metadataOwner)
	if len(m) > maxMetadataKeys {
		return nil, badRequest("metadata has too many keys: at most 16.")
	}
	return m, nil
}

func (h *Handlers) apiCreateThread(c *fiber.Ctx) error {
	var body threadRequest
	if err := decodeJSON(c, &body); err != nil {
		return err
	}
	metadata, err := body.metadata()
	if err != nil {
		return err
	}
	title := ""
	if body.Title != nil {
		title = *body.Title
	}
	thread, err := h.DB.CreateThread(c.UserContext(), userID(c), title, metadata)
	if err != nil {
		return err
	}
	h.threadsChanged(thread.UserID)
	c.Location("/api/v1/chatkit/threads/" + thread.ID)
	return c.Status(fiber.StatusCreated).JSON(threadOf(thread))
}

func (h *Handlers) apiThreads(c *fiber.Ctx) error {
	limit, after, order, err := listQuery(c, chatkit.DefaultPageSize, chatkit.Desc)
	if err != nil {
		return err
	}
	archived, err := boolQuery(c, "archived")
	if err != nil {
		return err
	}
	threads, more, err := h.DB.Threads(c.UserContext(), userID(c), models.PageQuery{Limit: limit, After: after, Order: order, Archived: archived})
	if err != nil {
		return err
	}
	body := pageJSON[threadJSON]{Data: make([]threadJSON, len(threads)), HasMore: more}
	for i := range threads {
		body.Data[i] = threadOf(&threads[i])
	}
	if more {
		body.After = &threads[len(threads)-1].ID
	}
	return c.JSON(body)
}

func (h *Handlers) apiThread(c *fiber.Ctx) error {
	thread, err := h.DB.Thread(c.UserContext(), userID(c), c.Params("thread"))
	if err != nil {
		return err
	}
	return c.JSON(threadOf(thread))
}

// apiUpdateThread changes what the body names; metadata is replaced as a whole.
func (h *Handlers) apiUpdateThread(c *fiber.Ctx) error {
	var body threadRequest
	if err := decodeJSON(c, &body); err != nil {
		return err
	}
	metadata, err := body.metadata()
	if err != nil {
		return err
	}
	thread, err := h.DB.UpdateThread(c.UserContext(), userID(c), c.Params("thread"),
		models.ThreadChange{Title: body.Title, Metadata: metadata, Pinned: body.Pinned, Archived: body.Archived})
	if err != nil {
		return err
	}
	h.threadsChanged(thread.UserID)
	return c.JSON(threadOf(thread))
}

func (h *Handlers) apiDeleteThread(c *fiber.Ctx) error {
	if err := h.removeThread(c.UserContext(), userID(c), c.Params("thread")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// threadsChanged lets the person's pages draw their list of threads again.
func (h *Handlers) threadsChanged(userID string) {
	h.Engine.Signals.Notify(userID, live.Signal{Kind: live.ThreadsChanged})
}
