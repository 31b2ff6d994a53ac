package handlers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestChatKitBadInput: what makes no sense is refused in plain words, before
// anything is stored.
func TestChatKitBadInput(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s, v := capableServer(t, db)
		first := v.create("hello")
		id, answer := threadOfEvents(t, first), itemOf[*chatkit.AssistantMessage](t, first)
		deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
		for body, status := range map[string]int{
			``: 400, `{`: 400, `[]`: 400, `"x"`: 400, `{}`: 400, `{"type":"threads.list"}`: 400,
			`{"type":"threads.fly","params":{}}`:                                             400,
			`{"type":"threads.list","type":"threads.list","params":{}}`:                      400,
			kitBody("threads.list", `{"limit":-1}`):                                          400,
			kitBody("threads.create", `{}`):                                                  400,
			kitBody("threads.create", `{"input":{"content":null}}`):                          400,
			kitBody("threads.create", `{"input":`+userInput(" \n ")+`}`):                     400,
			kitBody("threads.create", `{"input":`+userInput(strings.Repeat("x", 32001))+`}`): 400,
			kitBody("threads.create", `{"input":{"content":[{"type":"input_text","text":"x"}],"attachments":["atc_none"],"inference_options":{}}}`): 404,
			kitBody("threads.retry_after_item", `{"thread_id":"`+id+`","item_id":"`+answer.ID+`"}`):                                                 400,
			kitBody("threads.retry_after_item", `{"thread_id":"`+id+`","item_id":"msg_none"}`):                                                      404,
			kitBody("threads.add_client_tool_output", `{"thread_id":"`+id+`","result":1}`):                                                          409,
			kitBody("threads.add_structured_input", `{"thread_id":"`+id+`","item_id":"`+answer.ID+`","input":{}}`):                                  400,
			kitBody("threads.sync_custom_action", `{"thread_id":"`+id+`","item_id":"`+answer.ID+`","action":{"type":"a"}}`):                         400,
			kitBody("threads.custom_action", `{"thread_id":"`+id+`","item_id":"`+answer.ID+`","action":{"type":"a","payload":`+deep+`}}`):           400,
			kitBody("items.feedback", `{"thread_id":"`+id+`","item_ids":["x"],"kind":"meh"}`):                                                       400,
			kitBody("items.feedback", `{"thread_id":"`+id+`","item_ids":[""],"kind":"positive"}`):                                                   400,
			kitBody("threads.add_user_message", `{"thread_id":"thr\u0000_x","input":`+userInput("x")+`}`):                                           404,
			kitBody("items.list", `{"thread_id":"`+id+`","after":"msg_none"}`):                                                                      404,
			kitBody("input.transcribe", `{"audio_base64":"`+strings.Repeat("A", 10<<20)+`","mime_type":"audio/webm"}`):                              400,
			kitBody("threads.create", `{"input":`+userInput(strings.Repeat("x", 2<<20))+`}`):                                                        http.StatusRequestEntityTooLarge,
		} {
			if r := v.do("POST", "/api/v1/chatkit", body); r.status != status {
				t.Errorf("%.120s: %d %.200s, want %d", body, r.status, r.body, status)
			} else {
				r.lacks("models:").lacks("SQL").has(`"message"`)
			}
		}
		v.do("POST", "/api/v1/chatkit", kitBody("threads.list", `{}`), "Content-Type", "text/plain").problem(415, "unsupported_media_type")
		s.nobody().do("POST", "/api/v1/chatkit", `{`).problem(401, "unauthorized")
		s.browser(v.user).do("POST", "/api/v1/chatkit", kitBody("threads.list", `{}`), "X-CSRF-Token", "").problem(403, "forbidden")
		var page chatkit.Page[chatkit.Item]
		if v.kit("items.list", `{"thread_id":"`+id+`"}`).json(&page); len(page.Data) != 2 {
			t.Errorf("the thread has %d items, want 2", len(page.Data))
		}
		var threads chatkit.Page[chatkit.Thread]
		if v.kit("threads.list", `{}`).json(&threads); len(threads.Data) != 1 {
			t.Errorf("%d threads, want 1", len(threads.Data))
		}
	})
}

// TestChatKitLenient: front ends differ in what they leave out.
func TestChatKitLenient(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	v := s.program(modelstest.User(t, s.db, "ann@example.com"))
	for _, body := range []string{
		`{"type":"threads.create","metadata":null,"params":{"input":{"content":[{"type":"input_text","text":"x"}],"attachments":null,"inference_options":null}}}`,
		`{"type":"threads.create","new_key":1,"params":{"more":2,"input":{"content":[{"type":"input_text","text":"x"}]}}}`,
	} {
		if got := kinds(v.do("POST", "/api/v1/chatkit", body).events()); !strings.HasPrefix(got, "thread.created "+userTurn) {
			t.Errorf("%s: %s", body, got)
		}
	}
	v.kit("threads.list", `{"limit":"5"}`).want(200)
	v.kit("threads.list", `{"limit":0,"order":null,"after":null}`).want(200)
}

func TestChatKitBusy(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		began := make(chan struct{}, 1)
		s := boot(t, db, func(o *Options) { o.Assistant, o.Grace = hold(began), -1 })
		v := s.program(modelstest.User(t, db, "ann@example.com"))
		thread := v.newThread()
		res, err := v.http.Do(v.request("POST", "/api/v1/chatkit", kitBody("threads.add_user_message", `{"thread_id":"`+thread+`","input":`+userInput("x")+`}`)))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		<-began
		v.kit("threads.add_user_message", `{"thread_id":"`+thread+`","input":`+userInput("y")+`}`).problem(409, "run_active")
		v.kit("threads.custom_action", `{"thread_id":"`+thread+`","action":{"type":"a"}}`).problem(409, "run_active")
		v.kit("items.list", `{"thread_id":"`+thread+`"}`).want(200).lacks(`"y"`)
		v.kit("threads.delete", `{"thread_id":"`+thread+`"}`).want(200)
		readEvents(t, res.Body) // the stream ends whole
		v.kit("threads.get_by_id", `{"thread_id":"`+thread+`"}`).problem(404, "not_found")
	})
}
