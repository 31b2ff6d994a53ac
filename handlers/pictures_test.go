package handlers

import (
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// Pictures come from the hosts that a conversation allows, and from nowhere else.
func TestPicturesFromAllowedHosts(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	v := s.browser(modelstest.User(t, s.db, "ann@example.com"))
	store, ctx := models.NewStore(s.db), models.WithUser(t.Context(), v.user.ID)
	page := func(domains ...string) *reply {
		t.Helper()
		thread := &chatkit.Thread{ID: chatkit.NewID(chatkit.PrefixThread), CreatedAt: chatkit.At(s.h.Now()), AllowedImageDomains: domains}
		if err := store.SaveThread(ctx, thread); err != nil {
			t.Fatal(err)
		}
		return v.do("GET", "/chat/"+thread.ID, nil).want(200)
	}
	if got := page().lacks("data-pictures").header.Get("Content-Security-Policy"); got != contentSecurityPolicy {
		t.Errorf("without hosts: %s", got)
	}
	got := page("Pics.example.org", "evil.example; script-src *", "*", "https://x.org", "localhost", "a.b'c").has(`data-pictures="pics.example.org"`).header.Get("Content-Security-Policy")
	if want := strings.Replace(contentSecurityPolicy, "img-src 'self'", "img-src 'self' https://pics.example.org https://*.pics.example.org", 1); got != want {
		t.Errorf("with hosts: %s", got)
	}
}
