package portable_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
	"github.com/taskpilot/taskpilot/models/portable"
)

func TestFilesThatAreNotTaken(t *testing.T) {
	t.Parallel()
	d := newDesk(t, modelstest.Open(t))
	whole := pack(t, "conversations.json", sample(t, "chatgpt.json"))
	many := append([]byte(nil), whole...)
	end := bytes.LastIndex(many, []byte("PK\x05\x06"))
	many[end+10], many[end+11] = 0xff, 0xff
	damaged := append([]byte(nil), whole...)
	for i := 40; i < 400; i++ {
		damaged[i] ^= 0x55
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":           {nil, "not an export"},
		"text":            {[]byte("hello"), "not an export"},
		"a picture":       {picture(t), "not an export"},
		"other JSON":      {[]byte(`{"a":1}`), "not an export"},
		"an empty list":   {[]byte(`[]`), "not an export"},
		"a zip of others": {pack(t, "a.txt", "x"), "not an export"},
		"a zip in a zip":  {pack(t, "a.zip", whole), "not an export"},
		"cut":             {whole[:len(whole)/2], "damaged or not complete"},
		"damaged":         {damaged, ""},
		"too many files":  {many, "too many files"},
	} {
		_, _, err := d.preview(c.file)
		if r, ok := errors.AsType[*portable.Refusal](err); !ok || !strings.Contains(r.Message, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := d.importer().Preview(t.Context(), bytes.NewReader(nil), portable.MaxFile+1); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("a large file: %v", err)
	}
}

func TestBomb(t *testing.T) {
	t.Parallel()
	d := newDesk(t, modelstest.Open(t))
	bomb := pack(t, "conversations.json", "["+strings.Repeat(" ", 3<<20)+"]")
	lie := append([]byte(nil), bomb...)
	at := bytes.LastIndex(lie, []byte("PK\x01\x02"))
	copy(lie[at+24:], []byte{10, 0, 0, 0}) // says that it unpacks to ten bytes
	for name, c := range map[string]struct {
		file []byte
		want string
	}{"honest": {bomb, "unpacks to more"}, "lying": {lie, ""}, "no zip": {append([]byte("["), bytes.Repeat([]byte(" "), 5<<20)...), "unpacks to more"}} {
		i := d.importer()
		i.MaxText = 2 << 20
		_, count, err := i.Preview(t.Context(), bytes.NewReader(c.file), int64(len(c.file)))
		if r, ok := errors.AsType[*portable.Refusal](err); !ok || !strings.Contains(r.Message, c.want) {
			t.Errorf("%s, %d bytes: %+v, %v", name, len(c.file), count, err)
		}
	}
}

func TestOneBadEntryLeavesTheOthers(t *testing.T) {
	t.Parallel()
	d := newDesk(t, modelstest.Open(t))
	good := func(n int) string {
		return fmt.Sprintf(`{"title":"good %d","id":"g%d","mapping":{"a":{"message":{"author":{"role":"user"},"content":{"content_type":"text","parts":["hello \u0000 there"]}}}}}`, n, n)
	}
	long := `{"title":"long","mapping":{"x":"` + strings.Repeat("x", 33<<20) + `"}}`
	deep := `{"title":"deep","mapping":` + strings.Repeat(`{"a":`, 9500) + "1" + strings.Repeat("}", 9500) + `}`
	file := "\ufeff[" + strings.Join([]string{good(1), long, good(2), deep, good(3), "null", `"]"`, good(4)}, ",") + `,{"title":"cut`
	count := d.run([]byte(file))
	if count.Threads != 4 || count.Bad != 5 {
		t.Errorf("%+v", count)
	}
	var reasons []string
	for _, p := range count.Problems {
		reasons = append(reasons, p.Entry+" "+p.Reason)
	}
	is(t, strings.Join(reasons, "\n"), "No. 2 It is larger than 32 MB.\nNo. 4 It is nested too deeply.\nNo. 6 It is not a chat.\nNo. 7 It is not a chat.\nNo. 9 The file ends in the middle of it.")
	is(t, d.told("good 4")[strings.Index(d.told("good 4"), "user"):], "user: hello  there\n")
}

func TestThreadsAreWholeOrNotThere(t *testing.T) {
	t.Parallel()
	d := newDesk(t, modelstest.Open(t))
	d.files.Limits.Total = 10
	file := pack(t, "c.json", sample(t, "chatgpt.json"), "file-Crumb01.png", picture(t), "file_00ab12.png", picture(t))
	count, err := d.importer().Run(t.Context(), bytes.NewReader(file), int64(len(file)), func(models.ImportCount) {})
	if err != nil || count.Threads != 1 || !strings.Contains(fmt.Sprint(count.Problems), "There is no room") {
		t.Errorf("%+v, %v", count, err)
	}
	if len(d.ids()) != 1 {
		t.Errorf("%d threads", len(d.ids()))
	}
}

// forged is an export that somebody wrote by hand.
func forged(item string) []byte {
	return []byte(`{"format":"taskpilot-thread","version":1,"thread":{"id":"thr_0123456789ab","title":"forged","allowed_image_domains":["evil.example"],
	"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","status":{"type":"active"}},"items":[{"run_id":"../x","created_at":"0001-01-01T00:00:00Z","item":` + item + `}]}`)
}

func TestForgedExports(t *testing.T) {
	t.Parallel()
	d := newDesk(t, modelstest.Open(t))
	base := `"id":"msg_1","thread_id":"thr_other","created_at":"2026-01-01T00:00:00Z"`
	count := d.run(forged(`{"type":"user_message",` + base + `,"content":[{"type":"input_text","text":"hi"}],"attachments":[{"id":"atc_0123456789ab","name":"of another","mime_type":"image/png","type":"image","preview_url":"https://evil.example/"}],"inference_options":{}}`))
	if count.Threads != 1 || count.Lost != 1 {
		t.Errorf("%+v", count)
	}
	c, err := d.db.CopyThread(t.Context(), d.user.ID, "thr_0123456789ab")
	if err != nil {
		t.Fatal(err)
	}
	m := c.Items[0].Item.(*chatkit.UserMessage)
	if len(m.Attachments) != 0 || m.ThreadID != c.Thread.ID || len(c.Thread.ImageDomains) != 0 || c.Items[0].RunID == "../x" {
		t.Errorf("%+v, %+v", m, c.Thread)
	}
	for _, item := range []string{`{"type":"hidden_context_item",` + base + `,"content":"x"}`, `{"type":"sdk_hidden_context",` + base + `,"content":"x"}`} {
		e := newDesk(t, modelstest.Open(t))
		e.run(forged(item))
		c, err := e.db.CopyThread(t.Context(), e.user.ID, "thr_0123456789ab")
		if err != nil || len(c.Items) != 0 {
			t.Errorf("%s: %+v, %v", item, c, err)
		}
	}
	newer := bytes.Replace(forged(`{}`), []byte(`"version":1`), []byte(`"version":2`), 1)
	if _, count, _ := d.preview(newer); count.Bad != 1 {
		t.Errorf("a newer version: %+v", count)
	}
}

func FuzzPreview(f *testing.F) {
	for _, name := range []string{"chatgpt.json", "openwebui.json", "librechat.json", "librechat-flat.json"} {
		f.Add(sample(f, name))
		f.Add(pack(f, "x.json", sample(f, name)))
	}
	f.Add(forged(`{"type":"end_of_turn","id":"x"}`))
	d := newDesk(f, modelstest.Open(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		_, count, err := d.importer().Preview(t.Context(), bytes.NewReader(file), int64(len(file)))
		if err == nil && count.Entries == 0 {
			t.Error("nothing is in it, and nothing is wrong")
		}
		if _, jerr := json.Marshal(count); jerr != nil {
			t.Error(jerr)
		}
	})
}
