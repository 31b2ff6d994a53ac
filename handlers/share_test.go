package handlers

import (
	"net/url"
	"regexp"
	"testing"

	"github.com/taskpilot/taskpilot/models/modelstest"
)

var shareLink = regexp.MustCompile(`value="http[^"]*(/share/shr_[0-9A-Za-z_-]+)"`)

func TestShareIsASnapshotThatCanBeEnded(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	ann, api := s.browser(user), s.program(user)
	thread := api.newThread()
	say := func(words string) {
		api.do("POST", "/api/v1/chatkit/threads/"+thread+"/messages", map[string]string{"content": words}).want(200)
	}
	say("early **words**")
	page := "/chat/" + thread + "/share"
	ann.do("GET", page, nil).want(200).lacks("/share/shr_")
	link := func() string {
		t.Helper()
		m := shareLink.FindSubmatch(ann.do("GET", page, nil).want(200).body)
		if m == nil {
			t.Fatal("the page shows no link")
		}
		return string(m[1])
	}
	ann.post(page, url.Values{}).want(303)
	first := link()
	say("late words")
	r := s.nobody().do("GET", first, nil).want(200).has("early **words**").lacks("late words").lacks("ann@example.com").lacks(user.ID)
	if r.header.Get("X-Robots-Tag") != "noindex" {
		t.Error("search engines may list it")
	}
	ann.do("GET", page, nil).want(200).has("Include newer messages")
	ann.post(page, url.Values{}).want(303)
	s.nobody().do("GET", link(), nil).want(200).has("early").has("late words")
	if link() != first {
		t.Error("renewing it changed the link")
	}
	ann.post("/chat/"+thread+"/unshare", url.Values{}).want(303)
	s.nobody().do("GET", first, nil).want(404).lacks("early")
	s.browser(user).do("GET", first, nil).want(404)
}

func TestShareLinksCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	on := boot(t, db)
	user := modelstest.User(t, db, "ann@example.com")
	ann, thread := on.browser(user), on.longThread(user, 1)
	ann.do("GET", "/chat/"+thread, nil).want(200).has("/share").has("Share or export")
	ann.post("/chat/"+thread+"/share", url.Values{}).want(303)
	link := string(shareLink.FindSubmatch(ann.do("GET", "/chat/"+thread+"/share", nil).body)[1])
	on.nobody().do("GET", link, nil).want(200)

	off := boot(t, db, func(o *Options) { o.ShareLinks = false })
	ann = off.browser(user)
	ann.do("GET", "/chat/"+thread, nil).want(200).lacks("/share").lacks("Share").has("/export?format=md")
	ann.do("GET", "/chat/"+thread+"/share", nil).want(404)
	ann.post("/chat/"+thread+"/share", url.Values{}).want(404)
	ann.post("/chat/"+thread+"/unshare", url.Values{}).want(404)
	off.nobody().do("GET", link, nil).want(404).lacks("message 0.")
}

func TestSharedPageHasPages(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	ann, thread := s.browser(user), ""
	thread = s.longThread(user, sharedItems+2)
	ann.post("/chat/"+thread+"/share", url.Values{}).want(303)
	m := shareLink.FindSubmatch(ann.do("GET", "/chat/"+thread+"/share", nil).body)
	path := string(m[1])
	newest := s.nobody().do("GET", path, nil).want(200).has("message 101.").lacks("message 1.")
	older := regexp.MustCompile(`/share/[^"]*\?before=\d+`).FindString(string(newest.body))
	s.nobody().do("GET", older, nil).want(200).has("message 1.").has("message 0.").lacks("message 2.").lacks("Earlier messages")
	s.nobody().do("GET", path+"?before=99999", nil).want(200).has("message 101.") // no further than the link shows
	s.nobody().do("GET", path+"?before=x", nil).want(400)
}
