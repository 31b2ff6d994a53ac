package handlers

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestChatKitTaskBoard: the list of tasks is a widget whose box, button and form
// change the tasks of the one who asked, and itself.
func TestChatKitTaskBoard(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db, func(o *Options) {
			tasks := NewTasks(db, nil)
			o.Assistant = assistant.WithTaskBoard(assistant.NewBuiltin(tasks, assistant.BuiltinOptions{}), tasks, o.Log)
		})
		v, bob := s.program(modelstest.User(t, db, "ann@example.com")), s.program(modelstest.User(t, db, "bob@example.com"))
		id := threadOfEvents(t, v.create("add buy milk"))
		listed := v.kit("threads.add_user_message", `{"thread_id":"`+id+`","input":`+userInput("list my tasks")+`}`).events()
		board := itemOf[*chatkit.WidgetItem](t, listed)
		if text := itemOf[*chatkit.AssistantMessage](t, listed).Text(); !strings.Contains(text, "1 task") {
			t.Errorf("it says %q", text)
		}
		todo := onlyTask(t, db, v.user.ID)
		act := func(typ, action string) *reply {
			t.Helper()
			return v.kit(typ, `{"thread_id":"`+id+`","item_id":"`+board.ID+`","action":`+action+`}`).want(200)
		}
		act("threads.sync_custom_action", `{"type":"task.toggle","payload":{"id":"`+todo.ID+`","completed":true,"status":"all"}}`).has(`"defaultChecked":true`)
		if !onlyTask(t, db, v.user.ID).Completed {
			t.Error("the box did nothing")
		}
		added := act("threads.custom_action", `{"type":"task.add","payload":{"title":"call Mum"}}`).events()
		if replaced := itemOf[*chatkit.WidgetItem](t, added); kinds(added) != "stream_options thread.item.replaced" ||
			replaced.ID != board.ID || !strings.Contains(string(replaced.Widget), "call Mum") {
			t.Errorf("the form: %s", kinds(added))
		}
		other := itemOf[*chatkit.WidgetItem](t, bob.create("list my tasks"))
		stolen := bob.kit("threads.custom_action", `{"thread_id":"`+other.ThreadID+`","item_id":"`+other.ID+
			`","action":{"type":"task.delete","payload":{"id":"`+todo.ID+`"}}}`).lacks("milk").events()
		if kinds(stolen) != "stream_options notice thread.item.replaced" {
			t.Errorf("another person's task: %s", kinds(stolen))
		}
		act("threads.custom_action", `{"type":"task.delete","payload":{"id":"`+todo.ID+`"}}`).events()
		if left := onlyTask(t, db, v.user.ID); left.Title != "call Mum" {
			t.Errorf("left is %q", left.Title)
		}
		v.kit("items.list", `{"thread_id":"`+id+`"}`).has("call Mum").lacks("task.toggle\",\"payload\":{\"id\":\"" + todo.ID)
	})
}

func onlyTask(t *testing.T, db *models.DB, userID string) models.Todo {
	t.Helper()
	list, _, err := db.Todos(t.Context(), userID, models.TodoQuery{})
	if err != nil || len(list) != 1 {
		t.Fatalf("tasks %+v, %v", list, err)
	}
	return list[0]
}

// TestChatKitDemos: each demo of the built-in assistant comes through whole.
func TestChatKitDemos(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Assistant = assistant.NewBuiltin(NewTasks(o.DB, nil), assistant.BuiltinOptions{}) })
	v := s.program(modelstest.User(t, s.db, "ann@example.com"))
	for _, name := range []string{"", "progress", "workflow", "thoughts", "sources", "widget", "form", "chart", "image", "effect", "notice", "title", "error"} {
		events := v.create("/demo " + name)
		_, failed := events[len(events)-1].(chatkit.ErrorEvent)
		if failed != (name == "error") || len(events) < 4 {
			t.Errorf("/demo %s: %s", name, kinds(events))
		}
	}
	tool := v.create("/demo tool")
	out := v.kit("threads.add_client_tool_output", `{"thread_id":"`+threadOfEvents(t, tool)+`","result":["a",null]}`).events()
	if text := itemOf[*chatkit.AssistantMessage](t, out).Text(); !strings.Contains(text, `["a",null]`) {
		t.Errorf("after the tool: %q", text)
	}
	asked := v.create("/demo questions")
	ask := itemOf[*chatkit.StructuredInput](t, asked)
	answered := v.kit("threads.add_structured_input", `{"thread_id":"`+ask.ThreadID+`","item_id":"`+ask.ID+
		`","input":{"answers":{"when":{"values":["At night","Never"]}}}}`).events()
	if text := itemOf[*chatkit.AssistantMessage](t, answered).Text(); !strings.Contains(text, "**At night**") || strings.Contains(text, "Never") {
		t.Errorf("after the questions: %q", text)
	}
}

// TestChatKitBesideAPage: a conversation that is open in one of our pages shows
// the answer that a ChatKit front end asked for, as it is written.
func TestChatKitBesideAPage(t *testing.T) {
	t.Parallel()
	s, a, v := talkerServer(t, modelstest.Open(t), 0)
	page, thread := s.browser(v.user), v.newThread()
	res, err := page.http.Do(page.request("GET", "/live?watch="+thread+":0", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	reader, html := bufio.NewReader(res.Body), &strings.Builder{}
	until := func(text string) {
		t.Helper()
		for !strings.Contains(html.String(), text) {
			e, more := readSSE(t, reader)
			var f struct{ HTML string }
			if !more || e.event == "fragment" && json.Unmarshal([]byte(e.data), &f) != nil {
				t.Fatalf("the page never shows %q, only %s", text, html)
			}
			html.WriteString(f.HTML)
		}
	}
	kit, _ := v.open("threads.add_user_message", `{"thread_id":"`+thread+`","input":`+userInput("a question")+`}`)
	<-a.began
	until("a question")
	until("Hello")
	a.more <- " from both"
	if text := itemOf[*chatkit.AssistantMessage](t, readEvents(t, kit.Body)).Text(); text != "Hello from both" {
		t.Errorf("the front end has %q", text)
	}
	until("Hello from both")
	until(`data-status="completed"`)
	_, _ = io.Copy(io.Discard, kit.Body)
}
