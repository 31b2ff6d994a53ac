package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"gocloud.dev/gcerrors"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// Keep stores the bytes of a file that becomes part of a thread at once. Nobody
// knows of them until the caller has stored the thread, within an hour; Forget
// takes them back.
func (f *Files) Keep(ctx context.Context, id, name string, body io.Reader) (*models.Attachment, error) {
	var kept models.Attachment
	_, err := f.store(ctx, &chatkit.Attachment{ID: id, Name: CleanName(name)}, body, func(a models.Attachment) error {
		kept = a
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &kept, nil
}

// Forget deletes the bytes of files that did not become part of a thread.
func (f *Files) Forget(ctx context.Context, list []models.Attachment) {
	for _, a := range list {
		f.drop(ctx, a.Object)
	}
}

// StoreLimits is the limits of what one person keeps, for who stores threads.
func (f *Files) StoreLimits() models.FileLimits { return f.limits() }

// Temp makes an empty file that is gone when it is closed.
func (f *Files) Temp() (*os.File, error) { return f.temp() }

// Park keeps a file that belongs to no thread for a while: an hour at least.
// What it returns names it.
func (f *Files) Park(ctx context.Context, from io.Reader) (object string, err error) {
	object = f.newObject()
	return object, f.put(ctx, object, "application/octet-stream", from)
}

// Fetch returns a copy of a file that was parked, to be closed.
// models.ErrNotFound: it was not kept that long.
func (f *Files) Fetch(ctx context.Context, object string) (_ *os.File, err error) {
	r, err := f.bucket.NewReader(ctx, object, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, models.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("files: fetch: %w", err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	file, err := f.temp()
	if err != nil {
		return nil, err
	}
	if _, err = io.Copy(file, r); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		discard(file)
		return nil, fmt.Errorf("files: fetch: %w", err)
	}
	return file, nil
}

// Unpark deletes files that were parked.
func (f *Files) Unpark(ctx context.Context, objects ...string) { f.drop(ctx, objects...) }
