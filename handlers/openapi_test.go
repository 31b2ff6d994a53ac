package handlers

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// contract is the API's description, ready to hold answers against. The
// harness does so with every answer of every test.
type contract struct {
	doc    *openapi3.T
	router routers.Router
}

var theContract = sync.OnceValues(func() (*contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(openapi)
	if err != nil {
		return nil, err
	}
	router, err := legacy.NewRouter(doc) // validates the document, its examples included
	return &contract{doc, router}, err
})

// check holds one answer against the description. Addresses that are not in it
// are for the test of the routes; some statuses any address may have.
func (k *contract) check(req *http.Request, status int, header http.Header, body []byte) error {
	if status == http.StatusMethodNotAllowed || status == http.StatusRequestHeaderFieldsTooLarge {
		return nil
	}
	route, params, err := k.router.FindRoute(req)
	if err != nil {
		return nil
	}
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 status, Header: header, Body: io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: strings.HasPrefix(header.Get("Content-Type"), "text/event-stream")},
	})
}

var pathName = regexp.MustCompile(`:([a-z_]+)`)

// documented is every operation as "METHOD /path".
func (k *contract) documented() map[string]*openapi3.Operation {
	list := map[string]*openapi3.Operation{}
	for path, item := range k.doc.Paths.Map() {
		for method, op := range item.Operations() {
			list[method+" "+path] = op
		}
	}
	return list
}

func TestOpenAPIMatchesTheRoutes(t *testing.T) {
	t.Parallel()
	k, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	s := boot(t, modelstest.Open(t))
	s.nobody().do("GET", "/api/openapi.json", nil).want(200).has(`"openapi": "3.0.3"`)
	list := k.documented()
	for _, r := range s.h.Routes() {
		name := r.Method + " " + pathName.ReplaceAllString(r.Path, "{$1}")
		op := list[name]
		delete(list, name)
		if !strings.HasPrefix(r.Path, "/api/") {
			continue
		}
		if op == nil {
			t.Errorf("%s is not in openapi.json", name)
			continue
		}
		if open := op.Security != nil && len(*op.Security) == 0; open != (r.Access == public) {
			t.Errorf("%s: openapi.json and the route disagree on who may call it", name)
		}
	}
	for name := range list {
		t.Errorf("%s is in openapi.json but no route", name)
	}
}

// TestOpenAPIWalk makes every documented operation succeed once; that the
// answers are as described the harness checks.
func TestOpenAPIWalk(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		k, err := theContract()
		if err != nil {
			t.Fatal(err)
		}
		s := boot(t, db)
		walked := map[string]bool{}
		v := s.nobody()
		walk := func(method, path string, body any, headers ...string) *reply {
			t.Helper()
			r := v.do(method, path, body, headers...)
			route, _, err := k.router.FindRoute(v.request(method, path, nil))
			if err != nil || r.status >= 300 {
				t.Fatalf("%s %s: %d %s %v", method, path, r.status, r.body, err)
			}
			walked[method+" "+route.Path] = true
			return r
		}
		walkAccounts(v, walk)
		walkThreads(v, walk)
		walkTasks(walk)
		walkFiles(s, walk)
		for _, path := range []string{"/api/v1/chatkit/health", "/healthz", "/readyz", "/metrics", "/api/openapi.json"} {
			walk("GET", path, nil)
		}
		walk("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
		walk("POST", "/api/v1/auth/signout", nil)
		for name := range k.documented() {
			if !walked[name] {
				t.Errorf("%s was not walked", name)
			}
		}
	})
}

type walker func(method, path string, body any, headers ...string) *reply

func walkAccounts(v *visitor, walk walker) {
	in := map[string]string{"email": "ann@example.com", "password": modelstest.Password, "name": "Ann"}
	var grant grantJSON
	walk("POST", "/api/v1/auth/signup", in)
	walk("POST", "/api/v1/auth/signin", in).json(&grant)
	walk("POST", "/api/v1/auth/refresh", map[string]string{"refresh_token": grant.RefreshToken}).json(&grant)
	v.bearer, v.user = grant.AccessToken, &models.User{ID: grant.User.ID}
	walk("GET", "/api/v1/auth/me", nil)
}

func walkThreads(v *visitor, walk walker) {
	const threads = "/api/v1/chatkit/threads"
	var th threadJSON
	walk("POST", threads, `{"metadata":{"a":1}}`).json(&th)
	walk("POST", threads, `{}`)
	walk("POST", "/api/v1/chatkit", `{"type":"threads.list","params":{}}`)
	path := threads + "/" + th.ID
	walk("GET", threads+"?limit=1", nil)
	walk("GET", path, nil)
	walk("PATCH", path, `{"title":"new"}`)
	walk("POST", path+"/messages", `{"content":"hello"}`)
	walk("POST", path+"/messages", `{"content":"hello again"}`, "Accept", "text/event-stream").has("data: {")
	walk("GET", path+"/messages?limit=1", nil)
	walk("GET", "/api/v1/chatkit/search?q=hel&limit=1", nil).has(`"match":true`)
	walk("GET", path+"/events?after=0", nil)
	walk("POST", path+"/stop", nil)
	walk("POST", "/api/"+v.user.ID+"/chat", `{"content":"hello"}`)
	walk("DELETE", path, nil)
}

func walkFiles(s *server, walk walker) {
	var a attached
	for _, method := range []string{"POST", "PUT"} {
		walk("POST", "/api/v1/chatkit", kitBody("attachments.create", `{"name":"a.txt","size":1,"mime_type":"text/plain"}`)).json(&a)
		body := rawBody{"text/plain", strings.NewReader("x")}
		if method == "POST" {
			body = form("a.txt", []byte("x"))
		}
		walk(method, s.local(a.UploadDescriptor.URL), body)
	}
	walk("POST", uploadPath, form("a.png", picture(s.t, 4, 4))).json(&a)
	walk("GET", uploadPath+"/"+a.ID, nil).json(&a)
	walk("GET", s.local(a.DownloadURL), nil)
	walk("GET", s.local(a.PreviewURL), nil)
	walk("DELETE", uploadPath+"/"+a.ID, nil)
}

func walkTasks(walk walker) {
	var task struct{ ID string }
	walk("POST", "/api/v1/tasks", `{"title":"milk","due_at":"2026-11-30T09:00:00+01:00","priority":"high"}`).json(&task)
	walk("POST", "/api/v1/tasks", `{"title":"bread"}`)
	walk("GET", "/api/v1/tasks?limit=1&status=pending", nil)
	path := "/api/v1/tasks/" + task.ID
	walk("GET", path, nil)
	walk("PATCH", path, `{"due_at":null}`)
	walk("PUT", path, `{"completed":true,"priority":""}`)
	walk("DELETE", path, nil)
}
