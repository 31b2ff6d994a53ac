package handlers

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models/modelstest"
)

// waiting opens a demo that waits for the person, and returns its item's address.
func waiting(t *testing.T, s *server, v *visitor, demo, verb string) (path, address string) {
	t.Helper()
	path = v.post("/chat", url.Values{"content": {"/demo " + demo}}).want(303).header.Get("Location")
	s.settled(t, v.user, path)
	page := string(v.do("GET", path, nil).want(200).body)
	m := regexp.MustCompile(`action="(/chat/[^"]+/items/[^"]+/` + verb + `)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("nothing waits on %s", page)
	}
	return path, m[1]
}

func TestPageAnswersQuestions(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), withTaskBoard)
	v := s.browser(modelstest.User(t, s.db, "ann@example.com"))
	path, address := waiting(t, s, v, "questions", "answers")
	v.post(address, url.Values{"q.0": {"At night"}, "o.0": {" "}, "o.1": {"<b>no</b>"}, "q.7": {"forged"}}).want(303)
	s.settled(t, v.user, path)
	v.do("GET", path, nil).has(`data-status="answered"`).has("<dd class=\"\" dir=\"auto\">At night</dd>").has("&lt;b&gt;no&lt;/b&gt;").
		has("<strong>At night</strong>").lacks("forged").lacks(`class="ask"`)
	v.post(address, url.Values{"q.0": {"At night"}}).want(409)

	path, address = waiting(t, s, v, "questions", "answers")
	v.post(address, url.Values{"skip": {"1"}, "q.0": {"At night"}}).want(303)
	s.settled(t, v.user, path)
	v.do("GET", path, nil).has(`data-status="skipped"`).lacks("<strong>At night</strong>")

	path, address = waiting(t, s, v, "questions", "answers")
	v.post(address, url.Values{"q.0": {"At night"}, "o.0": {"Never"}}).want(303) // words of one's own come first
	s.settled(t, v.user, path)
	v.do("GET", path, nil).has("<strong>Never</strong>").lacks("<strong>At night</strong>")
	v.post(strings.Replace(address, "/answers", "/output", 1), url.Values{"result": {"1"}}).want(404)
}

func TestPageReturnsAToolsOutput(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), withTaskBoard)
	v := s.browser(modelstest.User(t, s.db, "ann@example.com"))
	path, address := waiting(t, s, v, "tool", "output")
	v.post(address, url.Values{"result": {"not JSON"}}).want(400)
	v.post(address, url.Values{"result": {`{"text":"these words"}`}}).want(303)
	s.settled(t, v.user, path)
	v.do("GET", path, nil).has("these words").lacks(`class="tool-call"`)
	v.post(address, url.Values{"result": {`{}`}}).want(409)

	path, address = waiting(t, s, v, "tool", "output")
	v.post(path+"/messages", url.Values{"content": {"never mind"}}).want(303)
	s.settled(t, v.user, path)
	v.post(address, url.Values{"result": {`{}`}}).want(409).has("The chat has gone on")
}
