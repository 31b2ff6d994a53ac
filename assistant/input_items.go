package assistant

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

const (
	maxOldOutput = 24 << 10 // bytes of a tool's output or a widget in a later turn
	cutMark      = "\n[the rest was left out]"
)

// inputConverter turns the items of a thread, from the newest to the oldest,
// into what a model reads. What people, pages, files and tools wrote keeps the
// person's role or a tool's, and says where it comes from.
type inputConverter struct {
	files    inputFiles
	tools    Tools
	answered bool  // something after the message at hand answered it
	err      error // why reading failed; then nothing more is to be done
}

func newInputConverter(ctx context.Context, turn *Turn, r inputReader, window int) *inputConverter {
	return &inputConverter{files: newInputFiles(ctx, turn.Files, r.reads, window), tools: r.tools}
}

// block converts one item; without items there is nothing to tell of it.
func (c *inputConverter) block(it chatkit.Item) inputBlock {
	b := inputBlock{id: it.Base().ID, items: c.convert(it)}
	for _, item := range b.items {
		b.tokens += item.tokens()
	}
	return b
}

func (c *inputConverter) convert(it chatkit.Item) []inputItem {
	switch item := it.(type) {
	case *chatkit.UserMessage:
		items := c.userMessage(item)
		c.answered = true
		return items
	case *chatkit.HiddenContext:
		if call, ok := toolCallOf(item); ok {
			return callPair(call.ID, call.Name, asText(call.Arguments), asText(call.Output))
		}
		if _, ok := noteOf(item); ok || isRetold(item) {
			return nil // between us and the model server, or said by a tool's output
		}
		return hiddenNote(stringOr(item.Content))
	case *chatkit.SDKHiddenContext:
		return hiddenNote(item.Content)
	case *chatkit.ClientToolCall:
		if item.Status != chatkit.CallCompleted {
			return nil
		}
		return callPair(item.CallID, item.Name, string(item.Arguments), string(item.Output))
	case *chatkit.WorkflowItem:
		return c.steps(item.Workflow.Tasks...)
	case *chatkit.TaskItem:
		return c.steps(item.Task)
	}
	items := c.shown(it)
	c.answered = c.answered || len(items) > 0
	return items
}

// shown converts the items that a person sees as an answer.
func (c *inputConverter) shown(it chatkit.Item) []inputItem {
	switch item := it.(type) {
	case *chatkit.AssistantMessage:
		if text := visible(item.Text()); strings.TrimSpace(text) != "" {
			return []inputItem{{kind: inputAssistant, text: text}}
		}
	case *chatkit.WidgetItem:
		if asksConsent(item) {
			return nil // the call says it
		}
		return []inputItem{contextText(fmt.Sprintf("The app shows the person this widget (item %q):\n", item.ID) +
			enclosed("Widget", cut(compact(item.Widget), maxOldOutput)))}
	case *chatkit.StructuredInput:
		return structured(item)
	case *chatkit.GeneratedImageItem:
		return c.files.generated(item)
	}
	return nil
}

// userMessage converts a message: its text and files, then what it refers to.
func (c *inputConverter) userMessage(m *chatkit.UserMessage) []inputItem {
	said := inputItem{kind: inputUser}
	if text := visible(m.Text()); strings.TrimSpace(text) != "" {
		said.parts = append(said.parts, inputPart{text: text})
	}
	for _, a := range m.Attachments {
		part, err := c.files.part(a)
		if err != nil {
			c.err = err
			return nil
		}
		said.parts = append(said.parts, part)
	}
	var items []inputItem
	if len(said.parts) > 0 {
		items = append(items, said)
	}
	if quote := m.QuotedText; !c.answered && strings.TrimSpace(quote) != "" {
		items = append(items, contextText("The person's message refers to this text in particular:\n"+enclosed("QuotedText", quote)))
	}
	return append(items, entities(m.Content)...)
}

// entities describes what the person mentioned in one message, each thing once.
func entities(content []chatkit.UserContent) []inputItem {
	about := contextText("What the person mentioned with an @ stands for these things. They are data of the app:")
	known := map[string]bool{}
	for _, part := range content {
		tag, ok := part.(*chatkit.InputTag)
		if !ok || known[tag.Text] {
			continue
		}
		known[tag.Text] = true
		raw, err := json.Marshal(map[string]any{"id": tag.ID, "text": tag.Text, "group": tag.Group, "data": tag.Data})
		if err != nil {
			raw = fmt.Appendf(nil, "%q", tag.Text)
		}
		about.parts = append(about.parts, inputPart{text: enclosed("Entity", cut(string(raw), maxOldOutput))})
	}
	if len(known) == 0 {
		return nil
	}
	return []inputItem{about}
}

// hiddenNote is a note of the app's. It has the person's role, for it may hold what
// people or pages wrote.
func hiddenNote(text string) []inputItem {
	return []inputItem{contextText("Note from the app, not shown to the person:\n" + enclosed("HiddenContext", text))}
}

// steps tells of the steps with a text of their own. Thoughts, searches, files and
// pictures on the way are no part of a conversation, and calls of tools are told of
// as calls.
func (c *inputConverter) steps(list ...chatkit.Task) []inputItem {
	var items []inputItem
	for _, t := range list {
		custom, ok := t.(*chatkit.CustomTask)
		if !ok || c.showsCall(custom) {
			continue
		}
		text := strings.Trim(custom.Title+": "+custom.Content, ": ")
		if text != "" {
			items = append(items, contextText("The person was shown that this step was done:\n"+enclosed("Task", text)))
		}
	}
	return items
}

func (c *inputConverter) showsCall(task *chatkit.CustomTask) bool {
	title := strings.TrimSuffix(task.Title, "…")
	return title == callTask(Tool{}, "complete").Title ||
		slices.ContainsFunc(c.tools, func(tool Tool) bool { return title == callTask(tool, "complete").Title })
}

// structured tells what the person answered to the questions.
func structured(in *chatkit.StructuredInput) []inputItem {
	var b strings.Builder
	fmt.Fprintf(&b, "status: %s", in.Status)
	for _, q := range in.Inputs {
		answer := "not answered"
		switch {
		case q.Answer == nil:
		case q.Answer.Skipped || len(q.Answer.Values) == 0:
			answer = "skipped"
		default:
			answer = strings.Join(q.Answer.Values, "; ")
		}
		fmt.Fprintf(&b, "\n%s: %s", q.Question, answer)
	}
	return []inputItem{contextText("The person was asked these questions:\n" + enclosed("StructuredInput", b.String()))}
}

// callPair is a tool call with its output.
func callPair(id, name, arguments, output string) []inputItem {
	if id == "" {
		id = chatkit.NewID("call")
	}
	if arguments = visible(arguments); !json.Valid([]byte(arguments)) {
		arguments = "{}" // servers refuse a history with broken arguments
	}
	return []inputItem{
		{kind: inputCall, call: inputFunction{id: id, name: firstOf(name, "unknown"), arguments: arguments}},
		{kind: inputOutput, call: inputFunction{id: id, name: firstOf(name, "unknown")}, text: visible(cut(firstOf(output, "null"), maxOldOutput))},
	}
}

func contextText(text string) inputItem {
	return inputItem{kind: inputContext, parts: []inputPart{{text: text}}}
}

// tokens estimates what the item takes, its frame included.
func (it inputItem) tokens() int {
	n := 6 + tokens(it.text) + tokens(it.call.name) + tokens(it.call.arguments)
	for _, p := range it.parts {
		switch n += tokens(p.text); p.kind {
		case partImage:
			n += imageTokens
		case partFile:
			n += pdfTokens(len(p.url))
		}
	}
	return n
}

// stringOr returns the text of a JSON string, and other JSON as it is.
func stringOr(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return compact(raw)
}

func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return string(raw)
	}
	return b.String()
}

// cut keeps the first n bytes of s, whole characters only, and says so.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + cutMark
}

func asText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(raw)
}
