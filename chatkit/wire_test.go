package chatkit

import (
	"strings"
	"testing"
)

// base is the start of every item of these tests.
const base = `"id":"x_1","thread_id":"thr_1","created_at":"2026-01-02T03:04:05Z"`

// A wireCase is JSON that is read and written again. Without want it must come
// out as it went in.
type wireCase struct{ name, in, want string }

func (c wireCase) check(t *testing.T, roundTrip func([]byte) ([]byte, error)) {
	t.Run(c.name, func(t *testing.T) {
		t.Parallel()
		out, err := roundTrip([]byte(c.in))
		if err != nil {
			t.Fatal(err)
		}
		want := c.want
		if want == "" {
			want = c.in
		}
		sameJSON(t, out, want)
		if strings.ContainsAny(string(out), "\n\r") {
			t.Errorf("more than one line: %q", out)
		}
	})
}

func itemCases() []wireCase {
	return []wireCase{
		{"user message", `{` + base + `,"type":"user_message","content":[{"type":"input_text","text":"see <b> & \"q\" 世界"},{"type":"input_tag","id":"a1","text":"Article","data":{"k":"v","n":null,"big":12345678901234567890},"group":"Docs","interactive":true}],"attachments":[{"id":"atc_1","name":"a.png","mime_type":"image/png","type":"image","preview_url":"https://e.com/a"}],"quoted_text":"q","inference_options":{"tool_choice":{"id":"t"},"model":"m"}}`, ""},
		{"user message, empty", `{` + base + `,"type":"user_message","content":[],"quoted_text":null,"attachments":null,"inference_options":null}`,
			`{` + base + `,"type":"user_message","content":[],"attachments":[],"inference_options":{}}`},
		{"unknown part", `{` + base + `,"type":"user_message","content":[{"type":"input_mood","mood":[1,null]}],"attachments":[],"inference_options":{}}`, ""},
		{"assistant message", `{` + base + `,"type":"assistant_message","content":[{"annotations":[{"type":"annotation","source":{"title":"T","type":"url","url":"https://e.com","attribution":"E","description":"d","timestamp":"now","group":"g"},"index":0},{"type":"annotation","source":{"title":"F","type":"file","filename":"f.txt"}},{"type":"annotation","source":{"title":"E","type":"entity","id":"e1","icon":"bolt","label":"L","inline_label":"l","interactive":true,"data":{"a":null}},"index":12}],"text":"Hello","type":"output_text"}]}`, ""},
		{"entity defaults", `{` + base + `,"type":"assistant_message","content":[{"text":"","type":"output_text","annotations":[{"source":{"title":"E","type":"entity","id":"e1","preview":null}}]}]}`,
			`{` + base + `,"type":"assistant_message","content":[{"text":"","type":"output_text","annotations":[{"type":"annotation","source":{"title":"E","type":"entity","id":"e1","interactive":false,"data":{}}}]}]}`},
		{"unknown source", `{` + base + `,"type":"assistant_message","content":[{"text":"","type":"output_text","annotations":[{"type":"annotation","source":{"type":"star","title":{"not":"text"},"mag":4}}]}]}`, ""},
		{"pending tool call", `{` + base + `,"type":"client_tool_call","status":"pending","call_id":"c","name":"n","arguments":{"p":1,"q":null},"output":null}`,
			`{` + base + `,"type":"client_tool_call","status":"pending","call_id":"c","name":"n","arguments":{"p":1,"q":null}}`},
		{"finished tool call", `{` + base + `,"type":"client_tool_call","status":"completed","call_id":"c","name":"n","arguments":{},"output":{"a":[null,1e400]}}`, `{` + base + `,"type":"client_tool_call","status":"completed","call_id":"c","name":"n","arguments":{},"output":{"a":[null,1e400]}}`},
		{"widget", `{` + base + `,"type":"widget","widget":{"type":"Card","own":1.10,"status":null,"children":[null,{"type":"Text","value":"null"}]},"copy_text":"plain"}`,
			`{` + base + `,"type":"widget","widget":{"type":"Card","own":1.10,"children":[{"type":"Text","value":"null"}]},"copy_text":"plain"}`},
		{"generated image", `{` + base + `,"type":"generated_image","image":{"id":"ig","url":"https://e.com"}}`, ""},
		{"no image yet", `{` + base + `,"type":"generated_image","image":null}`, `{` + base + `,"type":"generated_image"}`},
		{"structured input", `{` + base + `,"type":"structured_input","status":"answered","inputs":[{"id":"p","question":"P?","type":"multiple_choice","options":[{"value":"Low","description":"d"}],"multiple":false},{"id":"q","question":"Q?","type":"multiple_choice","options":[],"multiple":true,"answer":{"values":[],"skipped":true}},{"id":"n","question":"N?","answer":{"values":["x"],"skipped":false},"type":"freeform","description":"d"},{"id":"u","question":"U?","type":"slider","max":3,"answer":{"values":[],"skipped":false}}]}`, ""},
		{"workflow", `{` + base + `,"type":"workflow","workflow":{"type":"reasoning","tasks":[{"status_indicator":"none","type":"thought","content":"c","title":"t"},{"status_indicator":"loading","type":"web_search","title_query":"q","queries":["a"],"sources":[{"type":"url","title":"T","url":"u"}]},{"status_indicator":"complete","type":"file","sources":[{"type":"file","title":"T","filename":"f"}]},{"status_indicator":"none","type":"image"},{"status_indicator":"none","type":"custom","title":"t","icon":"check","content":"c"},{"type":"dance","steps":3,"title":7}],"summary":{"duration":0},"expanded":false}}`, ""},
		{"workflow defaults", `{` + base + `,"type":"workflow","workflow":{"type":"custom","tasks":[{"type":"web_search"},{"type":"file"}],"summary":{"title":"S","icon":"bolt"}}}`,
			`{` + base + `,"type":"workflow","workflow":{"type":"custom","tasks":[{"type":"web_search","status_indicator":"none","queries":[],"sources":[]},{"type":"file","status_indicator":"none","sources":[]}],"summary":{"title":"S","icon":"bolt"},"expanded":false}}`},
		{"task", `{` + base + `,"type":"task","task":{"status_indicator":"none","type":"custom","title":"Did X","icon":"check"}}`, ""},
		{"end of turn", `{` + base + `,"type":"end_of_turn"}`, ""},
		{"hidden context", `{` + base + `,"type":"hidden_context_item","content":{"a":[null]}}`, ""},
		{"hidden context, null", `{` + base + `,"type":"hidden_context_item","content":null}`, ""},
		{"server's note", `{` + base + `,"type":"sdk_hidden_context","content":"s"}`, ""},
		{"unknown item", `{` + base + `,"type":"hologram","depth":{"m":3.50,"n":null}}`, ""},
		{"time without zone", `{"id":"x","thread_id":"t","created_at":"2025-11-27T16:55:21.898537","type":"end_of_turn"}`,
			`{"id":"x","thread_id":"t","created_at":"2025-11-27T16:55:21.898537Z","type":"end_of_turn"}`},
		{"time with offset", `{"id":"x","thread_id":"t","created_at":"2025-11-27T16:55:21+02:00","type":"end_of_turn"}`,
			`{"id":"x","thread_id":"t","created_at":"2025-11-27T14:55:21Z","type":"end_of_turn"}`},
	}
}

func TestItemsRoundTrip(t *testing.T) {
	t.Parallel()
	for _, c := range itemCases() {
		c.check(t, func(raw []byte) ([]byte, error) {
			it, err := UnmarshalItem(raw)
			if err != nil {
				return nil, err
			}
			copied, err := CloneItem(it)
			if err != nil {
				return nil, err
			}
			return Marshal(copied)
		})
	}
}

func TestThreadsAndAttachmentsRoundTrip(t *testing.T) {
	t.Parallel()
	const start = `{"id":"thr_1","title":"T","created_at":"2026-01-02T03:04:05.000001Z"`
	cases := []wireCase{
		{"thread", start + `,"status":{"type":"locked","reason":"r"},"allowed_image_domains":["a.com"],"metadata":{},"items":{"data":[{` + base + `,"type":"end_of_turn"}],"has_more":true,"after":"x_1"}}`, ""},
		{"no domains is not unset", start + `,"status":{"type":"active"},"allowed_image_domains":[],"metadata":{},"items":{"data":[],"has_more":false}}`, ""},
		{"metadata and hidden items stay in", `{"id":"thr_1","created_at":"2026-01-02T03:04:05.000001Z","title":null,"metadata":{"secret":1},"items":{"data":[{` + base + `,"type":"sdk_hidden_context","content":"s"}]}}`,
			`{"id":"thr_1","created_at":"2026-01-02T03:04:05.000001Z","status":{"type":"active"},"metadata":{},"items":{"data":[],"has_more":false}}`},
	}
	for _, c := range cases {
		c.check(t, func(raw []byte) ([]byte, error) {
			var thread Thread
			if err := thread.UnmarshalJSON(raw); err != nil {
				return nil, err
			}
			return Marshal(thread)
		})
	}
	a := Attachment{ID: "atc_1", Name: "n", MimeType: "m", Type: AttachmentFile, Metadata: map[string]any{"secret": 1},
		UploadDescriptor: &UploadDescriptor{URL: "u", Method: "PUT"}}
	out, err := Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, out, `{"id":"atc_1","name":"n","mime_type":"m","type":"file","upload_descriptor":{"url":"u","method":"PUT","headers":{}}}`)
}

func TestUnknownItemTakesIDAndTime(t *testing.T) {
	t.Parallel()
	it, err := UnmarshalItem([]byte(`{"type":"hologram","depth":1.50,"id":"","thread_id":"","created_at":"2026-01-02T03:04:05Z"}`))
	if err != nil {
		t.Fatal(err)
	}
	it.Base().ID, it.Base().ThreadID = "h_1", "thr_1"
	out, err := Marshal(it)
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, out, `{"type":"hologram","depth":1.50,"id":"h_1","thread_id":"thr_1","created_at":"2026-01-02T03:04:05Z"}`)
}

func TestItemsRefused(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"no object":       `[]`,
		"null":            `null`,
		"no type":         `{` + base + `}`,
		"null part":       `{` + base + `,"type":"assistant_message","content":[null]}`,
		"null user part":  `{` + base + `,"type":"user_message","content":[null]}`,
		"null attachment": `{` + base + `,"type":"user_message","content":[],"attachments":[null]}`,
		"null question":   `{` + base + `,"type":"structured_input","inputs":[null]}`,
		"null step":       `{` + base + `,"type":"workflow","workflow":{"tasks":[null]}}`,
		"no step":         `{` + base + `,"type":"task"}`,
		"null source":     `{` + base + `,"type":"assistant_message","content":[{"annotations":[{"source":null}]}]}`,
		"bad time":        `{"id":"x","thread_id":"t","created_at":"yesterday","type":"end_of_turn"}`,
		"year 10000":      `{"id":"x","thread_id":"t","created_at":"9999-12-31T23:59:59-14:00","type":"end_of_turn"}`,
		"cut off":         `{` + base,
	} {
		if it, err := UnmarshalItem([]byte(raw)); err == nil {
			t.Errorf("%s: read as %#v", name, it)
		}
	}
}

func TestPagesRoundTrip(t *testing.T) {
	t.Parallel()
	var page Page[Item]
	raw := `{"data":[{` + base + `,"type":"end_of_turn"}],"has_more":true,"after":"x_1"}`
	if err := page.UnmarshalJSON([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	out, err := Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, out, raw)
	out, err = Marshal(Page[Thread]{})
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, out, `{"data":[],"has_more":false}`)
}

func TestDropNulls(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"x":null,"y":[null,1]}`: `{"y":[1]}`,
		`{"a":1,"x":null}`:        `{"a":1}`,
		` [ null , null ] `:       `[]`,
		`[[null],{"a":null},"null","\"null",2.50e1,true,null]`: `[[],{},"null","\"null",2.50e1,true]`,
		`null`:        `null`,
		`{"null":1}`:  `{"null":1}`,
		`not null`:    `not null`,
		`{"b":1,"a":`: `{"b":1,"a":`,
	} {
		if got := string(DropNulls([]byte(in))); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}
