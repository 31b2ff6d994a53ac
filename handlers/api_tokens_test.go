package handlers

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// scopesOf are the scopes one of which a token needs for a route: the test's own
// reading of what the settings page promises.
func scopesOf(r Route) []string {
	read := func(list ...string) []string {
		if r.Method == "GET" {
			list = append(list, "read")
		}
		return list
	}
	path := r.Path
	switch {
	case path == "/api/v1/auth/me":
		return []string{"chat", "tasks", "read"}
	case path == "/api/v1/chatkit": // the matrix asks for a list there
		return []string{"chat", "read"}
	case path == "/mcp", strings.HasPrefix(path, "/api/v1/tasks"):
		return read("tasks")
	case strings.HasPrefix(path, "/api/v1/chatkit/"), path == "/api/:user_id/chat":
		return read("chat")
	}
	return nil
}

// TestEveryRouteForEveryScope calls every route that takes tokens with an API
// token of each scope.
func TestEveryRouteForEveryScope(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	ann := modelstest.User(t, s.db, "ann@example.com")
	table := calls()
	for _, scope := range models.Scopes() {
		e := settle(t, s, ann)
		secret := newToken(t, s, ann, scope)
		for _, r := range s.h.Routes() {
			if r.Access == public || r.Access == guest {
				continue
			}
			c := table[r.Method+" "+r.Path]
			status, header, body := e.send(t, s.bearer(secret), r, c)
			name := scope + " at " + r.Method + " " + r.Path
			switch {
			case r.Access == member || r.Access == admin:
				if status != 401 && status != 303 {
					t.Errorf("%s: %d: a token opens a page", name, status)
				}
			case slices.Contains(scopesOf(r), scope):
				if status != c.owner {
					t.Errorf("%s: %d, want %d: %.200s", name, status, c.owner, body)
				}
				if r.Method != "GET" {
					e = settle(t, s, ann) // what is asked for next must be there
					secret = newToken(t, s, ann, scope)
				}
			case status != 403 || !strings.Contains(body, "insufficient_scope"):
				t.Errorf("%s: %d, want 403: %.200s", name, status, body)
			case len(scopesOf(r)) > 0 && !strings.Contains(header.Get("WWW-Authenticate"), "insufficient_scope"):
				t.Errorf("%s: WWW-Authenticate is %q", name, header.Get("WWW-Authenticate"))
			}
		}
	}
}

// newToken is a token of the person's that is good for these.
func newToken(t *testing.T, s *server, user *models.User, scopes ...string) string {
	t.Helper()
	_, secret, err := s.db.MakeAPIToken(t.Context(), user.ID, models.NewAPIToken{Name: "x", Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestChatKitRequestsOfATokenThatReads(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	ann := modelstest.User(t, s.db, "ann@example.com")
	e := settle(t, s, ann)
	reader, tasks := s.bearer(newToken(t, s, ann, "read")), s.bearer(newToken(t, s, ann, "tasks"))
	for body, good := range map[string]bool{
		`{"type":"threads.list","params":{}}`:                                                                                                     true,
		`{"type":"threads.get_by_id","params":{"thread_id":"` + e.thread + `"}}`:                                                                  true,
		`{"type":"items.list","params":{"thread_id":"` + e.thread + `"}}`:                                                                         true,
		`{"type":"threads.update","params":{"thread_id":"` + e.thread + `","title":"x"}}`:                                                         false,
		`{"type":"threads.delete","params":{"thread_id":"` + e.thread + `"}}`:                                                                     false,
		`{"type":"attachments.create","params":{"name":"a.txt","size":1,"mime_type":"text/plain"}}`:                                               false,
		`{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"hello"}],"attachments":[],"inference_options":{}}}}`: false,
	} {
		want := 403
		if good {
			want = 200
		}
		if r := reader.do("POST", "/api/v1/chatkit", body); r.status != want {
			t.Errorf("read: %s: %d, want %d: %.200s", body, r.status, want, r.body)
		}
		if r := tasks.do("POST", "/api/v1/chatkit", body); r.status != 403 {
			t.Errorf("tasks: %s: %d", body, r.status)
		}
	}
}

var madeToken = regexp.MustCompile(`value="(tp_[0-9A-Za-z_-]+)"`)

func TestTokensAreMadeListedAndRevoked(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		user := modelstest.User(t, db, "ann@example.com")
		ann, bob := s.browser(user), s.browser(modelstest.User(t, db, "bob@example.com"))
		form := url.Values{"name": {"Backup <i>"}, "scopes": {"read"}, "days": {"7"}}
		for field, bad := range map[string]string{"name": "", "scopes": "everything", "days": "many"} {
			wrong := url.Values{"name": form["name"], "scopes": form["scopes"], "days": form["days"]}
			wrong.Set(field, bad)
			ann.post("/settings/tokens", wrong).want(400).has("field-error")
		}
		m := madeToken.FindSubmatch(ann.post("/settings/tokens", form).want(200).has("Copy it now").body)
		if m == nil {
			t.Fatal("the page shows no token")
		}
		secret := string(m[1])
		page := ann.do("GET", "/settings/tokens", nil).want(200).has("Backup &lt;i&gt;").has("Read only").has("Never used").lacks(secret)
		bob.do("GET", "/settings/tokens", nil).want(200).lacks("Backup")
		program := s.bearer(secret)
		program.do("GET", "/api/v1/auth/me", nil).want(200).has(user.ID)
		program.do("GET", "/api/v1/tasks", nil).want(200)
		program.do("POST", "/api/v1/tasks", `{"title":"x"}`).problem(403, "insufficient_scope")
		program.do("POST", "/api/v1/auth/signout", nil).problem(403, "insufficient_scope")
		s.bearer(secret+"x").do("GET", "/api/v1/tasks", nil).problem(401, "unauthorized")
		ann.do("GET", "/settings/tokens", nil).want(200).has("Last used: just now")
		revoke := string(regexp.MustCompile(`/settings/tokens/pat_[^/"]+/revoke`).Find(page.body))
		bob.post(revoke, nil).want(404)
		program.do("GET", "/api/v1/tasks", nil).want(200)
		ann.post(revoke, nil).want(303)
		program.do("GET", "/api/v1/tasks", nil).problem(401, "unauthorized")
		ann.do("GET", "/settings/tokens", nil).want(200).lacks("Backup")
	})
}

func TestTokensEnd(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	modelstest.User(t, db, "root@example.com")
	user := modelstest.User(t, db, "ann@example.com")
	make := func(life time.Duration) *visitor {
		_, secret, err := db.MakeAPIToken(t.Context(), user.ID, models.NewAPIToken{Name: "x", Scopes: []string{"read"}, Life: life})
		if err != nil {
			t.Fatal(err)
		}
		return s.bearer(secret)
	}
	make(time.Nanosecond).do("GET", "/api/v1/tasks", nil).problem(401, "unauthorized")
	program := make(0)
	program.do("GET", "/api/v1/tasks", nil).want(200)
	if err := db.DisableUser(t.Context(), user.ID); err != nil {
		t.Fatal(err)
	}
	program.do("GET", "/api/v1/tasks", nil).problem(401, "unauthorized")
}

// TestRevokedTokenLosesItsStream: a stream ends with the token that it began with.
func TestRevokedTokenLosesItsStream(t *testing.T) {
	t.Parallel()
	gate := make(chan string, 10)
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Assistant = gated(gate) })
	s.h.streams.times.recheck = time.Hour
	user := modelstest.User(t, s.db, "ann@example.com")
	token, secret, err := s.db.MakeAPIToken(t.Context(), user.ID, models.NewAPIToken{Name: "x", Scopes: []string{"chat"}})
	if err != nil {
		t.Fatal(err)
	}
	program := s.bearer(secret)
	gate <- "word"
	stream := program.openStream(program.newThread(), "hello")
	r := chatkit.NewFrameReader(stream.Body, 1<<20)
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	s.browser(user).post("/settings/tokens/"+token.ID+"/revoke", nil).want(http.StatusSeeOther)
	for {
		_, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("the stream did not end by itself: %v", err)
		}
	}
}
