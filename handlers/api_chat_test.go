package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// chatReplyJSON is what POST /api/{user_id}/chat answers.
type chatReplyJSON struct {
	ThreadID  string `json:"thread_id"`
	MessageID string `json:"message_id"`
	Response  string
	ToolCalls []toolCall `json:"tool_calls"`
	Status    string
}

// withTool answers after a tool call.
func withTool(_ context.Context, turn *assistant.Turn, emit assistant.Emit) error {
	raw, err := json.Marshal(assistant.ToolCall{Type: assistant.ToolCallType, ID: "call_1", Name: "list_tasks",
		Arguments: map[string]any{"status": "all"}, Output: map[string]any{"total": 0}})
	if err != nil {
		return err
	}
	return errors.Join(emit(chatkit.ItemDone{Item: &chatkit.HiddenContext{Content: raw}}),
		emit(chatkit.ItemDone{Item: said("Nothing to do, " + turn.User.Name)}))
}

func TestAPIChat(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db, func(o *Options) { o.Assistant = scripted(withTool) })
		v := s.program(modelstest.User(t, db, "ann@example.com"))
		var first, second chatReplyJSON
		path := "/api/" + v.user.ID + "/chat"
		v.do("POST", path, `{"content":"list"}`).want(200).json(&first)
		if first.Response != "Nothing to do, ann" || first.Status != "completed" || len(first.ToolCalls) != 1 || first.ToolCalls[0].Name != "list_tasks" {
			t.Errorf("first %+v", first)
		}
		v.do("POST", path, map[string]string{"content": "again", "thread_id": first.ThreadID}).want(200).json(&second)
		if second.ThreadID != first.ThreadID || second.MessageID == first.MessageID {
			t.Errorf("second %+v after %+v", second, first)
		}
		var history struct{ Messages []messageJSON }
		v.do("GET", "/api/v1/chatkit/threads/"+first.ThreadID+"/messages", nil).want(200).lacks("call_1").json(&history)
		var said []string
		for _, m := range history.Messages {
			said = append(said, m.Role+": "+m.Content)
		}
		if got := strings.Join(said, "; "); got != "user: list; assistant: Nothing to do, ann; user: again; assistant: Nothing to do, ann" {
			t.Errorf("history %s", got)
		}
		if history.Messages[3].ID != second.MessageID {
			t.Errorf("message_id %s is not the answer's %s", second.MessageID, history.Messages[3].ID)
		}
		v.do("POST", "/api/usr_other/chat", `{"content":"list"}`).problem(403, "forbidden")
		v.do("POST", path, `{"content":"list","thread_id":"thr_none"}`).problem(404, "not_found")
		for _, body := range []string{``, `{}`, `{"content":""}`, `{"content":" \n"}`, `{"content":7}`, `{"content":null}`, `{"content":"x","thread_id":7}`} {
			v.do("POST", path, body).problem(400, "invalid_request")
		}
	})
}

func TestAPIChatOfAFailedAnswer(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	fail := scripted(func(context.Context, *assistant.Turn, assistant.Emit) error {
		return errors.New("canary-of-the-model-server")
	})
	v := boot(t, db, func(o *Options) { o.Assistant = fail }).program(modelstest.User(t, db, "ann@example.com"))
	var reply chatReplyJSON
	v.do("POST", "/api/"+v.user.ID+"/chat", `{"content":"list"}`).want(200).lacks("canary").json(&reply)
	if reply.Status != "failed" || reply.Response == "" || reply.MessageID == "" || reply.ToolCalls == nil {
		t.Errorf("reply %+v", reply)
	}
}

// Pages of messages are full although other items lie between them.
func TestAPIMessagePages(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	v := boot(t, db, func(o *Options) { o.Assistant = scripted(withTool) }).program(modelstest.User(t, db, "ann@example.com"))
	var th threadJSON
	v.do("POST", "/api/v1/chatkit/threads", `{}`).want(201).json(&th)
	path := "/api/v1/chatkit/threads/" + th.ID + "/messages"
	for range 3 {
		v.do("POST", path, `{"content":"hi"}`).want(200)
	}
	type page struct {
		Messages []messageJSON
		HasMore  bool `json:"has_more"`
		After    string
	}
	for _, order := range []string{"asc", "desc"} {
		after, n := "", 0
		for {
			var p page
			v.do("GET", path+"?limit=2&order="+order+"&after="+after, nil).want(200).json(&p)
			n += len(p.Messages)
			if len(p.Messages) != 2 || p.HasMore != (n < 6) {
				t.Fatalf("%s: %d messages after %d, more: %v", order, len(p.Messages), n, p.HasMore)
			}
			if after = p.After; !p.HasMore {
				break
			}
		}
	}
	v.do("GET", path+"?after=msg_none", nil).problem(404, "not_found")
}
