package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// Announce notes that a file is going to come. Whoever sends it is told where
// to; nothing of what is said about it is believed.
func (f *Files) Announce(ctx context.Context, userID string, info chatkit.FileInfo) (*chatkit.Attachment, error) {
	switch {
	case info.Size < 0:
		return nil, refuse(Broken, "The size of the file must not be negative.")
	case info.Size > f.Limits.File:
		return nil, f.tooLarge()
	}
	isPicture, err := announced(info.MimeType)
	if err != nil {
		return nil, err
	}
	a := &chatkit.Attachment{ID: chatkit.NewID(chatkit.PrefixAttachment), Name: CleanName(info.Name),
		MimeType: "application/octet-stream", Type: chatkit.AttachmentFile}
	if isPicture {
		a.Type = chatkit.AttachmentImage
	}
	if info.MimeType != "" && len(info.MimeType) <= 200 {
		a.MimeType = chatkit.CleanText(info.MimeType)
	}
	err = f.DB.AddAttachment(ctx, userID, models.Attachment{Attachment: *a, Size: info.Size}, f.limits())
	return a, f.refused(err)
}

// Receive stores the bytes of a file that was announced, once.
func (f *Files) Receive(ctx context.Context, userID, id string, body io.Reader) (*chatkit.Attachment, error) {
	a, err := f.DB.Attachment(ctx, userID, id)
	if err != nil {
		return nil, err
	}
	if a.Object != "" {
		return nil, f.refused(models.ErrConflict)
	}
	return f.store(ctx, &a.Attachment, body, func(a models.Attachment) error {
		return f.DB.FillAttachment(ctx, userID, a, f.limits())
	})
}

// Room returns why a person may not send another file, if so.
func (f *Files) Room(ctx context.Context, userID string) error {
	return f.refused(f.DB.RoomForFile(ctx, userID, f.limits()))
}

// Add stores a file that was not announced.
func (f *Files) Add(ctx context.Context, userID, name string, body io.Reader) (*chatkit.Attachment, error) {
	a := &chatkit.Attachment{ID: chatkit.NewID(chatkit.PrefixAttachment), Name: CleanName(name)}
	return f.store(ctx, a, body, func(a models.Attachment) error {
		return f.DB.AddAttachment(ctx, userID, a, f.limits())
	})
}

// store checks the bytes, puts them into the bucket and then has them noted. A
// crash before that leaves bytes that nobody knows, for the sweep.
func (f *Files) store(ctx context.Context, a *chatkit.Attachment, body io.Reader, note func(models.Attachment) error) (*chatkit.Attachment, error) {
	file, size, err := f.receive(body)
	if err != nil {
		return nil, err
	}
	defer discard(file)
	kind, err := kindOf(file, a.Name)
	if err != nil {
		return nil, err
	}
	if a.Type == chatkit.AttachmentImage && !kind.picture {
		return nil, refuse(Broken, "The file is no picture, although its type says so.")
	}
	object := f.newObject()
	if kind.picture {
		size, err = f.storePicture(ctx, a, object, file, kind.mimeType)
	} else {
		a.Type, a.MimeType, a.PreviewURL = chatkit.AttachmentFile, kind.mimeType, ""
		if _, err = file.Seek(0, io.SeekStart); err == nil {
			err = f.put(ctx, object, kind.mimeType, file)
		}
	}
	a.UploadDescriptor = nil
	if err == nil {
		err = f.refused(note(models.Attachment{Attachment: *a, Object: object, Size: size}))
	}
	if err != nil {
		f.drop(ctx, object)
		return nil, err
	}
	return a, nil
}

func (f *Files) storePicture(ctx context.Context, a *chatkit.Attachment, object string, file *os.File, mimeType string) (int64, error) {
	c, err := f.clean(ctx, file, mimeType)
	if err != nil {
		return 0, err
	}
	defer c.discard()
	a.Type, a.MimeType, a.Name = chatkit.AttachmentImage, c.mimeType, withExtension(a.Name, c.ext)
	if err := f.put(ctx, object, c.mimeType, c.full); err != nil {
		return 0, err
	}
	return c.size, f.put(ctx, object+preview, previewType, c.small)
}

// receive writes what comes into a file, up to the limit.
func (f *Files) receive(body io.Reader) (file *os.File, size int64, err error) {
	if file, err = f.temp(); err != nil {
		return nil, 0, err
	}
	size, err = io.Copy(file, &io.LimitedReader{R: body, N: f.Limits.File + 1})
	if err == nil && size > f.Limits.File {
		err = f.tooLarge()
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		discard(file)
		return nil, 0, brokeOff(err)
	}
	return file, size, nil
}

// brokeOff tells a body that did not come whole from a disk that failed.
func brokeOff(err error) error {
	_, refused := errors.AsType[*Refusal](err)
	if _, disk := errors.AsType[*os.PathError](err); disk || refused {
		return err
	}
	return refuse(Broken, "The file did not arrive whole. Try again.")
}

// temp makes a file that goes with its last use, whatever happens to the process.
func (f *Files) temp() (*os.File, error) {
	file, err := os.CreateTemp(f.Dir, "upload-*")
	if err != nil {
		return nil, fmt.Errorf("files: make room for an upload: %w", err)
	}
	_ = os.Remove(file.Name()) // where that is not possible yet, discard does it
	return file, nil
}

func discard(file *os.File) {
	if file != nil {
		_ = file.Close() // nobody needs what is in it
		_ = os.Remove(file.Name())
	}
}
