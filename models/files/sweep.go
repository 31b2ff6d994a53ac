package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

const (
	keepUnsent  = 24 * time.Hour // of a file that is in no message
	keepUnknown = time.Hour      // of bytes that no file has: its upload may be under way
	sweepPage   = 500            // objects that are looked up at once
)

// Sweep deletes the files that nobody sent within a day, and the bytes of this
// database's that belong to no file: those of deleted accounts, and those that
// a crash left.
func (f *Files) Sweep(ctx context.Context) error {
	objects, err := f.DB.RemoveUnsent(ctx, f.Now().Add(-keepUnsent))
	if err != nil {
		return err
	}
	f.drop(ctx, objects...)
	list := f.bucket.List(&blob.ListOptions{Prefix: f.home})
	for {
		old, err := f.oldObjects(ctx, list)
		done := errors.Is(err, io.EOF)
		if err != nil && !done {
			return fmt.Errorf("files: sweep: %w", err)
		}
		if err := f.dropUnknown(ctx, old); err != nil || done {
			return err
		}
	}
}

// oldObjects returns some more names; io.EOF with the last.
func (f *Files) oldObjects(ctx context.Context, list *blob.ListIterator) ([]string, error) {
	var old []string
	for len(old) < sweepPage {
		o, err := list.Next(ctx)
		if err != nil {
			return old, err
		}
		if f.Now().Sub(o.ModTime) >= keepUnknown {
			old = append(old, o.Key)
		}
	}
	return old, nil
}

func (f *Files) dropUnknown(ctx context.Context, objects []string) error {
	if len(objects) == 0 {
		return nil
	}
	names := make([]string, len(objects))
	for i, o := range objects {
		names[i] = strings.TrimSuffix(o, preview)
	}
	list, err := f.DB.KnownObjects(ctx, names)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(list))
	for _, name := range list {
		known[name] = true
	}
	for i, name := range names {
		if known[name] {
			continue
		}
		if err := f.bucket.Delete(ctx, objects[i]); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return fmt.Errorf("files: sweep: %w", err)
		}
	}
	return nil
}
