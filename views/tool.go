package views

import (
	"encoding/json"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

// toolQuestion is what a page asks before it does what the assistant wants.
type toolQuestion struct {
	ask, verb string // verb "": the page has no such tool
	arguments string // JSON
	refusal   string // JSON, the output if the person does not agree
}

func (t toolQuestion) skip() string {
	if t.verb == "" {
		return "Go on"
	}
	return "Don’t"
}

// mostArguments is how long a call's arguments may be for a page.
const mostArguments = 64 << 10

// pageTool words the question of a call. The tools are in static/js/tools.js.
func pageTool(c *chatkit.ClientToolCall) toolQuestion {
	t := toolQuestion{arguments: "{}", refusal: `{"error":"the person declined"}`}
	if json.Valid(c.Arguments) && len(c.Arguments) <= mostArguments {
		t.arguments = string(c.Arguments)
	}
	var args struct{ URL, Text, Theme string }
	_ = json.Unmarshal([]byte(t.arguments), &args) // without them the questions are shorter
	switch c.Name {
	case "open_link":
		t.ask, t.verb, t.refusal = "Open "+cut(args.URL, 300)+" in a new tab?", "Open", `{"opened":false}`
	case "copy":
		t.ask, t.verb, t.refusal = "Copy “"+cut(args.Text, 200)+"”?", "Copy", `{"copied":false}`
	case "place":
		t.ask, t.verb, t.refusal = "Tell the assistant where you are?", "Tell", `{"shared":false}`
	case "current_time":
		t.ask, t.verb = "The assistant asks what time it is here.", "Tell"
	case "get_selection":
		t.ask, t.verb = "The assistant asks which text is selected on this page.", "Tell"
	case "theme":
		t.ask, t.verb = "Change the colours of the page?", "Change"
	default:
		t.ask = "The assistant wants to use “" + cut(c.Name, 80) + "”, which this page does not have."
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
	"open_link": "A link was offered.", "copy": "A text was offered to copy.", "place": "The assistant asked where you are.",
	"current_time": "The page told the time.", "get_selection": "The page told what is selected.", "theme": "The colours were changed.",
}

// toolState is a call that is over.
func toolState(c *chatkit.ClientToolCall) string {
	var failed struct{ Error string }
	if json.Unmarshal(c.Output, &failed) == nil && strings.TrimSpace(failed.Error) != "" {
		return "The page was asked for “" + cut(c.Name, 80) + "”: " + cut(failed.Error, 200) + "."
	}
	if c.Status != chatkit.CallCompleted {
		return "The page is asked for “" + cut(c.Name, 80) + "”."
	}
	return orElse(toolWords[c.Name], "The page did “"+cut(c.Name, 80)+"”.")
}
