// Package files keeps the bytes of attachments: it checks what comes in, cleans
// pictures, and puts it into a bucket, which is a folder or an object store.
// What is known of a file is in the database; see package models.
package files

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/s3blob" // s3:// addresses
	"gocloud.dev/gcerrors"
	"golang.org/x/sync/semaphore"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// Options is what Files needs from the outside.
type Options struct {
	DB     *models.DB
	URL    string // of the bucket: file:folder or s3://bucket?region=…
	Dir    string // where uploads wait while they are checked; made if need be
	Limits Limits
	Log    *slog.Logger
	Now    func() time.Time // nil: time.Now
}

// Limits bounds what comes in; what is 0 has a default.
type Limits struct {
	File  int64 // bytes of one file
	Total int64 // bytes of all files of one person
}

// The default Limits.
const (
	DefaultFile  = 20 << 20
	DefaultTotal = 1 << 30
)

// maxUnsent is how many files a person may have that are in no message.
const maxUnsent = 100

// Files is a store of files. It is safe for concurrent use.
type Files struct {
	Options
	bucket   *blob.Bucket
	home     string              // what the names of this database's objects begin with
	decoding *semaphore.Weighted // bytes of the pictures that are being decoded
}

// Open opens the bucket. The database must have been migrated.
func Open(ctx context.Context, o Options) (*Files, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Limits.File == 0 {
		o.Limits.File = DefaultFile
	}
	if o.Limits.Total == 0 {
		o.Limits.Total = DefaultTotal
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("files: make the folder for uploads: %w", err)
	}
	home, err := o.DB.FileHome(ctx)
	if err != nil {
		return nil, err
	}
	bucket, err := openBucket(ctx, o.URL)
	if err != nil {
		return nil, fmt.Errorf("files: open the bucket: %w", err)
	}
	return &Files{Options: o, bucket: bucket, home: home + "/", decoding: semaphore.NewWeighted(maxDecoded)}, nil
}

func openBucket(ctx context.Context, address string) (*blob.Bucket, error) {
	scheme, rest, _ := strings.Cut(address, ":")
	switch scheme {
	case fileblob.Scheme:
		folder, err := url.PathUnescape(strings.TrimPrefix(rest, "//"))
		if err != nil || folder == "" {
			return nil, errors.New("file: needs the path of a folder, as in file:data/attachments")
		}
		// Files beside their final place can be moved there at once, on any disk.
		return fileblob.OpenBucket(filepath.FromSlash(folder), &fileblob.Options{CreateDir: true, DirFileMode: 0o700,
			NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	case "s3":
		return blob.OpenBucket(ctx, address)
	}
	return nil, errors.New("the address must begin with file: or s3://")
}

// MaxFile is how many bytes a file may have.
func (f *Files) MaxFile() int64 { return f.Limits.File }

// Close lets go of the bucket.
func (f *Files) Close() error { return f.bucket.Close() }

// limits is the Limits as the database takes them.
func (f *Files) limits() models.FileLimits {
	return models.FileLimits{Bytes: f.Limits.Total, Unsent: maxUnsent}
}

// preview is what the name of a picture's small form ends with.
const preview = ".preview"

// newObject is the name of new bytes. Nothing in it comes from the person.
func (f *Files) newObject() string {
	name := make([]byte, 16)
	rand.Read(name) // never fails
	return f.home + hex.EncodeToString(name)
}

// put writes an object whole or not at all.
func (f *Files) put(ctx context.Context, name, mimeType string, from io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // before a Close: nothing is written
	w, err := f.bucket.NewWriter(ctx, name, &blob.WriterOptions{ContentType: mimeType})
	if err != nil {
		return fmt.Errorf("files: write: %w", err)
	}
	if _, err = io.Copy(w, from); err != nil {
		cancel()
		return fmt.Errorf("files: write: %w", errors.Join(err, w.Close()))
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("files: write: %w", err)
	}
	return nil
}

// drop deletes objects with their previews. What fails is left to the sweep.
func (f *Files) drop(ctx context.Context, objects ...string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	for _, name := range objects {
		for _, name := range []string{name, name + preview} {
			if err := f.bucket.Delete(ctx, name); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
				f.Log.WarnContext(ctx, "a file's bytes are not deleted yet", "err", err)
			}
		}
	}
}

// Content is a file on its way out. It is to be closed.
type Content struct {
	io.ReadCloser
	Name, MimeType string
	Size           int64
	Picture        bool // it was decoded and encoded by us: safe to be shown
}

// Read opens a file of the user's, or the preview of a picture. An error that is
// models.ErrNotFound: there is no such file of theirs, or its bytes have not come.
func (f *Files) Read(ctx context.Context, userID, id string, small bool) (*Content, error) {
	a, err := f.DB.Attachment(ctx, userID, id)
	if err != nil {
		return nil, err
	}
	picture := a.Type == chatkit.AttachmentImage
	if a.Object == "" || small && !picture {
		return nil, models.ErrNotFound
	}
	object := a.Object
	if small {
		object += preview
	}
	r, err := f.bucket.NewReader(ctx, object, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, models.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("files: read: %w", err)
	}
	c := &Content{ReadCloser: r, Name: a.Name, MimeType: a.MimeType, Size: r.Size(), Picture: picture}
	if small {
		c.MimeType = previewType
	}
	return c, nil
}

// Delete deletes a file of the user's.
func (f *Files) Delete(ctx context.Context, userID, id string) error {
	object, err := f.DB.RemoveAttachment(ctx, userID, id)
	if err == nil && object != "" {
		f.drop(ctx, object)
	}
	return err
}

// DeleteThread deletes a thread of the user's with its files.
func (f *Files) DeleteThread(ctx context.Context, userID, threadID string) error {
	objects, err := f.DB.ThreadObjects(ctx, userID, threadID)
	if err != nil {
		return err
	}
	if err := f.DB.DeleteThread(ctx, userID, threadID); err != nil {
		return err
	}
	f.drop(ctx, objects...)
	return nil
}

// DeleteUser deletes an account with everything of that person's, their files too.
// Bytes that come meanwhile are left to the sweep.
func (f *Files) DeleteUser(ctx context.Context, userID string) error {
	objects, err := f.DB.UserObjects(ctx, userID)
	if err != nil {
		return err
	}
	if err := f.DB.DeleteUser(ctx, userID); err != nil {
		return err
	}
	f.drop(ctx, objects...)
	return nil
}
