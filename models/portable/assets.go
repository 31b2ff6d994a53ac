package portable

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"io"
	"path"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

// assets finds the files of an archive.
type assets struct {
	byPath map[string]*zip.File
	byID   map[string]*zip.File // what ChatGPT calls them: their names begin with it
	own    map[string]fileJSON  // of our own export, by attachment
}

func (a *archive) assets() *assets {
	s := &assets{byPath: map[string]*zip.File{}, byID: map[string]*zip.File{}, own: map[string]fileJSON{}}
	for _, f := range a.files {
		if !f.Mode().IsRegular() {
			continue
		}
		s.byPath[f.Name] = f
		if id := fileID(path.Base(f.Name)); id != "" {
			s.byID[id] = f
		}
	}
	return s
}

// fileID is the id that a name begins with: file-AbC or file_0123, up to the next
// mark. "" if there is none.
func fileID(name string) string {
	if !strings.HasPrefix(name, "file-") && !strings.HasPrefix(name, "file_") {
		return ""
	}
	rest := name[len("file-"):]
	end := strings.IndexFunc(rest, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if end < 0 {
		end = len(rest)
	}
	return name[:len("file-")+end]
}

// pointed returns the file that one of ChatGPT's pointers, as
// sediment://file_0123 or file-service://file-AbC, means.
func (a *assets) pointed(pointer string) *zip.File {
	_, id, ok := strings.Cut(pointer, "://")
	if !ok {
		return nil
	}
	id, _, _ = strings.Cut(id, "?")
	return a.byID[fileID(id)]
}

// attach notes a file of a message that is read when the thread is stored.
func (e *entry) attach(name string, open func() (io.ReadCloser, error)) *chatkit.Attachment {
	a := &chatkit.Attachment{ID: chatkit.NewID(chatkit.PrefixAttachment), Name: name}
	e.files = append(e.files, pendingFile{of: a, open: open})
	return a
}

// draw notes a picture that a model drew.
func (e *entry) draw(open func() (io.ReadCloser, error)) *chatkit.GeneratedImageItem {
	image := &chatkit.GeneratedImage{ID: chatkit.NewID("img")}
	e.files = append(e.files, pendingFile{drawn: image, open: open})
	return &chatkit.GeneratedImageItem{Image: image}
}

// maxInline is how many bytes a picture in the text of a file has at most.
const maxInline = 20 << 20

// inline returns the picture of a data: address; nil: it is none.
func inline(address string) func() (io.ReadCloser, error) {
	rest, ok := strings.CutPrefix(address, "data:image/")
	_, data, encoded := strings.Cut(rest, ";base64,")
	if !ok || !encoded || len(data) > maxInline*4/3 {
		return nil
	}
	return func() (io.ReadCloser, error) {
		return io.NopCloser(base64.NewDecoder(base64.StdEncoding, strings.NewReader(data))), nil
	}
}

const maxDrawn = 8 << 20

// dataURL is a drawn picture as an item has it; "" if the bytes are none.
func dataURL(raw []byte) string {
	kinds := []struct{ magic, mime string }{{"\x89PNG\r\n\x1a\n", "png"}, {"\xff\xd8\xff", "jpeg"}, {"GIF8", "gif"}, {"RIFF", "webp"}}
	for _, k := range kinds {
		if bytes.HasPrefix(raw, []byte(k.magic)) && len(raw) <= maxDrawn {
			return "data:image/" + k.mime + ";base64," + base64.StdEncoding.EncodeToString(raw)
		}
	}
	return ""
}
