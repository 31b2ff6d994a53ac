package assistant

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit"
)

// responding returns a talk with a scripted model behind the Responses API.
func responding(t *testing.T, opts ResponsesOptions, script ...openaitest.Behaviour) (*talk, *openaitest.Server) {
	t.Helper()
	srv := openaitest.New(t)
	srv.Reply(script...)
	a, err := NewResponses(Config{BaseURL: srv.URL(), APIKey: testKey, Model: "test-model", Limits: quick, Responses: opts,
		Tools: TaskTools(newMemory("usr_a", "buy milk", "sell car"))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return newTalk(t, a), srv
}

// sentBody is a request as the Responses API has it.
type sentBody struct {
	Model        string            `json:"model"`
	Instructions string            `json:"instructions"`
	Store        *bool             `json:"store"`
	Stream       bool              `json:"stream"`
	Previous     string            `json:"previous_response_id"`
	Include      []string          `json:"include"`
	Reasoning    map[string]string `json:"reasoning"`
	Input        []struct {
		Type   string `json:"type"`
		Role   string `json:"role"`
		CallID string `json:"call_id"`
		Output string `json:"output"`
		Sealed string `json:"encrypted_content"`
	} `json:"input"`
	Tools []map[string]any `json:"tools"`
}

func sentTo(t *testing.T, srv *openaitest.Server, n int) sentBody {
	t.Helper()
	var body sentBody
	if err := json.Unmarshal(srv.Requests()[n].Body, &body); err != nil {
		t.Fatal(err)
	}
	return body
}

func (b sentBody) shape() string {
	var parts []string
	for _, it := range b.Input {
		parts = append(parts, strings.TrimPrefix(it.Type+":"+it.Role, "message:"))
	}
	return strings.Join(parts, " ")
}

func TestResponsesRequest(t *testing.T) {
	t.Parallel()
	c, srv := responding(t, ResponsesOptions{}, openaitest.Text("Hi."), openaitest.Text("Bye."))
	c.say("hello", "Hi.")
	c.say("and now?", "Bye.")
	body := sentTo(t, srv, 1)
	if body.Store == nil || *body.Store || !body.Stream || body.Model != "test-model" || body.Previous != "" || len(body.Tools) != 6 ||
		body.Reasoning != nil || body.Include != nil || !strings.Contains(body.Instructions, "You are TaskPilot") {
		t.Errorf("sent %s", srv.Requests()[1].Body)
	}
	if got := body.shape(); got != "user assistant user" {
		t.Errorf("input: %s", got)
	}
	if strings.Contains(string(srv.Requests()[1].Body), `"id":`) {
		t.Errorf("ids that the server does not know: %s", srv.Requests()[1].Body)
	}
}

// TestResponsesToolsGoOn has the server's own items sent back with the outputs of
// its calls, thoughts included.
func TestResponsesToolsGoOn(t *testing.T) {
	t.Parallel()
	c, srv := responding(t, ResponsesOptions{Reasoning: "low"}, openaitest.Thinking("Let me look.", openaitest.ToolCall(ToolListTasks, `{}`)), openaitest.Text("Two."))
	c.say("list", "Two.")
	first, second := sentTo(t, srv, 0), sentTo(t, srv, 1)
	if first.Reasoning["effort"] != "low" || first.Reasoning["summary"] != "auto" || strings.Join(first.Include, " ") != "reasoning.encrypted_content" {
		t.Errorf("first request %s", srv.Requests()[0].Body)
	}
	if got := second.shape(); got != "user reasoning: function_call: function_call_output:" || second.Input[1].Sealed != "sealed" ||
		second.Input[3].CallID != second.Input[2].CallID || !strings.Contains(second.Input[3].Output, "buy milk") {
		t.Errorf("second request %s", srv.Requests()[1].Body)
	}
	flow, ok := c.fold.Items()[0].(*chatkit.WorkflowItem)
	if !ok || len(flow.Workflow.Tasks) != 2 || flow.Workflow.Summary == nil {
		t.Fatalf("items %s", asJSON(t, c.fold.Items()))
	}
	if thought, ok := flow.Workflow.Tasks[0].(*chatkit.ThoughtTask); !ok || thought.Content != "Let me look." {
		t.Errorf("thought %s", asJSON(t, flow.Workflow.Tasks))
	}
	if call, ok := flow.Workflow.Tasks[1].(*chatkit.CustomTask); !ok || call.StatusIndicator != "complete" || call.Title == "" {
		t.Errorf("call %s", asJSON(t, flow.Workflow.Tasks))
	}
}

func TestResponsesHostedTools(t *testing.T) {
	t.Parallel()
	c, srv := responding(t, ResponsesOptions{WebSearch: true, FileSearch: []string{"vs_1"}, Images: true},
		openaitest.Searched(openaitest.Search{Query: "go", Sources: []string{"https://go.dev/a"}},
			openaitest.Searched(openaitest.Search{Files: true, Query: "plan", Sources: []string{"plan.pdf"}},
				openaitest.Drawn("AAAA", []string{"BBBB", "CCCC"}, openaitest.Cited("See Go.", openaitest.Citation{URL: "https://go.dev/a", Title: "Go", Start: 4, End: 6})))))
	c.say("look", "See Go.")
	body := sentTo(t, srv, 0)
	var kinds []string
	for _, tool := range body.Tools {
		if tool["type"] != "function" {
			kinds = append(kinds, tool["type"].(string))
		}
	}
	if got := strings.Join(kinds, " "); got != "web_search file_search image_generation" ||
		strings.Join(body.Include, " ") != "web_search_call.action.sources file_search_call.results" {
		t.Errorf("tools %s, include %s", got, body.Include)
	}
	items := c.fold.Items()
	flow, ok := items[0].(*chatkit.WorkflowItem)
	if !ok || !strings.Contains(asJSON(t, flow), `"url":"https://go.dev/a"`) || !strings.Contains(asJSON(t, flow), `"filename":"plan.pdf"`) {
		t.Errorf("searches %s", asJSON(t, items))
	}
	image, ok := items[1].(*chatkit.GeneratedImageItem)
	if !ok || image.Image == nil || image.Image.URL != "data:image/png;base64,AAAA" {
		t.Errorf("image %s", asJSON(t, items[1:]))
	}
	message, ok := items[2].(*chatkit.AssistantMessage)
	if !ok || len(message.Content[0].Annotations) != 1 || *message.Content[0].Annotations[0].Index != 6 {
		t.Errorf("message %s", asJSON(t, items[2:]))
	}
}

// TestResponsesKept has a server that keeps conversations sent only what is new,
// and all of it once the server has lost it.
func TestResponsesKept(t *testing.T) {
	t.Parallel()
	c, srv := responding(t, ResponsesOptions{Keep: true}, openaitest.ToolCall(ToolListTasks, `{}`), openaitest.Text("Two."),
		openaitest.Text("Fine."), openaitest.NotFound(), openaitest.Text("Again."))
	c.say("list", "Two.")
	c.say("good?", "Fine.")
	c.say("still?", "Again.")
	for n, want := range []string{"user", "function_call_output:", "user", "user", "user function_call: function_call_output: assistant user assistant user"} {
		body := sentTo(t, srv, n)
		if known := n > 0 && n < 4; body.shape() != want || !*body.Store || (body.Previous == "resp_1") != known {
			t.Errorf("request %d: %s after %q, want %s", n, body.shape(), body.Previous, want)
		}
	}
}

// TestResponsesOptionsRefused has a server that does not know what thoughts are.
func TestResponsesOptionsRefused(t *testing.T) {
	t.Parallel()
	c, srv := responding(t, ResponsesOptions{Reasoning: "low"}, openaitest.Status(http.StatusBadRequest, "reasoning", "unsupported_parameter"), openaitest.Text("Hi."), openaitest.Text("Bye."))
	c.say("hello", "Hi.")
	c.say("hello", "Bye.")
	if len(srv.Requests()) != 3 || sentTo(t, srv, 1).Reasoning != nil || sentTo(t, srv, 2).Reasoning != nil {
		t.Errorf("%d requests", len(srv.Requests()))
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	for model, want := range map[string]bool{"gpt-4.1-mini": false, "gpt-4o": false, "o3": true, "o4-mini": true, "gpt-5": true, "gpt-5.2-mini": true,
		"gpt-5-chat-latest": false, "gpt-6": true, "omni-1": false, "llama": false, "": false, "gpt-": false} {
		if reasons(model) != want {
			t.Errorf("%s: %v", model, !want)
		}
	}
}
