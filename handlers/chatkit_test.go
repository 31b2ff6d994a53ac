package handlers

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// capable is an assistant with every capability. Messages choose what it does.
type capable struct{}

func (capable) Name() string { return "capable" }

func (capable) Respond(ctx context.Context, turn *assistant.Turn, emit assistant.Emit) error {
	if turn.Input == nil {
		return goOn(ctx, turn, emit)
	}
	var it chatkit.Item
	switch turn.Input.Text() {
	case "widget":
		it = &chatkit.WidgetItem{Widget: json.RawMessage(`{"type":"Card","children":[]}`)}
	case "tool":
		it = &chatkit.ClientToolCall{Status: chatkit.CallPending, CallID: "call_1", Name: "look", Arguments: json.RawMessage(`{"at":null}`)}
	case "ask":
		it = &chatkit.StructuredInput{Inputs: []*chatkit.Question{{ID: "q", Question: "Why?", Type: chatkit.QuestionFreeform}}}
	case "fail":
		return &chatkit.Error{Message: "That went wrong."}
	default:
		it = said("You said: " + turn.Input.Text())
	}
	return emit(chatkit.ItemDone{Item: it})
}

// goOn says what the turn goes on from.
func goOn(ctx context.Context, turn *assistant.Turn, emit assistant.Emit) error {
	items, err := turn.History.Recent(ctx, 10)
	if err != nil {
		return err
	}
	text := "nothing"
	for _, it := range items {
		switch it := it.(type) {
		case *chatkit.ClientToolCall:
			text = "output " + string(it.Output)
		case *chatkit.StructuredInput:
			text = "answered " + it.Inputs[0].Answer.Values[0]
		}
	}
	return emit(chatkit.ItemDone{Item: said(text)})
}

func (capable) Act(_ context.Context, _ *assistant.Turn, action chatkit.Action, sender *chatkit.WidgetItem, emit assistant.Emit) error {
	if sender == nil {
		return emit(chatkit.ItemDone{Item: said("page did " + action.Type + " " + string(action.Payload))})
	}
	sender.Widget = json.RawMessage(`{"type":"Card","key":"acted","children":[]}`)
	return emit(chatkit.ItemReplaced{Item: sender})
}

func (capable) ActSync(_ context.Context, turn *assistant.Turn, action chatkit.Action, sender *chatkit.WidgetItem) (chatkit.Item, error) {
	if sender == nil {
		return nil, &chatkit.Error{Message: "No, " + turn.User.Name + "."}
	}
	sender.Widget = json.RawMessage(`{"type":"Card","key":` + string(action.Payload) + `,"children":[]}`)
	return sender, nil
}

func capableServer(t *testing.T, db *models.DB) (*server, *visitor) {
	t.Helper()
	s := boot(t, db, func(o *Options) { o.Assistant = capable{} })
	return s, s.program(modelstest.User(t, db, "ann@example.com"))
}

const userTurn = "thread.item.done stream_options"

func TestChatKitMessages(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		_, v := capableServer(t, db)
		first := v.create("Hello there")
		if got := kinds(first); got != "thread.created "+userTurn+" thread.item.done" {
			t.Errorf("create: %s", got)
		}
		if thread := first[0].(chatkit.ThreadCreated).Thread; thread.Title != "Hello there" {
			t.Errorf("created %+v", thread)
		}
		id := threadOfEvents(t, first)
		more := v.kit("threads.add_user_message", `{"thread_id":"`+id+`","input":`+userInput("More")+`}`)
		if got := kinds(more.events()); got != userTurn+" thread.item.done" || more.header.Get(runHeader) == "" {
			t.Errorf("add: %s, header %v", got, more.header)
		}
		message := itemOf[*chatkit.UserMessage](t, first)
		retried := v.kit("threads.retry_after_item", `{"thread_id":"`+id+`","item_id":"`+message.ID+`"}`).events()
		if got := kinds(retried); got != "stream_options thread.item.done" {
			t.Errorf("retry: %s", got)
		}
		var thread chatkit.Thread
		v.kit("threads.get_by_id", `{"thread_id":"`+id+`"}`).want(200).json(&thread)
		if n := len(thread.Items.Data); n != 2 || thread.Items.HasMore {
			t.Errorf("the thread has %d items", n)
		}
		failed := v.kit("threads.add_user_message", `{"thread_id":"`+id+`","input":`+userInput("fail")+`}`).events()
		last, _ := failed[len(failed)-1].(chatkit.ErrorEvent)
		if last.Code != chatkit.CodeCustom || last.Message != "That went wrong." {
			t.Errorf("failed: %s", kinds(failed))
		}
	})
}

func TestChatKitContinuations(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		_, v := capableServer(t, db)
		first := v.create("tool")
		id := threadOfEvents(t, first)
		in := func(params string) string { return `{"thread_id":"` + id + `",` + params + `}` }
		out := v.kit("threads.add_client_tool_output", in(`"result":{"n":null}`)).events()
		if kinds(out) != "stream_options thread.item.done" || itemOf[*chatkit.AssistantMessage](t, out).Text() != `output {"n":null}` {
			t.Errorf("after the output: %s", kinds(out))
		}
		v.kit("threads.add_client_tool_output", in(`"result":1`)).problem(409, "conflict")
		asked := v.kit("threads.add_user_message", in(`"input":`+userInput("ask"))).events()
		ask := itemOf[*chatkit.StructuredInput](t, asked)
		answer := in(`"item_id":"` + ask.ID + `","input":{"status":"answered","answers":{"q":{"values":["So"]},"other":{"values":["x"]}}}`)
		answered := v.kit("threads.add_structured_input", answer).events()
		if kinds(answered) != "stream_options thread.item.replaced thread.item.done" {
			t.Errorf("after the answers: %s", kinds(answered))
		}
		if text := itemOf[*chatkit.AssistantMessage](t, answered).Text(); text != "answered So" {
			t.Errorf("it says %q", text)
		}
		v.kit("threads.add_structured_input", answer).problem(409, "conflict")
		items := v.kit("items.list", in(`"limit":"9999","order":"asc"`)).want(200).lacks("hidden_context").lacks("add_structured_input")
		var page chatkit.Page[chatkit.Item]
		if items.json(&page); len(page.Data) != 6 {
			t.Errorf("%d items", len(page.Data))
		}
	})
}

func TestChatKitActions(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		_, v := capableServer(t, db)
		first := v.create("widget")
		id, widget := threadOfEvents(t, first), itemOf[*chatkit.WidgetItem](t, first)
		action := func(typ, item, action string) *reply {
			t.Helper()
			if item != "" {
				item = `"item_id":"` + item + `",`
			}
			return v.kit(typ, `{"thread_id":"`+id+`",`+item+`"action":`+action+`}`)
		}
		acted := action("threads.custom_action", widget.ID, `{"type":"go","payload":{"a":1},"handler":"server"}`).events()
		if kinds(acted) != "stream_options thread.item.replaced" {
			t.Errorf("acted: %s", kinds(acted))
		}
		own := action("threads.custom_action", "", `{"type":"go"}`).events()
		if text := itemOf[*chatkit.AssistantMessage](t, own).Text(); text != "page did go null" {
			t.Errorf("the page's own: %q", text)
		}
		var sync struct {
			Item json.RawMessage `json:"updated_item"`
		}
		action("threads.sync_custom_action", widget.ID, `{"type":"set","payload":"k"}`).want(200).json(&sync)
		if !strings.Contains(string(sync.Item), `"key":"k"`) {
			t.Errorf("in sync: %s", sync.Item)
		}
		v.kit("items.list", `{"thread_id":"`+id+`"}`).want(200).has(`"key":"k"`)
		action("threads.sync_custom_action", "", `{"type":"set"}`).problem(400, "failed").has("No, ann.")
		message := itemOf[*chatkit.UserMessage](t, first)
		refused := action("threads.custom_action", message.ID, `{"type":"go"}`).events()
		if e, ok := refused[0].(chatkit.ErrorEvent); len(refused) != 1 || !ok || e.Code != chatkit.CodeStream {
			t.Errorf("an action of a message: %s", kinds(refused))
		}
		action("threads.sync_custom_action", message.ID, `{"type":"go"}`).problem(400, "invalid_request")
		action("threads.custom_action", "msg_none", `{"type":"go"}`).problem(404, "not_found")
	})
}

func TestChatKitThreads(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s, v := capableServer(t, db)
		id := threadOfEvents(t, v.create("one"))
		v.create("two")
		var page chatkit.Page[chatkit.Thread]
		v.kit("threads.list", `{"limit":1,"order":"desc"}`).want(200).json(&page)
		if len(page.Data) != 1 || page.Data[0].Title != "two" || !page.HasMore || page.After != page.Data[0].ID {
			t.Errorf("first page %+v", page)
		}
		v.kit("threads.list", `{"limit":9999,"after":"`+page.After+`"}`).want(200).json(&page)
		if len(page.Data) != 1 || page.Data[0].ID != id || page.HasMore {
			t.Errorf("second page %+v", page)
		}
		v.kit("threads.list", `{"after":"thr_none"}`).problem(404, "not_found")
		v.do("PATCH", "/api/v1/chatkit/threads/"+id, `{"metadata":{"note":"inside"}}`).want(200)
		v.kit("threads.update", `{"thread_id":"`+id+`","title":" \n "}`).want(200).lacks("title") // as it is stored
		v.kit("threads.update", `{"thread_id":"`+id+`","title":" New\nname "}`).want(200).has("New name").lacks("inside").lacks("user_id")
		v.kit("threads.update", `{"thread_id":"`+id+`","title":"`+strings.Repeat("x", 300)+`"}`).problem(400, "invalid_request")
		var item struct{ Items chatkit.Page[chatkit.Item] }
		v.kit("threads.get_by_id", `{"thread_id":"`+id+`"}`).want(200).lacks("inside").json(&item)
		message := item.Items.Data[0].Base().ID
		for _, kind := range []string{"negative", "positive"} {
			r := v.kit("items.feedback", `{"thread_id":"`+id+`","item_ids":["`+message+`","tsk_unknown"],"kind":"`+kind+`"}`).want(200)
			if string(r.body) != "{}" {
				t.Errorf("feedback: %s", r.body)
			}
		}
		stored, err := s.db.Feedback(t.Context(), v.user.ID, id)
		if err != nil || len(stored) != 2 || stored[0].Kind != "positive" {
			t.Errorf("feedback: %+v, %v", stored, err)
		}
		if r := v.kit("threads.delete", `{"thread_id":"`+id+`"}`).want(200); string(r.body) != "{}" {
			t.Errorf("delete: %s", r.body)
		}
		v.kit("threads.get_by_id", `{"thread_id":"`+id+`"}`).problem(404, "not_found")
		v.kit("attachments.delete", `{"attachment_id":"atc_1"}`).problem(404, "not_found")
		v.kit("input.transcribe", `{"audio_base64":"GkXf","mime_type":"audio/webm"}`).problem(400, "not_supported")
	})
}

// TestChatKitOfStrangers: every request that names something is answered to
// another person as if it were not there.
func TestChatKitOfStrangers(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s, ann := capableServer(t, db)
		first := ann.create("widget")
		id, widget := threadOfEvents(t, first), itemOf[*chatkit.WidgetItem](t, first)
		before := ann.kit("threads.get_by_id", `{"thread_id":"`+id+`"}`).want(200)
		bob := s.program(modelstest.User(t, db, "bob@example.com"))
		own := threadOfEvents(t, bob.create("mine"))
		for _, thread := range []string{id, "thr_none"} {
			for typ, params := range map[string]string{
				"threads.add_user_message": `"input":` + userInput("x"), "threads.add_client_tool_output": `"result":1`,
				"threads.add_structured_input": `"item_id":"` + widget.ID + `","input":{}`, "threads.retry_after_item": `"item_id":"` + widget.ID + `"`,
				"threads.custom_action":      `"item_id":"` + widget.ID + `","action":{"type":"go"}`,
				"threads.sync_custom_action": `"item_id":"` + widget.ID + `","action":{"type":"go","payload":1}`,
				"threads.get_by_id":          `"a":1`, "items.list": `"a":1`, "threads.update": `"title":"x"`, "threads.delete": `"a":1`,
				"items.feedback": `"item_ids":["` + widget.ID + `"],"kind":"positive"`,
			} {
				bob.kit(typ, `{"thread_id":"`+thread+`",`+params+`}`).problem(404, "not_found")
			}
		}
		bob.kit("threads.sync_custom_action", `{"thread_id":"`+own+`","item_id":"`+widget.ID+`","action":{"type":"go"}}`).problem(404, "not_found")
		bob.kit("threads.list", `{}`).want(200).lacks(id)
		ann.kit("threads.get_by_id", `{"thread_id":"`+id+`"}`).want(200).has(string(before.body))
		s.nobody().kit("threads.list", `{}`).problem(401, "unauthorized")
	})
}
