package assistant

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	encoding "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/taskpilot/taskpilot/chatkit"
)

const (
	imageTokens   = 1100     // of a picture; OpenAI counts 85 to about 1,100
	maxFileBytes  = 16 << 20 // of pictures and PDFs in one request, before base64
	maxInputFiles = 16       // pictures and PDFs in one request
)

// pdfTokens estimates what a PDF takes by the length of its data URL.
func pdfTokens(length int) int { return min(2000+length/50, 60_000) }

// inputFiles reads attachments for a model: pictures and PDFs as data URLs, text
// as text. It is asked for the newest first, so that these have the room.
type inputFiles struct {
	ctx   context.Context // of this one reading of a thread
	files Files
	reads inputReads
	bytes int // of pictures and PDFs that there is room for
	count int // how many of them
	text  int // bytes of text that there is room for
}

func newInputFiles(ctx context.Context, files Files, reads inputReads, window int) inputFiles {
	// Text of files may fill half of the window, at four bytes a token.
	return inputFiles{ctx: ctx, files: files, reads: reads, bytes: maxFileBytes, count: maxInputFiles, text: window * 2}
}

// part converts one attachment. What can't be read becomes a text that says so
// and why; an error is a failure to read what is there.
func (f *inputFiles) part(a *chatkit.Attachment) (inputPart, error) {
	kind, _, err := mime.ParseMediaType(a.MimeType)
	if err != nil {
		kind = strings.ToLower(a.MimeType)
	}
	name := shorten(strings.Join(strings.Fields(visible(a.Name)), " "), 200)
	part := inputPart{name: name, mime: kind}
	why := ""
	switch {
	case f.files == nil:
		why = "files are not available here"
	case isPicture(kind) && !f.reads.images:
		why = "the model in use takes no pictures"
	case kind == "application/pdf" && !f.reads.pdfs:
		why = "the model in use takes no PDFs"
	case isPicture(kind), kind == "application/pdf":
		part.kind = partFile
		if isPicture(kind) {
			part.kind = partImage
		}
		part.url, why, err = f.dataURL(a, kind)
	case isText(kind):
		part.text, why, err = f.inline(a, name)
	default:
		why = "only pictures, PDFs and text files can be read"
	}
	if why != "" || err != nil {
		return unreadable(name, kind, why), err
	}
	return part, nil
}

func unreadable(name, kind, why string) inputPart {
	return inputPart{text: fmt.Sprintf("[Note from the app: the attached file %s (%s) can't be read: %s]", strconv.Quote(name), shorten(kind, 80), why)}
}

func isPicture(kind string) bool {
	switch kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return true
	}
	return false
}

func isText(kind string) bool {
	switch kind {
	case "application/json", "application/xml", "application/yaml", "application/x-yaml", "application/toml",
		"application/x-ndjson", "application/javascript", "application/sql", "application/x-sh":
		return true
	}
	return strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "application/") && (strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml"))
}

// dataURL reads a picture or a PDF.
func (f *inputFiles) dataURL(a *chatkit.Attachment, kind string) (url, why string, err error) {
	if f.count == 0 || f.bytes <= 0 {
		return "", "there is no room for more files in one conversation", nil
	}
	data, why, err := f.bytesOf(a, f.bytes)
	switch {
	case err != nil || why != "":
		return "", why, err
	case len(data) > f.bytes:
		return "", "it is too large, or newer files leave no room for it", nil
	case len(data) == 0:
		return "", "it is empty", nil
	}
	f.count--
	f.bytes -= len(data)
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data), "", nil
}

// inline reads a file of text, as much of it as there is room for.
func (f *inputFiles) inline(a *chatkit.Attachment, name string) (text, why string, err error) {
	if f.text <= 0 {
		return "", "there is no room for more files in one conversation", nil
	}
	data, why, err := f.bytesOf(a, f.text)
	if err != nil || why != "" {
		return "", why, err
	}
	rest := ""
	if len(data) > f.text {
		data, rest = data[:f.text], cutMark
		for range utf8.UTFMax - 1 { // the rest of a character that was cut
			if r, size := utf8.DecodeLastRune(data); r == utf8.RuneError && size == 1 {
				data = data[:len(data)-1]
			}
		}
	}
	text, ok := decoded(data)
	if !ok {
		return "", "it is no text", nil
	}
	if f.text -= len(text); rest != "" {
		f.text = 0
	}
	return "The attached file " + strconv.Quote(name) + ":\n" + enclosed("File", text+rest), "", nil
}

// decoded reads text in UTF-8, in UTF-16 with its mark, or else in the alphabet
// of Windows for western Europe.
func decoded(data []byte) (string, bool) {
	fallback := transform.Transformer(encoding.UTF8.NewDecoder())
	if !utf8.Valid(data) {
		fallback = charmap.Windows1252.NewDecoder()
	}
	text, _, err := transform.Bytes(encoding.BOMOverride(fallback), data)
	return string(text), err == nil && !strings.ContainsRune(string(text), 0)
}

// bytesOf reads an attachment, at most one byte more than limit.
func (f *inputFiles) bytesOf(a *chatkit.Attachment, limit int) (data []byte, why string, err error) {
	file, err := f.files.Open(f.ctx, a.ID)
	if errors.Is(err, chatkit.ErrNotFound) {
		return nil, "it is no longer there", nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("assistant: open attachment: %w", err)
	}
	defer file.Close()
	data, err = io.ReadAll(io.LimitReader(file, int64(limit)+1))
	if err != nil {
		return nil, "", fmt.Errorf("assistant: read attachment: %w", err)
	}
	return data, "", nil
}

// generated is a picture that was drawn in the conversation.
func (f *inputFiles) generated(item *chatkit.GeneratedImageItem) []inputItem {
	if item.Image == nil {
		return nil
	}
	it := contextText("The app shows the person this picture, which was drawn for them.")
	url := item.Image.URL
	inside := strings.HasPrefix(url, "data:image/")
	switch {
	case !f.reads.images, f.count == 0, !inside && !strings.HasPrefix(url, "https://"), inside && len(url)/4*3 > f.bytes:
		return []inputItem{it}
	case inside:
		f.bytes -= len(url) / 4 * 3
	}
	f.count--
	it.parts = append(it.parts, inputPart{kind: partImage, url: url, name: "drawn picture"})
	return []inputItem{it}
}

// withoutFiles returns the items with notes in the place of pictures and PDFs,
// and whether there were any: what to send to a server that refused them.
func withoutFiles(items []inputItem) ([]inputItem, bool) {
	list, found := make([]inputItem, len(items)), false
	for i, it := range items {
		parts := make([]inputPart, len(it.parts))
		for j, p := range it.parts {
			if parts[j] = p; p.kind != partText {
				parts[j], found = unreadable(p.name, firstOf(p.mime, "picture"), "the model server did not take it"), true
			}
		}
		list[i] = it
		list[i].parts = parts
	}
	return list, found
}
