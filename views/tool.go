package views

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
)

// toolQuestion is what a page asks before it does what the assistant wants.
type toolQuestion struct {
	ask, verb string // verb "": the page has no such tool
	arguments string // JSON
	refusal   string // JSON, the output if the person does not agree
}

func (t toolQuestion) skip(ctx context.Context) string {
	if t.verb == "" {
		return locale.T(ctx, "Continue")
	}
	return locale.T(ctx, "Don’t")
}

// mostArguments is how long a call's arguments may be for a page.
const mostArguments = 64 << 10

// pageTool words the question of a call. The tools are in static/js/tools.js.
func pageTool(ctx context.Context, c *chatkit.ClientToolCall) toolQuestion {
	t := toolQuestion{arguments: "{}", refusal: `{"error":"the person declined"}`}
	if json.Valid(c.Arguments) && len(c.Arguments) <= mostArguments {
		t.arguments = string(c.Arguments)
	}
	var args struct{ URL, Text, Theme string }
	_ = json.Unmarshal([]byte(t.arguments), &args) // without them the questions are shorter
	switch c.Name {
	case "open_link":
		t.ask, t.verb, t.refusal = locale.Tf(ctx, "Open %s in a new tab?", cut(args.URL, 300)), locale.T(ctx, "Open"), `{"opened":false}`
	case "copy":
		t.ask, t.verb, t.refusal = locale.Tf(ctx, "Copy “%s”?", cut(args.Text, 200)), locale.T(ctx, "Copy"), `{"copied":false}`
	case "place":
		t.ask, t.verb, t.refusal = locale.T(ctx, "Tell the assistant where you are?"), locale.T(ctx, "Tell"), `{"shared":false}`
	case "current_time":
		t.ask, t.verb = locale.T(ctx, "The assistant asks what time it is here."), locale.T(ctx, "Tell")
	case "get_selection":
		t.ask, t.verb = locale.T(ctx, "The assistant asks which text is selected on this page."), locale.T(ctx, "Tell")
	case "theme":
		t.ask, t.verb = locale.T(ctx, "Change the colours of the page?"), locale.T(ctx, "Change")
	default:
		t.ask = locale.Tf(ctx, "The assistant wants to use “%s”, which this page does not have.", cut(c.Name, 80))
		t.refusal = `{"error":` + quoted("there is no tool "+cut(c.Name, 80)+" in this page") + `}`
	}
	return t
}

func quoted(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return `""` // a string always can
	}
	return string(raw)
}

var toolWords = map[string]string{
	"open_link": locale.Mark("A link was offered."), "copy": locale.Mark("A text was offered to copy."), "place": locale.Mark("The assistant asked where you are."),
	"current_time": locale.Mark("The page told the time."), "get_selection": locale.Mark("The page told what is selected."), "theme": locale.Mark("The colours were changed."),
}

// toolState is a call that is over.
func toolState(ctx context.Context, c *chatkit.ClientToolCall) string {
	var failed struct{ Error string }
	if json.Unmarshal(c.Output, &failed) == nil && strings.TrimSpace(failed.Error) != "" {
		return locale.Tf(ctx, "The page was asked for “%s”: %s.", cut(c.Name, 80), cut(failed.Error, 200))
	}
	if c.Status != chatkit.CallCompleted {
		return locale.Tf(ctx, "The page is asked for “%s”.", cut(c.Name, 80))
	}
	if words, ok := toolWords[c.Name]; ok {
		return locale.Known(ctx, words)
	}
	return locale.Tf(ctx, "The page did “%s”.", cut(c.Name, 80))
}
