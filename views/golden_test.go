package views_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/taskpilot/taskpilot/views"
)

var update = flag.Bool("update", false, "write the golden files")

// release is the checksum in the addresses of static files; parts are those of a
// built script, which has as many as its source makes.
var (
	release = regexp.MustCompile(`/static/[0-9a-f]{12}/`)
	parts   = regexp.MustCompile(`<link rel="modulepreload"[^>]*>`)
)

func renderState(t *testing.T, s views.State) string {
	t.Helper()
	return release.ReplaceAllString(parts.ReplaceAllString(drawn(t, s.View), ""), "/static/-/")
}

// drawn is the HTML of a page or a part of one.
func drawn(t *testing.T, view templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := view.Render(views.WithCSRF(views.Unhurried(t.Context()), "token"), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// pretty breaks lines between elements, so that a change shows as a few lines.
func pretty(html string) string { return strings.ReplaceAll(html, "><", ">\n<") + "\n" }

func TestStatesLookAsTheyDid(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, s := range views.States() {
		name := s.Name + ".html"
		if known[name] {
			t.Fatalf("two states are called %s", s.Name)
		}
		known[name] = true
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			got, file := pretty(renderState(t, s)), filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is not what it was; if that is meant, run go test ./views -update and read the difference\n%s", s.Name, firstDifference(got, string(want)))
			}
		})
	}
	files, err := filepath.Glob("testdata/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !known[filepath.Base(file)] {
			t.Errorf("%s belongs to no state", file)
		}
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got:  " + g[i] + "\nwant: " + w[i]
		}
	}
	return "one is longer"
}

// What the content policy forbids must be on no page: it would silently not work.
func TestPagesNeedNoInlineScriptOrStyle(t *testing.T) {
	t.Parallel()
	event := regexp.MustCompile(`^on[a-z]+=`)
	for _, s := range views.States() {
		page := strings.ToLower(renderState(t, s))
		for _, part := range []string{"<style", "javascript:", "hx-on", "<script>", `src="http`, `href="//`} {
			if strings.Contains(page, part) {
				t.Errorf("%s has %q", s.Name, part)
			}
		}
		for i, word := range strings.Fields(page) {
			if i > 0 && (strings.HasPrefix(word, "style=") || event.MatchString(word)) {
				t.Errorf("%s has %q", s.Name, word)
			}
		}
	}
}

func TestEveryPostCarriesTheToken(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`(?s)<form[^>]*method="post".*?</form>`)
	count := 0
	for _, s := range views.States() {
		for _, f := range form.FindAllString(renderState(t, s), -1) {
			count++
			if !strings.Contains(f, `name="csrf_token" value="token"`) {
				t.Errorf("%s: a form without a token: %s", s.Name, f)
			}
		}
	}
	if count < 20 {
		t.Fatalf("only %d forms were looked at", count)
	}
}

func TestHiddenItemsAreNowhere(t *testing.T) {
	t.Parallel()
	for _, s := range views.States() {
		if strings.Contains(renderState(t, s), "HIDDEN") {
			t.Errorf("%s shows an item that is for the model only", s.Name)
		}
	}
}
