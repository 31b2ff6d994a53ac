package views_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/views"
)

var (
	glue   = regexp.MustCompile(`"\s*\+\s*"`)
	ask    = regexp.MustCompile(`^(The .+\.|) ?(Ask whoever runs this TaskPilot to check )(.+)$`)
	limits = regexp.MustCompile(`^(The [a-z]+) (is (?:missing|too short|too long)\.) (?:Use at (?:least|most) \d+ characters\.|Enter one and try again\.)$`)
	state  = regexp.MustCompile(`^This chat is (closed|locked)\. Start a new one to go on\.$`)
	count  = regexp.MustCompile(`\d+`)
)

// What other packages no longer say is not kept to be translated.
func TestKnownSentencesAreSaidSomewhere(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, folder := range []string{"models", "models/files", "models/portable", "live", "assistant", "handlers"} {
		files, err := filepath.Glob("../" + folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(text)
		}
	}
	source := glue.ReplaceAllString(b.String(), "")
	for _, sentence := range views.Known() {
		parts := []string{sentence}
		if m := limits.FindStringSubmatch(sentence); m != nil {
			parts = []string{`"` + m[1] + `"`, m[2]}
		} else if state.MatchString(sentence) {
			parts = []string{`"This chat is "`, ". Start a new one to go on."}
		}
		if m := ask.FindStringSubmatch(sentence); m != nil {
			parts = m[1:]
		}
		for _, part := range parts {
			if !strings.Contains(source, part) && !strings.Contains(source, count.ReplaceAllString(part, "%d")) {
				t.Errorf("nobody says %q any more (%q)", sentence, part)
			}
		}
	}
}
