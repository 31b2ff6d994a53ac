package portable_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
	"github.com/taskpilot/taskpilot/models/portable"
)

func (d *desk) export() []byte {
	d.t.Helper()
	e := portable.Export{DB: d.db, Files: d.files, User: d.user, Now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		Markdown: func(t *models.Thread, items []models.Item) string {
			return fmt.Sprintf("# %s\n%d items", t.Title, len(items))
		}}
	if e.Name() != "taskpilot-export-2026-03-04.zip" {
		d.t.Errorf("the file is called %s", e.Name())
	}
	var b bytes.Buffer
	if err := e.Write(d.t.Context(), &b); err != nil {
		d.t.Fatal(err)
	}
	return b.Bytes()
}

// fill gives the person a thread with one of everything, and tasks.
func (d *desk) fill() string {
	d.t.Helper()
	ctx := d.t.Context()
	file, err := d.files.Add(ctx, d.user.ID, "notes.txt", strings.NewReader("the notes"))
	if err != nil {
		d.t.Fatal(err)
	}
	text := &chatkit.UserMessage{Content: []chatkit.UserContent{&chatkit.InputText{Text: "Read <this>"}}, QuotedText: "quoted"}
	a, err := d.db.AcceptMessage(ctx, models.Message{UserID: d.user.ID, Owner: "own_test", Message: text, Attachments: []string{file.ID}, ThreadMetadata: map[string]any{"n": 1.5}})
	if err != nil {
		d.t.Fatal(err)
	}
	store := models.NewStore(d.db)
	for i, it := range []chatkit.Item{
		&chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: "Some **words**"}}},
		&chatkit.WidgetItem{Widget: json.RawMessage(`{"type":"Card","children":[]}`), CopyText: "card"},
		&chatkit.HiddenContext{Content: json.RawMessage(`"for the model"`)},
		&chatkit.ClientToolCall{Status: chatkit.CallPending, CallID: "c", Name: "wait", Arguments: json.RawMessage(`{}`)},
		&chatkit.EndOfTurn{},
	} {
		*it.Base() = chatkit.ItemBase{ID: fmt.Sprintf("msg_%012d", i), ThreadID: a.Thread.ID, CreatedAt: chatkit.At(time.Date(2026, 1, 2, 3, 4, 5, i*1000, time.UTC))}
		if err := store.SaveItem(models.WithUser(ctx, d.user.ID), a.Thread.ID, it); err != nil {
			d.t.Fatal(err)
		}
	}
	for _, err := range []error{
		d.db.SaveFeedback(ctx, d.user.ID, a.Thread.ID, []string{"msg_000000000000"}, chatkit.FeedbackNegative),
		d.db.PinThreads(ctx, d.user.ID, true, a.Thread.ID),
	} {
		if err != nil {
			d.t.Fatal(err)
		}
	}
	due := models.At(time.Date(2026, 5, 6, 7, 8, 0, 0, time.UTC))
	for _, title := range []string{"second", "first"} {
		if _, err := d.db.CreateTodo(ctx, d.user.ID, models.TodoChange{Title: &title, Description: &title, DueAt: new(*models.Time)}); err != nil {
			d.t.Fatal(err)
		}
	}
	title, high, at := "third", "high", &due
	if _, err := d.db.CreateTodo(ctx, d.user.ID, models.TodoChange{Title: &title, Priority: &high, DueAt: &at}); err != nil {
		d.t.Fatal(err)
	}
	return a.Thread.ID
}

// shown is what the API shows of everything that the person has.
func (d *desk) shown() string {
	d.t.Helper()
	ctx := models.WithUser(d.t.Context(), d.user.ID)
	store, all := models.NewStore(d.db), []any{}
	for _, id := range d.ids() {
		thread, err := store.LoadThread(ctx, id)
		if err != nil {
			d.t.Fatal(err)
		}
		thread.Items, err = d.db.ShowItems(ctx, d.user.ID, id, chatkit.PageRequest{Limit: 1000, Order: chatkit.Asc})
		if err != nil {
			d.t.Fatal(err)
		}
		feedback, err := d.db.Feedback(ctx, d.user.ID, id)
		if err != nil {
			d.t.Fatal(err)
		}
		for i := range feedback {
			feedback[i].UserID = ""
		}
		items := thread.Items.Data
		thread.Items.Data = nil
		for _, v := range append([]any{thread, feedback}, anys(items)...) {
			if call, waits := v.(interface{ ItemType() string }); waits && call.ItemType() == "client_tool_call" {
				continue // what waited for a page waits no more
			}
			raw, err := chatkit.Marshal(v)
			if err != nil {
				d.t.Fatal(err)
			}
			all = append(all, string(raw))
		}
	}
	todos, _, err := d.db.Todos(ctx, d.user.ID, models.TodoQuery{Placed: true, Limit: 100})
	if err != nil {
		d.t.Fatal(err)
	}
	for i := range todos {
		todos[i].UserID = ""
	}
	raw, err := json.MarshalIndent(append(all, todos), "", " ")
	if err != nil {
		d.t.Fatal(err)
	}
	return string(raw)
}

// TestRestore takes an export to an empty server of either kind.
func TestRestore(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		d := newDesk(t, db)
		thread := d.fill()
		file := d.export()
		if again := d.run(file); again.There != 4 || again.Threads+again.Tasks+again.Bad != 0 {
			t.Errorf("into the same account: %+v", again)
		}
		modelstest.Each(t, func(t *testing.T, empty *models.DB) {
			e := newDesk(t, empty)
			count := e.run(file)
			if count.Threads != 1 || count.Tasks != 3 || count.Files != 1 || count.Lost+count.Bad != 0 {
				t.Errorf("%+v", count)
			}
			before := d.shown()
			is(t, e.shown(), before)
			if !strings.Contains(before, "Some **words**") || !strings.Contains(before, `negative`) || !strings.Contains(before, "notes.txt") {
				t.Errorf("the thread is not what the test is about: %s", before)
			}
			c, err := empty.CopyThread(t.Context(), e.user.ID, thread)
			if err != nil || len(c.Files) != 1 || c.Thread.PinnedAt == nil || !c.TitleAuto {
				t.Fatalf("%+v, %v", c, err)
			}
			for _, it := range c.Items {
				if chatkit.Hidden(it.Item) {
					t.Error("a hidden item came along")
				}
			}
			content, err := e.files.Read(t.Context(), e.user.ID, c.Files[0].ID, false)
			if err != nil {
				t.Fatal(err)
			}
			text, _ := io.ReadAll(content)
			_ = content.Close()
			is(t, string(text), "the notes")
			found, err := empty.Search(t.Context(), e.user.ID, models.SearchQuery{Text: "words", Limit: 10})
			if err != nil || len(found.Hits) == 0 {
				t.Errorf("what was imported can't be found: %+v, %v", found, err)
			}
		})
	})
}

func anys(items []chatkit.Item) (list []any) {
	for _, it := range items {
		list = append(list, it)
	}
	return list
}

func TestExportIsForPeopleToo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, modelstest.Open(t))
	id := d.fill()
	other := modelstest.User(t, d.db, "bob@example.com")
	if _, err := d.db.CreateThread(t.Context(), other.ID, "secret", nil); err != nil {
		t.Fatal(err)
	}
	raw := d.export()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	content := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		content[f.Name] = string(text)
		if strings.Contains(string(text), "secret") {
			t.Errorf("%s has another person's thread", f.Name)
		}
	}
	markdown := ""
	for name, text := range content {
		if strings.HasPrefix(name, "markdown/20") {
			markdown = text
		}
	}
	is(t, markdown, "# Read <this>\n5 items")
	is(t, content["markdown/Tasks.md"], "# Tasks\n\n- [ ] third, due 2026-05-06 07:08 UTC, priority high\n- [ ] first\n\n  first\n\n- [ ] second\n\n  second\n\n")
	for name, want := range map[string]string{"taskpilot.json": `"format": "taskpilot-export"`, "threads/" + id + ".json": "for the model", "README.txt": "markdown/", "files.json": "notes.txt"} {
		if !strings.Contains(content[name], want) {
			t.Errorf("%s lacks %q: %s", name, want, content[name])
		}
	}
}

// TestExportWhileInUse: a file that goes meanwhile is named without its bytes, and
// who reads too slowly or goes away ends the export.
func TestExportWhileInUse(t *testing.T) {
	t.Parallel()
	d := newDesk(t, modelstest.Open(t))
	id := d.fill()
	c, err := d.db.CopyThread(t.Context(), d.user.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	d.files.Forget(t.Context(), c.Files)
	e := newDesk(t, modelstest.Open(t))
	if count := e.run(d.export()); count.Threads != 1 || count.Lost != 1 {
		t.Errorf("without its file: %+v", count)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	export := portable.Export{DB: d.db, Files: d.files, User: d.user, Markdown: func(*models.Thread, []models.Item) string { return "" }}
	if err := export.Write(ctx, io.Discard); err == nil {
		t.Error("nobody reads, and it went on")
	}
}
