package handlers

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
)

// Front ends on other sites get files by address alone: nobody knows whether
// they send a cookie or a token. Such an address is signed, for one file of one
// person and one use, and ends.

// What an address is for, which is also the end of its path.
const (
	linkUpload  = "upload"
	linkContent = "content"
	linkPreview = "preview"
)

const (
	uploadLife = time.Hour
	readLife   = 12 * time.Hour // longer than a page is open without loading its items again
)

// fileURL is a signed address. Within an hour it is the same, so that a browser
// that has the picture does not ask again.
func (h *Handlers) fileURL(userID, id, what string) string {
	life := readLife
	if what == linkUpload {
		life = uploadLife
	}
	until := strconv.FormatInt(h.Now().Truncate(time.Hour).Add(time.Hour+life).Unix(), 10)
	u := *h.PublicURL
	u.Path = uploadPath + "/" + id + "/" + what
	u.RawQuery = url.Values{"by": {userID}, "until": {until}, "sig": {h.fileSignature(userID, id, what, until)}}.Encode()
	return u.String()
}

func (h *Handlers) fileSignature(userID, id, what, until string) string {
	return macText.EncodeToString(mac(h.SessionSecret, "attachment", userID, id, what, until))
}

// signedFor checks the address that a file is asked for at, and returns whose
// file that is.
func (h *Handlers) signedFor(c *fiber.Ctx, what string) (userID string, err error) {
	userID, until := c.Query("by"), c.Query("until")
	if !h.signedText(c.Query("sig"), "attachment", userID, c.Params("attachment"), what, until) {
		return "", errBadLink
	}
	end, err := strconv.ParseInt(until, 10, 64)
	if err != nil {
		return "", errBadLink
	}
	if h.Now().Unix() >= end {
		return "", errOldLink
	}
	v, err := h.viewer(c, userID)
	if err != nil {
		return "", err
	}
	if v == nil || h.Files == nil {
		return "", errNotFound
	}
	return userID, nil
}

// isFileLink reports whether an address is one that is signed: pages of every
// site may use it.
func isFileLink(path string) bool {
	rest, ok := strings.CutPrefix(path, uploadPath+"/")
	_, what, below := strings.Cut(rest, "/")
	return ok && below && (what == linkUpload || what == linkContent || what == linkPreview)
}

// link gives an attachment the address of its preview, which is made anew each
// time that somebody reads of it: what is stored has expired.
func (h *Handlers) link(userID string, a *chatkit.Attachment) {
	a.PreviewURL = ""
	if a.Type == chatkit.AttachmentImage {
		a.PreviewURL = h.fileURL(userID, a.ID, linkPreview)
	}
}

// linkItem does the same with a message.
func (h *Handlers) linkItem(userID string, it chatkit.Item) {
	if m, ok := it.(*chatkit.UserMessage); ok {
		for _, a := range m.Attachments {
			h.link(userID, a)
		}
	}
}

// linkItems does it with a list. Messages with attachments are decoded in it.
func (h *Handlers) linkItems(userID string, items []chatkit.Item) {
	for _, it := range items {
		h.linkItem(userID, it)
	}
}

// linkEvents does it with the events of a message that was just stored.
func (h *Handlers) linkEvents(userID string, events []chatkit.Event) {
	for _, ev := range events {
		if done, ok := ev.(chatkit.ItemDone); ok {
			h.linkItem(userID, done.Item)
		}
	}
}

// linkedStore is the database as front ends see it.
type linkedStore struct {
	*models.Store
	h *Handlers
}

// ListItems returns a page of a thread's items.
func (s linkedStore) ListItems(ctx context.Context, threadID string, page chatkit.PageRequest) (chatkit.Page[chatkit.Item], error) {
	items, err := s.Store.ListItems(ctx, threadID, page)
	s.h.linkItems(askerOf(ctx).ID, items.Data)
	return items, err
}

// filesOf lets an assistant read a person's files.
type filesOf struct {
	files  *files.Files
	userID string
}

// readable returns what an assistant reads of a person's files, nil without files.
func (h *Handlers) readable(userID string) assistant.Files {
	if h.Files == nil {
		return nil
	}
	return filesOf{h.Files, userID}
}

// Open reads the file of one of the person's attachments.
func (f filesOf) Open(ctx context.Context, attachmentID string) (io.ReadCloser, error) {
	content, err := f.files.Read(ctx, f.userID, attachmentID, false)
	if errors.Is(err, models.ErrNotFound) {
		return nil, chatkit.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return content, nil
}
