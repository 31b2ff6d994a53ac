package handlers

import (
	"fmt"
	"mime"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// longThread gives the user a thread of n messages, "message 0." and so on.
func (s *server) longThread(user *models.User, n int) string {
	s.t.Helper()
	thread, err := s.db.CreateThread(s.t.Context(), user.ID, "Plan: “a/b” <tea>", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, store := models.WithUser(s.t.Context(), user.ID), models.NewStore(s.db)
	for i := range n {
		base := chatkit.ItemBase{ID: chatkit.NewID(chatkit.PrefixMessage), ThreadID: thread.ID, CreatedAt: chatkit.At(s.h.Now())}
		text := fmt.Sprintf("message %d. <i>", i)
		var it chatkit.Item = &chatkit.UserMessage{ItemBase: base, Content: []chatkit.UserContent{&chatkit.InputText{Text: text}}}
		if i%2 == 1 {
			it = &chatkit.AssistantMessage{ItemBase: base, Content: []*chatkit.OutputText{{Text: text}}}
		}
		if err := store.SaveItem(ctx, thread.ID, it); err != nil {
			s.t.Fatal(err)
		}
	}
	return thread.ID
}

func TestExportHasEverythingInEveryFormat(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	const n = exportPage + 3
	ann, path := s.browser(user), "/chat/"+s.longThread(user, n)+"/export"
	for _, format := range []string{"md", "html", "json"} {
		r := ann.do("GET", path+"?format="+format, nil).want(200)
		_, params, err := mime.ParseMediaType(r.header.Get("Content-Disposition"))
		if err != nil || params["filename"] != "Plan-a-b-tea."+format {
			t.Errorf("%s is called %q, %v", format, params["filename"], err)
		}
		at := 0
		for i := range n { // each once, in order
			found := strings.Index(string(r.body)[at:], fmt.Sprintf("message %d.", i))
			if found < 0 {
				t.Fatalf("%s: message %d is not there after the one before", format, i)
			}
			at += found + 1
		}
	}
	var thread chatkit.Thread
	ann.do("GET", path+"?format=json", nil).json(&thread)
	if len(thread.Items.Data) != n || thread.Items.HasMore {
		t.Errorf("JSON has %d items", len(thread.Items.Data))
	}
	ann.do("GET", path+"?format=html", nil).lacks("<i>").lacks("<script").lacks("/static/")
	ann.do("GET", path+"?format=pdf", nil).want(400)
	if name := fileName("…/../"); name != "chat" {
		t.Errorf("a title of signs makes %q", name)
	}
}
