package files

import (
	"io"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
)

// kind is what a file's bytes say it is.
type kind struct {
	mimeType string
	picture  bool
}

// taken lists the kinds that are stored as they are, by their bytes. None of
// them can do anything in a browser, which is told to save and not to show them.
var taken = []string{
	"application/pdf",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
	"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
	"application/vnd.oasis.opendocument.presentation",
	"audio/mpeg", "audio/wav", "audio/ogg", "audio/flac", "audio/aac", "audio/mp4", "audio/x-m4a",
}

// pictures lists the kinds that are decoded and encoded again.
var pictures = []string{"image/png", "image/apng", "image/jpeg", "image/gif", "image/webp"}

// refusedTypes are kinds with a word of their own.
var refusedTypes = map[string]string{
	"text/html": "web pages", "application/xhtml+xml": "web pages", "image/svg+xml": "SVG pictures",
	"application/zip": "archives", "application/gzip": "archives", "application/x-7z-compressed": "archives",
	"application/vnd.rar": "archives", "application/x-tar": "archives", "application/java-archive": "programs",
	"application/vnd.microsoft.portable-executable": "programs", "application/x-elf": "programs",
	"application/x-executable": "programs", "application/x-sharedlib": "programs",
	"application/x-mach-binary": "programs", "application/x-object": "programs", "application/wasm": "programs",
}

// accepted ends the sentence that refuses a kind of file.
const accepted = "Attach a picture (PNG, JPEG, GIF, WebP), a PDF, a text or code file, an office document or a sound."

// sniffed is how many bytes at the beginning decide.
const sniffed = 3072

// kindOf finds out what a file is from its bytes. The name only tells apart
// texts, which are all as harmless.
func kindOf(r io.ReadSeeker, name string) (kind, error) {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return kind{}, err
	}
	head = head[:n]
	if n == 0 {
		return kind{}, refuse(Broken, "The file is empty.")
	}
	found := mimetype.Detect(head)
	for m := found; m != nil; m = m.Parent() {
		typ, _, _ := strings.Cut(m.String(), ";")
		switch {
		case slices.Contains(pictures, typ):
			return kind{typ, true}, nil
		case slices.Contains(taken, typ):
			return kind{mimeType: typ}, nil
		case refusedTypes[typ] != "":
			return kind{}, refuse(WrongType, "Files of this kind are not taken: %s. %s", refusedTypes[typ], accepted)
		case typ == "text/plain":
			return textKind(r, head, name)
		}
	}
	return kind{}, refuse(WrongType, "Files of this kind are not taken. %s", accepted)
}

// textTypes are the texts that have a type of their own. Whatever else is text
// is plain text: code has no use for a type, and browsers run some of them.
var textTypes = map[string]string{
	".md": "text/markdown", ".markdown": "text/markdown", ".csv": "text/csv",
	".tsv": "text/tab-separated-values", ".json": "application/json",
}

// markup are names that browsers or systems run or show as pages; their text is
// refused so that nobody is surprised by it.
var markup = []string{".html", ".htm", ".xhtml", ".shtml", ".mht", ".mhtml", ".svg", ".svgz", ".hta", ".xsl", ".xslt"}

func textKind(r io.ReadSeeker, head []byte, name string) (kind, error) {
	ext := extension(name)
	if slices.Contains(markup, ext) || beginsAsPage(string(head)) {
		return kind{}, refuse(WrongType, "Files of this kind are not taken: %s. %s", "web pages", accepted)
	}
	if err := plainText(io.MultiReader(strings.NewReader(string(head)), r)); err != nil {
		return kind{}, err
	}
	if typ := textTypes[ext]; typ != "" {
		return kind{mimeType: typ}, nil
	}
	return kind{mimeType: "text/plain"}, nil
}

// beginsAsPage reports what browsers that look at bytes would take for a page or
// a drawing, also where it is not well-formed.
func beginsAsPage(text string) bool {
	text = strings.TrimPrefix(text, "\ufeff")
	for {
		text = strings.ToLower(strings.TrimSpace(text))
		_, after, ok := strings.Cut(text, "-->")
		if !ok || !strings.HasPrefix(text, "<!--") {
			break
		}
		text = after
	}
	return slices.ContainsFunc([]string{"<svg", "<html", "<!doctype", "<script", "<iframe", "<body", "<head"},
		func(tag string) bool { return strings.HasPrefix(text, tag) })
}

// plainText refuses what is no UTF-8 text to its end.
func plainText(r io.Reader) error {
	buf := make([]byte, 32<<10)
	left := 0 // bytes of a character that the last read cut
	for {
		n, err := r.Read(buf[left:])
		text := buf[:left+n]
		for len(text) > 0 {
			c, size := utf8.DecodeRune(text)
			if c == utf8.RuneError && size == 1 && !utf8.FullRune(text) && err == nil {
				break
			}
			if c == 0 || c == utf8.RuneError && size == 1 {
				return refuse(WrongType, "The file is no text in UTF-8. Save it as UTF-8, or attach another.")
			}
			text = text[size:]
		}
		left = copy(buf, text)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// announced checks what a client says that it is going to send: what is plainly
// none of the taken kinds need not travel.
func announced(mimeType string) (isPicture bool, err error) {
	typ, _, parseErr := mime.ParseMediaType(mimeType)
	if parseErr != nil {
		return false, nil // its bytes will tell
	}
	if what := refusedTypes[typ]; what != "" {
		return false, refuse(WrongType, "Files of this kind are not taken: %s. %s", what, accepted)
	}
	if isPicture = slices.Contains(pictures, typ); strings.HasPrefix(typ, "image/") && !isPicture || strings.HasPrefix(typ, "video/") {
		return false, refuse(WrongType, "Files of this kind are not taken. %s", accepted)
	}
	return isPicture, nil
}
