package handlers

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// agentServer answers with a scripted model that has all tools.
func agentServer(t *testing.T, db *models.DB) (*server, *openaitest.Server) {
	t.Helper()
	model := openaitest.New(t)
	s := boot(t, db, func(o *Options) {
		tasks := NewTasks(db, nil)
		agent, err := assistant.NewCompletions(assistant.Config{BaseURL: model.URL(), Model: "small", Models: []string{"large"},
			Tools: assistant.TaskTools(tasks), Consents: NewConsents(db), Hooks: NewHooks(db, false), Logger: o.Log,
			Sources: []assistant.ToolSource{assistant.ClientTools(assistant.PageTools())}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(agent.Close)
		o.Assistant = assistant.WithTaskBoard(agent, tasks, o.Log)
		o.Models = []Model{{"small", "Small"}, {"large", "Large"}}
	})
	return s, model
}

// addTask gives the visitor a task and returns its id.
func addTask(v *visitor, title string) string {
	v.s.t.Helper()
	var made struct{ ID string }
	v.do("POST", "/api/v1/tasks", map[string]string{"title": title}).want(201).json(&made)
	return made.ID
}

// button is the action of a card's button.
func button(t *testing.T, w *chatkit.WidgetItem, name string) string {
	t.Helper()
	var card map[string]json.RawMessage
	var b struct{ Action chatkit.Action }
	if err := json.Unmarshal(w.Widget, &card); err != nil || json.Unmarshal(card[name], &b) != nil {
		t.Fatalf("no button %s in %s", name, w.Widget)
	}
	raw, err := json.Marshal(b.Action)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func (v *visitor) press(w *chatkit.WidgetItem, thread, action string) []chatkit.Event {
	v.s.t.Helper()
	return v.kit("threads.custom_action", `{"thread_id":"`+thread+`","item_id":"`+w.ID+`","action":`+action+`}`).events()
}

// TestConsentOverChatKit: what a front end shows, sends and gets when a model wants
// to delete something, and what others and repeats get.
func TestConsentOverChatKit(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s, model := agentServer(t, db)
		ann, bob := s.program(modelstest.User(t, db, "ann@example.com")), s.program(modelstest.User(t, db, "bob@example.com"))
		addTask(ann, "buy milk")
		model.Reply(openaitest.ToolCall(assistant.ToolDeleteTask, `{"name":"milk"}`))
		asked := ann.create("delete milk")
		thread, card := threadOfEvents(t, asked), itemOf[*chatkit.WidgetItem](t, asked)
		onlyTask(t, db, ann.user.ID)
		if run, err := db.LatestRun(t.Context(), ann.user.ID, thread); err != nil || run.Status != models.RunRequiresAction {
			t.Errorf("the run is %+v, %v", run, err)
		}
		allow := button(t, card, "confirm")

		// Another person can't, from nowhere.
		bob.kit("threads.custom_action", `{"thread_id":"`+thread+`","item_id":"`+card.ID+`","action":`+allow+`}`).want(404)
		model.Reply(openaitest.Text("Hello Bob."))
		theirs := threadOfEvents(t, bob.create("hello"))
		if stolen := bob.kit("threads.custom_action", `{"thread_id":"`+theirs+`","action":`+allow+`}`).events(); kinds(stolen) != "stream_options notice" {
			t.Errorf("stolen: %s", kinds(stolen))
		}
		onlyTask(t, db, ann.user.ID)

		model.Reply(openaitest.Text("It is gone."))
		done := ann.press(card, thread, allow)
		if text := itemOf[*chatkit.AssistantMessage](t, done).Text(); text != "It is gone." {
			t.Errorf("the assistant goes on with %q", text)
		}
		// The model goes on from the call's output, and reads of no buttons.
		sent := model.Requests()[len(model.Requests())-1]
		if last := sent.Chat.Messages[len(sent.Chat.Messages)-1]; last.Role != "tool" || strings.Contains(string(sent.Body), "consent.allow") {
			t.Errorf("the model reads %s", sent.Body)
		}
		if closed := itemOf[*chatkit.WidgetItem](t, done); closed.ID != card.ID || strings.Contains(string(closed.Widget), "consent.allow") {
			t.Errorf("the card stays open: %s", closed.Widget)
		}
		if list, _, err := db.Todos(t.Context(), ann.user.ID, models.TodoQuery{}); err != nil || len(list) != 0 {
			t.Errorf("left %v, %v", list, err)
		}
		// Replayed, it does nothing more, whatever the name means by now.
		addTask(ann, "milk")
		if again := ann.press(card, thread, allow); kinds(again) != "stream_options notice" {
			t.Errorf("replayed: %s", kinds(again))
		}
		onlyTask(t, db, ann.user.ID)
		ann.kit("items.list", `{"thread_id":"`+thread+`"}`).lacks("waiting_for_consent").lacks("consent.allow")
	})
}

// TestConsentOnPages: the chat page draws the question, and its buttons work.
func TestConsentOnPages(t *testing.T) {
	t.Parallel()
	s, model := agentServer(t, modelstest.Open(t))
	user := modelstest.User(t, s.db, "ann@example.com")
	v := s.browser(user)
	addTask(s.program(user), "buy milk")
	model.Reply(openaitest.ToolCall(assistant.ToolDeleteTask, `{"name":"milk"}`))
	b := &boardPage{visitor: v, path: v.post("/chat", words).want(303).header.Get("Location")}
	s.settled(t, user, b.path)
	v.do("GET", b.path, nil).want(200).has("Delete the task “buy milk”?").has("Waiting for you.")
	b.item = regexp.MustCompile(`class="widget" data-item="([^"]+)"`).FindStringSubmatch(b.html())[1]
	model.Reply(openaitest.Text("It is gone."))
	b.act(b.refs("confirm")[0], nil).want(303)
	s.settled(t, user, b.path)
	v.do("GET", b.path, nil).want(200).has("You agreed. It is done.").has("It is gone.").lacks("Waiting for you.")
	if list, _, err := s.db.Todos(t.Context(), user.ID, models.TodoQuery{}); err != nil || len(list) != 0 {
		t.Errorf("left %v, %v", list, err)
	}
}

// TestConsentOverREST: a program that waits is told that the person has to decide,
// and how.
func TestConsentOverREST(t *testing.T) {
	t.Parallel()
	s, model := agentServer(t, modelstest.Open(t))
	v := s.program(modelstest.User(t, s.db, "ann@example.com"))
	addTask(v, "buy milk")
	thread := v.newThread()
	model.Reply(openaitest.ToolCall(assistant.ToolDeleteTask, `{"name":"milk"}`))
	var reply struct {
		Status    string
		Messages  []messageJSON
		ToolCalls []struct {
			Name   string
			Output struct {
				Status    string
				ItemID    string `json:"item_id"`
				ConsentID string `json:"consent_id"`
			}
		} `json:"tool_calls"`
	}
	v.do("POST", "/api/v1/chatkit/threads/"+thread+"/messages", `{"content":"delete milk"}`).want(200).json(&reply)
	if reply.Status != "requires_action" || len(reply.ToolCalls) != 1 || reply.ToolCalls[0].Output.Status != "waiting_for_consent" ||
		!strings.Contains(reply.Messages[len(reply.Messages)-1].Content, "Delete the task “buy milk”?") {
		t.Fatalf("reply %+v", reply)
	}
	out := reply.ToolCalls[0].Output
	model.Reply(openaitest.Text("Kept."))
	v.kit("threads.custom_action", `{"thread_id":"`+thread+`","item_id":"`+out.ItemID+`","action":{"type":"consent.refuse","payload":{"id":"`+out.ConsentID+`"}}}`).has("Kept.")
	onlyTask(t, s.db, v.user.ID)
}

func TestModelsOnOffer(t *testing.T) {
	t.Parallel()
	s, model := agentServer(t, modelstest.Open(t))
	v := s.program(modelstest.User(t, s.db, "ann@example.com"))
	wish := func(options string) *reply {
		return v.kit("threads.create", `{"input":{"content":[{"type":"input_text","text":"hello"}],"attachments":[],"quoted_text":"","inference_options":`+options+`}}`)
	}
	wish(`{"model":"huge"}`).want(400).has("small, large")
	if list, _, err := s.db.Threads(t.Context(), v.user.ID, models.PageQuery{}); err != nil || len(list) != 0 {
		t.Errorf("a refused message left %v, %v", list, err)
	}
	model.Reply(openaitest.Text("Hello."))
	wish(`{"model":"large"}`).has("Hello.")
	if body := string(model.Requests()[0].Body); !strings.Contains(body, `"model":"large"`) {
		t.Errorf("asked for %.200s", body)
	}
	wish(`{"tool_choice":{"id":"drop_tables"}}`).want(200).has("There is no tool “drop_tables” here.")
	s.browser(v.user).do("GET", "/chatkit", nil).want(200).has(`"models":[{"id":"small","label":"Small"},{"id":"large","label":"Large"}]`)
}

// TestToolsOfOurPage: the model may use what our page says that it has, and of
// others' front ends what the operator has configured.
func TestToolsOfOurPage(t *testing.T) {
	t.Parallel()
	s, model := agentServer(t, modelstest.Open(t))
	v := s.program(modelstest.User(t, s.db, "ann@example.com"))
	model.Always(openaitest.Text("Hello."))
	v.create("hello")
	model.Reply(openaitest.ToolCall("current_time", `{}`))
	asked := v.create("what time is it?", toolsHeader, "current_time, rm_rf")
	if call := itemOf[*chatkit.ClientToolCall](t, asked); call.Name != "current_time" || call.Status != chatkit.CallPending {
		t.Errorf("the browser gets %+v", call)
	}
	model.Reply(openaitest.Echo())
	v.kit("threads.add_client_tool_output", `{"thread_id":"`+threadOfEvents(t, asked)+`","result":{"time":"12:00"}}`, toolsHeader, "current_time").want(200)
	sent := model.Requests()
	for i, want := range []bool{false, true, true} {
		body := string(sent[i].Body)
		if strings.Contains(body, `"name":"current_time"`) != want || strings.Contains(body, "rm_rf") || strings.Contains(body, `"name":"open_link"`) {
			t.Errorf("request %d offers %.3000s", i, body)
		}
	}
	if body, last := string(sent[2].Body), sent[2].Chat.Messages; !strings.Contains(body, `{\"time\":\"12:00\"}`) || last[len(last)-1].Role != "tool" {
		t.Errorf("the output is not in %s", body)
	}
}

func TestDailyLimits(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		db.SetLimits(models.Limits{Messages: 4, Tokens: 1_000_000})
		s, model := agentServer(t, db)
		model.Always(openaitest.Text("Hello."))
		v := s.program(modelstest.User(t, db, "ann@example.com"))
		first := v.create("one")
		thread := threadOfEvents(t, first)
		if strings.Contains(kinds(first), "notice") {
			t.Errorf("told too early: %s", kinds(first))
		}
		v.kit("threads.add_user_message", `{"thread_id":"`+thread+`","input":`+userInput("two")+`}`).has("Two more messages are left for today.")
		v.kit("threads.add_user_message", `{"thread_id":"`+thread+`","input":`+userInput("three")+`}`).has("One more message is left for today.")
		v.do("POST", "/api/v1/chatkit/threads/"+thread+"/messages", `{"content":"four"}`).want(200)
		refused := v.kit("threads.add_user_message", `{"thread_id":"`+thread+`","input":`+userInput("five")+`}`).want(429).has("limit_reached").has("today's 4 messages")
		if refused.header.Get("Retry-After") == "" {
			t.Error("it does not say when to come back")
		}
		v.do("POST", "/api/v1/chatkit/threads/"+thread+"/messages", `{"content":"five"}`).want(429)
		v.do("POST", "/api/"+v.user.ID+"/chat", `{"content":"five"}`).want(429)
		s.browser(v.user).do("POST", "/chat", words).want(429).has("4 messages. There is more in")
		if used, err := db.UsedToday(t.Context(), v.user.ID); err != nil || used.Messages != 4 || used.Tokens < 100 {
			t.Errorf("used %+v, %v", used, err)
		}
		s.program(modelstest.User(t, db, "bob@example.com")).create("one") // has a share of his own
	})
}

func TestDailyTokensEndAnAnswer(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	db.SetLimits(models.Limits{Tokens: 50})
	s, model := agentServer(t, db)
	v := s.program(modelstest.User(t, db, "ann@example.com"))
	model.Reply(openaitest.ToolCall(assistant.ToolAddTask, `{"title":"walk"}`))
	events := v.create("add walk")
	if e, ok := events[len(events)-1].(chatkit.ErrorEvent); !ok || !strings.Contains(e.Message, "today's 50 tokens") || e.AllowRetry {
		t.Errorf("it ends with %+v", events[len(events)-1])
	}
	if list, _, err := db.Todos(t.Context(), v.user.ID, models.TodoQuery{}); err != nil || len(list) != 0 {
		t.Errorf("a tool ran all the same: %v, %v", list, err)
	}
	v.kit("threads.create", `{"input":`+userInput("more")+`}`).want(429).has("today's 50 tokens")
}
