package files_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestMain(m *testing.M) { modelstest.Main(m) }

// shelf is a store of files in a folder of its own.
type shelf struct {
	*files.Files
	t   testing.TB
	db  *models.DB
	ann *models.User
	dir string
}

func newShelf(t testing.TB, db *models.DB, change ...func(*files.Options)) *shelf {
	t.Helper()
	s := &shelf{t: t, db: db, dir: t.TempDir()}
	o := files.Options{DB: db, URL: "file:" + s.dir + "/bucket", Dir: s.dir + "/uploads", Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&o)
	}
	var err error
	if s.Files, err = files.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	u, err := db.UserByEmail(t.Context(), "ann@example.com")
	if err != nil {
		u = modelstest.User(t, db, "ann@example.com")
	}
	s.ann = u
	return s
}

// stored lists what is in the bucket, and fails the test if anything is left
// where uploads wait.
func (s *shelf) stored() []string {
	s.t.Helper()
	var list []string
	err := filepath.WalkDir(s.dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			list = append(list, strings.TrimPrefix(path, s.dir+"/"))
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, path := range list {
		if !strings.HasPrefix(path, "bucket/") {
			s.t.Errorf("left behind: %s", path)
		}
	}
	return list
}

func (s *shelf) add(name string, content []byte) *chatkit.Attachment {
	s.t.Helper()
	a, err := s.Add(s.t.Context(), s.ann.ID, name, bytes.NewReader(content))
	if err != nil {
		s.t.Fatalf("add %s: %v", name, err)
	}
	return a
}

// refused fails the test unless the file is refused for this reason and nothing
// of it stays.
func (s *shelf) refused(name string, content io.Reader, why files.Why) string {
	s.t.Helper()
	before := len(s.stored())
	_, err := s.Add(s.t.Context(), s.ann.ID, name, content)
	r, ok := errors.AsType[*files.Refusal](err)
	if !ok || r.Why != why {
		s.t.Errorf("%s: %v, want a refusal %d", name, err, why)
		return ""
	}
	if n := len(s.stored()); n != before {
		s.t.Errorf("%s: %d files where %d were", name, n, before)
	}
	return r.Message()
}

func (s *shelf) read(id string, preview bool) (string, *files.Content) {
	s.t.Helper()
	c, err := s.Read(s.t.Context(), s.ann.ID, id, preview)
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close()
	text, err := io.ReadAll(c)
	if err != nil || int64(len(text)) != c.Size {
		s.t.Fatalf("read %d of %d bytes: %v", len(text), c.Size, err)
	}
	return string(text), c
}

// endless never ends and counts what was read of it.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.read += int64(len(p))
	return copy(p, strings.Repeat("x", len(p))), nil
}

func TestSizeOfAFile(t *testing.T) {
	t.Parallel()
	const limit = 1 << 16
	s := newShelf(t, modelstest.Open(t), func(o *files.Options) { o.Limits.File = limit })
	s.add("fits.txt", bytes.Repeat([]byte("x"), limit))
	s.refused("more.txt", bytes.NewReader(bytes.Repeat([]byte("x"), limit+1)), files.TooLarge)
	var body endless
	s.refused("endless.txt", &body, files.TooLarge)
	if body.read > limit+64<<10 {
		t.Errorf("%d bytes were read of an endless file", body.read)
	}
	s.refused("empty.txt", strings.NewReader(""), files.Broken)
	if _, err := s.Announce(t.Context(), s.ann.ID, chatkit.FileInfo{Name: "a", Size: limit + 1}); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("announced too large: %v", err)
	}
}

// A body that breaks off is no file.
func TestBrokenUpload(t *testing.T) {
	t.Parallel()
	s := newShelf(t, modelstest.Open(t))
	s.refused("half.txt", io.MultiReader(strings.NewReader("half"), failing{}), files.Broken)
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the network is gone") }

func TestRoomOfAPerson(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := newShelf(t, db, func(o *files.Options) { o.Limits = files.Limits{File: 1000, Total: 1000} })
		// Of many at once, one finds room.
		var wg sync.WaitGroup
		results := make([]error, 8)
		for i := range results {
			wg.Go(func() {
				_, results[i] = s.Add(context.Background(), s.ann.ID, "a.txt", strings.NewReader(strings.Repeat("x", 600)))
			})
		}
		wg.Wait()
		var added int
		for _, err := range results {
			if r, refused := errors.AsType[*files.Refusal](err); err == nil {
				added++
			} else if !refused || r.Why != files.NoRoom {
				t.Errorf("refused with %v", err)
			}
		}
		if added != 1 || len(s.stored()) != 1 {
			t.Errorf("%d were added, %d are stored", added, len(s.stored()))
		}
		if _, err := s.Announce(t.Context(), s.ann.ID, chatkit.FileInfo{Name: "b.txt", Size: 500}); err == nil {
			t.Error("announced more than there is room for")
		}
		bob := modelstest.User(t, db, "bob@example.com")
		if _, err := s.Add(t.Context(), bob.ID, "b.txt", strings.NewReader(strings.Repeat("x", 600))); err != nil {
			t.Errorf("another person has no room: %v", err)
		}
	})
}

func TestFilesThatAreNotSent(t *testing.T) {
	t.Parallel()
	s := newShelf(t, modelstest.Open(t))
	var first *chatkit.Attachment
	for range 100 {
		a, err := s.Announce(t.Context(), s.ann.ID, chatkit.FileInfo{Name: "a.txt", Size: 1})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = a
		}
	}
	s.refused("b.txt", strings.NewReader("x"), files.NoRoom)
	if err := s.Room(t.Context(), s.ann.ID); err == nil {
		t.Error("there is room")
	}
	// What was announced may still come.
	if _, err := s.Receive(t.Context(), s.ann.ID, first.ID, strings.NewReader("x")); err != nil {
		t.Error(err)
	}
}

func TestBytesComeOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := newShelf(t, db)
		a, err := s.Announce(t.Context(), s.ann.ID, chatkit.FileInfo{Name: "a.txt", Size: 3, MimeType: "text/plain"})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		results := make([]error, 6)
		for i := range results {
			wg.Go(func() {
				_, results[i] = s.Receive(context.Background(), s.ann.ID, a.ID, strings.NewReader("one"))
			})
		}
		wg.Wait()
		var came int
		for _, err := range results {
			if r, refused := errors.AsType[*files.Refusal](err); err == nil {
				came++
			} else if !refused || r.Why != files.Again {
				t.Errorf("refused with %v", err)
			}
		}
		if came != 1 || len(s.stored()) != 1 {
			t.Errorf("came %d times, %d are stored", came, len(s.stored()))
		}
		if _, err := s.Receive(t.Context(), "usr_nobody", a.ID, strings.NewReader("x")); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("for another person: %v", err)
		}
	})
}

// later is a store of the same files, some time after.
func (s *shelf) later(d time.Duration) *files.Files {
	s.t.Helper()
	f, err := files.Open(s.t.Context(), files.Options{DB: s.db, URL: "file:" + s.dir + "/bucket", Dir: s.dir + "/uploads",
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Now().Add(d) }})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = f.Close() })
	return f
}

func (s *shelf) sweep(after time.Duration) []string {
	s.t.Helper()
	if err := s.later(after).Sweep(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	return s.stored()
}

func TestSweep(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := newShelf(t, db)
		home, err := db.FileHome(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sent, unsent := s.add("sent.png", pngOf(t, 5, 5)), s.add("unsent.txt", []byte("x"))
		announced, err := s.Announce(t.Context(), s.ann.ID, chatkit.FileInfo{Name: "a.txt", Size: 1})
		if err != nil {
			t.Fatal(err)
		}
		a, err := db.AcceptMessage(t.Context(), models.Message{UserID: s.ann.ID, Owner: "own", Message: chatkit.NewUserText("hi"), Attachments: []string{sent.ID}})
		if err != nil {
			t.Fatal(err)
		}
		// A crash after the bytes were written, and what another database has there.
		for _, name := range []string{home + "/" + strings.Repeat("0", 32), "other/" + strings.Repeat("1", 32)} {
			path := filepath.Join(s.dir, "bucket", name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("x"), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(s.sweep(0)); n != 5 {
			t.Errorf("a sweep at once left %d, want all 5", n)
		}
		if left := s.sweep(2 * time.Hour); len(left) != 4 || strings.Contains(strings.Join(left, " "), "0000") {
			t.Errorf("after two hours: %v", left)
		}
		if left := s.sweep(25 * time.Hour); len(left) != 3 {
			t.Errorf("after a day: %v", left)
		}
		for _, id := range []string{unsent.ID, announced.ID} {
			if _, err := db.Attachment(t.Context(), s.ann.ID, id); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("what was not sent is still there: %v", err)
			}
		}
		s.read(sent.ID, false)
		if err := s.DeleteThread(t.Context(), s.ann.ID, a.Thread.ID); err != nil {
			t.Fatal(err)
		}
		if left := s.stored(); len(left) != 1 || !strings.Contains(left[0], "other/") {
			t.Errorf("after the thread: %v", left)
		}
		if _, err := db.Attachment(t.Context(), s.ann.ID, sent.ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a deleted thread's file: %v", err)
		}
	})
}

func TestDeletedAccountTakesItsFiles(t *testing.T) {
	t.Parallel()
	s := newShelf(t, modelstest.Open(t))
	s.add("a.png", pngOf(t, 5, 5))
	if err := s.db.DeleteUser(t.Context(), s.ann.ID); err != nil {
		t.Fatal(err)
	}
	if left := s.sweep(2 * time.Hour); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestReadAndDeleteAreTheOwners(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s, bob := newShelf(t, db), modelstest.User(t, db, "bob@example.com")
		a := s.add("a.txt", []byte("mine"))
		if _, err := s.Read(t.Context(), bob.ID, a.ID, false); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("read: %v", err)
		}
		if err := s.Delete(t.Context(), bob.ID, a.ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("delete: %v", err)
		}
		if text, c := s.read(a.ID, false); text != "mine" || c.Name != "a.txt" || c.MimeType != "text/plain" || c.Picture {
			t.Errorf("%q, %+v", text, c)
		}
		if _, err := s.Read(t.Context(), s.ann.ID, a.ID, true); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the preview of a text: %v", err)
		}
		if err := s.Delete(t.Context(), s.ann.ID, a.ID); err != nil || len(s.stored()) != 0 {
			t.Errorf("delete: %v, left %v", err, s.stored())
		}
		if err := s.Delete(t.Context(), s.ann.ID, a.ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("delete twice: %v", err)
		}
	})
}

// Nobody but this account gets at what is stored.
func TestStoredFilesArePrivate(t *testing.T) {
	t.Parallel()
	s := newShelf(t, modelstest.Open(t))
	s.add("a.txt", []byte("x"))
	for _, path := range []string{"bucket", filepath.Dir(s.stored()[0]), "uploads"} {
		info, err := os.Stat(filepath.Join(s.dir, path))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v, %v", path, info.Mode(), err)
		}
	}
}

func TestBadBuckets(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	for _, address := range []string{"", "file:", "gs://x", "data/attachments", "file:/dev/null/x"} {
		f, err := files.Open(t.Context(), files.Options{DB: db, URL: address, Dir: t.TempDir()})
		if err == nil {
			t.Errorf("%q was opened", address)
			_ = f.Close()
		}
	}
}
