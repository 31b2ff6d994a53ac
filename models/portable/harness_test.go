package portable_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
	"github.com/taskpilot/taskpilot/models/modelstest"
	"github.com/taskpilot/taskpilot/models/portable"
)

func TestMain(m *testing.M) { modelstest.Main(m) }

// desk is a person with a database and a place for files.
type desk struct {
	t     testing.TB
	db    *models.DB
	files *files.Files
	user  *models.User
}

func newDesk(t testing.TB, db *models.DB) *desk {
	t.Helper()
	dir := t.TempDir()
	f, err := files.Open(t.Context(), files.Options{DB: db, URL: "file:" + dir + "/bucket", Dir: dir + "/uploads", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return &desk{t, db, f, modelstest.User(t, db, "ann@example.com")}
}

func (d *desk) importer() *portable.Importer {
	return &portable.Importer{DB: d.db, Files: d.files, UserID: d.user.ID}
}

func (d *desk) preview(file []byte) (string, models.ImportCount, error) {
	return d.importer().Preview(d.t.Context(), bytes.NewReader(file), int64(len(file)))
}

// run imports the file after a preview, and fails unless both say the same.
func (d *desk) run(file []byte) models.ImportCount {
	d.t.Helper()
	_, promised, err := d.preview(file)
	if err != nil {
		d.t.Fatal(err)
	}
	told := 0
	count, err := d.importer().Run(d.t.Context(), bytes.NewReader(file), int64(len(file)), func(models.ImportCount) { told++ })
	if err != nil {
		d.t.Fatal(err)
	}
	if told != count.Entries || count.Entries != promised.Entries || count.Threads != promised.Threads || count.There != promised.There ||
		count.Bad != promised.Bad || count.Messages != promised.Messages || count.Tasks != promised.Tasks {
		d.t.Errorf("promised %+v, did %+v, told %d times", promised, count, told)
	}
	return count
}

// told writes down a thread as people see it.
func (d *desk) told(title string) string {
	d.t.Helper()
	for _, id := range d.ids() {
		c, err := d.db.CopyThread(d.t.Context(), d.user.ID, id)
		if err != nil {
			d.t.Fatal(err)
		}
		if c.Thread.Title == title {
			return write(c)
		}
	}
	d.t.Fatalf("there is no thread %q", title)
	return ""
}

func (d *desk) ids() []string {
	d.t.Helper()
	ids, err := d.db.ThreadKeys(d.t.Context(), d.user.ID, "", 1000)
	if err != nil {
		d.t.Fatal(err)
	}
	return ids
}

func write(c *models.ThreadCopy) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s archived=%t pinned=%t\n", c.Thread.CreatedAt.Format(time.RFC3339Nano), c.Thread.UpdatedAt.Format(time.RFC3339Nano),
		c.Thread.ArchivedAt != nil, c.Thread.PinnedAt != nil)
	turn := ""
	for _, it := range c.Items {
		if it.RunID != turn {
			turn = it.RunID
			b.WriteString("--\n")
		}
		at := it.Item.Base().CreatedAt.Format(time.RFC3339)
		switch item := it.Item.(type) {
		case *chatkit.UserMessage:
			fmt.Fprintf(&b, "%s user: %s", at, item.Text())
			for _, a := range item.Attachments {
				fmt.Fprintf(&b, " [%s %s]", a.Name, a.MimeType)
			}
			b.WriteString("\n")
		case *chatkit.AssistantMessage:
			fmt.Fprintf(&b, "%s assistant: %s\n", at, item.Text())
		case *chatkit.WorkflowItem:
			fmt.Fprintf(&b, "%s thought: %s\n", at, item.Workflow.Tasks[0].(*chatkit.ThoughtTask).Content)
		case *chatkit.GeneratedImageItem:
			fmt.Fprintf(&b, "%s picture: %.22s\n", at, item.Image.URL)
		default:
			fmt.Fprintf(&b, "%s %s\n", at, it.Item.ItemType())
		}
	}
	return b.String()
}

func picture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sample is a file of testdata, with a picture where it says PICTURE.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(raw, []byte("PICTURE"), []byte(base64.StdEncoding.EncodeToString(picture(t))))
}

// pack makes a zip file of names and contents.
func pack(t testing.TB, content ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(content); i += 2 {
		w, err := z.Create(content[i].(string))
		if err != nil {
			t.Fatal(err)
		}
		switch c := content[i+1].(type) {
		case string:
			_, err = w.Write([]byte(c))
		case []byte:
			_, err = w.Write(c)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
