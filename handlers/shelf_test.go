package handlers

import (
	"net/url"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestPinArchiveAndDelete(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		user := modelstest.User(t, db, "ann@example.com")
		ann, api := s.browser(user), s.program(user)
		apple, pear, plum := api.ask("apple"), api.ask("pear"), api.ask("plum")
		do := func(what string, ids ...string) *reply {
			return ann.post("/chats", url.Values{"do": {what}, "thread": ids})
		}
		list := func() string { return string(ann.do("GET", "/chat/list", nil).want(200).body) }

		do("pin", apple).want(303)
		if body := list(); !strings.Contains(body, "Pinned") || strings.Index(body, "apple") > strings.Index(body, "plum") || strings.Count(body, `id="thread-`+apple) != 1 {
			t.Errorf("a pinned chat is not first, once: %s", body)
		}
		do("unpin", apple).want(303)
		ann.do("GET", "/chat/list", nil).lacks("Pinned")

		r := do("archive", apple, pear).want(303)
		undo := r.header.Get("Location")
		ann.do("GET", "/chat/list", nil).lacks("apple").lacks("pear").has("plum")
		api.do("GET", "/api/v1/chatkit/threads", nil).lacks(apple).has(plum)
		api.do("POST", "/api/v1/chatkit", listThreads).want(200).lacks(apple).has(plum)
		ann.do("GET", "/archived", nil).want(200).has("apple").has("pear")
		ann.do("GET", "/chat/"+apple, nil).want(200)
		ann.do("GET", undo, nil).want(200).has("2 chats were archived.").has("apple")
		ann.post("/undo", url.Values{"do": {"archive"}, "thread": {pear}}).want(303)
		ann.do("GET", "/chat/list", nil).has("pear").lacks("apple")
		api.do("POST", "/api/v1/chatkit/threads/"+apple+"/messages", message).want(200)
		ann.do("GET", "/chat/list", nil).has("apple") // it came back

		undo = do("delete", apple, plum).want(303).header.Get("Location")
		ann.do("GET", "/chat/list", nil).lacks("apple").lacks("plum")
		ann.do("GET", "/chat/"+apple, nil).want(404)
		ann.do("GET", "/search?q=plum", nil).want(200).lacks("result-head")
		ann.do("GET", undo, nil).want(200).has("2 chats were deleted.").has("plum")
		ann.post("/undo", url.Values{"do": {"delete"}, "thread": {apple, plum}}).want(303)
		ann.do("GET", "/chat/"+apple, nil).want(200)
		ann.do("GET", undo, nil).want(303) // nothing is left to take back
		ann.post("/undo", url.Values{"do": {"delete"}, "thread": {apple}}).want(409).has("too late")
	})
}

// TestFilesOfADeletedChat are gone with it, and come back with it.
func TestFilesOfADeletedChat(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		user := modelstest.User(t, db, "ann@example.com")
		page, api := s.browser(user), s.program(user)
		sent, loose := api.upload("sent.png", picture(t, 10, 10)).attachment(), api.upload("loose.png", picture(t, 10, 10)).attachment()
		api.kit("threads.create", `{"input":`+messageWith("look", sent.ID)+`}`).want(200)
		told := api.do("GET", uploadPath+"/"+sent.ID, nil).attachment()
		deleted := url.Values{"do": {"delete"}, "thread": {told.ThreadID}}
		look := func(status int) {
			t.Helper()
			for _, path := range []string{"/files/" + sent.ID, "/files/" + sent.ID + "/preview"} {
				page.do("GET", path, nil).want(status)
			}
			api.do("GET", uploadPath+"/"+sent.ID, nil).want(status)
			for _, address := range []string{told.DownloadURL, told.PreviewURL} {
				s.nobody().do("GET", s.local(address), nil).want(status)
			}
			page.do("GET", "/files/"+loose.ID, nil).want(200)
		}
		look(200)
		page.post("/chats", deleted).want(303)
		look(404)
		api.do("DELETE", uploadPath+"/"+sent.ID, nil).want(404) // it would be missing when the chat comes back
		api.kit("threads.create", `{"input":`+messageWith("again", sent.ID)+`}`).problem(404, "not_found")
		page.post("/undo", deleted).want(303)
		look(200)
	})
}

func TestChatsAreTheOwners(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	ann, bob := s.browser(user), s.browser(modelstest.User(t, s.db, "bob@example.com"))
	thread := s.program(user).ask("secret")
	own := s.program(modelstest.User(t, s.db, "cid@example.com")).ask("mine")
	for _, what := range []string{"pin", "unpin", "archive", "unarchive", "delete"} {
		bob.post("/chats", url.Values{"do": {what}, "thread": {thread}}).want(404)
		ann.post("/chats", url.Values{"do": {what}, "thread": {thread, own}}).want(404) // all or none
	}
	ann.do("GET", "/chat/list", nil).has("secret").lacks("Pinned")
	bob.do("GET", "/chats", nil).want(200).lacks("secret")
	ann.post("/chats", url.Values{"do": {"delete"}, "thread": {thread}}).want(303)
	bob.do("GET", undoPath("delete", []string{thread}), nil).want(303).lacks("secret")
	bob.post("/undo", url.Values{"do": {"delete"}, "thread": {thread}}).want(409)
	ann.do("GET", undoPath("delete", []string{thread}), nil).want(200).has("secret")

	for _, form := range []url.Values{{"do": {"delete"}}, {"do": {"burn"}, "thread": {thread}}, {"do": {"pin"}, "thread": make([]string, 1)}} {
		r := ann.post("/chats", form)
		if r.status != 400 && r.status != 404 {
			t.Errorf("%v: %d", form, r.status)
		}
	}
}

// TestDeletionStopsTheAnswer: nothing goes on in a chat that was deleted, and its
// answer is whole again when that is undone.
func TestDeletionStopsTheAnswer(t *testing.T) {
	t.Parallel()
	began := make(chan struct{}, 1)
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Assistant = hold(began) })
	user := modelstest.User(t, s.db, "ann@example.com")
	ann, thread := s.browser(user), s.program(user).newThread()
	ann.post("/chat/"+thread+"/messages", words).want(303)
	<-began
	run, err := s.db.ActiveRun(t.Context(), user.ID, thread)
	if err != nil {
		t.Fatal(err)
	}
	ann.post("/chat/"+thread+"/delete", nil).want(303)
	ann.do("GET", "/chat/"+thread, nil).want(404)
	s.ended(run.ID)
	ann.post("/undo", url.Values{"do": {"delete"}, "thread": {thread}}).want(303)
	ann.do("GET", "/chat/"+thread, nil).want(200).has("hello").has(`data-status="cancelled"`)
}

func TestChangesByHTMX(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	ann, api := s.browser(user), s.program(user)
	apple, pear := api.ask("apple"), api.ask("pear")
	change := func(form url.Values, at string) *reply {
		return ann.post("/chats", form, "HX-Request", "true", "HX-Current-URL", "http://localhost"+at)
	}
	change(url.Values{"do": {"archive"}, "thread": {apple}}, "/tasks").want(200).
		has("1 chat was archived.").has(`hx-swap-oob="beforeend"`).has("pear").lacks(`id="thread-` + apple)
	change(url.Values{"do": {"unarchive"}, "thread": {apple}, "from": {"/archived"}}, "/archived").want(200).
		has(`id="shelf"`).has("Nothing is archived.").lacks("toast")
	r := change(url.Values{"do": {"delete"}, "thread": {pear}}, "/chat/"+pear).want(204)
	if to := r.header.Get("HX-Redirect"); to != undoPath("delete", []string{pear}) {
		t.Errorf("the page of the deleted chat goes to %q", to)
	}
	ann.post("/undo", url.Values{"do": {"delete"}, "thread": {pear}}, "HX-Request", "true").want(200)
}

func TestPalette(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	ann, api := s.browser(user), s.program(user)
	api.ask("apple <i>pie</i>")
	api.do("POST", "/api/v1/tasks", `{"title":"apple tree"}`).want(201)
	ann.do("GET", "/palette", nil).want(200).has(`role="combobox"`).has(`role="listbox"`).has("New chat").has("apple").has("csrf_token")
	ann.do("GET", "/palette/results?q=appl", nil).want(200).has("&lt;i&gt;").has("<mark>apple</mark>").has("apple tree").lacks("New chat")
	ann.do("GET", "/palette/results?q=new", nil).want(200).has("New chat").lacks("Settings")
	ann.do("GET", "/palette/results?q=zzz", nil).want(200).has("Nothing was found")
	bob := s.browser(modelstest.User(t, s.db, "bob@example.com"))
	bob.do("GET", "/palette", nil).want(200).lacks("apple")
	bob.do("GET", "/palette/results?q=appl", nil).want(200).lacks("apple")
}
