package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/models"
)

// call sends JSON as a program does and reads the answer into the value.
func (w *web) call(token, path string, body any, into any) int {
	w.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+path, bytes.NewReader(raw))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		w.t.Fatalf("%s: status %d: %v", path, resp.StatusCode, err)
	}
	return resp.StatusCode
}

// TestEnginesBehindTheProgram asks the whole program with each engine: the model
// calls a tool, and remembers what was said.
func TestEnginesBehindTheProgram(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{engineCompletions, engineResponses, engineAssistants} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			srv := openaitest.New(t)
			srv.Reply(openaitest.ToolCall("add_task", `{"title":"buy milk"}`), openaitest.Text("It is on ", "your list."), openaitest.Echo())
			w := newWeb(t, srv, "ASSISTANT="+engine, "OPENAI_ASSISTANT_ID=asst_1")
			var account struct {
				Token string `json:"access_token"`
				User  struct {
					ID string `json:"id"`
				} `json:"user"`
			}
			w.call("", "/api/v1/auth/signup", map[string]string{"email": "ann@example.com", "password": "correct horse battery", "name": "Ann"}, &account)
			var thread struct {
				ID string `json:"id"`
			}
			w.call(account.Token, "/api/v1/chatkit/threads", map[string]any{}, &thread)
			ask := func(text, want string) {
				t.Helper()
				var got json.RawMessage
				code := w.call(account.Token, "/api/v1/chatkit/threads/"+thread.ID+"/messages", map[string]string{"content": text}, &got)
				if code != http.StatusOK || !strings.Contains(string(got), want) || !strings.Contains(string(got), `"completed"`) {
					t.Errorf("%q was answered with status %d: %s", text, code, got)
				}
			}
			ask("I need milk", "It is on your list.")
			tasks, _, err := w.db.Todos(t.Context(), account.User.ID, models.TodoQuery{})
			if err != nil || len(tasks) != 1 || tasks[0].Title != "buy milk" {
				t.Errorf("tasks %+v, %v", tasks, err)
			}
			ask("thank you", "You said: thank you")
			told := ""
			for _, r := range append(srv.Requests()[2:], srv.Others()...) {
				told += string(r.Body)
			}
			if !strings.Contains(told, "I need milk") {
				t.Errorf("the model was not told the conversation: %s", told)
			}
			remote, err := w.db.RemoteThread(t.Context(), account.User.ID, thread.ID)
			if kept := err == nil; kept != (engine == engineAssistants) {
				t.Errorf("the remote thread is %+v, %v", remote, err)
			}
			if engine != engineAssistants {
				return
			}
			said := strings.Join(srv.ThreadMessages(remote.RemoteID), " | ")
			if said != "user: I need milk | assistant: It is on your list. | user: thank you | assistant: You said: thank you" {
				t.Errorf("the remote thread has %s", said)
			}
		})
	}
}
