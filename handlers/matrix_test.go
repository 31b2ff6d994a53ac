package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/widget"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// call is what a route is called with and what its owner gets. The other person
// calls it with the very same, and gets foreign: 404 where the route names
// something of the owner's, else what anyone gets for their own things.
type call struct {
	form    url.Values
	file    string
	json    any
	owner   int
	foreign int
	nobody  int // 0: 401 for a program's route, 303 to the sign-in page for a person's
}

var (
	task    = map[string]any{"title": "mine"}
	message = map[string]any{"content": "hello"}

	listTools   = map[string]any{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
	listThreads = map[string]any{"type": "threads.list", "params": map[string]any{}}
	words       = url.Values{"content": {"hello"}}
)

// mostCalls are those that no other file has: see calls.
func mostCalls() map[string]call {
	return map[string]call{
		"GET /":                                               {owner: 303, foreign: 303, nobody: 303},
		"GET /signin":                                         {owner: 303, foreign: 303, nobody: 200},
		"POST /signin":                                        {form: url.Values{"email": {"x"}}, owner: 401, foreign: 401, nobody: 403},
		"GET /signup":                                         {owner: 303, foreign: 303, nobody: 200},
		"POST /signup":                                        {form: url.Values{"email": {"x"}}, owner: 400, foreign: 400, nobody: 403},
		"POST /signout":                                       {owner: 303, foreign: 303},
		"GET /settings":                                       {owner: 200, foreign: 200},
		"POST /settings/signout":                              {owner: 303, foreign: 303},
		"GET /forgot":                                         {owner: 200, foreign: 200, nobody: 200},
		"POST /forgot":                                        {owner: 200, foreign: 200, nobody: 403},
		"GET /reset":                                          {owner: 404, foreign: 404, nobody: 404},
		"POST /reset":                                         {owner: 404, foreign: 404, nobody: 403},
		"GET /confirm-email":                                  {owner: 404, foreign: 404, nobody: 404},
		"GET /confirm-signup":                                 {owner: 404, foreign: 404, nobody: 404},
		"POST /confirm-signup":                                {owner: 404, foreign: 404, nobody: 403},
		"POST /confirm-email":                                 {owner: 404, foreign: 404, nobody: 403},
		"POST /settings/language":                             {form: url.Values{"language": {"de"}}, owner: 303, foreign: 303},
		"POST /settings/name":                                 {form: url.Values{"name": {"New"}}, owner: 303, foreign: 303},
		"POST /settings/email":                                {form: url.Values{"email": {"x"}}, owner: 400, foreign: 400},
		"GET /settings/security":                              {owner: 200, foreign: 200},
		"POST /settings/password":                             {form: url.Values{"password": {"x"}}, owner: 403, foreign: 403},
		"POST /settings/sessions/end":                         {owner: 303, foreign: 303},
		"POST /settings/sessions/:session/end":                {owner: 303, foreign: 404},
		"POST /settings/programs/:program/end":                {owner: 303, foreign: 404},
		"GET /settings/tokens":                                {owner: 200, foreign: 200},
		"POST /settings/tokens":                               {form: url.Values{"name": {"x"}, "days": {"30"}}, owner: 400, foreign: 400},
		"POST /settings/tokens/:token/revoke":                 {owner: 303, foreign: 404},
		"GET /settings/data":                                  {owner: 200, foreign: 200},
		"POST /settings/delete":                               {owner: 400, foreign: 400},
		"GET /chat":                                           {owner: 200, foreign: 200},
		"POST /chat":                                          {form: words, owner: 303, foreign: 303},
		"GET /chat/list":                                      {owner: 200, foreign: 200},
		"GET /chat/:thread":                                   {owner: 200, foreign: 404},
		"POST /chat/:thread/messages":                         {form: words, owner: 303, foreign: 404},
		"POST /chat/:thread/stop":                             {owner: 303, foreign: 404},
		"POST /chat/:thread/retry":                            {form: url.Values{"item_id": {":item"}}, owner: 303, foreign: 404},
		"GET /chat/:thread/title":                             {owner: 200, foreign: 404},
		"POST /chat/:thread/title":                            {form: url.Values{"title": {"new"}}, owner: 303, foreign: 404},
		"POST /chat/:thread/delete":                           {owner: 303, foreign: 404},
		"POST /chat/:thread/feedback":                         {form: url.Values{"item_id": {":item"}, "kind": {"positive"}}, owner: 303, foreign: 404},
		"GET /chat/:thread/export":                            {owner: 200, foreign: 404},
		"GET /chat/:thread/share":                             {owner: 200, foreign: 404},
		"POST /chat/:thread/share":                            {owner: 303, foreign: 404},
		"POST /chat/:thread/unshare":                          {owner: 303, foreign: 404},
		"GET /share/:share":                                   {owner: 404, foreign: 404, nobody: 404}, // no link was made
		"GET /live":                                           {owner: 200, foreign: 200},
		"GET /chatkit":                                        {owner: 200, foreign: 200},
		"GET /files/:attachment":                              {owner: 200, foreign: 404},
		"GET /files/:attachment/preview":                      {owner: 200, foreign: 404},
		"GET /shortcuts":                                      {owner: 200, foreign: 200},
		"GET /tasks":                                          {owner: 200, foreign: 200},
		"POST /tasks":                                         {form: url.Values{"title": {"milk"}}, owner: 303, foreign: 303},
		"POST /tasks/:task":                                   {form: url.Values{"title": {"milk"}}, owner: 303, foreign: 404},
		"POST /tasks/:task/complete":                          {owner: 303, foreign: 404},
		"POST /tasks/:task/move":                              {owner: 303, foreign: 404},
		"POST /tasks/:task/restore":                           {owner: 404, foreign: 404}, // it was not deleted
		"POST /tasks/:task/delete":                            {owner: 303, foreign: 404},
		"POST /api/v1/auth/signup":                            {json: map[string]string{}, owner: 400, foreign: 400, nobody: 400},
		"POST /api/v1/auth/signin":                            {json: map[string]string{}, owner: 400, foreign: 400, nobody: 400},
		"POST /api/v1/auth/refresh":                           {json: map[string]string{}, owner: 400, foreign: 400, nobody: 400},
		"POST /api/v1/auth/signout":                           {owner: 204, foreign: 204},
		"GET /api/v1/auth/me":                                 {owner: 200, foreign: 200},
		"POST /api/v1/chatkit":                                {json: listThreads, owner: 200, foreign: 200},
		"POST /api/v1/chatkit/threads":                        {json: map[string]any{}, owner: 201, foreign: 201},
		"GET /api/v1/chatkit/threads":                         {owner: 200, foreign: 200},
		"GET /api/v1/chatkit/threads/:thread":                 {owner: 200, foreign: 404},
		"PATCH /api/v1/chatkit/threads/:thread":               {json: map[string]any{"title": "x"}, owner: 200, foreign: 404},
		"DELETE /api/v1/chatkit/threads/:thread":              {owner: 204, foreign: 404},
		"POST /api/v1/chatkit/threads/:thread/messages":       {json: message, owner: 200, foreign: 404},
		"GET /api/v1/chatkit/threads/:thread/messages":        {owner: 200, foreign: 404},
		"POST /api/v1/chatkit/threads/:thread/stop":           {owner: 204, foreign: 404},
		"GET /api/v1/chatkit/threads/:thread/events":          {owner: 200, foreign: 404},
		"POST /api/:user_id/chat":                             {json: message, owner: 200, foreign: 403},
		"POST /api/v1/chatkit/attachments":                    {file: "hello", owner: 200, foreign: 200},
		"GET /api/v1/chatkit/attachments/:attachment":         {owner: 200, foreign: 404},
		"DELETE /api/v1/chatkit/attachments/:attachment":      {owner: 204, foreign: 404},
		"POST /api/v1/chatkit/attachments/:attachment/upload": {file: "hello", owner: 403, foreign: 403, nobody: 403}, // not signed
		"PUT /api/v1/chatkit/attachments/:attachment/upload":  {file: "hello", owner: 403, foreign: 403, nobody: 403},
		"GET /api/v1/chatkit/attachments/:attachment/content": {owner: 403, foreign: 403, nobody: 403},
		"GET /api/v1/chatkit/attachments/:attachment/preview": {owner: 403, foreign: 403, nobody: 403},
		"GET /api/v1/tasks":                                   {owner: 200, foreign: 200},
		"POST /api/v1/tasks":                                  {json: task, owner: 201, foreign: 201},
		"GET /api/v1/tasks/:task":                             {owner: 200, foreign: 404},
		"PATCH /api/v1/tasks/:task":                           {json: task, owner: 200, foreign: 404},
		"PUT /api/v1/tasks/:task":                             {json: task, owner: 200, foreign: 404},
		"DELETE /api/v1/tasks/:task":                          {owner: 204, foreign: 404},
		"POST /mcp":                                           {json: listTools, owner: 200, foreign: 200},
		"GET /api/v1/chatkit/health":                          {owner: 200, foreign: 200, nobody: 200},
		"GET /healthz":                                        {owner: 200, foreign: 200, nobody: 200},
		"GET /readyz":                                         {owner: 200, foreign: 200, nobody: 200},
		"GET /metrics":                                        {owner: 200, foreign: 200, nobody: 200},
		"GET /api/openapi.json":                               {owner: 200, foreign: 200, nobody: 200},
		"POST /chat/:thread/items/:item/edit":                 {form: url.Values{"content": {"other words"}}, owner: 303, foreign: 404},
		"POST /chat/:thread/items/:item/action":               {form: url.Values{"do": {":action"}}, owner: 303, foreign: 404},
		"POST /chat/:thread/items/:item/answers":              {form: url.Values{"o.0": {"words"}}, owner: 303, foreign: 404},
		"POST /chat/:thread/items/:item/output":               {form: url.Values{"result": {`{"a":1}`}}, owner: 303, foreign: 404},
	}
}

// estate is what the owner has on the server.
type estate struct {
	user              *models.User
	thread, item, run string
	task, file        string
	imported          string

	// Ways in of the person's.
	session, program, token, passkey, identity string

	// What the person can act on: a widget and its action, questions, and a
	// tool of the page's.
	widget, action, questions, call string
}

// settle gives the owner a thread with an answer and a task.
func settle(t *testing.T, s *server, user *models.User) estate {
	t.Helper()
	v := s.program(user)
	var th threadJSON
	v.do("POST", "/api/v1/chatkit/threads", `{"title":"secret thread"}`).want(201).json(&th)
	var answer struct{ Messages []messageJSON }
	v.do("POST", "/api/v1/chatkit/threads/"+th.ID+"/messages", `{"content":"secret words"}`).want(200).json(&answer)
	var made struct{ ID string }
	v.do("POST", "/api/v1/tasks", `{"title":"secret task"}`).want(201).json(&made)
	file := v.upload("secret.png", picture(t, 10, 10)).attachment()
	run, err := s.db.LatestRun(t.Context(), user.ID, th.ID)
	if err != nil {
		t.Fatal(err)
	}
	e := estate{user: user, thread: th.ID, item: answer.Messages[0].ID, run: run.ID, task: made.ID, file: file.ID}
	imported := &models.Import{Name: "secret.zip"}
	if _, err := s.db.AddImport(t.Context(), user.ID, imported); err != nil {
		t.Fatal(err)
	}
	e.imported = imported.ID
	e.furnish(t, s)
	e.enter(t, s)
	return e
}

// enter gives the owner a browser, a program and a token to end.
func (e *estate) enter(t *testing.T, s *server) {
	t.Helper()
	e.session = hashToken(randomToken())
	err := s.db.CreateSession(t.Context(), &models.Session{ID: e.session, UserID: e.user.ID})
	if err == nil {
		e.program, _, err = s.db.NewFamily(t.Context(), e.user.ID)
	}
	if err == nil {
		err = s.db.LinkIdentity(t.Context(), e.user.ID, models.NewIdentity{Issuer: "https://id.example.com", Subject: "secret subject of " + e.user.ID})
	}
	var identities []models.Identity
	if err == nil {
		identities, err = s.db.Identities(t.Context(), e.user.ID)
	}
	var token *models.APIToken
	if err == nil {
		err = s.db.RevokeAPITokens(t.Context(), e.user.ID) // a person may have a few
	}
	if err == nil {
		token, _, err = s.db.MakeAPIToken(t.Context(), e.user.ID, models.NewAPIToken{Name: "secret token", Scopes: models.Scopes()})
	}
	if err != nil {
		t.Fatal(err)
	}
	e.token, e.identity = token.ID, identities[0].ID
	e.holdPasskey(t, s)
}

// furnish puts things to act on into the thread.
func (e *estate) furnish(t *testing.T, s *server) {
	t.Helper()
	raw := json.RawMessage(`{"type":"Card","children":[{"type":"Button","label":"secret button","onClickAction":{"type":"press"}}]}`)
	root, err := widget.Parse(raw, widget.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	e.widget, e.questions, e.call = chatkit.NewID("msg"), chatkit.NewID("msg"), chatkit.NewID("tc")
	e.action = root.Children[0].Trigger(widget.OnClick).Ref()
	base := func(id string) chatkit.ItemBase {
		return chatkit.ItemBase{ID: id, ThreadID: e.thread, CreatedAt: chatkit.At(s.h.Now())}
	}
	ctx, store := models.WithUser(t.Context(), e.user.ID), models.NewStore(s.db)
	for _, it := range []chatkit.Item{
		&chatkit.WidgetItem{ItemBase: base(e.widget), Widget: raw},
		&chatkit.StructuredInput{ItemBase: base(e.questions), Status: chatkit.InputPending, Inputs: []*chatkit.Question{{ID: "q", Question: "secret question", Type: chatkit.QuestionFreeform}}},
		&chatkit.ClientToolCall{ItemBase: base(e.call), Status: chatkit.CallPending, CallID: "call", Name: "secret_tool", Arguments: json.RawMessage(`{}`)},
	} {
		if err := store.SaveItem(ctx, e.thread, it); err != nil {
			t.Fatal(err)
		}
	}
}

// path is a route with the owner's ids: an item's route gets an item that it is for.
func (e estate) path(route string) string {
	for verb, id := range map[string]string{"/action": e.widget, "/answers": e.questions, "/output": e.call} {
		if strings.HasSuffix(route, "/items/:item"+verb) {
			route = strings.Replace(route, ":item", id, 1)
		}
	}
	return e.fill(route)
}

// fill puts the owner's ids in for the names of a route or a form.
func (e estate) fill(s string) string {
	return strings.NewReplacer(":user_id", e.user.ID, ":person", e.user.ID, ":thread", e.thread, ":task", e.task, ":item", e.item, ":action", e.action, ":attachment", e.file,
		":session", e.session, ":program", e.program, ":token", e.token, ":import", e.imported, ":passkey", e.passkey, ":identity", e.identity).Replace(s)
}

// dump is everything that the owner has, to compare.
func (e estate) dump(t *testing.T, db *models.DB) string {
	t.Helper()
	ctx := context.Background()
	threads, _, err1 := db.Threads(ctx, e.user.ID, models.PageQuery{})
	items, _, err2 := db.Items(ctx, e.user.ID, e.thread, models.ItemQuery{Limit: 100, Order: chatkit.Asc, Hidden: true})
	run, err3 := db.Run(ctx, e.user.ID, e.run)
	tasks, _, err4 := db.Todos(ctx, e.user.ID, models.TodoQuery{})
	file, err5 := db.Attachment(ctx, e.user.ID, e.file)
	passkeys, err6 := db.Passkeys(ctx, e.user.ID)
	for _, err := range []error{err1, err2, err3, err4, err5, err6} {
		if err != nil {
			t.Fatal(err)
		}
	}
	raw, err := json.Marshal([]any{threads, items, run, tasks, file, passkeys})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// send calls a route as the visitor, with the owner's ids, and returns the
// status and, of an answer that is no stream, the body.
func (e estate) send(t *testing.T, v *visitor, r Route, c call) (int, http.Header, string) {
	t.Helper()
	path := e.path(r.Path)
	switch r.Path {
	case "/live":
		path += "?watch=" + e.thread + ":0"
	case "/search", "/palette/results", "/api/v1/chatkit/search":
		path += "?q=secr"
	}
	var body any
	switch {
	case c.file != "":
		body = form("a.txt", []byte(c.file))
	case c.json != nil:
		body = c.json
	case c.form != nil:
		form := url.Values{}
		for k, values := range c.form {
			form.Set(k, e.fill(values[0]))
		}
		body = form
	}
	req := v.request(r.Method, path, body)
	res, err := v.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode, res.Header, readSome(res)
}

// readSome reads an answer; of a stream, which may never end, its beginning.
func readSome(res *http.Response) string {
	var all strings.Builder
	buf := make([]byte, 32<<10)
	endless := strings.HasPrefix(res.Request.URL.Path, "/live")
	for {
		n, err := res.Body.Read(buf)
		all.Write(buf[:n])
		if err != nil || endless && strings.Count(all.String(), "\n\n") >= 2 {
			return all.String()
		}
	}
}

// TestEveryRouteForEveryone calls every route of the table as nobody, as
// another person and as the owner, in this order, with the owner's ids.
func TestEveryRouteForEveryone(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db, named, unreachableProvider)
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		table, e := calls(), settle(t, s, ann)
		for _, r := range s.h.Routes() {
			name := r.Method + " " + r.Path
			c, ok := table[name]
			if !ok {
				t.Errorf("%s is not in the table of calls", name)
				continue
			}
			delete(table, name)
			before := e.dump(t, db)
			checkNobody(t, s, e, r, c)
			for _, v := range visitorsFor(s, r, bob) {
				status, _, body := e.send(t, v, r, c)
				if status != c.foreign {
					t.Errorf("%s by another person: %d, want %d: %.300s", name, status, c.foreign, body)
				}
				if strings.Contains(body, "secret") {
					t.Errorf("%s shows another person's things: %.300s", name, body)
				}
			}
			if after := e.dump(t, db); after != before {
				t.Errorf("%s changed another person's things:\n%s\n%s", name, before, after)
			}
			for _, v := range visitorsFor(s, r, ann) {
				if status, _, body := e.send(t, v, r, c); status != c.owner {
					t.Errorf("%s by the owner: %d, want %d: %.300s", name, status, c.owner, body)
				}
				if r.Method != "GET" {
					e = settle(t, s, ann)
				}
			}
		}
		for name := range table {
			t.Errorf("%s is in the table of calls but no route", name)
		}
	})
}

// visitorsFor are the ways in which a person may call the route.
func visitorsFor(s *server, r Route, user *models.User) []*visitor {
	if r.Access == program {
		return []*visitor{s.program(user)}
	}
	list := []*visitor{s.browser(user)}
	if r.Access.bearers() {
		list = append(list, s.program(user))
	}
	return list
}

func checkNobody(t *testing.T, s *server, e estate, r Route, c call) {
	t.Helper()
	want := c.nobody
	if want == 0 {
		switch {
		case r.Access.bearers():
			want = 401
		case r.Method == "GET":
			want = 303
		default:
			want = 401
		}
	}
	status, header, body := e.send(t, s.nobody(), r, c)
	if status != want {
		t.Errorf("%s %s by nobody: %d, want %d: %.300s", r.Method, r.Path, status, want, body)
	}
	if status == 303 && !strings.HasPrefix(header.Get("Location"), "/signin") {
		t.Errorf("%s %s leads nobody to %s", r.Method, r.Path, header.Get("Location"))
	}
	if strings.Contains(body, "secret") {
		t.Errorf("%s %s shows nobody a person's things: %.300s", r.Method, r.Path, body)
	}
}
