package assistant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// drawer is Files of these contents by attachment id.
type drawer map[string][]byte

func (d drawer) Open(_ context.Context, id string) (io.ReadCloser, error) {
	data, ok := d[id]
	if !ok {
		return nil, fmt.Errorf("no file: %w", chatkit.ErrNotFound)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// inputOf reads a thread of these items as a model that takes everything.
func inputOf(t *testing.T, turn *Turn, window int) []inputItem {
	t.Helper()
	items, err := inputReader{window: window, reads: inputReads{images: true, pdfs: true}}.read(t.Context(), turn)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

var kindNames = map[inputKind]string{inputUser: "user", inputContext: "context", inputAssistant: "assistant", inputCall: "call", inputOutput: "output"}

// spelled writes items as lines, to compare.
func spelled(items []inputItem) string {
	var b strings.Builder
	for _, it := range items {
		b.WriteString(kindNames[it.kind])
		if it.call.id != "" {
			fmt.Fprintf(&b, " %s %s %s", it.call.id, it.call.name, it.call.arguments)
		}
		if it.text != "" {
			b.WriteString(" " + it.text)
		}
		for _, p := range it.parts {
			fmt.Fprintf(&b, " | %s%s%s", p.text, map[partKind]string{partImage: "image ", partFile: "file " + p.name + " "}[p.kind], p.url)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestInputOfEveryItem(t *testing.T) {
	t.Parallel()
	tagged := &chatkit.UserMessage{Content: []chatkit.UserContent{
		&chatkit.InputText{Text: "compare "}, &chatkit.InputTag{ID: "a1", Text: "Article", Data: map[string]any{"k": "</Entity>"}, Group: "Docs"},
		&chatkit.InputText{Text: " and "}, &chatkit.InputTag{ID: "a2", Text: "Article"}}, QuotedText: "an old quote"}
	quoted := chatkit.NewUserText("what about this?")
	quoted.QuotedText = "a\nb</quotedtext>"
	answer := func(values ...string) *chatkit.Answer {
		return &chatkit.Answer{Values: values, Skipped: len(values) == 0}
	}
	items := past{
		tagged,
		&chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: "one", Annotations: []chatkit.Annotation{{}}}, {Text: "two"}}},
		&chatkit.HiddenContext{Content: json.RawMessage(`"the person clicked <HiddenContext>"`)},
		&chatkit.HiddenContext{Content: json.RawMessage(`{"page": 3}`)},
		&chatkit.HiddenContext{Content: json.RawMessage(`{"type":"tool_call","id":"c1","name":"n","arguments":"{bad","output":null}`)},
		&chatkit.SDKHiddenContext{Content: "stopped"},
		&chatkit.ClientToolCall{Status: chatkit.CallPending, CallID: "p", Name: "wait"},
		&chatkit.ClientToolCall{Status: chatkit.CallCompleted, CallID: "c2", Name: "where", Arguments: json.RawMessage(`{"p":1}`), Output: json.RawMessage(`"here"`)},
		&chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: "  "}}},
		&chatkit.WidgetItem{ItemBase: chatkit.ItemBase{ID: "msg_w"}, Widget: json.RawMessage(`{"type": "Card"}`)},
		&chatkit.WorkflowItem{Workflow: chatkit.Workflow{Tasks: []chatkit.Task{&chatkit.ThoughtTask{Content: "secret thought"},
			&chatkit.CustomTask{TaskBase: chatkit.TaskBase{Title: "Did"}, Content: "it"}, &chatkit.CustomTask{Content: "only content"}, &chatkit.CustomTask{}}}},
		&chatkit.TaskItem{Task: &chatkit.WebSearchTask{}},
		&chatkit.StructuredInput{Status: "answered", Inputs: []*chatkit.Question{{Question: "Prio?", Answer: answer("High", "Low")}, {Question: "Notes?", Answer: answer()}, {Question: "Else?"}}},
		&chatkit.GeneratedImageItem{},
		&chatkit.GeneratedImageItem{Image: &chatkit.GeneratedImage{URL: "data:image/png;base64,AA=="}},
		&chatkit.EndOfTurn{},
		&chatkit.UnknownItem{Type: "new"},
		quoted,
		&chatkit.HiddenContext{Content: json.RawMessage(`{"type":"tool_call","id":"c3","name":"n","arguments":{},"output":{"a":1}}`)},
	}
	for i, it := range items {
		if it.Base().ID == "" {
			it.Base().ID = fmt.Sprintf("i%d", i)
		}
	}
	want := `user | compare @Article and @Article
context | What the person mentioned with an @ stands for these things. They are data of the app: | <Entity>
{"data":{"k":"\u003c/Entity\u003e"},"group":"Docs","id":"a1","text":"Article"}
</Entity>
assistant one

two
context | Note from the app, not shown to the person:
<HiddenContext>
the person clicked &lt;HiddenContext>
</HiddenContext>
context | Note from the app, not shown to the person:
<HiddenContext>
{"page":3}
</HiddenContext>
call c1 n {}
output c1 n  null
context | Note from the app, not shown to the person:
<HiddenContext>
stopped
</HiddenContext>
call c2 where {"p":1}
output c2 where  "here"
context | The app shows the person this widget (item "msg_w"):
<Widget>
{"type":"Card"}
</Widget>
context | The person was shown that this step was done:
<Task>
Did: it
</Task>
context | The person was shown that this step was done:
<Task>
only content
</Task>
context | The person was asked these questions:
<StructuredInput>
status: answered
Prio?: High; Low
Notes?: skipped
Else?: not answered
</StructuredInput>
context | The app shows the person this picture, which was drawn for them. | image data:image/png;base64,AA==
user | what about this?
context | The person's message refers to this text in particular:
<QuotedText>
a
b&lt;/quotedtext>
</QuotedText>
call c3 n {}
output c3 n  {"a":1}
`
	if got := spelled(inputOf(t, &Turn{History: items}, 0)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	afterWidget := append(past{}, quoted, items[9])
	if got := spelled(inputOf(t, &Turn{History: afterWidget}, 0)); strings.Contains(got, "QuotedText") {
		t.Errorf("a quote that was answered is sent again:\n%s", got)
	}
}

func TestInputHasTheTurnsMessage(t *testing.T) {
	t.Parallel()
	in := chatkit.NewUserText("now")
	in.ID = "msg_1"
	for name, history := range map[string]History{"no history": nil, "not stored": past{}, "stored": past{in}} {
		if got := spelled(inputOf(t, &Turn{Input: in, History: history}, 0)); got != "user | now\n" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// counting counts the items that are read of a thread.
type counting struct {
	past
	read int
}

func (c *counting) Recent(ctx context.Context, limit int) ([]chatkit.Item, error) {
	items, err := c.past.Recent(ctx, limit)
	c.read += len(items)
	return items, err
}

func (c *counting) Before(ctx context.Context, id string, limit int) ([]chatkit.Item, error) {
	items, err := c.past.Before(ctx, id, limit)
	c.read += len(items)
	return items, err
}

func longThread(turns int) past {
	var items past
	add := func(it chatkit.Item) {
		it.Base().ID = fmt.Sprintf("i%d", len(items))
		items = append(items, it)
	}
	for i := range turns {
		add(chatkit.NewUserText(fmt.Sprintf("question %d", i)))
		add(&chatkit.HiddenContext{Content: json.RawMessage(fmt.Sprintf(`{"type":"tool_call","id":"c%d","name":"n","arguments":{},"output":%q}`, i, strings.Repeat("x", 50)))})
		add(&chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: fmt.Sprintf("answer %d", i)}}})
	}
	return items
}

func TestInputFitsTheWindow(t *testing.T) {
	t.Parallel()
	history := longThread(20)
	whole := 0
	for _, it := range inputOf(t, &Turn{History: history}, 1<<20) {
		whole += it.tokens()
	}
	for window := 1; window <= whole+1; window++ {
		items := inputOf(t, &Turn{History: history}, window)
		text, used, open := spelled(items), 0, map[string]bool{}
		for _, it := range items {
			used += it.tokens()
			switch it.kind {
			case inputCall:
				open[it.call.id] = true
			case inputOutput:
				delete(open, it.call.id)
			}
		}
		const newest = "user | question 19\ncall c19"
		if len(open) > 0 || !strings.Contains(text, newest) || !strings.HasSuffix(text, "answer 19\n") || items[0].kind != inputUser {
			t.Fatalf("window %d: the newest message is not whole:\n%s", window, text)
		}
		if used > window && strings.Count(text, "user |") > 1 {
			t.Fatalf("window %d: %d tokens", window, used)
		}
		left := !strings.Contains(text, "question 0\ncall") || !strings.Contains(text, "question 1\n")
		if first := strings.HasPrefix(text, "user | question 0\n"); window > 200 && (!first || left != strings.Contains(text, "were left out")) {
			t.Fatalf("window %d: first message there: %v; something left out: %v\n%s", window, first, left, text)
		}
	}
}

func TestInputCostsTheSameInLongThreads(t *testing.T) {
	t.Parallel()
	short, long := &counting{past: longThread(200)}, &counting{past: longThread(20_000)}
	inputOf(t, &Turn{History: short}, 2000)
	inputOf(t, &Turn{History: long}, 2000)
	if short.read != long.read || short.read > 160 {
		t.Errorf("read %d items of a short thread and %d of a long one", short.read, long.read)
	}
	endless := &counting{past: longThread(2000)}
	inputOf(t, &Turn{History: endless}, 1<<30)
	if endless.read > maxInputItems {
		t.Errorf("read %d items", endless.read)
	}
}

func TestInputFails(t *testing.T) {
	t.Parallel()
	if _, err := (inputReader{}).read(t.Context(), &Turn{History: brokenHistory{}}); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("broken history: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (inputReader{}).read(ctx, &Turn{History: cancelled{}}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

type cancelled struct{ brokenHistory }

func (cancelled) Recent(ctx context.Context, _ int) ([]chatkit.Item, error) { return nil, ctx.Err() }
