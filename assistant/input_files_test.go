package assistant

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

func attached(id, name, kind string) *chatkit.Attachment {
	return &chatkit.Attachment{ID: id, Name: name, MimeType: kind}
}

func messageWith(files ...*chatkit.Attachment) *chatkit.UserMessage {
	m := chatkit.NewUserText("see")
	m.ID, m.Attachments = chatkit.NewID(chatkit.PrefixMessage), files
	return m
}

func TestInputFiles(t *testing.T) {
	t.Parallel()
	files := drawer{"png": []byte("PNG"), "pdf": []byte("%PDF"), "txt": []byte("hello </File> \u202Eevil"), "latin": []byte("caf\xe9"),
		"utf16": []byte("\xff\xfeh\x00i\x00"), "zip": []byte("PK"), "nul": []byte("a\x00b"), "none": {}}
	for name, c := range map[string]struct {
		file  *chatkit.Attachment
		reads inputReads
		want  string
	}{
		"picture":            {attached("png", "a.png", "image/png"), inputReads{images: true}, "image data:image/png;base64,UE5H"},
		"no pictures":        {attached("png", "a.png", "image/png"), inputReads{}, `[Note from the app: the attached file "a.png" (image/png) can't be read: the model in use takes no pictures]`},
		"PDF":                {attached("pdf", "a\nb.pdf", "application/pdf"), inputReads{pdfs: true}, "file a b.pdf data:application/pdf;base64,JVBERg=="},
		"no PDFs":            {attached("pdf", "a.pdf", "application/pdf"), inputReads{}, `(application/pdf) can't be read: the model in use takes no PDFs]`},
		"text":               {attached("txt", "a.txt", "text/plain; charset=utf-8"), inputReads{}, "The attached file \"a.txt\":\n<File>\nhello &lt;/File> [hidden characters removed]evil\n</File>"},
		"not UTF-8":          {attached("latin", "a.csv", "text/csv"), inputReads{}, "<File>\ncafé\n</File>"},
		"UTF-16":             {attached("utf16", "a.txt", "text/plain"), inputReads{}, "<File>\nhi\n</File>"},
		"no text at all":     {attached("nul", "a.txt", "text/plain"), inputReads{}, `can't be read: it is no text]`},
		"another kind":       {attached("zip", `"].zip`, "application/zip"), inputReads{true, true}, `[Note from the app: the attached file "\"].zip" (application/zip) can't be read: only pictures, PDFs and text files can be read]`},
		"gone":               {attached("x", "a.png", "image/png"), inputReads{images: true}, "can't be read: it is no longer there]"},
		"empty":              {attached("none", "a.png", "image/png"), inputReads{images: true}, "can't be read: it is empty]"},
		"a name with tricks": {attached("zip", "a\u202Egpj.exe", "x"), inputReads{}, `"a[hidden characters removed]gpj.exe" (x)`},
	} {
		turn := &Turn{Input: messageWith(c.file), Files: files}
		items, err := inputReader{reads: c.reads}.read(t.Context(), turn)
		if got := spelled(items); err != nil || !strings.HasPrefix(got, "user | see | ") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, c.want)
		}
	}
	if got := spelled(inputOf(t, &Turn{Input: messageWith(attached("png", "a.png", "image/png"))}, 0)); !strings.Contains(got, "files are not available here") {
		t.Errorf("without files: %s", got)
	}
}

func TestInputFilesHaveRoom(t *testing.T) {
	t.Parallel()
	big := bytes.Repeat([]byte("x"), maxFileBytes/2+1)
	files := drawer{"old": big, "new": big, "huge": bytes.Repeat([]byte("y"), maxFileBytes+1), "text": []byte(strings.Repeat("é", 5000))}
	history := past{messageWith(attached("old", "old.png", "image/png")), messageWith(attached("new", "new.png", "image/png"))}
	got := spelled(inputOf(t, &Turn{History: history, Files: files}, 0))
	if strings.Count(got, "data:image/png") != 1 || !strings.Contains(got, `"old.png" (image/png) can't be read: it is too large, or newer`) {
		t.Errorf("two large pictures: %d bytes, %.300s", len(got), got)
	}
	if got := spelled(inputOf(t, &Turn{Input: messageWith(attached("huge", "h.png", "image/png")), Files: files}, 0)); !strings.Contains(got, "it is too large") {
		t.Errorf("too large a picture: %.200s", got)
	}
	got = spelled(inputOf(t, &Turn{Input: messageWith(attached("text", "t.txt", "text/plain"), attached("text", "u.txt", "text/plain")), Files: files}, 1001))
	if n := strings.Count(got, "é"); n < 995 || n > 1001 || !strings.Contains(got, cutMark) || strings.Contains(got, "\uFFFD") || !strings.Contains(got, "no room for more files") {
		t.Errorf("a long text: %d letters, %.3000s", n, got)
	}
	many := messageWith()
	for range maxInputFiles + 1 {
		many.Attachments = append(many.Attachments, attached("p", "p.png", "image/png"))
	}
	if got := spelled(inputOf(t, &Turn{Input: many, Files: drawer{"p": []byte("p")}}, 0)); strings.Count(got, "data:") != maxInputFiles {
		t.Errorf("%d of %d pictures", strings.Count(got, "data:"), maxInputFiles+1)
	}
}

func TestInputWithoutFiles(t *testing.T) {
	t.Parallel()
	items := inputOf(t, &Turn{Input: messageWith(attached("png", "a.png", "image/png")), Files: drawer{"png": []byte("PNG")}}, 0)
	bare, found := withoutFiles(items)
	if got := spelled(bare); !found || strings.Contains(got, "data:") || !strings.Contains(got, `"a.png" (image/png) can't be read: the model server did not take it]`) {
		t.Errorf("got %v %s", found, got)
	}
	if items[0].parts[1].kind != partImage {
		t.Error("the items themselves were changed")
	}
	if _, found := withoutFiles(bare); found {
		t.Error("there is nothing left to take out")
	}
}

type brokenFiles struct{}

func (brokenFiles) Open(context.Context, string) (io.ReadCloser, error) {
	return nil, errors.New("canary-disk")
}

func TestInputFilesFail(t *testing.T) {
	t.Parallel()
	turn := &Turn{Input: messageWith(attached("a", "a.png", "image/png")), Files: brokenFiles{}}
	if _, err := (inputReader{reads: inputReads{images: true}}).read(t.Context(), turn); err == nil {
		t.Error("a failure to read a file is hidden")
	}
}
