package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/handlers/mail"
	"github.com/taskpilot/taskpilot/handlers/mail/mailtest"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
	"github.com/taskpilot/taskpilot/views/locale"
	"github.com/taskpilot/taskpilot/views/viewstest"
)

// hostileExports are the texts as titles and messages of other programs' exports.
func hostileExports(t *testing.T, texts []string) map[string]string {
	t.Helper()
	const each = 24
	var chatgpt, webui, libre []any
	for n := 0; n < len(texts); n += each {
		part := texts[n:min(n+each, len(texts))]
		id, title := fmt.Sprintf("c%d", n), part[0]
		mapping, messages, list, parent := map[string]any{}, map[string]any{}, []any{}, ""
		for i, x := range part {
			role, key := []string{"user", "assistant"}[i%2], fmt.Sprintf("m%d", i)
			mapping[key] = map[string]any{"parent": parent, "message": map[string]any{"author": map[string]any{"role": role}, "create_time": 1711900800 + i,
				"content": map[string]any{"content_type": "text", "parts": []string{x}}}}
			messages[key] = map[string]any{"parentId": parent, "role": role, "content": x, "timestamp": 1711900800 + i}
			list = append(list, map[string]any{"messageId": key, "parentMessageId": parent, "isCreatedByUser": i%2 == 0, "sender": x, "text": x, "createdAt": "2024-04-01T10:00:00Z"})
			parent = key
		}
		switch n / each % 3 {
		case 0:
			chatgpt = append(chatgpt, map[string]any{"title": title, "conversation_id": id, "create_time": 1711900800, "update_time": 1711900900, "current_node": parent, "mapping": mapping})
		case 1:
			webui = append(webui, map[string]any{"id": id, "title": title, "created_at": 1711900800, "updated_at": 1711900900,
				"chat": map[string]any{"title": title, "history": map[string]any{"messages": messages, "currentId": parent}}})
		case 2:
			libre = append(libre, map[string]any{"conversationId": id, "title": title, "messages": list})
		}
	}
	files := map[string]string{}
	for name, v := range map[string]any{"chatgpt.json": chatgpt, "webui.json": webui} {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(raw)
	}
	for i, v := range libre {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		files[fmt.Sprintf("libre%d.json", i)] = string(raw)
	}
	return files
}

// inert complains about a page on which somebody's text does something.
func (r *reply) inert() *reply {
	r.t.Helper()
	if bad := viewstest.Harmful(string(r.want(200).body)); bad != "" {
		r.t.Errorf("%s: %s", r.what, bad)
	}
	return r
}

// The texts come as other programs' exports, as files of our own, and as what
// people type; every page that shows them is read.
func TestHostileTextComesByEveryDoor(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	texts := viewstest.HostileTexts()
	boss, user, other := modelstest.User(t, s.db, "boss@example.com"), modelstest.User(t, s.db, "ann@example.com"), modelstest.User(t, s.db, "bob@example.com")
	ann, bob := s.browser(user), s.browser(other)
	for name, file := range hostileExports(t, texts) {
		page := ann.bring(name+` "<img src=x onerror=alert(1)>`, file)
		ann.do("GET", page, nil).inert().lacks("Nothing in this file")
		ann.imported(page).inert()
	}
	bob.imported(bob.bring("own.zip", string(ann.do("GET", exportAllPath, nil).want(200).body)))
	for _, v := range []*visitor{ann, bob} {
		threads, _, err := s.db.Threads(t.Context(), v.user.ID, models.PageQuery{Limit: 100})
		if err != nil || len(threads) < len(texts)/24 {
			t.Fatalf("%d threads, %v", len(threads), err)
		}
		for _, thread := range threads {
			v.do("GET", "/chat/"+thread.ID, nil).inert()
		}
		first := "/chat/" + threads[0].ID
		v.post(first+"/share", url.Values{}).want(303)
		v.do("GET", first+"/share", nil).inert()
		s.nobody().do("GET", string(shareLink.FindSubmatch(v.do("GET", first+"/share", nil).body)[1]), nil).inert()
		for _, page := range []string{"/chats", "/settings/data", "/palette/results?q=alert", "/search?q=alert", "/search?q=script"} {
			v.do("GET", page, nil).inert().has("alert")
		}
	}
	// A name is on the pages of its owner and of those who run the server.
	for _, x := range texts[:40] {
		ann.post("/settings/name", url.Values{"name": {strings.TrimSpace(x)}})
		ann.do("GET", "/settings", nil).inert()
	}
	admin := s.browser(boss)
	for _, page := range []string{"/admin/people", "/admin/audit", "/admin/people/" + user.ID} {
		admin.do("GET", page, nil).inert().has("alert(1)")
	}
}

// A letter is plain text, whatever is in it: no text becomes a header or a part.
func TestHostileTextInLetters(t *testing.T) {
	t.Parallel()
	post := mailtest.New(t)
	mailer, err := mail.New(post.URL(), "TaskPilot <desk@example.com>")
	if err != nil {
		t.Fatal(err)
	}
	languages, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	ctx := locale.With(t.Context(), languages.All()[0])
	if err := mailer.Send(ctx, letterTaken(ctx, "ann@example.com").Letter); err != nil {
		t.Fatal(err)
	}
	usual := post.Next(t)
	texts := append(viewstest.HostileTexts(), "x\r\nBcc: all@example.com\r\n\r\n<b>", "x\nContent-Type: text/html\n\n<script>alert(1)</script>", "\r\n.\r\nMAIL FROM:<x@y.z>\r\n")
	for _, x := range texts {
		for _, l := range []mail.Letter{letterInvite(ctx, "ann@example.com", x, "https://example.com/invite/1").Letter, {To: "ann@example.com", Subject: x, Text: x}} {
			if err := mailer.Send(context.WithoutCancel(ctx), l); err != nil {
				t.Fatalf("%q: %v", x, err)
			}
			got := post.Next(t)
			kind, extra := got.Header.Get("Content-Type"), got.Header.Get("Bcc")
			if !strings.HasPrefix(kind, "text/plain") || extra != "" || len(got.Header) != len(usual.Header) || got.To != "ann@example.com" {
				t.Errorf("%q made %v to %s", x, got.Header, got.To)
			}
		}
	}
}
