package handlers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// withToken sends a person's access token.
type withToken string

func (t withToken) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(t))
	return http.DefaultTransport.RoundTrip(r)
}

// mcpSession is the official client, connected with the visitor's token.
func mcpSession(t *testing.T, s *server, v *visitor, version string) *mcp.ClientSession {
	t.Helper()
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &mcp.StreamableClientTransport{Endpoint: s.url + "/mcp",
		HTTPClient: &http.Client{Transport: withToken(v.bearer)}}, &mcp.ClientSessionOptions{ProtocolVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return session
}

// callMCP calls a tool and returns what it says.
func callMCP(t *testing.T, session *mcp.ClientSession, name string, args any) (text string, failed bool) {
	t.Helper()
	res, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: name, Arguments: args})
	if err != nil {
		t.Fatal(err)
	}
	content, ok := res.Content[0].(*mcp.TextContent)
	if !ok {
		t.Fatalf("%s answers with %T", name, res.Content[0])
	}
	return content.Text, res.IsError
}

// TestMCPServer: another program's model works on the list of the one whose token
// it has, in the newest version of the protocol and in the one before.
func TestMCPServer(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		ann, bob := s.program(modelstest.User(t, db, "ann@example.com")), s.program(modelstest.User(t, db, "bob@example.com"))
		for _, version := range []string{"", "2025-11-25", "2025-06-18"} {
			session, other := mcpSession(t, s, ann, version), mcpSession(t, s, bob, version)
			tools, err := session.ListTools(t.Context(), nil)
			if err != nil || len(tools.Tools) != 6 {
				t.Fatalf("tools %+v, %v", tools, err)
			}
			for _, tool := range tools.Tools {
				destroys, reads := *tool.Annotations.DestructiveHint, tool.Annotations.ReadOnlyHint
				if destroys != (tool.Name == "delete_task") || reads != (tool.Name == "list_tasks" || tool.Name == "find_task_by_name") {
					t.Errorf("%s says %+v of itself", tool.Name, tool.Annotations)
				}
			}
			if text, failed := callMCP(t, session, "add_task", map[string]any{"title": "buy milk", "priority": "high"}); failed || !strings.Contains(text, `"status":"created"`) {
				t.Errorf("add_task says %s", text)
			}
			todo := onlyTask(t, db, ann.user.ID)
			for _, args := range []map[string]any{{"task_id": todo.ID}, {"name": "milk"}, {"task_id": todo.ID, "user_id": ann.user.ID}} {
				if text, failed := callMCP(t, other, "delete_task", args); !failed || strings.Contains(text, "buy milk") {
					t.Errorf("another person: %v says %s", args, text)
				}
			}
			if text, _ := callMCP(t, other, "list_tasks", nil); !strings.Contains(text, `"total":0`) {
				t.Errorf("another person sees %s", text)
			}
			onlyTask(t, db, ann.user.ID)
			if text, failed := callMCP(t, session, "delete_task", map[string]any{"task_id": todo.ID}); failed || !strings.Contains(text, "deleted") {
				t.Errorf("delete_task says %s", text)
			}
		}
	})
}

func TestMCPServerRefuses(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), func(o *Options) { o.AllowedOrigins = []string{"https://good.example"} })
	user := modelstest.User(t, s.db, "ann@example.com")
	v := s.program(user)
	const list = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`
	v.do("POST", "/mcp", list).want(200).has("add_task")
	v.do("POST", "/mcp", list, "Origin", "https://good.example").want(200)
	v.do("POST", "/mcp", list, "Origin", s.url).want(200)
	v.do("POST", "/mcp", list, "Origin", "https://evil.example").want(403).lacks("add_task")
	v.do("POST", "/mcp", list, "Origin", "null").want(403)
	if r := s.browser(user).do("POST", "/mcp", list).want(401).lacks("add_task"); r.header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("a session is refused with %v", r.header)
	}
	s.nobody().do("POST", "/mcp", list, "Authorization", "Bearer x.y.z").want(401)
	v.do("GET", "/mcp", nil).want(405)
	v.do("DELETE", "/mcp", nil).want(405)
	for _, body := range []string{``, `{`, `[]`, `{"jsonrpc":"1.0","id":1,"method":"tools/list"}`, `"x"`} {
		if r := v.do("POST", "/mcp", body); r.status >= 500 || r.status < 400 && !strings.Contains(string(r.body), "error") {
			t.Errorf("%q: %d %s", body, r.status, r.body)
		}
	}
	v.do("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"drop_tables","arguments":{}}}`).has("error")
	v.do("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add_task","arguments":{"title":5}}}`).want(200).has(`"isError":true`)
}
