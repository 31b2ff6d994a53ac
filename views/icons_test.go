package views_test

import (
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/views"
)

// An icon that nobody drew takes up room and shows nothing.
func TestEveryIconIsDrawn(t *testing.T) {
	t.Parallel()
	for _, s := range views.States() {
		if _, after, found := strings.Cut(renderState(t, s), `aria-hidden="true"></svg>`); found {
			t.Errorf("%s has an icon that there is not, before %.80s", s.Name, after)
		}
	}
}
