package assistant

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// asModelReads spells what a model reads of a thread of these items.
func asModelReads(t *testing.T, items ...chatkit.Item) string {
	t.Helper()
	for i, it := range items {
		if it.Base().ID == "" {
			it.Base().ID = "i" + string(rune('a'+i))
		}
	}
	return spelled(inputOf(t, &Turn{History: past(items)}, 0))
}

func wantReads(t *testing.T, got string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if not, ok := strings.CutPrefix(want, "not "); ok == strings.Contains(got, not) {
			t.Errorf("%q: %q", want, got)
		}
	}
}

func saying(text, quote string) *chatkit.UserMessage {
	m := chatkit.NewUserText(text)
	m.QuotedText = quote
	return m
}

func TestUpstream_test_input_item_converter_quotes_last_user_message(t *testing.T) {
	t.Parallel()
	got := asModelReads(t, saying("Hello!", "Hi!"), saying("I'm well, thank you!", "How are you doing?"))
	wantReads(t, got, "user | Hello!\nuser | I'm well, thank you!\ncontext |", "<QuotedText>\nHow are you doing?\n</QuotedText>", "not Hi!")
}

func TestUpstream_test_input_item_converter_to_input_items_mixed(t *testing.T) {
	t.Parallel()
	w := &chatkit.WidgetItem{ItemBase: chatkit.ItemBase{ID: "wd_123"}, Widget: json.RawMessage(`{"type":"Card","children":[{"type":"Text","value":"Hello, world!"}]}`)}
	got := asModelReads(t, saying("Hello!", "Hi!"), saying("I'm well, thank you!", "How are you doing?"),
		&chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: "How are you?"}, {Text: "Can't do that"}}}, w)
	wantReads(t, got, "not Hi!", "not doing?", "user | I'm well, thank you!\nassistant How are you?", "Can't do that", "wd_123", "Hello, world!", "not created_at")
}

func TestUpstream_test_input_item_converter_user_input_with_tags(t *testing.T) {
	t.Parallel()
	got := asModelReads(t, &chatkit.UserMessage{Content: []chatkit.UserContent{&chatkit.InputTag{ID: "hello", Text: "Hello!", Data: map[string]any{"key": "value"}}}})
	wantReads(t, got, "user | @Hello!\ncontext | What the person mentioned with an @", `"key":"value"`)
}

// Upstream asks apps to say what a tag means to the model, and fails if they don't.
// Here a tag's own data is shown, marked as data, so that no message with one fails.
func TestUpstream_test_input_item_converter_user_input_with_tags_throws_by_default(t *testing.T) {
	t.Parallel()
	got := asModelReads(t, &chatkit.UserMessage{Content: []chatkit.UserContent{&chatkit.InputTag{ID: "hello", Text: "Hello!"}}})
	wantReads(t, got, "user | @Hello!\ncontext |", `"id":"hello"`)
}

func TestUpstream_test_input_item_converter_generated_image_item(t *testing.T) {
	t.Parallel()
	got := asModelReads(t, saying("Draw", ""), &chatkit.GeneratedImageItem{Image: &chatkit.GeneratedImage{ID: "img_1", URL: "data:image/png;base64,AA=="}})
	wantReads(t, got, "user | Draw\ncontext |", "image data:image/png;base64,AA==")
}

func TestUpstream_test_input_item_converter_generated_image_item_without_image(t *testing.T) {
	t.Parallel()
	if got := asModelReads(t, saying("Draw", ""), &chatkit.GeneratedImageItem{}); got != "user | Draw\n" {
		t.Errorf("got %q", got)
	}
}

func TestUpstream_test_input_item_converter_for_hidden_context_with_string_content(t *testing.T) {
	t.Parallel()
	got := asModelReads(t, &chatkit.HiddenContext{Content: json.RawMessage(`"User pressed the red button"`)})
	wantReads(t, got, "context |", "<HiddenContext>\nUser pressed the red button\n</HiddenContext>")
}

// Upstream fails on hidden context that is no text unless the app says how to read
// it. Here it is shown as the JSON that it is.
func TestUpstream_test_input_item_converter_for_hidden_context_with_non_string_content(t *testing.T) {
	t.Parallel()
	got := asModelReads(t, &chatkit.HiddenContext{Content: json.RawMessage(`{"harry":"potter"}`)})
	wantReads(t, got, "<HiddenContext>\n{\"harry\":\"potter\"}\n</HiddenContext>")
}

func TestUpstream_test_input_item_converter_with_client_tool_call(t *testing.T) {
	t.Parallel()
	call := func(status string, output string) *chatkit.ClientToolCall {
		return &chatkit.ClientToolCall{Status: status, CallID: "ctc_123", Name: "xyz", Arguments: json.RawMessage(`{"foo":"bar"}`), Output: json.RawMessage(output)}
	}
	got := asModelReads(t, saying("Call xyz", "Hi!"), &chatkit.TaskItem{Task: &chatkit.CustomTask{TaskBase: chatkit.TaskBase{Title: "Called xyz"}}},
		call(chatkit.CallPending, ""), call(chatkit.CallCompleted, `{"success":true}`))
	wantReads(t, got, "<Task>\nCalled xyz\n</Task>", "call ctc_123 xyz {\"foo\":\"bar\"}\noutput ctc_123 xyz  {\"success\":true}\n")
	if strings.Count(got, "\ncall ") != 1 {
		t.Errorf("a call that nobody answered is shown: %q", got)
	}
}

func TestUpstream_test_input_item_converter_with_structured_input(t *testing.T) {
	t.Parallel()
	got := asModelReads(t, &chatkit.StructuredInput{Status: "answered", Inputs: []*chatkit.Question{
		{Question: "Which subject?", Answer: &chatkit.Answer{Values: []string{"Math"}}}, {Question: "Anything else?", Answer: &chatkit.Answer{Skipped: true}}}})
	wantReads(t, got, "answered", "<StructuredInput>\n", "Which subject?: Math\n", "Anything else?: skipped\n")
}
