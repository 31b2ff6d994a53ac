package handlers

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestEveryJSONRouteRefusesBadBodies sends every route that reads JSON what it
// must not take.
func TestEveryJSONRouteRefusesBadBodies(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	ann := modelstest.User(t, db, "ann@example.com")
	e, v := settle(t, s, ann), s.program(ann)
	var squeezed bytes.Buffer
	zip := gzip.NewWriter(&squeezed)
	fmt.Fprint(zip, `{}`)
	zip.Close()
	table, before := calls(), e.dump(t, db)
	for _, r := range s.h.Routes() {
		if table[r.Method+" "+r.Path].json == nil || r.Access == program {
			continue // what programs may call for another protocol has that protocol's errors
		}
		path := e.fill(r.Path)
		for _, body := range []string{"", "null", "[]", `"x"`, "7", "{", `{"a":}`, `{} {}`, "{}}", "\xff\xfe", strings.Repeat(`{"a":`, 20000)} {
			v.do(r.Method, path, body).problem(400, "invalid_request").lacks("json:").lacks("struct")
		}
		for _, contentType := range []string{"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "", "application/xml", "json"} {
			v.do(r.Method, path, `{}`, "Content-Type", contentType).problem(415, "unsupported_media_type")
		}
		for _, encoding := range []string{"gzip", "br", "deflate", "zstd", "identity, gzip"} {
			v.do(r.Method, path, squeezed.String(), "Content-Encoding", encoding).problem(415, "unsupported_media_type")
		}
	}
	v.do("POST", "/api/v1/tasks", `{}`, "Content-Encoding", "identity").problem(400, "invalid_request") // that it is not compressed
	if after := e.dump(t, db); after != before {
		t.Errorf("a bad body changed something:\n%s\n%s", before, after)
	}
}

// TestJSONKeysAreExact: a key counts as it is spelled, and once.
func TestJSONKeysAreExact(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	v := boot(t, db).program(modelstest.User(t, db, "ann@example.com"))
	const tasks = "/api/v1/tasks"
	v.do("POST", tasks, `{"title":"milk","title":"bread"}`).problem(400, "invalid_request").has(`title`).has("appears twice")
	v.do("POST", tasks, `{"Title":"milk"}`).problem(400, "invalid_request")
	v.do("POST", tasks, `{"title":"milk","TITLE":"bread","Completed":true}`).want(201).has(`"title":"milk"`).has(`"completed":false`)
	v.do("POST", "/api/v1/chatkit/threads", `{"metadata":{"a":{"b":1,"b":2}}}`).problem(400, "invalid_request")
	v.do("POST", "/api/v1/chatkit/threads", `{"metadata":{"A":1,"a":2}}`).want(201).has(`"A":1`).has(`"a":2`)
}

// TestEveryFormNeedsItsToken sends every form of the pages from elsewhere.
func TestEveryFormNeedsItsToken(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	ann := modelstest.User(t, db, "ann@example.com")
	e, v := settle(t, s, ann), s.browser(ann)
	other := s.browser(modelstest.User(t, db, "bob@example.com"))
	before := e.dump(t, db)
	for _, r := range s.h.Routes() {
		if r.Method == "GET" || r.Access != member && r.Access != guest {
			continue
		}
		path := e.fill(r.Path)
		for name, headers := range map[string][]string{
			"no token":         {"X-CSRF-Token", ""},
			"a wrong token":    {"X-CSRF-Token", "x"},
			"another's token":  {"X-CSRF-Token", other.csrf},
			"a cross origin":   {"Origin", "https://evil.example"},
			"a null origin":    {"Origin", "null"},
			"a cross site":     {"Sec-Fetch-Site", "cross-site"},
			"a sibling domain": {"Sec-Fetch-Site", "same-site"},
			"JSON, no token":   {"X-CSRF-Token", "", "Content-Type", "application/json"},
		} {
			if status := v.do("POST", path, url.Values{"title": {"x"}, "content": {"x"}}, headers...).status; status != 403 {
				t.Errorf("%s %s with %s: %d", r.Method, r.Path, name, status)
			}
		}
	}
	if after := e.dump(t, db); after != before {
		t.Errorf("a forged form changed something:\n%s\n%s", before, after)
	}
	v.do("GET", "/tasks", nil).want(200)
}

func TestHugeBodies(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	v := boot(t, db).program(modelstest.User(t, db, "ann@example.com"))
	fits := `{"title":"a","description":"` + strings.Repeat("x", maxBody-100) + `"}`
	v.do("POST", "/api/v1/tasks", fits).problem(400, "invalid_request")
	for _, size := range []int{maxBody + 1, 20 * maxBody} {
		raw := fmt.Sprintf("POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n{",
			v.bearer, size)
		if status := exchange(t, v.s, raw); status != "HTTP/1.1 413 Request Entity Too Large" {
			t.Errorf("%d bytes: %s", size, status)
		}
	}
	if rows, _, err := db.Todos(t.Context(), v.user.ID, models.TodoQuery{}); err != nil || len(rows) != 0 {
		t.Errorf("stored %d, %v", len(rows), err)
	}
}

// send sends raw bytes on a connection of its own, and returns that.
func send(t *testing.T, s *server, raw string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	return conn
}

// exchange sends raw bytes and returns the status line.
func exchange(t *testing.T, s *server, raw string) string {
	t.Helper()
	answer, err := io.ReadAll(send(t, s, raw))
	if err != nil && len(answer) == 0 {
		t.Fatalf("%v after %q", err, answer)
	}
	line, _, _ := strings.Cut(string(answer), "\r\n")
	return line
}

// A body that never comes must not hold its connection for ever.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	v := s.program(modelstest.User(t, db, "ann@example.com"))
	app := s.h.App()
	app.Server().ReadTimeout = 200 * time.Millisecond
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(listener) }()
	defer func() { _ = app.Shutdown() }()
	slow := &server{url: "http://" + listener.Addr().String()}
	status := exchange(t, slow, "POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+v.bearer+
		"\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"title\":")
	if status != "HTTP/1.1 408 Request Timeout" {
		t.Errorf("a slow body got %q", status)
	}
}

func TestOddRequests(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	v := s.nobody()
	v.do("GET", "/api/nothing", nil).problem(404, "not_found")
	v.do("GET", "/api", nil).problem(404, "not_found")
	if status := exchange(t, s, "POST /api/v1/auth/signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"+
		"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n1c\r\n{\"email\":\"a\",\"password\":\"b\"}\r\n0\r\n\r\n"); status != "HTTP/1.1 401 Unauthorized" {
		t.Errorf("a plain chunked body: %s", status)
	}
	v.do("POST", "/api/v1/tasks/a/b/c", `{}`).problem(404, "not_found")
	if allow := v.do("DELETE", "/api/v1/chatkit/threads", nil).problem(405, "method_not_allowed").header.Get("Allow"); allow != "GET, HEAD, POST" {
		t.Errorf("Allow: %s", allow)
	}
	v.do("GET", "/signout", nil).want(405)
	v.do("GET", "/nothing<script>", nil).want(404).lacks("<script>").has("There is nothing here")
	v.do("GET", "/static/nothing.js", nil).want(404)
	for _, method := range []string{"TRACE", "QUERY", "get"} {
		if allow := v.do(method, "/api/v1/tasks", nil).problem(405, "method_not_allowed").header.Get("Allow"); allow != "GET, HEAD, POST" {
			t.Errorf("%s: Allow: %s", method, allow)
		}
	}
	v.do("GET", "/healthz", nil, "Cookie", "a="+strings.Repeat("x", maxHeader)).want(431)
}

// Nothing of an internal error may reach the client, whatever the route.
func TestInternalErrorsStayInside(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	ann := modelstest.User(t, db, "ann@example.com")
	e := settle(t, s, ann)
	page, caller := s.browser(ann), s.program(ann)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, r := range s.h.Routes() {
		if r.Path == "/healthz" || r.Path == "/metrics" || r.Path == "/api/openapi.json" {
			continue
		}
		v := page
		if r.Access.bearers() {
			v = caller
		}
		c := calls()[r.Method+" "+r.Path]
		if isFileLink(r.Path) {
			r.Path = s.local(s.h.fileURL(ann.ID, e.file, r.Path[strings.LastIndexByte(r.Path, '/')+1:]))
		}
		if r.Path == "/api/v1/auth/refresh" {
			c.json = map[string]string{"refresh_token": "x"}
		} else if r.Access == public && c.json != nil {
			c.json = credentials{Email: "a@example.com", Password: modelstest.Password}
		}
		status, _, body := e.send(t, v, r, c)
		if status != 500 && status != 503 {
			t.Errorf("%s %s: %d without a database: %.200s", r.Method, r.Path, status, body)
		}
		for _, canary := range []string{"sql:", "models:", "closed", ".go", "goroutine"} {
			if strings.Contains(strings.ToLower(body), canary) {
				t.Errorf("%s %s shows %q: %.1000s", r.Method, r.Path, canary, body)
			}
		}
	}
	if !strings.Contains(s.log.String(), "closed") {
		t.Error("the log does not say what went wrong")
	}
}

func TestPanicFailsOneRequest(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	app := fiber.New(fiber.Config{ErrorHandler: s.h.fail})
	app.Use(s.h.observe, s.h.recoverPanic)
	app.Get("/api/panic", func(*fiber.Ctx) error { panic("canary") })
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://localhost/api/panic", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := app.Test(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != 500 || bytes.Contains(body, []byte("canary")) {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	if !strings.Contains(s.log.String(), "canary") {
		t.Error("the log does not have the panic")
	}
}

// Ids and cursors that no database holds are no more than not there.
func TestOddIDs(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		v := boot(t, db).program(modelstest.User(t, db, "ann@example.com"))
		for _, id := range []string{"%00", "thr_%00", "%ff%fe", "..%2f..", "'%20OR%201=1--", strings.Repeat("x", 5000), "%F0%9F%98%80"} {
			v.do("GET", "/api/v1/chatkit/threads/"+id, nil).problem(404, "not_found")
			v.do("DELETE", "/api/v1/tasks/"+id, nil).problem(404, "not_found")
			v.do("PATCH", "/api/v1/tasks/"+id, `{"completed":true}`).problem(404, "not_found")
			v.do("POST", "/api/v1/chatkit/threads/"+id+"/messages", `{"content":"x"}`).problem(404, "not_found")
			v.do("GET", "/api/v1/chatkit/threads?after="+id, nil).problem(404, "not_found")
			v.do("GET", "/api/v1/tasks?after="+id, nil).problem(404, "not_found")
			v.do("POST", "/api/v1/auth/refresh", map[string]string{"refresh_token": id}).problem(401, "unauthorized")
			v.do("POST", "/api/v1/auth/signin", credentials{Email: id + "\x00\xff", Password: "\x00\xff"}).problem(401, "unauthorized")
		}
	})
}

// TestTooLargeIsSaid to clients that send all of a body before they read anything,
// as most do: their connection is not reset.
func TestTooLargeIsSaid(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	v := s.program(modelstest.User(t, s.db, "ann@example.com"))
	for path, size := range map[string]int{"/api/v1/tasks": 3 << 20, "/api/v1/chatkit": 15 << 20, "/signin": 2 << 20} {
		for _, chunked := range []bool{false, true} {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			req := v.request("POST", path, rawBody{"application/json", strings.NewReader(`{"title":"` + strings.Repeat("x", size) + `"}`)})
			if chunked {
				req.ContentLength = -1
			} else {
				req.ContentLength = int64(size + 12)
			}
			if err := req.Write(conn); err != nil {
				t.Errorf("%s, %d bytes, chunked %t: send: %v", path, size, chunked, err)
				continue
			}
			res, err := http.ReadResponse(bufio.NewReader(conn), req)
			if err != nil {
				t.Errorf("%s, %d bytes, chunked %t: %v", path, size, chunked, err)
				continue
			}
			body, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != 413 || !res.Close || !strings.Contains(string(body), "The request is too large.") {
				t.Errorf("%s, %d bytes, chunked %t: %d %q, %v", path, size, chunked, res.StatusCode, body, err)
			}
		}
	}
}

// TestNobodySetsWhatIsTheServers: what a row has beside what its owner may change is
// not taken from a request.
func TestNobodySetsWhatIsTheServers(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		boss, user := modelstest.User(t, db, "boss@example.com"), modelstest.User(t, db, "ann@example.com")
		foreign := fmt.Sprintf(`"id":"own_made","ID":"own_made","user_id":%q,"UserID":%q,"created_at":"2001-01-01T00:00:00Z","updated_at":"2001-01-01T00:00:00Z",`+
			`"deleted_at":"2001-01-01T00:00:00Z","role":"admin","Role":"admin","disabled_at":"2001-01-01T00:00:00Z","password_hash":"x","daily_tokens":0,`+
			`"item_seq":99,"status":{"type":"closed"},"active_run_id":"run_x","title_auto":true,"place":"0","title_key":"x",`, boss.ID, boss.ID)
		api, page := s.program(user), s.browser(user)
		started := time.Now().Add(-time.Minute)

		s.nobody().do("POST", "/api/v1/auth/signup", `{`+foreign+`"email":"new@example.com","password":"`+modelstest.Password+`"}`).want(201)
		made, err := db.UserByEmail(t.Context(), "new@example.com")
		if err != nil || made.Role != models.RoleUser || made.DisabledAt != nil || made.ID == "own_made" || made.CreatedAt.Before(started) || made.DailyTokens != nil {
			t.Errorf("signed up as %+v, %v", made, err)
		}
		page.post("/settings/name", url.Values{"name": {"Ann"}, "role": {"admin"}, "Role": {"admin"}, "id": {"own_made"}, "email": {"x@example.com"}, "daily_tokens": {"0"}}).want(303)
		if u := s.user(user.ID); u.Role != models.RoleUser || u.Email != user.Email || u.DailyTokens != nil || u.Name != "Ann" {
			t.Errorf("renamed to %+v", u)
		}
		var th threadJSON
		api.do("POST", "/api/v1/chatkit/threads", `{`+foreign+`"title":"mine"}`).want(201).json(&th)
		api.do("PATCH", "/api/v1/chatkit/threads/"+th.ID, `{`+foreign+`"title":"still mine"}`).want(200)
		row, err := db.Thread(t.Context(), user.ID, th.ID)
		if err != nil || row.Title != "still mine" || row.Status.Type != chatkit.Active || row.ActiveRunID != "" || row.CreatedAt.Before(started) || row.UpdatedAt.Before(started) {
			t.Errorf("the thread is %+v, %v", row, err)
		}
		var task struct{ ID string }
		api.do("POST", "/api/v1/tasks", `{`+foreign+`"title":"mine"}`).want(201).json(&task)
		api.do("PATCH", "/api/v1/tasks/"+task.ID, `{`+foreign+`"title":"still mine"}`).want(200)
		todo, err := db.Todo(t.Context(), user.ID, task.ID)
		if err != nil || todo.Title != "still mine" || todo.CreatedAt.Before(started) || todo.UpdatedAt.Before(started) {
			t.Errorf("the task is %+v, %v", todo, err)
		}
		if n, _, err := db.Threads(t.Context(), boss.ID, models.PageQuery{}); err != nil || len(n) != 0 {
			t.Errorf("somebody else has %d threads, %v", len(n), err)
		}
	})
}

// TestLogLinesCantBeForged by what stands in a request.
func TestLogLinesCantBeForged(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	v := s.browser(modelstest.User(t, db, "ann@example.com"))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	v.do("GET", "/chat/x%0d%0atime=2026-01-01T00:00:00Z%20level=ERROR%20msg=forged%1b[31m%E2%80%AE", nil).want(500)
	logged := s.log.String()
	if !strings.Contains(logged, "request failed") || !strings.Contains(logged, "forged") {
		t.Fatalf("nothing is logged: %q", logged)
	}
	for line := range strings.Lines(logged) {
		if strings.HasPrefix(line, "time=2026-01-01") || !strings.HasPrefix(line, "time=") || strings.ContainsAny(line, "\x1b\r\u202e") {
			t.Errorf("a line of the log is %q", line)
		}
	}
}
