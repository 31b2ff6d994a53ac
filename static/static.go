// Package static holds the front end's files inside the binary and names each
// by a checksum of the whole tree, so that browsers may keep them for ever and
// never mix two releases.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"path"
	"regexp"
	"strings"
	"sync"
)

// One checksum stands for all files, not one a file: ES modules import each
// other by relative paths, which then stay within the same release.
//
//go:embed css/app.css dist/*.js js/vendor/*.js img/*.svg img/*.png manifest.webmanifest
var files embed.FS

// Prefix is where the files are served from.
const Prefix = "/static/"

// CacheControl is the header for every file that Open finds: its URL changes
// when its bytes do.
const CacheControl = "public, max-age=31536000, immutable"

// URL returns the path of a file, as in URL("dist/app.js").
func URL(name string) string { return Prefix + checksum() + "/" + name }

// Open returns the file at a path that URL gave. ok is false for anything else,
// also for the path of another release: what it would get is not what it asked for.
func Open(urlPath string) (content []byte, contentType string, ok bool) {
	name, found := strings.CutPrefix(urlPath, Prefix+checksum()+"/")
	if !found || !fs.ValidPath(name) {
		return nil, "", false
	}
	content, err := files.ReadFile(name)
	if err != nil {
		return nil, "", false
	}
	return content, contentTypeOf(name), true
}

// Compressed returns the file at a path that URL gave as gzip, for clients that
// take it. ok is false where that makes nothing smaller.
func Compressed(urlPath string) (content []byte, ok bool) {
	name, found := strings.CutPrefix(urlPath, Prefix+checksum()+"/")
	content = compressed()[name]
	return content, found && content != nil
}

// compressed is every text of the tree, made once.
var compressed = sync.OnceValue(func() map[string][]byte {
	all := map[string][]byte{}
	for _, name := range Names() {
		if path.Ext(name) == ".png" {
			continue
		}
		content, _ := files.ReadFile(name) // it was just listed
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level exists
		_, _ = w.Write(content)                               // a buffer takes everything
		_ = w.Close()
		all[name] = b.Bytes()
	}
	return all
})

var imported = regexp.MustCompile(`(?:from|import)\s*"\./([^"]+)"`)

// Imports lists what a script imports at its start, so that a page can have it
// fetched together with the script.
func Imports(name string) []string { return imports()[name] }

// imports is what each script imports, read once: every page asks for it.
var imports = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for _, name := range Names() {
		if path.Ext(name) != ".js" {
			continue
		}
		content, _ := files.ReadFile(name) // it was just listed
		for _, m := range imported.FindAllSubmatch(content, -1) {
			all[name] = append(all[name], path.Join(path.Dir(name), string(m[1])))
		}
	}
	return all
})

// Names lists every file, in order.
func Names() []string {
	var names []string
	// The tree is in memory and its root exists: the walk can't fail.
	_ = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	})
	return names
}

// contentTypeOf does not ask the machine's own table of types first, so that
// the answer is the same everywhere.
func contentTypeOf(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".webmanifest":
		return "application/manifest+json"
	default:
		return mime.TypeByExtension(ext)
	}
}

// checksum names the release: the first 12 hexadecimal digits of the SHA-256
// of all names and contents.
var checksum = sync.OnceValue(func() string {
	sum := sha256.New()
	for _, name := range Names() {
		content, _ := files.ReadFile(name) // it was just listed
		sum.Write([]byte(name))
		sum.Write([]byte{0})
		sum.Write(content)
		sum.Write([]byte{0})
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
})
