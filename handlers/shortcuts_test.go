package handlers

import (
	"testing"

	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestShortcutsPage(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	s.browser(modelstest.User(t, db, "ann@example.com")).do("GET", "/shortcuts", nil).want(200).has(`<dialog id="shortcuts"`)
	s.nobody().do("GET", "/shortcuts", nil).want(303)
}
