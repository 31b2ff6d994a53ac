package views_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/taskpilot/taskpilot/views"
)

// Every kind of event that the audit log can have is said in words.
func TestEveryKindOfEventHasWords(t *testing.T) {
	t.Parallel()
	kinds := regexp.MustCompile(`AuditKind = "([a-z_]+)"`).FindAllStringSubmatch(read(t, "../models/audit.go"), -1)
	if len(kinds) < 25 {
		t.Fatalf("found only %v", kinds)
	}
	for _, k := range kinds {
		if !slices.Contains(views.EventKinds(), k[1]) {
			t.Errorf("nothing is said of %s", k[1])
		}
	}
}
