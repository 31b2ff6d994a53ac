package handlers

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// ask sends a message to a new conversation and returns that.
func (v *visitor) ask(words string) (thread string) {
	thread = v.newThread()
	v.do("POST", "/api/v1/chatkit/threads/"+thread+"/messages", map[string]string{"content": words}).want(200)
	return thread
}

func TestSearchPage(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		user, other := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		ann, bob := s.browser(user), s.browser(other)
		s.program(user).ask("<b>Crème</b> brûlée & more")
		page := ann.do("GET", "/search?q=creme", nil).want(200).has("&lt;b&gt;<mark>Crème</mark>&lt;/b&gt;").has("<title>Search").lacks("<b>Crème")
		page.has("?at=msg_").has("#item-msg_")
		ann.do("GET", "/search", nil).want(200).has(`name="q"`).lacks("result-head")
		ann.do("GET", "/search?q="+url.QueryEscape(`" OR <script>`), nil).want(200).has("Nothing was found").lacks("<script>alert")
		ann.do("GET", "/search?q=creme", nil, "HX-Request", "true").want(200).has("<mark>").lacks("<title>")
		bob.do("GET", "/search?q=creme", nil).want(200).lacks("brûlée").has("Nothing was found")
		ann.do("GET", "/search?q=creme&after=nonsense", nil).want(404)
	})
}

func TestSearchAPI(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	ann := s.program(user)
	for i := range 3 {
		ann.ask(fmt.Sprintf("needle number %d", i))
	}
	var all []string
	path := "/api/v1/chatkit/search?q=need&limit=4"
	for page := path; page != ""; {
		var body pageJSON[hitJSON]
		ann.do("GET", page, nil).want(200).json(&body)
		page = ""
		for _, hit := range body.Data {
			kind := "title"
			if hit.Role != nil {
				kind = *hit.Role
			}
			text := ""
			for _, span := range hit.Excerpt {
				if text += span.Text; span.Match && span.Text != "needle" {
					t.Errorf("%q is marked", span.Text)
				}
			}
			if all = append(all, kind); !strings.Contains(text, "needle number") {
				t.Errorf("an excerpt is %q", text)
			}
		}
		if body.HasMore {
			page = path + "&after=" + url.QueryEscape(*body.After)
		}
	}
	// Each message has its title and the scripted answer, which repeats it.
	if got := strings.Join(all, " "); !strings.HasPrefix(got, "title title title ") || strings.Count(got, "user") != 3 || len(all) < 6 {
		t.Errorf("found %s", got)
	}
	ann.do("GET", "/api/v1/chatkit/search", nil).want(200).has(`"data":[]`).has(`"after":null`)
	ann.do("GET", path+"&after=zz", nil).problem(404, "not_found")
	ann.do("GET", "/api/v1/chatkit/search?q=need&limit=0", nil).problem(400, "invalid_request")
	s.program(modelstest.User(t, s.db, "bob@example.com")).do("GET", path, nil).want(200).has(`"data":[]`)
}

// TestHitOpensItsPlace: a hit in a long thread opens that part of it.
func TestHitOpensItsPlace(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	ann, thread := s.browser(user), s.longThread(user, 200)
	items, _, err := s.db.Items(t.Context(), user.ID, thread, models.ItemQuery{Limit: 200, Order: "asc"})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 50, 150, 185, len(items) - 1} {
		id := items[n].Item.Base().ID
		page := ann.do("GET", "/chat/"+thread+"?at="+id, nil).want(200).has(`id="item-` + id + `"`)
		if end := n > 180; end != !strings.Contains(string(page.body), "Go to the latest messages") {
			t.Errorf("item %d: the page shows the end: %v", n, !end)
		}
	}
	last := items[len(items)-1].Item.Base().ID
	ann.do("GET", "/chat/"+thread+"?at=msg_none", nil).want(200).has(`id="item-` + last + `"`)
}
