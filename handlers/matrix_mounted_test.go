package handlers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestRoutesAreMounted holds the table against what the server really has.
func TestRoutesAreMounted(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	listed := map[string]bool{}
	for _, r := range s.h.Routes() {
		listed[r.Method+" "+r.Path] = true
	}
	for _, r := range s.h.App().GetRoutes(true) {
		if r.Method != http.MethodHead && !listed[r.Method+" "+r.Path] && !strings.HasPrefix(r.Path, "/static/") {
			t.Errorf("%s %s is mounted but not in the table", r.Method, r.Path)
		}
	}
}
