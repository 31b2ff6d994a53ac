package static_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/static"
)

func open(t *testing.T, name string) string {
	t.Helper()
	content, _, ok := static.Open(static.URL(name))
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	return string(content)
}

func TestOpenFindsWhatURLNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"css/app.css": "text/css; charset=utf-8", "dist/app.js": "text/javascript; charset=utf-8", "img/icon.svg": "image/svg+xml",
		"img/icon-192.png": "image/png", "manifest.webmanifest": "application/manifest+json",
	} {
		content, contentType, ok := static.Open(static.URL(name))
		if !ok || len(content) == 0 || contentType != want {
			t.Errorf("%s: %v, %d bytes, %s", name, ok, len(content), contentType)
		}
	}
}

func TestOpenRefusesEverythingElse(t *testing.T) {
	t.Parallel()
	release := strings.TrimSuffix(static.URL(""), "/")
	for _, p := range []string{
		"", "/", "/static/", release, release + "/", release + "/dist", release + "/dist/none.js", "/static/000000000000/dist/app.js",
		"/dist/app.js", release + "/../static.go", release + "/dist/../../static.go", release + "//dist/app.js", release + "/dist\\app.js", release + "/js/app.js",
	} {
		if _, _, ok := static.Open(p); ok {
			t.Errorf("%q was found", p)
		}
	}
}

// bundle is built of what is in src/chatkit, and loaded by the ChatKit page only.
const bundle = "dist/chatkit-page.js"

// ourScripts returns the scripts that people here write, by name.
func ourScripts(t *testing.T) map[string]string {
	t.Helper()
	scripts := map[string]string{}
	sources, err := filepath.Glob("js/*.js")
	if err != nil || len(sources) < 20 {
		t.Fatalf("the sources of the pages' scripts: %d, %v", len(sources), err)
	}
	more, err := filepath.Glob("src/chatkit/*.js*")
	if err != nil || len(more) == 0 {
		t.Fatalf("the sources of %s: %d, %v", bundle, len(more), err)
	}
	for _, name := range append(sources, more...) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		scripts[filepath.ToSlash(name)] = string(text)
	}
	return scripts
}

var imports = regexp.MustCompile(`(?:from|import|new URL\()\s*"(\.[^"]+)"`)

// later are modules that a page loads when something is wanted that needs them.
var later = regexp.MustCompile(`\bimport\("(\.[^"]+)"\)`)

func TestModulesImportWhatIsThere(t *testing.T) {
	t.Parallel()
	scripts, count := ourScripts(t), 0
	for name, text := range scripts {
		for _, m := range append(imports.FindAllStringSubmatch(text, -1), later.FindAllStringSubmatch(text, -1)...) {
			count++
			if _, ok := scripts[path.Join(path.Dir(name), m[1])]; !ok {
				t.Errorf("%s imports %s, which is not there", name, m[1])
			}
		}
	}
	if count < 20 {
		t.Fatalf("only %d imports were found", count)
	}
}

// What the content policy forbids would silently not work.
func TestOurScriptsAreShortAndHarmless(t *testing.T) {
	t.Parallel()
	forbidden := regexp.MustCompile(`\beval\(|new Function|\.innerHTML \+=|insertAdjacentHTML|document\.write|https?://|setAttribute\("style"`)
	for name, text := range ourScripts(t) {
		if n := strings.Count(text, "\n"); n > 100 {
			t.Errorf("%s has %d lines", name, n)
		}
		if found := forbidden.FindString(text); found != "" {
			t.Errorf("%s has %s", name, found)
		}
	}
}

func gzipped(t *testing.T, names ...string) int {
	t.Helper()
	total := 0
	for _, name := range names {
		var b bytes.Buffer
		w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(open(t, name))); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		total += b.Len()
	}
	return total
}

// loaded returns what a page gets that starts with these scripts.
func loaded(t *testing.T, start ...string) []string {
	t.Helper()
	names := start
	for i := 0; i < len(names); i++ {
		for _, m := range imports.FindAllStringSubmatch(open(t, names[i]), -1) {
			if name := path.Join(path.Dir(names[i]), m[1]); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// A source that no other names, and no page begins with, is in no script.
func TestEverySourceIsUsed(t *testing.T) {
	t.Parallel()
	named := map[string]bool{"js/theme.js": true, "js/css.js": true, "js/app.js": true}
	scripts := ourScripts(t)
	for name, text := range scripts {
		for _, m := range append(imports.FindAllStringSubmatch(text, -1), later.FindAllStringSubmatch(text, -1)...) {
			named[path.Join(path.Dir(name), m[1])] = true
		}
	}
	for name := range scripts {
		if path.Dir(name) == "js" && !named[name] {
			t.Errorf("nothing loads %s", name)
		}
	}
}

func TestFirstChatStaysLight(t *testing.T) {
	t.Parallel()
	chat := loaded(t, "dist/theme.js", "dist/css.js", "js/vendor/htmx-4.0.1.min.js", "dist/app.js")
	if slices.Contains(chat, bundle) {
		t.Errorf("the chat loads %s", bundle)
	}
	preloaded := append([]string{"dist/theme.js", "dist/css.js", "js/vendor/htmx-4.0.1.min.js", "dist/app.js", "dist/live-worker.js"}, static.Imports("dist/app.js")...)
	for _, name := range chat {
		if !slices.Contains(preloaded, name) {
			t.Errorf("%s is found only when another script is there", name)
		}
	}
	all := slices.Clone(chat)
	for _, name := range chat {
		for _, m := range later.FindAllStringSubmatch(open(t, name), -1) {
			all = append(all, loaded(t, path.Join(path.Dir(name), m[1]))...)
		}
	}
	for _, name := range static.Names() {
		if path.Ext(name) == ".js" && name != bundle && !slices.Contains(all, name) {
			t.Errorf("nothing loads %s", name)
		}
	}
	if size := gzipped(t, chat...); size > 28<<10 {
		t.Errorf("the chat's scripts are %d bytes compressed", size)
	}
	if size := gzipped(t, "css/app.css"); size > 20<<10 {
		t.Errorf("the style sheet is %d bytes compressed", size)
	}
	t.Logf("scripts %d, style %d bytes compressed", gzipped(t, chat...), gzipped(t, "css/app.css"))
}

// React alone is 60 KiB; more than a little beyond that is a mistake.
func TestChatKitPageStaysReasonable(t *testing.T) {
	t.Parallel()
	if size := gzipped(t, bundle); size > 80<<10 {
		t.Errorf("%s is %d bytes compressed", bundle, size)
	}
	if text := open(t, bundle); strings.Contains(text, "development.js") || !strings.Contains(text, "@license React") {
		t.Errorf("%s is not React's production build, or lost its licence", bundle)
	}
}

// The lock file must not tie the build to where packages were fetched from.
func TestLockFileNamesNoHost(t *testing.T) {
	t.Parallel()
	lock, err := os.ReadFile("../package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(lock, []byte(`"resolved"`)) || !bytes.Contains(lock, []byte(`"integrity"`)) {
		t.Error("package-lock.json: fetch with npm install --omit-lockfile-registry-resolved")
	}
}

// A browser offers to install the app only if every icon is there.
func TestManifestNamesIconsThatAreThere(t *testing.T) {
	t.Parallel()
	var manifest struct {
		Icons []struct{ Src, Type string }
	}
	if err := json.Unmarshal([]byte(open(t, "manifest.webmanifest")), &manifest); err != nil {
		t.Fatal(err)
	}
	for _, icon := range manifest.Icons {
		if _, contentType, ok := static.Open(static.URL(icon.Src)); !ok || contentType != icon.Type {
			t.Errorf("%s: %v, %s", icon.Src, ok, contentType)
		}
	}
	if len(manifest.Icons) < 3 {
		t.Errorf("only %d icons", len(manifest.Icons))
	}
}
