package handlers

import (
	"bufio"
	"encoding/json"
	"html"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// withTaskBoard serves the built-in assistant with its task list.
func withTaskBoard(o *Options) {
	tasks := NewTasks(o.DB, nil)
	o.Assistant = assistant.WithTaskBoard(assistant.NewBuiltin(tasks, assistant.BuiltinOptions{}), tasks, o.Log)
}

// boardPage is a conversation with the task list, as a page shows it.
type boardPage struct {
	*visitor
	path string // of the conversation
	item string
}

// openBoard has somebody add milk and list the tasks on a page.
func openBoard(t *testing.T, s *server, user *models.User) *boardPage {
	t.Helper()
	v := s.browser(user)
	path := v.post("/chat", url.Values{"content": {"add buy milk"}}).want(303).header.Get("Location")
	s.settled(t, user, path)
	v.post(path+"/messages", url.Values{"content": {"list my tasks"}}).want(303)
	s.settled(t, user, path)
	b := &boardPage{visitor: v, path: path}
	m := regexp.MustCompile(`class="widget" data-item="([^"]+)"`).FindStringSubmatch(b.html())
	if m == nil {
		t.Fatalf("no widget on %s", b.html())
	}
	b.item = m[1]
	return b
}

// settled waits for the end of the thread's answer.
func (s *server) settled(t *testing.T, user *models.User, path string) {
	t.Helper()
	run, err := s.db.LatestRun(t.Context(), user.ID, strings.TrimPrefix(path, "/chat/"))
	if err != nil {
		t.Fatal(err)
	}
	follower := s.h.Engine.Follow(run.ID, 0)
	for err == nil {
		_, err = follower.Next(t.Context())
	}
	if err != io.EOF {
		t.Fatal(err)
	}
}

func (b *boardPage) html() string { return string(b.do("GET", b.path, nil).want(200).body) }

// refs are the actions that the page offers of an event, in order.
func (b *boardPage) refs(event string) []string {
	var list []string
	for _, m := range regexp.MustCompile(`value="([^"]*:`+event+`:[0-9a-f]+)"`).FindAllStringSubmatch(b.html(), -1) {
		list = append(list, html.UnescapeString(m[1]))
	}
	return list
}

func (b *boardPage) act(ref string, fields url.Values, headers ...string) *reply {
	b.s.t.Helper()
	form := url.Values{"do": {ref}}
	for k, v := range fields {
		form[k] = v
	}
	return b.post(b.path+"/items/"+b.item+"/action", form, headers...)
}

func TestPageActsOnTheTaskList(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db, withTaskBoard)
		ann := modelstest.User(t, db, "ann@example.com")
		b := openBoard(t, s, ann)

		// The box answers at once with the list as it is now.
		b.act(b.refs("change")[0], nil, "HX-Request", "true").want(200).has(`id="item-` + b.item + `"`).has(" checked")
		if !onlyTask(t, db, ann.ID).Completed {
			t.Error("the box did nothing")
		}
		// The form begins a run that replaces the list; it leaves no trace of its own.
		b.act(b.refs("submit")[0], url.Values{"f.title": {"call <b>Mum</b>"}}, "HX-Request", "true").want(200).has(`class="turn`)
		s.settled(t, ann, b.path)
		page := b.html()
		if !strings.Contains(page, "call &lt;b&gt;Mum&lt;/b&gt;") || strings.Count(page, `data-widget`) != 1 {
			t.Errorf("after adding: %s", page)
		}
		if !strings.Contains(page, `class="turn turn-quiet"`) || strings.Count(page, `class="bubble"`) != 3 { // two, and the template of a pending one
			t.Errorf("the action's turn shows: %s", page)
		}
		// What was shown is deleted, though the rows have moved since; then it is gone.
		remove := b.refs("click")
		b.act(remove[1], nil).want(303)
		s.settled(t, ann, b.path)
		if left := onlyTask(t, db, ann.ID); left.Title == "buy milk" {
			t.Errorf("left is %q", left.Title)
		}
		b.act(remove[1], nil).want(409).has("has changed since it was shown")
	})
}

func TestPageActionsCantBeForged(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), withTaskBoard)
	ann, bob := modelstest.User(t, s.db, "ann@example.com"), modelstest.User(t, s.db, "bob@example.com")
	b, other := openBoard(t, s, ann), openBoard(t, s, bob)
	ref := b.refs("change")[0]
	forged := strings.TrimRight(ref, "0123456789abcdef") + "0123456789abcdef"
	b.act(forged, nil).want(409)
	for _, bad := range []string{"", "nonsense", "0:click", strings.Repeat("1.", 9999) + ":click:00"} {
		if r := b.act(bad, nil); r.status != 400 && r.status != 409 {
			t.Errorf("%.20q: %d", bad, r.status)
		}
	}
	other.act(ref, nil).want(409) // an action of another's widget
	other.post(b.path+"/items/"+b.item+"/action", url.Values{"do": {ref}}).want(404)
	b.post(b.path+"/items/none/action", url.Values{"do": {ref}}).want(404)
	b.post("/chat/none/items/"+b.item+"/action", url.Values{"do": {ref}}).want(404)
	if onlyTask(t, s.db, ann.ID).Completed || onlyTask(t, s.db, bob.ID).Completed {
		t.Error("a forged action was done")
	}
}

// Every page that shows the list sees a change that one of them makes.
func TestOtherPagesSeeTheChange(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), withTaskBoard)
	ann := modelstest.User(t, s.db, "ann@example.com")
	b := openBoard(t, s, ann)
	thread := strings.TrimPrefix(b.path, "/chat/")
	res, err := b.http.Do(b.request("GET", "/live?watch="+thread+":1000", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	reader := bufio.NewReader(res.Body)
	// until waits for the list to be redrawn with a text in it, and counts its turns.
	until := func(text string) {
		t.Helper()
		for {
			e, more := readSSE(t, reader)
			if !more {
				t.Fatalf("the page never shows %q", text)
			}
			var f struct{ Target, Swap, HTML string }
			if e.event != "fragment" || json.Unmarshal([]byte(e.data), &f) != nil {
				continue
			}
			if strings.Contains(f.HTML, "data-widget") && f.Target != "item-"+b.item && strings.Contains(f.HTML, text) {
				t.Fatalf("the list came a second time: %s into %s", f.Swap, f.Target)
			}
			if f.Target == "item-"+b.item && f.Swap == "update" && strings.Contains(f.HTML, text) {
				return
			}
		}
	}
	for e, more := readSSE(t, reader); more && e.event != "fragment"; e, more = readSSE(t, reader) {
		// The newest turn comes first: from then on it listens.
	}
	b.act(b.refs("change")[0], nil).want(303)
	until(" checked")
	b.act(b.refs("submit")[0], url.Values{"f.title": {"call Mum"}}).want(303)
	until("call Mum")
}
