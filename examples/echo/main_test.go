package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// post sends a request as a person and returns the events of the reply.
func post(t *testing.T, url, person, body string) (status int, events []chatkit.Event) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if person != "" {
		req.Header.Set("Authorization", "Bearer "+person)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return resp.StatusCode, nil
	}
	for r := chatkit.NewEventReader(resp.Body, 1<<20); ; {
		ev, err := r.Next()
		if err != nil {
			return resp.StatusCode, events
		}
		events = append(events, ev)
	}
}

func ask(text string) string {
	return `{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"` + text + `"}]}}}`
}

func TestEcho(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newHandler(&echo{}, slog.New(slog.DiscardHandler)))
	defer server.Close()
	url := server.URL + "/chatkit"

	_, events := post(t, url, "ann", ask("Hello there"))
	done, ok := events[len(events)-1].(chatkit.ItemDone)
	if !ok || done.Item.(*chatkit.AssistantMessage).Text() != "You said: Hello there" {
		t.Errorf("the last event is %#v", events[len(events)-1])
	}
	thread := done.Item.Base().ThreadID

	_, events = post(t, url, "ann", strings.Replace(strings.Replace(ask("buttons, please"), "threads.create", "threads.add_user_message", 1),
		`"input"`, `"thread_id":"`+thread+`","input"`, 1))
	item := events[len(events)-1].(chatkit.ItemDone).Item.Base().ID
	action := `{"type":"threads.custom_action","params":{"thread_id":"` + thread + `","item_id":"` + item + `","action":{"type":"count","payload":{"n":7}}}}`
	_, events = post(t, url, "ann", action)
	replaced, ok := events[len(events)-1].(chatkit.ItemReplaced)
	if !ok || !strings.Contains(string(replaced.Item.(*chatkit.WidgetItem).Widget), "Clicked 7 times") {
		t.Errorf("the click got %#v", events)
	}
	if _, events = post(t, url, "ann", strings.Replace(action, `"count"`, `"dance"`, 1)); events[len(events)-1].EventType() != "error" {
		t.Errorf("an unknown action got %#v", events)
	}

	if status, _ := post(t, url, "bob", action); status != http.StatusNotFound {
		t.Errorf("a stranger's thread: %d", status)
	}
	if status, _ := post(t, url, "", action); status != http.StatusUnauthorized {
		t.Errorf("nobody: %d", status)
	}
}
