package static_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path"
	"regexp"
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
		"css/app.css": "text/css; charset=utf-8", "js/app.js": "text/javascript; charset=utf-8", "img/icon.svg": "image/svg+xml",
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
		"", "/", "/static/", release, release + "/", release + "/js", release + "/js/none.js", "/static/000000000000/js/app.js",
		"/js/app.js", release + "/../static.go", release + "/js/../../static.go", release + "//js/app.js", release + "/js\\app.js",
	} {
		if _, _, ok := static.Open(p); ok {
			t.Errorf("%q was found", p)
		}
	}
}

func TestModulesImportWhatIsThere(t *testing.T) {
	t.Parallel()
	imports := regexp.MustCompile(`(?:from|import|new URL\()\s*"(\.[^"]+)"`)
	count := 0
	for _, name := range static.Names() {
		if path.Dir(name) != "js" {
			continue
		}
		for _, m := range imports.FindAllStringSubmatch(open(t, name), -1) {
			count++
			open(t, path.Join("js", m[1]))
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
	for _, name := range static.Names() {
		if path.Dir(name) != "js" {
			continue
		}
		text := open(t, name)
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

func TestFirstChatStaysLight(t *testing.T) {
	t.Parallel()
	var scripts []string
	for _, name := range static.Names() {
		if path.Ext(name) == ".js" {
			scripts = append(scripts, name)
		}
	}
	if size := gzipped(t, scripts...); size > 30<<10 {
		t.Errorf("the scripts are %d bytes compressed", size)
	}
	if size := gzipped(t, "css/app.css"); size > 20<<10 {
		t.Errorf("the style sheet is %d bytes compressed", size)
	}
	t.Logf("scripts %d, style %d bytes compressed", gzipped(t, scripts...), gzipped(t, "css/app.css"))
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
