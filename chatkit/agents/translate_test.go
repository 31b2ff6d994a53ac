package agents

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

func delta(id, text string) string {
	return fmt.Sprintf(`{"type":"response.output_text.delta","item_id":%q,"delta":%q}`, id, text)
}

func TestSearchesAreTasks(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{Searches: true})
	r.decode(item("added", reasoning), item("added", `{"id":"ws_1","type":"web_search_call","status":"in_progress"}`),
		`{"type":"response.web_search_call.searching","item_id":"ws_1"}`,
		item("done", `{"id":"ws_1","type":"web_search_call","status":"completed","action":{"type":"search","query":"go 1.26","sources":[{"type":"url","url":"https://www.go.dev/doc"},{"type":"url","url":"https://www.go.dev/doc"}]}}`),
		item("done", `{"id":"ws_2","type":"web_search_call","status":"completed","action":{"type":"open_page","url":"https://go.dev/"}}`),
		item("added", `{"id":"fs_1","type":"file_search_call","queries":["plan"]}`),
		item("done", `{"id":"fs_1","type":"file_search_call","queries":["plan"],"results":[{"filename":"a.pdf","text":"…"},{"filename":"a.pdf"}]}`))
	r.events = r.events[1:]
	r.want(`{"updated","item_id":"wf_1","update":{"type":"task.added","task_index":0,"task":{"type":"web_search","status_indicator":"loading","title":"Searching the web","queries":[],"sources":[]}}}`,
		`{"updated","item_id":"wf_1","update":{"type":"task.updated","task_index":0,"task":{"type":"web_search","status_indicator":"complete","title":"Searching the web","title_query":"go 1.26","queries":["go 1.26"],"sources":[{"type":"url","title":"go.dev","url":"https://www.go.dev/doc"}]}}}`,
		`{"updated","item_id":"wf_1","update":{"type":"task.added","task_index":1,"task":{"type":"web_search","status_indicator":"complete","title":"Searching the web","queries":[],"sources":[{"type":"url","title":"go.dev","url":"https://go.dev/"}]}}}`,
		`{"updated","item_id":"wf_1","update":{"type":"task.added","task_index":2,"task":{"type":"file","status_indicator":"loading","title":"Searching the files: plan","sources":[]}}}`,
		`{"updated","item_id":"wf_1","update":{"type":"task.updated","task_index":2,"task":{"type":"file","status_indicator":"complete","title":"Searching the files: plan","sources":[{"type":"file","title":"a.pdf","filename":"a.pdf"}]}}}`)
}

func TestMessageBeginsWithWhatIsSeen(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.decode(item("added", `{"id":"m","type":"message","content":[]}`), delta("m", "\n"), delta("m", " \n"))
	r.want()
	r.decode(delta("m", " Hi"), `{"type":"response.output_text.annotation.added","item_id":"m","annotation":{"type":"url_citation","url":"https://a.example","title":"A","end_index":6}}`)
	r.events = r.events[2:]
	r.want(`{"updated","item_id":"msg_1","update":{"type":"text_delta","content_index":0,"delta":"Hi"}}`,
		`{"updated","item_id":"msg_1","update":{"type":"annotation_added","content_index":0,"annotation_index":0,"annotation":{"type":"annotation","source":{"type":"url","title":"A","url":"https://a.example"},"index":2}}}`)
}

func TestImageThatNeverCame(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.decode(item("added", drawing), item("done", `{"id":"ig_1","type":"image_generation_call","status":"failed"}`)).finish()
	r.want(`{"added","item":{"id":"msg_1","type":"generated_image"}}`, `{"removed","item_id":"msg_1"}`)
	r.finish().want()
}

func TestOnlyPagesAreCited(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://", "//evil.example", "\x00https://a.example"} {
		if source, _ := DefaultCite(CitedSource{Kind: KindURL, URL: address, Title: "t"}); source != nil {
			t.Errorf("%q is cited", address)
		}
	}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	if ok, err := r.out.Append("x"); ok || err != nil {
		t.Errorf("appended to nothing: %v", err)
	}
	r.decode(delta("m", "Hi"), `{"type":"response.output_text.done","item_id":"m","text":"Hi"}`, item("done", `{"id":"m","type":"message","content":[{"type":"output_text","text":"Hi"}]}`))
	if ok, err := r.out.Append("…"); !ok || err != nil || r.out.Text() != "Hi…" {
		t.Errorf("%v, %v, %q", ok, err, r.out.Text())
	}
	r.finish()
	if got := asJSON(t, r.fold.Items()); !strings.Contains(got, `"text":"Hi…"`) {
		t.Errorf("items %s", got)
	}
}

func TestWorkflowByHand(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.must(r.out.StartWorkflow(chatkit.Workflow{Type: chatkit.WorkflowCustom}))
	r.want()
	index, err := r.out.AddTask(&chatkit.CustomTask{Content: "a"})
	r.must(err)
	r.want(`{"added","item":{"id":"wf_1","type":"workflow","workflow":{"type":"custom","tasks":[{"type":"custom","content":"a"}],"expanded":false}}}`)
	r.must(r.out.UpdateTask(index, &chatkit.CustomTask{Content: "b"}))
	if err := r.out.UpdateTask(1, &chatkit.CustomTask{}); !errors.Is(err, ErrNoTask) {
		t.Errorf("update of no task: %v", err)
	}
	r.must(r.out.Emit(chatkit.ItemDone{Item: &chatkit.HiddenContext{Content: []byte(`"x"`)}}))
	r.must(r.out.EndWorkflow(&chatkit.WorkflowSummary{Title: "Done"}, true))
	r.events = r.events[2:]
	r.want(`{"done","item":{"id":"wf_1","type":"workflow","workflow":{"type":"custom","tasks":[{"type":"custom","content":"b"}],"summary":{"title":"Done"},"expanded":true}}}`)
	if err := r.out.UpdateTask(0, &chatkit.CustomTask{}); !errors.Is(err, ErrNoTask) {
		t.Errorf("update after the end: %v", err)
	}
	r.finish().want()
}

// TestPauseAndResume has a turn wait for the browser and go on in the same workflow.
func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	_, err := r.out.AddTask(&chatkit.CustomTask{Content: "a"})
	r.must(err)
	r.events = nil
	r.must(r.out.CallClient(ToolCall{CallID: "c", Name: "where", Arguments: "{bad"}))
	r.want(`{"done","item":{"id":"wf_1","type":"workflow","workflow":{"type":"custom","tasks":[{"type":"custom","content":"a"}],"expanded":false}}}`,
		`{"done","item":{"id":"tc_2","type":"client_tool_call","status":"pending","call_id":"c","name":"where","arguments":{}}}`)
	stored := r.fold.Items()
	next := newRig(t, Options{})
	next.out.Resume(stored)
	_, err = next.out.AddTask(&chatkit.CustomTask{Content: "b"})
	next.must(err)
	next.decode(delta("m", "Hi"))
	next.events = next.events[:3]
	next.want(`{"added","item":{"id":"wf_1","type":"workflow","workflow":{"type":"custom","tasks":[{"type":"custom","content":"a"}],"expanded":false}}}`,
		`{"updated","item_id":"wf_1","update":{"type":"task.added","task_index":1,"task":{"type":"custom","content":"b"}}}`,
		`{"done","item":{"id":"wf_1","type":"workflow","workflow":{"type":"custom","tasks":[{"type":"custom","content":"a"},{"type":"custom","content":"b"}],"summary":{"duration":0},"expanded":false}}}`)
	for _, other := range [][]chatkit.Item{nil, {&chatkit.AssistantMessage{}}, append(stored, chatkit.NewUserText("new")), {&chatkit.WorkflowItem{Workflow: chatkit.Workflow{Summary: &chatkit.WorkflowSummary{}}}}} {
		fresh := newRig(t, Options{})
		fresh.out.Resume(other)
		fresh.finish().want()
	}
}

// TestLongThoughtCostsLittle streams a thought of a million characters.
func TestLongThoughtCostsLittle(t *testing.T) {
	t.Parallel()
	sent, shown := 0, 0
	out := NewTranslator(func(ev chatkit.Event) error {
		raw, err := chatkit.MarshalEvent(ev)
		sent += len(raw)
		if done, ok := ev.(chatkit.ItemDone); ok {
			shown = len(done.Item.(*chatkit.WorkflowItem).Workflow.Tasks[0].(*chatkit.ThoughtTask).Content)
		}
		return err
	}, Options{Now: func() time.Time { return time.Unix(0, 0) }})
	for _, err := range []error{out.Apply(ReasoningAdded{}), out.Apply(ThoughtDelta{Text: "…"})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 100_000 {
		if err := out.Apply(ThoughtDelta{Text: "0123456789"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Finish(); err != nil {
		t.Fatal(err)
	}
	if sent > 30*maxThought || shown < maxThought || shown > maxThought+100 {
		t.Errorf("%d bytes sent, %d kept", sent, shown)
	}
}

func TestEmitFails(t *testing.T) {
	t.Parallel()
	over := errors.New("over")
	out := NewTranslator(func(chatkit.Event) error { return over }, Options{})
	for i, err := range []error{out.Apply(TextDelta{Text: "a"}), out.Emit(chatkit.Notice{}), out.Apply(ReasoningAdded{}), out.Apply(ImageAdded{Item: "i"})} {
		if !errors.Is(err, over) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// TestResponsesOfOthers has what servers other than OpenAI's leave out.
func TestResponsesOfOthers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		raws  []string
		want  string
		calls string
	}{
		"llama.cpp": {raws: []string{
			`{"type":"response.created","response":{"id":"r","object":"response","status":"in_progress"}}`,
			`{"type":"response.output_item.added","item":{"id":"rs_1","summary":[],"type":"reasoning","content":[],"encrypted_content":"","status":"in_progress"}}`,
			`{"type":"response.reasoning_text.delta","delta":"Hmm","item_id":"rs_1"}`,
			`{"type":"response.output_item.added","item":{"arguments":"","call_id":"fc_a","name":"f","type":"function_call","status":"in_progress"}}`,
			`{"type":"response.function_call_arguments.delta","delta":"{}","item_id":"fc_a"}`,
			`{"type":"response.output_item.done","item":{"id":"rs_1","summary":[],"type":"reasoning","content":[{"text":"Hmm","type":"reasoning_text"}],"encrypted_content":""}}`,
			`{"type":"response.output_item.done","item":{"type":"function_call","status":"completed","arguments":"{}","call_id":"fc_a","name":"f"}}`,
			`{"type":"response.output_item.done","item":{"type":"function_call","status":"completed","arguments":"{}","call_id":"fc_b","name":"g"}}`,
			`{"type":"response.completed","response":{"id":"r","status":"completed","output":[{"id":"rs_1","summary":[],"type":"reasoning","content":[]},` +
				`{"type":"function_call","arguments":"{}","call_id":"fc_a","name":"f"},{"type":"function_call","arguments":"{}","call_id":"fc_b","name":"g"}],"usage":{"input_tokens":5,"output_tokens":7}}}`},
			want: `[{"type":"workflow","id":"wf_1","thread_id":"thr_1","created_at":"2026-11-22T12:00:00Z","workflow":{"type":"reasoning","tasks":[{"type":"thought","status_indicator":"none","content":"Hmm"}],"summary":{"duration":0},"expanded":false}}]`, calls: "fc_a f {} fc_b g {} "},
		"all at the end": {raws: []string{`{"type":"response.completed","response":{"id":"r","output":[{"type":"message","content":[{"type":"output_text","text":"Hi"}]},{"type":"function_call","call_id":"a","name":"f","arguments":{"x":1}}]}}`},
			want:  `[{"type":"assistant_message","id":"msg_1","thread_id":"thr_1","created_at":"2026-11-22T12:00:00Z","content":[{"type":"output_text","text":"Hi","annotations":[]}]}]`,
			calls: `a f {"x":1} `},
		"no ids": {raws: []string{`{"type":"response.output_text.delta","delta":"Hi"}`, `{"type":"response.refusal.delta","delta":"!"}`, `{"type":"response.unheard_of","x":[1]}`, `{"type":"response.completed","response":{}}`},
			want: `[{"type":"assistant_message","id":"msg_1","thread_id":"thr_1","created_at":"2026-11-22T12:00:00Z","content":[{"type":"output_text","text":"Hi!","annotations":[]}]}]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Options{})
			r.decodeBy((&Responses{ReasoningText: true}).Decode, tc.raws...).finish()
			calls, ended := "", 0
			for _, ev := range r.other {
				switch e := ev.(type) {
				case ToolCall:
					calls += e.CallID + " " + e.Name + " " + e.Arguments + " "
				case Ended:
					ended++
				}
			}
			if got := asJSON(t, r.fold.Items()); canonical(t, got) != canonical(t, tc.want) || calls != tc.calls || ended != 1 {
				t.Errorf("got %s, calls %q, ended %d times", got, calls, ended)
			}
		})
	}
}

func TestResponsesEnd(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]Ended{
		`{"type":"response.completed","response":{"id":"r","status":"completed"}}`:                                                         {ResponseID: "r", Reason: EndedStop},
		`{"type":"response.incomplete","response":{"id":"r","incomplete_details":{"reason":"max_output_tokens"}}}`:                         {ResponseID: "r", Reason: EndedLength},
		`{"type":"response.incomplete","response":{"id":"r","incomplete_details":{"reason":"content_filter"}}}`:                            {ResponseID: "r", Reason: EndedFilter},
		`{"type":"response.completed","response":{"id":"r","status":"incomplete"}}`:                                                        {ResponseID: "r", Reason: EndedLength},
		`{"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"server_error","message":"m"}}}`:                 {ResponseID: "r", Reason: EndedError, Code: "server_error"},
		`{"type":"error","code":"rate_limit_exceeded","message":"m"}`:                                                                      {Reason: EndedError, Code: "rate_limit_exceeded"},
		`{"type":"response.completed","response":{"id":"r","error":null,"incomplete_details":null,"usage":{"input_tokens_details":null}}}`: {ResponseID: "r", Reason: EndedStop},
	} {
		var got []Event
		if err := new(Responses).Decode([]byte(raw), func(ev Event) error { got = append(got, ev); return nil }); err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: %+v, %v", raw, got, err)
		}
	}
}
