package chatkit

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

type requestCase struct {
	params string
	want   Request
	stream bool
}

func requestCases() map[string]requestCase {
	input := UserInput{Content: []UserContent{&InputText{Text: "Hi"}}, Attachments: []string{"atc_1"},
		InferenceOptions: InferenceOptions{ToolChoice: &ToolChoice{ID: "search"}, Model: "m1"}}
	const inputWire = `{"content":[{"type":"input_text","text":"Hi"}],"attachments":["atc_1"],"quoted_text":"","inference_options":{"tool_choice":{"id":"search"},"model":"m1"}}`
	action := Action{Type: "line.select", Payload: json.RawMessage(`{"id":"blue"}`)}
	const actionWire = `{"type":"line.select","payload":{"id":"blue"},"handler":"server","loadingBehavior":"auto"}`
	return map[string]requestCase{
		"threads.create":           {`{"input":` + inputWire + `}`, &CreateThreadRequest{Input: input}, true},
		"threads.add_user_message": {`{"thread_id":"thr_1","input":` + inputWire + `}`, &AddUserMessageRequest{ThreadID: "thr_1", Input: input}, true},
		"threads.add_client_tool_output": {`{"thread_id":"thr_1","result":{"nodes":[1,null]}}`,
			&AddToolOutputRequest{ThreadID: "thr_1", Result: json.RawMessage(`{"nodes":[1,null]}`)}, true},
		"threads.add_structured_input": {`{"thread_id":"thr_1","item_id":"msg_9","input":{"status":"answered","answers":{"priority":{"values":["High"]},"notes":{"values":[],"skipped":true},"bare":{}}}}`,
			&AddStructuredInputRequest{ThreadID: "thr_1", ItemID: "msg_9", Status: InputAnswered, Answers: map[string]Answer{
				"priority": {Values: []string{"High"}}, "notes": {Values: []string{}, Skipped: true}, "bare": {}}}, true},
		"threads.retry_after_item": {`{"thread_id":"thr_1","item_id":"msg_user"}`, &RetryRequest{ThreadID: "thr_1", ItemID: "msg_user"}, true},
		"threads.custom_action": {`{"thread_id":"thr_1","item_id":"msg_w","action":` + actionWire + `}`,
			&CustomActionRequest{ThreadID: "thr_1", ItemID: "msg_w", Action: action}, true},
		"threads.sync_custom_action": {`{"thread_id":"thr_1","item_id":null,"action":{"type":"toggle"}}`,
			&SyncActionRequest{ThreadID: "thr_1", Action: Action{Type: "toggle", Payload: json.RawMessage("null")}}, false},
		"threads.get_by_id": {`{"thread_id":"thr_1"}`, &GetThreadRequest{ThreadID: "thr_1"}, false},
		"threads.list": {`{"limit":9999,"order":"asc","after":"thr_5"}`,
			&ListThreadsRequest{PageRequest: PageRequest{Limit: 100, Order: Asc, After: "thr_5"}}, false},
		"threads.update": {`{"thread_id":"thr_1","title":"New"}`, &UpdateThreadRequest{ThreadID: "thr_1", Title: "New"}, false},
		"threads.delete": {`{"thread_id":"thr_1"}`, &DeleteThreadRequest{ThreadID: "thr_1"}, false},
		"items.list": {`{"thread_id":"thr_1","limit":null,"after":null}`,
			&ListItemsRequest{ThreadID: "thr_1", PageRequest: PageRequest{Order: Desc}}, false},
		"items.feedback": {`{"thread_id":"thr_1","item_ids":["tsk_1","msg_2"],"kind":"positive"}`,
			&FeedbackRequest{ThreadID: "thr_1", ItemIDs: []string{"tsk_1", "msg_2"}, Kind: FeedbackPositive}, false},
		"attachments.create": {`{"name":"a.png","size":377958,"mime_type":"image/png"}`,
			&CreateAttachmentRequest{Name: "a.png", Size: 377958, MimeType: "image/png"}, false},
		"attachments.delete": {`{"attachment_id":"atc_1"}`, &DeleteAttachmentRequest{AttachmentID: "atc_1"}, false},
		"input.transcribe": {`{"audio_base64":"GkXf","mime_type":"audio/webm;codecs=opus"}`,
			&TranscribeRequest{AudioBase64: "GkXf", MimeType: "audio/webm;codecs=opus"}, false},
	}
}

func TestDecodeRequest(t *testing.T) {
	t.Parallel()
	for typ, c := range requestCases() {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			got, err := DecodeRequest([]byte(`{"type":"` + typ + `","params":` + c.params + `,"unknown":{}}`))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("\n got %+v\nwant %+v", got, c.want)
			}
			if got.RequestType() != typ || Streaming(got) != c.stream {
				t.Errorf("type %s, streaming %v", got.RequestType(), Streaming(got))
			}
		})
	}
}

func TestDecodeRequestIsLenient(t *testing.T) {
	t.Parallel()
	text := UserInput{Content: []UserContent{&InputText{Text: "Hi"}}}
	create := func(rest string) string {
		return `{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"Hi"}]` + rest + `}}}`
	}
	list := func(limit int) Request {
		return &ListThreadsRequest{PageRequest: PageRequest{Limit: limit, Order: Desc}}
	}
	for raw, want := range map[string]Request{
		`{"type":"threads.list","params":{"x":[` + strings.Repeat("0,", MaxRequestValues-5) + `0]}}`: list(0),
		create(``): &CreateThreadRequest{Input: text},
		create(`,"attachments":null,"inference_options":null,"quoted_text":null`):                                   &CreateThreadRequest{Input: text},
		create(`,"inference_options":{"tool_choice":null,"model":null},"Content":3`):                                &CreateThreadRequest{Input: text},
		`{"type":"threads.list","params":{},"metadata":null}`:                                                       list(0),
		`{"type":"threads.list","params":{"limit":"7","order":null}}`:                                               list(7),
		`{"type":"threads.list","params":{"limit":7.0}}`:                                                            list(7),
		`{"type":"threads.list","params":{"limit":0}}`:                                                              list(0),
		" {\"params\" : {} ,\n\"type\":\"threads.list\"}\n":                                                         list(0),
		`{"type":"threads.update","params":{"thread_id":"t","title":"a\u0000b"}}`:                                   &UpdateThreadRequest{ThreadID: "t", Title: "ab"},
		`{"type":"threads.add_client_tool_output","params":{"thread_id":"t","result":null}}`:                        &AddToolOutputRequest{ThreadID: "t", Result: json.RawMessage("null")},
		`{"type":"threads.list","params":{},"metadata":{"a":1}}`:                                                    &ListThreadsRequest{RequestBase: RequestBase{map[string]any{"a": 1.0}}, PageRequest: PageRequest{Order: Desc}},
		`{"type":"threads.add_structured_input","params":{"thread_id":"t","item_id":"i","input":{"answers":null}}}`: &AddStructuredInputRequest{ThreadID: "t", ItemID: "i", Status: InputAnswered, Answers: map[string]Answer{}},
	} {
		got, err := DecodeRequest([]byte(raw))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", raw, got, err, want)
		}
	}
}

func TestDecodeRequestRefuses(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for raw, field := range map[string]string{
		``:                                      "",
		`nonsense`:                              "",
		`[]`:                                    "",
		`null`:                                  "",
		`{"type":"threads.list","params":{}} x`: "",
		`{"type":"threads.list","type":"threads.delete","params":{}}`:                                "",
		`{"type":"threads.list","params":{"limit":1,"lim\u0069t":2}}`:                                "",
		`{"type":"threads.list","typ\u0000e":"threads.delete","params":{}}`:                          "",
		`{"type":"threads.list","params":{"x":[` + strings.Repeat("0,", MaxRequestValues-4) + `0]}}`: "",
		`{"type":"threads.list","params":{"x":` + deep + `}}`:                                        "",
		`{"type":"threads.list","params":{"x":` + strings.Repeat("[", 20000) + `}}`:                  "",
		`{"type":"threads.list"}`:                                                                                                 "params",
		`{"type":"threads.list","params":null}`:                                                                                   "params",
		`{"type":"threads.list","params":[]}`:                                                                                     "params",
		`{"type":"threads.list","params":{},"metadata":7}`:                                                                        "metadata",
		`{"params":{}}`:                                                                                                           "type",
		`{"type":7,"params":{}}`:                                                                                                  "type",
		`{"Type":"threads.list","params":{}}`:                                                                                     "type",
		`{"type":"threads.resume","params":{}}`:                                                                                   "type",
		`{"type":"threads.list","params":{"limit":-1}}`:                                                                           "params.limit",
		`{"type":"threads.list","params":{"limit":1.5}}`:                                                                          "params.limit",
		`{"type":"threads.list","params":{"limit":"many"}}`:                                                                       "params.limit",
		`{"type":"threads.list","params":{"order":"random"}}`:                                                                     "params.order",
		`{"type":"threads.list","params":{"after":7}}`:                                                                            "params.after",
		`{"type":"threads.get_by_id","params":{}}`:                                                                                "params.thread_id",
		`{"type":"threads.get_by_id","params":{"thread_id":""}}`:                                                                  "params.thread_id",
		`{"type":"threads.get_by_id","params":{"THREAD_ID":"t"}}`:                                                                 "params.thread_id",
		`{"type":"threads.update","params":{"thread_id":"t"}}`:                                                                    "params.title",
		`{"type":"threads.create","params":{}}`:                                                                                   "params.input",
		`{"type":"threads.create","params":{"input":{}}}`:                                                                         "params.input.content",
		`{"type":"threads.create","params":{"input":{"content":null}}}`:                                                           "params.input.content",
		`{"type":"threads.create","params":{"input":{"content":{}}}}`:                                                             "params.input.content",
		`{"type":"threads.create","params":{"input":{"content":[{"type":"video"}]}}}`:                                             "params.input.content",
		`{"type":"threads.create","params":{"input":{"content":[],"attachments":[null]}}}`:                                        "params.input.attachments",
		`{"type":"threads.create","params":{"input":{"content":[],"inference_options":{"tool_choice":{}}}}}`:                      "params.input.inference_options.tool_choice.id",
		`{"type":"threads.add_client_tool_output","params":{"thread_id":"t"}}`:                                                    "params.result",
		`{"type":"threads.custom_action","params":{"thread_id":"t","action":{}}}`:                                                 "params.action.type",
		`{"type":"threads.add_structured_input","params":{"thread_id":"t","item_id":"i","input":{"status":"pending"}}}`:           "params.input.status",
		`{"type":"threads.add_structured_input","params":{"thread_id":"t","item_id":"i","input":{"answers":{"p":{"values":7}}}}}`: "params.input.answers.p.values",
		`{"type":"items.feedback","params":{"thread_id":"t","item_ids":["a"],"kind":"meh"}}`:                                      "params.kind",
		`{"type":"items.feedback","params":{"thread_id":"t","kind":"positive"}}`:                                                  "params.item_ids",
		`{"type":"attachments.create","params":{"name":"a","mime_type":"b","size":-1}}`:                                           "params.size",
		`{"type":"attachments.create","params":{"name":"a","mime_type":"b"}}`:                                                     "params.size",
		`{"type":"input.transcribe","params":{"mime_type":"b"}}`:                                                                  "params.audio_base64",
	} {
		req, err := DecodeRequest([]byte(raw))
		var bad *RequestError
		if !errors.As(err, &bad) || req != nil {
			t.Errorf("%.100s: got %v, %v", raw, req, err)
			continue
		}
		if bad.Field != field || bad.Message == "" {
			t.Errorf("%.100s: field %q, %s", raw, bad.Field, bad.Message)
		}
	}
}

// TestDecodeRequestRefusesAlike keeps the order of a map out of what is answered.
func TestDecodeRequestRefusesAlike(t *testing.T) {
	t.Parallel()
	raw := []byte(`{"type":"threads.add_structured_input","params":{"thread_id":"t","item_id":"i","input":{"answers":{"c":1,"d":1,"a":1,"b":1}}}}`)
	for range 50 {
		_, err := DecodeRequest(raw)
		if bad, ok := errors.AsType[*RequestError](err); !ok || bad.Field != "params.input.answers.a" {
			t.Fatalf("the first of several faults is %v", err)
		}
	}
}

func FuzzDecodeRequest(f *testing.F) {
	for typ, c := range requestCases() {
		f.Add([]byte(`{"type":"` + typ + `","params":` + c.params + `}`))
	}
	f.Add([]byte(`{"type":"threads.list","params":{"a":[[[{"b":"\u0000","c":null}]]],"\ud800":1}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		req, err := DecodeRequest(raw)
		if err != nil {
			var bad *RequestError
			if !errors.As(err, &bad) {
				t.Errorf("%q: error of type %T", raw, err)
			}
			return
		}
		if req == nil || req.RequestType() == "" {
			t.Errorf("%q: read as %v", raw, req)
		}
	})
}

func TestRequestErrorsNameNoTypes(t *testing.T) {
	t.Parallel()
	for part, want := range map[string]string{
		`{"type":"input_tag","id":"a","text":"T","data":"s"}`: ": element 0: data has the wrong type: string",
		`{"type":"input_tag","id":{},"text":"T"}`:             ": element 0: id has the wrong type: object",
		`{"type":"input_text","text":7}`:                      ": element 0: text has the wrong type: number",
		`7`:                                                   "content",
	} {
		_, err := DecodeRequest([]byte(`{"type":"threads.create","params":{"input":{"content":[` + part + `]}}}`))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Go ") || strings.Contains(err.Error(), "map[") {
			t.Errorf("%s: %v", part, err)
		}
	}
}

// TestKeysAreTakenAsTheyAreSpelled, in every object of a request: what one reader
// checks is what the other uses.
func TestKeysAreTakenAsTheyAreSpelled(t *testing.T) {
	t.Parallel()
	const good = `{"type":"threads.create","params":{"input":{"content":[%s],"attachments":[],"inference_options":{}}}}`
	req, err := DecodeRequest(fmt.Appendf(nil, good, `{"type":"input_text","text":"mine","TEXT":"yours","Type":"input_tag"},`+
		`{"ID":"x","Data":{"a":1},"type":"input_tag","id":"1","text":"t","data":{"Id":2},"INTERACTIVE":true}`))
	if err != nil {
		t.Fatal(err)
	}
	content := req.(*CreateThreadRequest).Input.Content
	text, tag := content[0].(*InputText), content[1].(*InputTag)
	if text.Text != "mine" || tag.ID != "1" || tag.Interactive || len(tag.Data) != 1 || tag.Data["Id"] == nil {
		t.Errorf("read %+v and %+v", text, tag)
	}
	for _, bad := range []string{
		`{"TYPE":"threads.list","params":{}}`,
		`{"type":"threads.list","PARAMS":{}}`,
		`{"type":"threads.get_by_id","params":{"Thread_ID":"thr_1"}}`,
		fmt.Sprintf(good, `{"Type":"input_text","text":"x"}`),
		`{"type":"threads.create","params":{"INPUT":{"content":[]}}}`,
		`{"type":"threads.custom_action","params":{"thread_id":"thr_1","action":{"TYPE":"x"}}}`,
	} {
		if req, err := DecodeRequest([]byte(bad)); err == nil {
			t.Errorf("%s is read as %+v", bad, req)
		}
	}
}
