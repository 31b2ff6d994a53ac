package files

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/taskpilot/taskpilot/chatkit"
)

// maxName is how many bytes a file's name has at most.
const maxName = 200

// CleanName makes a file's name fit to be shown and to be offered for saving:
// one name without folders, without control characters and without characters
// that turn the direction of writing, which make "exe.png" of "gnp.exe".
func CleanName(name string) string {
	name = chatkit.CleanText(name)
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r', unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError, strings.ContainsRune(`/:*?"<>|`, r):
			return -1
		}
		return r
	}, name)
	name = strings.Join(strings.Fields(name), " ")
	name = strings.Trim(name, ". ")
	if name == "" {
		return "file"
	}
	return shorten(name)
}

// shorten cuts a long name before its extension, between characters.
func shorten(name string) string {
	if len(name) <= maxName {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > 20 {
		ext = ""
	}
	stem := name[:maxName-len(ext)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return strings.TrimRight(stem, ". ") + ext
}

// extension is the lower-case end of a name, with its dot.
func extension(name string) string { return strings.ToLower(path.Ext(name)) }

// withExtension gives a name the extension of what the file has become.
func withExtension(name, ext string) string {
	if old := extension(name); old == ext || ext == ".jpg" && old == ".jpeg" {
		return name
	}
	return shorten(strings.TrimSuffix(name, path.Ext(name)) + ext)
}
