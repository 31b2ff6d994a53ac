package assistant

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/widget"
)

// actionDemo is what the demos' widgets send. It is answered with what came.
const actionDemo = "demo.form"

var _ Actor = (*Builtin)(nil)

// Act answers a demo's widget with what it sent.
func (b *Builtin) Act(ctx context.Context, turn *Turn, action chatkit.Action, _ *chatkit.WidgetItem, emit Emit) error {
	if action.Type != actionDemo {
		return errUnknownAction
	}
	a := &builtinTurn{Builtin: b, ctx: ctx, turn: turn, out: output{turn, emit}}
	payload := action.Payload
	if len(payload) == 0 {
		payload = json.RawMessage("null")
	}
	return a.say("The widget sent:\n\n```json\n" + strings.ReplaceAll(shorten(string(payload), 2000), "```", "` ` `") + "\n```")
}

// demoForm is a widget with every kind of field.
func (a *builtinTurn) demoForm() error {
	label := func(text, field string) widget.Node { return &widget.Label{Value: text, FieldName: field} }
	return a.showWidget(&widget.Card{Size: "md", Children: widget.Nodes{
		&widget.Title{Value: "A table for two"},
		&widget.Form{Direction: "col", OnSubmit: &widget.Action{Type: actionDemo, Payload: map[string]string{"place": "p1"}},
			Layout: widget.Layout{Gap: widget.Units(3), Children: widget.Nodes{
				label("Name", "guest.name"), &widget.Input{Name: "guest.name", Required: true},
				label("Day", "day"), &widget.DatePicker{Name: "day", Block: true},
				label("Where", "table"), &widget.Select{Name: "table", Clearable: true, Options: []widget.Option{{Value: "in", Label: "Inside"}, {Value: "out", Label: "Outside"}}},
				&widget.RadioGroup{Name: "menu", AriaLabel: "Menu", Direction: "row", Options: []widget.Option{{Value: "veg", Label: "Vegetarian"}, {Value: "fish", Label: "Fish"}}},
				&widget.Textarea{Name: "notes", Placeholder: "Anything we should know?", Rows: 2},
				&widget.Checkbox{Name: "news", Label: "Send me news"},
				&widget.Button{Label: "Book", Submit: true, Style: "primary"},
			}}},
	}})
}

// demoChart is a widget that draws numbers.
func (a *builtinTurn) demoChart() error {
	rows := []map[string]any{{"day": "Mon", "done": 3, "open": 5}, {"day": "Tue", "done": 4, "open": 4}, {"day": "Wed", "done": 2, "open": 6}, {"day": "Thu", "done": 7, "open": 2}, {"day": "Fri", "done": 5, "open": 1}}
	return a.showWidget(&widget.Card{Size: "md", Children: widget.Nodes{
		&widget.Title{Value: "A week, made up", Size: "sm"},
		&widget.Chart{Data: rows, XAxis: widget.XAxis{DataKey: "day"}, ShowYAxis: new(true), Series: []widget.Series{
			{Type: "bar", Label: "Done", DataKey: "done", Color: widget.Color("green")},
			{Type: "line", Label: "Open", DataKey: "open", Color: widget.Color("orange"), CurveType: "monotone"},
		}},
	}})
}

func (a *builtinTurn) showWidget(root widget.Node) error {
	raw, err := widget.JSON(root)
	if err != nil {
		return err
	}
	return a.out.emit(chatkit.ItemDone{Item: &chatkit.WidgetItem{ItemBase: a.out.base(chatkit.PrefixMessage), Widget: raw}})
}
