package handlers

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
)

// apiUpload takes a file in one request: ChatKit's direct upload.
func (h *Handlers) apiUpload(c *fiber.Ctx) error {
	if h.Files == nil {
		return errNoFiles
	}
	user := userID(c)
	leave, err := h.uploads.enter(c, user)
	if err != nil {
		return err
	}
	defer leave()
	if err := h.Files.Room(c.UserContext(), user); err != nil {
		return err // before it travels
	}
	name, body, err := readUpload(c)
	if err != nil {
		return err
	}
	a, err := h.Files.Add(c.UserContext(), user, name, body)
	if err != nil {
		return err
	}
	h.link(user, a)
	return sendJSON(c, a)
}

// receiveUpload takes the bytes of a file that was announced, at the address
// that the answer to attachments.create named.
func (h *Handlers) receiveUpload(c *fiber.Ctx) error {
	user, err := h.signedFor(c, linkUpload)
	if err != nil {
		return err
	}
	leave, err := h.uploads.enter(c, user)
	if err != nil {
		return err
	}
	defer leave()
	body := bodyStream(c)
	if c.Method() == fiber.MethodPost {
		if _, body, err = readUpload(c); err != nil {
			return err
		}
	}
	a, err := h.Files.Receive(c.UserContext(), user, c.Params("attachment"), body)
	if err != nil {
		return err
	}
	h.link(user, a)
	return sendJSON(c, a)
}

// apiAttachment tells of a file, with an address for its bytes.
func (h *Handlers) apiAttachment(c *fiber.Ctx) error {
	a, err := h.DB.Attachment(c.UserContext(), userID(c), c.Params("attachment"))
	if err != nil {
		return err
	}
	h.link(userID(c), &a.Attachment)
	a.UploadDescriptor = nil // only who announced the file is to send it
	told := struct {
		*chatkit.Attachment
		DownloadURL string `json:"download_url,omitempty"`
	}{Attachment: &a.Attachment}
	if a.Object != "" {
		told.DownloadURL = h.fileURL(userID(c), a.ID, linkContent)
	}
	return c.JSON(told)
}

// apiDeleteAttachment deletes a file.
func (h *Handlers) apiDeleteAttachment(c *fiber.Ctx) error {
	if h.Files == nil {
		return errNotFound
	}
	if err := h.Files.Delete(c.UserContext(), userID(c), c.Params("attachment")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// signedContent and signedPreview send a file to whoever has its address.
func (h *Handlers) signedContent(c *fiber.Ctx) error { return h.sendSigned(c, linkContent) }
func (h *Handlers) signedPreview(c *fiber.Ctx) error { return h.sendSigned(c, linkPreview) }

func (h *Handlers) sendSigned(c *fiber.Ctx, what string) error {
	user, err := h.signedFor(c, what)
	if err != nil {
		return err
	}
	c.Set("Cross-Origin-Resource-Policy", "cross-origin") // other sites show them
	return h.sendFile(c, user, what == linkPreview)
}

// pageFile and pagePreview send a file to its owner's browser.
func (h *Handlers) pageFile(c *fiber.Ctx) error    { return h.sendFile(c, userID(c), false) }
func (h *Handlers) pagePreview(c *fiber.Ctx) error { return h.sendFile(c, userID(c), true) }

// sendFile sends a file so that no browser runs any of it. Only pictures that
// were encoded here are shown in place.
func (h *Handlers) sendFile(c *fiber.Ctx, userID string, preview bool) error {
	if h.Files == nil {
		return errNotFound
	}
	content, err := h.Files.Read(c.UserContext(), userID, c.Params("attachment"), preview)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, content.MimeType)
	c.Set(fiber.HeaderContentDisposition, disposition(content))
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	if c.Method() == fiber.MethodHead {
		c.Response().Header.SetContentLength(int(content.Size))
		c.Response().SkipBody = true
		return content.Close()
	}
	return c.SendStream(guarded{content}, int(content.Size))
}

// disposition is a Content-Disposition as RFC 6266 has it.
func disposition(f *files.Content) string {
	how := "attachment"
	if f.Picture {
		how = "inline"
	}
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%;`, r) {
			return '_'
		}
		return r
	}, f.Name)
	return how + `; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(f.Name), "+", "%20")
}

// Sizes of what surrounds a file in a form.
const (
	maxParts = 20      // of the form, the file counted
	maxField = 4 << 10 // bytes of one other field
)

// readUpload reads a form as far as its part "file", and returns the file's name
// and its bytes, which are still coming.
func readUpload(c *fiber.Ctx) (name string, body io.Reader, err error) {
	boundary := c.Request().Header.MultipartFormBoundary()
	if len(boundary) == 0 {
		return "", nil, errNoForm
	}
	form := multipart.NewReader(bodyStream(c), string(boundary))
	for range maxParts {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			return "", nil, badRequest("The form has no part named file.")
		}
		if err != nil {
			return "", nil, badRequest("The form could not be read.")
		}
		if part.FormName() == "file" {
			if name == "" {
				name = path.Base(part.FileName())
			}
			return name, part, nil
		}
		field, err := io.ReadAll(io.LimitReader(part, maxField+1))
		if err != nil || len(field) > maxField {
			return "", nil, badRequest("A field before the file is too long or broken.")
		}
		if part.FormName() == "name" {
			name = string(field)
		}
	}
	return "", nil, badRequest("The form has too many parts: at most " + strconv.Itoa(maxParts) + ".")
}

// bodyStream is the body of an upload. One whose address is written in an odd
// way did not get to the server for uploads, and is here whole.
func bodyStream(c *fiber.Ctx) io.Reader {
	if r := c.Context().RequestBodyStream(); r != nil {
		return r
	}
	return bytes.NewReader(c.Body())
}

// fileStore announces and deletes files for ChatKit front ends.
type fileStore struct{ h *Handlers }

var _ chatkit.AttachmentStore = fileStore{}

// CreateAttachment announces a file and says where to send it.
func (s fileStore) CreateAttachment(ctx context.Context, info chatkit.FileInfo) (*chatkit.Attachment, error) {
	user := askerOf(ctx).ID
	a, err := s.h.Files.Announce(ctx, user, info)
	if err != nil {
		return nil, err
	}
	a.UploadDescriptor = &chatkit.UploadDescriptor{URL: s.h.fileURL(user, a.ID, linkUpload), Method: fiber.MethodPost}
	s.h.link(user, a)
	return a, nil
}

// DeleteAttachment deletes a file. That it is gone already is no error.
func (s fileStore) DeleteAttachment(ctx context.Context, a *chatkit.Attachment) error {
	err := s.h.Files.Delete(ctx, askerOf(ctx).ID, a.ID)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	return err
}
