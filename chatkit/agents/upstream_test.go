package agents

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/widget"
)

func widgetItem(id string) *chatkit.WidgetItem {
	return &chatkit.WidgetItem{ItemBase: chatkit.ItemBase{ID: id}, Widget: json.RawMessage(`{"type":"Card","children":[]}`)}
}

const widgetJSON = `"item":{"id":"123","type":"widget","widget":{"type":"Card","children":[]}}}`

func TestUpstream_test_returns_widget_item(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.must(r.out.Emit(chatkit.ItemDone{Item: widgetItem("123")}))
	r.finish().want(`{"done",` + widgetJSON)
}

// states yields widgets for widget.Stream.
func states(roots ...string) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		for _, root := range roots {
			if !yield(json.RawMessage(root), nil) {
				return
			}
		}
	}
}

func TestUpstream_test_returns_widget_item_generator(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	card := func(text string) string {
		return `{"type":"Card","children":[{"type":"Text","id":"text","value":"` + text + `"}]}`
	}
	r.must(widget.Stream(r.out.Emit, &chatkit.WidgetItem{}, states(card(""), card("Hello, world"))))
	r.finish().want(`{"added","item":{"id":"msg_1","type":"widget","widget":`+card("")+`}}`,
		`{"updated","item_id":"msg_1","update":{"type":"widget.streaming_text.value_delta","component_id":"text","delta":"Hello, world","done":true}}`,
		`{"done","item":{"id":"msg_1","type":"widget","widget":`+card("Hello, world")+`}}`)
}

func TestUpstream_test_returns_widget_full_replace_generator(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	const first, second = `{"type":"Card","children":[{"type":"Text","id":"text","value":"Hello!"}]}`,
		`{"type":"Card","children":[{"type":"Text","key":"other","value":"World!","streaming":false}]}`
	r.must(widget.Stream(r.out.Emit, &chatkit.WidgetItem{}, states(first, second)))
	r.finish().want(`{"added","item":{"id":"msg_1","type":"widget","widget":`+first+`}}`,
		`{"updated","item_id":"msg_1","update":{"type":"widget.root.updated","widget":`+second+`}}`,
		`{"done","item":{"id":"msg_1","type":"widget","widget":`+second+`}}`)
}

func TestUpstream_test_client_tool_call_uses_raw_function_call_id(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.decode(item("done", `{"type":"function_call","id":"fc_123","call_id":"call_9","name":"pick","arguments":"{\"p\":1}","status":"completed"}`))
	call, ok := r.other[0].(ToolCall)
	if !ok || call.Item != "fc_123" {
		t.Fatalf("decoded %+v", r.other)
	}
	r.must(r.out.CallClient(call))
	// Unlike upstream's, the item's id is ours: a model server must not name what
	// is stored. The call's id is the model's.
	r.want(`{"done","item":{"id":"tc_1","type":"client_tool_call","status":"pending","call_id":"call_9","name":"pick","arguments":{"p":1}}}`)
}

func TestUpstream_test_stream_agent_response_yields_context_events_without_streaming_events(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.must(r.out.Emit(chatkit.ItemAdded{Item: widgetItem("123")}))
	r.want(`{"added",` + widgetJSON)
	r.finish().want()
}

func TestUpstream_test_stream_agent_response_maps_events(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.must(r.out.Emit(chatkit.ItemAdded{Item: widgetItem("123")}))
	r.decode(`{"type":"response.output_text.delta","item_id":"m","content_index":0,"delta":"Hello, world!"}`)
	r.want(`{"added",`+widgetJSON,
		`{"added","item":{"id":"msg_1","type":"assistant_message","content":[]}}`,
		`{"updated","item_id":"msg_1","update":{"type":"added","content_index":0,"content":{"text":"","type":"output_text"}}}`,
		`{"updated","item_id":"msg_1","update":{"type":"text_delta","content_index":0,"delta":"Hello, world!"}}`)
}

func TestUpstream_test_event_mapping(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.decode(`{"type":"response.output_text.delta","item_id":"123","content_index":0,"delta":"Final"}`)
	r.events = r.events[2:]
	r.want(`{"updated","item_id":"msg_1","update":{"type":"text_delta","content_index":0,"delta":"Final"}}`)
	r.decode(`{"type":"response.output_text.annotation.added","item_id":"123","content_index":0,"annotation_index":0,` +
		`"annotation":{"type":"file_citation","file_id":"file_123","filename":"file.txt","index":5}}`)
	r.want(`{"updated","item_id":"msg_1","update":{"type":"annotation_added","content_index":0,"annotation_index":0,` +
		`"annotation":{"type":"annotation","source":{"type":"file","title":"file.txt","filename":"file.txt"},"index":5}}}`)
	r.decode(`{"type":"response.content_part.added","item_id":"123","content_index":1,"part":{"type":"output_text","text":"","annotations":[]}}`,
		`{"type":"response.output_text.delta","item_id":"123","content_index":1,"delta":"New"}`)
	r.want(`{"updated","item_id":"msg_1","update":{"type":"added","content_index":1,"content":{"text":"","type":"output_text"}}}`,
		`{"updated","item_id":"msg_1","update":{"type":"text_delta","content_index":1,"delta":"New"}}`)
	r.decode(`{"type":"response.output_text.done","item_id":"123","content_index":0,"text":"Final text"}`)
	r.finish()
	// What the deltas lacked is added; the end of a part has no annotations, which
	// those that came before survive.
	r.want(`{"updated","item_id":"msg_1","update":{"type":"text_delta","content_index":0,"delta":" text"}}`,
		`{"updated","item_id":"msg_1","update":{"type":"done","content_index":0,"content":{"text":"Final text","type":"output_text"}}}`,
		`{"updated","item_id":"msg_1","update":{"type":"done","content_index":1,"content":{"text":"New","type":"output_text"}}}`,
		`{"done","item":{"id":"msg_1","type":"assistant_message","content":[{"annotations":[{"type":"annotation",`+
			`"source":{"type":"file","title":"file.txt","filename":"file.txt"},"index":5}],"text":"Final text","type":"output_text"},{"text":"New","type":"output_text"}]}}`)
}

const (
	noName    = `{"type":"file_citation","file_id":"f","filename":"","index":0}`
	container = `{"type":"container_file_citation","container_id":"c","file_id":"f","filename":"container.txt","start_index":0,"end_index":3}`
	page      = `{"type":"url_citation","url":"https://example.com","title":"Example","start_index":1,"end_index":5}`
)

func citation(body string) string {
	return `{"type":"response.output_text.annotation.added","item_id":"m","content_index":0,"annotation":` + body + `}`
}

func TestUpstream_test_stream_agent_response_emits_annotation_added_events(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.decode(`{"type":"response.output_text.delta","item_id":"m","content_index":0,"delta":"Hello, world!"}`)
	r.events = nil
	r.decode(citation(noName), citation(container), citation(page))
	r.want(`{"updated","item_id":"msg_1","update":{"type":"annotation_added","content_index":0,"annotation_index":0,"annotation":{"type":"annotation","source":{"type":"file","title":"container.txt","filename":"container.txt"},"index":3}}}`,
		`{"updated","item_id":"msg_1","update":{"type":"annotation_added","content_index":0,"annotation_index":1,"annotation":{"type":"annotation","source":{"type":"url","title":"Example","url":"https://example.com"},"index":5}}}`)
}

// Here annotations are never anything but JSON; what is left to normalize is that
// they may have more, or lack what they usually have.
func TestUpstream_test_stream_agent_response_annotation_added_normalizes_annotations(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.decode(`{"type":"response.output_text.delta","item_id":"m","content_index":0,"delta":"Hello, world!"}`)
	r.events = nil
	r.decode(citation(noName), citation(`{"type":"url_citation","url":"https://example.com","extra":{"a":1}}`), citation(`null`), citation(`[]`),
		citation(`{"type":"file_citation","filename":"a.txt"}`))
	r.want(`{"updated","item_id":"msg_1","update":{"type":"annotation_added","content_index":0,"annotation_index":0,"annotation":{"type":"annotation","source":{"type":"url","title":"https://example.com","url":"https://example.com"}}}}`,
		`{"updated","item_id":"msg_1","update":{"type":"annotation_added","content_index":0,"annotation_index":1,"annotation":{"type":"annotation","source":{"type":"file","title":"a.txt","filename":"a.txt"}}}}`)
}

func TestUpstream_test_custom_annotation_conversion_used_by_stream_agent_response(t *testing.T) {
	t.Parallel()
	var kinds []string
	r := newRig(t, Options{Cite: func(c CitedSource) (chatkit.Source, *int) {
		kinds = append(kinds, c.Kind)
		return &chatkit.EntitySource{SourceBase: chatkit.SourceBase{Title: c.Kind}, ID: "e"}, new(111)
	}})
	r.decode(`{"type":"response.output_text.delta","item_id":"m","content_index":0,"delta":"Hello!"}`)
	r.events = nil
	r.decode(citation(`{"type":"file_citation","filename":"a.txt","index":0}`))
	r.want(`{"updated","item_id":"msg_1","update":{"type":"annotation_added","content_index":0,"annotation_index":0,"annotation":{"type":"annotation","source":{"type":"entity","title":"file_citation","id":"e","interactive":false,"data":{}},"index":111}}}`)
	r.decode(item("done", `{"id":"m","type":"message","content":[{"type":"output_text","text":"Hello!","annotations":[`+page+`]}]}`)).finish()
	r.events = r.events[1:]
	r.want(`{"done","item":{"id":"msg_1","type":"assistant_message","content":[{"annotations":[{"type":"annotation","source":{"type":"entity","title":"url_citation","id":"e","interactive":false,"data":{}},"index":111}],"text":"Hello!","type":"output_text"}]}}`)
	if fmt.Sprint(kinds) != "[file_citation url_citation]" {
		t.Errorf("converted %v", kinds)
	}
}

func TestUpstream_test_stream_agent_response_yields_item_removed_event(t *testing.T) {
	t.Parallel()
	for _, guardrail := range []string{"input", "output"} {
		t.Run(guardrail, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Options{})
			r.decode(item("added", `{"id":"1","type":"message","content":[]}`), `{"type":"response.output_text.delta","item_id":"1","delta":"Hello"}`)
			r.must(r.out.Emit(chatkit.ItemAdded{Item: &chatkit.AssistantMessage{ItemBase: chatkit.ItemBase{ID: "2"}}}))
			r.must(r.out.Emit(chatkit.ItemDone{Item: widgetItem("3")}))
			r.events = nil
			r.must(r.out.Retract())
			r.finish().want(`{"removed","item_id":"msg_1"}`, `{"removed","item_id":"2"}`, `{"removed","item_id":"3"}`)
		})
	}
}

func TestUpstream_test_stream_agent_response_assistant_message_content_types(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.decode(item("done", `{"id":"fs","type":"file_search_call","queries":["q"],"results":[{"filename":"test.txt"},{"filename":"test.txt"}]}`))
	r.want()
	r.decode(item("done", `{"id":"1","type":"message","content":[{"type":"output_text","text":"Hello, world!","annotations":[`+
		`{"type":"file_citation","filename":"test.txt","index":0},`+container+`,`+page+`,{"type":"file_path","file_id":"1","index":0}]},`+
		`{"type":"refusal","refusal":"Can't do that"}]}`)).finish()
	r.events = r.events[len(r.events)-1:]
	r.want(`{"done","item":{"id":"msg_1","type":"assistant_message","content":[{"annotations":[` +
		`{"type":"annotation","source":{"type":"file","title":"test.txt","filename":"test.txt"},"index":0},` +
		`{"type":"annotation","source":{"type":"file","title":"container.txt","filename":"container.txt"},"index":3},` +
		`{"type":"annotation","source":{"type":"url","title":"Example","url":"https://example.com"},"index":5}],"text":"Hello, world!","type":"output_text"},` +
		`{"text":"Can't do that","type":"output_text"}]}}`)
}

const (
	drawing = `{"id":"ig_1","type":"image_generation_call","status":"in_progress"}`
	drawn   = `{"id":"ig_1","type":"image_generation_call","result":"dGVzdA=="}`
)

func TestUpstream_test_stream_agent_response_image_generation_events(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.decode(item("added", drawing), item("done", drawn)).finish()
	r.want(`{"added","item":{"id":"msg_1","type":"generated_image"}}`,
		`{"done","item":{"id":"msg_1","type":"generated_image","image":{"id":"ig_1","url":"data:image/png;base64,dGVzdA=="}}}`)
}

func TestUpstream_test_stream_agent_response_image_generation_events_with_custom_converter(t *testing.T) {
	t.Parallel()
	var calls []string
	r := newRig(t, Options{ImageURL: func(id, data string, partial int) (string, error) {
		calls = append(calls, fmt.Sprint(id, data, partial))
		return "https://example.com/" + id, nil
	}})
	r.decode(item("added", drawing), item("done", drawn)).finish()
	r.events = r.events[1:]
	r.want(`{"done","item":{"id":"msg_1","type":"generated_image","image":{"id":"ig_1","url":"https://example.com/ig_1"}}}`)
	if fmt.Sprint(calls) != "[ig_1dGVzdA==-1]" {
		t.Errorf("converted %q", calls)
	}
	fails := newRig(t, Options{ImageURL: func(string, string, int) (string, error) { return "", errors.New("no room") }})
	if err := fails.out.Apply(ImageDone{Item: "ig_1", Data: "x"}); err == nil {
		t.Error("a failed conversion is hidden")
	}
}

func TestUpstream_test_stream_agent_response_image_generation_partial_progress(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{PartialImages: 3})
	r.decode(item("added", drawing),
		`{"type":"response.image_generation_call.partial_image","item_id":"ig_1","partial_image_index":1,"partial_image_b64":"dGVzdA=="}`,
		item("done", drawn)).finish()
	r.want(`{"added","item":{"id":"msg_1","type":"generated_image"}}`,
		`{"updated","item_id":"msg_1","update":{"type":"generated_image.updated","image":{"id":"ig_1","url":"data:image/png;base64,dGVzdA=="},"progress":0.3333333333333333}}`,
		`{"done","item":{"id":"msg_1","type":"generated_image","image":{"id":"ig_1","url":"data:image/png;base64,dGVzdA=="}}}`)
}

const reasoning = `{"id":"rs_1","type":"reasoning","summary":[]}`

func summary(event string, index int, key, text string) string {
	return fmt.Sprintf(`{"type":"response.reasoning_summary_text.%s","item_id":"rs_1","summary_index":%d,%q:%q}`, event, index, key, text)
}

func TestUpstream_test_workflow_streams_first_thought(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.decode(item("added", reasoning), summary("delta", 0, "delta", "Think"), summary("delta", 0, "delta", "ing 1"), summary("done", 0, "text", "Thinking 1"))
	r.want(`{"added","item":{"id":"wf_1","type":"workflow","workflow":{"type":"reasoning","tasks":[],"expanded":false}}}`,
		`{"updated","item_id":"wf_1","update":{"type":"task.added","task_index":0,"task":{"type":"thought","content":"Think"}}}`,
		`{"updated","item_id":"wf_1","update":{"type":"task.updated","task_index":0,"task":{"type":"thought","content":"Thinking 1"}}}`,
		`{"updated","item_id":"wf_1","update":{"type":"task.updated","task_index":0,"task":{"type":"thought","content":"Thinking 1"}}}`)
	r.decode(summary("delta", 1, "delta", "Think"), summary("delta", 1, "delta", "ing 2"))
	r.want()
	r.decode(summary("done", 1, "text", "Thinking 2"))
	r.want(`{"updated","item_id":"wf_1","update":{"type":"task.added","task_index":1,"task":{"type":"thought","content":"Thinking 2"}}}`)
}

func TestUpstream_test_workflow_ends_on_message(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.decode(item("added", reasoning))
	r.events = nil
	r.now = r.now.Add(2900 * time.Millisecond)
	r.decode(item("added", `{"id":"m","type":"message","content":[]}`), `{"type":"response.output_text.delta","item_id":"m","delta":"Hi"}`)
	r.events = r.events[:2]
	r.want(`{"done","item":{"id":"wf_1","type":"workflow","workflow":{"type":"reasoning","tasks":[],"summary":{"duration":2},"expanded":false}}}`,
		`{"added","item":{"id":"msg_2","created_at":"2026-11-22T12:00:02.9Z","type":"assistant_message","content":[]}}`)
}

func TestUpstream_test_existing_workflow_summary_not_overwritten_on_automatic_end(t *testing.T) {
	t.Parallel()
	r := newRig(t, Options{})
	r.must(r.out.StartWorkflow(chatkit.Workflow{Type: chatkit.WorkflowCustom, Tasks: []chatkit.Task{&chatkit.CustomTask{Content: "x"}},
		Summary: &chatkit.WorkflowSummary{Title: "Test"}, Expanded: true}))
	r.events = nil
	r.decode(`{"type":"response.output_text.delta","item_id":"m","delta":"Hi"}`)
	r.events = r.events[:1]
	r.want(`{"done","item":{"id":"wf_1","type":"workflow","workflow":{"type":"custom","tasks":[{"type":"custom","content":"x"}],"summary":{"title":"Test"},"expanded":false}}}`)
}
