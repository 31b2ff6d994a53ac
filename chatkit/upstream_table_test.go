package chatkit_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestUpstreamTable holds UPSTREAM.md to the truth: it has all the official
// tests, and each Go test that it names is in the file that it names.
func TestUpstreamTable(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("UPSTREAM.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| (\\d+) \\| (test_\\w+) \\| `(\\S+)` \\| (\\S+) \\|$").FindAllStringSubmatch(string(table), -1)
	if want := 102; len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
	for _, row := range rows {
		source, err := os.ReadFile(row[4])
		if err != nil {
			t.Errorf("%s: %v", row[2], err)
			continue
		}
		mark := "func " + row[3] + "(t *testing.T)"
		if _, sub, isSub := strings.Cut(row[3], "/"); isSub {
			mark = `"` + sub + `":`
		}
		if !strings.Contains(string(source), mark) || !strings.HasSuffix(row[3], row[2]) {
			t.Errorf("%s: %s is not in %s", row[2], row[3], row[4])
		}
	}
}
