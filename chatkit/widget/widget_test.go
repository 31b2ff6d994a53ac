package widget_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/widget"
)

// everything is a widget with each of the thirty components in it.
func everything() *widget.Card {
	yes := true
	act := &widget.Action{Type: "todo.save", Payload: map[string]any{"id": "t1"}, Handler: widget.OnServer, Loading: widget.LoadContainer}
	options := []widget.Option{{Value: "lo", Label: "Low"}, {Value: "hi", Label: "High", Disabled: true}}
	layout := widget.Layout{Base: widget.Base{Key: "k", ID: "i"}, Block: widget.Block{Width: widget.CSS("50%"), Height: widget.Units(20), AspectRatio: widget.Units(1.5)},
		Gap: widget.Units(2), Padding: widget.Edges{X: widget.Units(1), Top: widget.CSS("1rem")}, Margin: widget.Units(0),
		Border: widget.Borders{X: widget.BorderWidth(1), Top: widget.Border{Size: 2, Color: widget.StrongLine, Style: "dashed"}},
		Radius: "full", Background: widget.ThemeColor{Light: "blue-500", Dark: "blue-300"}}
	return &widget.Card{Size: "md", AsForm: true, Background: widget.Surface, Padding: widget.Units(3), Border: widget.BorderWidth(1),
		Status:  &widget.Status{Text: "Draft", Icon: "mail"},
		Confirm: &widget.CardAction{Label: "Send", Action: act}, Cancel: &widget.CardAction{Label: "Discard", Action: &widget.Action{Type: "x", Sync: true}},
		Children: widget.Nodes{
			&widget.Box{Layout: layout, Direction: "row"}, &widget.Row{Layout: widget.Layout{Children: widget.Nodes{&widget.Spacer{}}}}, &widget.Col{},
			&widget.Form{OnSubmit: act, Layout: widget.Layout{Children: widget.Nodes{
				&widget.Label{Value: "Title", FieldName: "title"}, &widget.Input{Name: "title", Required: true, InputType: "text"},
				&widget.Textarea{Name: "notes", Rows: 3}, &widget.Select{Name: "prio", Options: options, OnChange: act, Searchable: &yes},
				&widget.DatePicker{Name: "due", Min: "2026-01-01T00:00:00Z"}, &widget.Checkbox{Name: "done", DefaultChecked: true},
				&widget.RadioGroup{Name: "kind", Options: options}, &widget.Button{Label: "Save", Submit: true, IconStart: "check"},
			}}},
			&widget.Text{Base: widget.Base{ID: "body"}, Value: "a < b", Streaming: true, Editable: &widget.Editable{Name: "body"}, Color: widget.Secondary},
			&widget.Title{Value: "T"}, &widget.Caption{Value: "c"}, &widget.Markdown{Value: "**m**"}, &widget.Badge{Label: "b"},
			&widget.Icon{Name: "star"}, &widget.Image{Src: "https://example.com/a.png", Block: widget.Block{Size: widget.Units(20)}},
			&widget.Divider{Flush: true}, &widget.Transition{Child: &widget.Text{Value: "in"}}, &widget.Transition{},
			&widget.Chart{Data: []map[string]any{{"m": "Jan", "a": 3}}, Series: []widget.Series{{Type: "bar", DataKey: "a", Label: "Sales"}},
				XAxis: widget.XAxis{DataKey: "m"}, ShowYAxis: &yes},
			&widget.Table{Children: widget.Nodes{&widget.TableRow{Header: true, Children: widget.Nodes{&widget.TableCell{ColSpan: 2}}}}},
			widget.Raw(`{"type":"Basic","children":[]}`),
		}}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	raw, err := widget.JSON(everything())
	if err != nil {
		t.Fatal(err)
	}
	const act = `{"type":"todo.save","payload":{"id":"t1"},"handler":"server","loadingBehavior":"container"}`
	const options = `[{"value":"lo","label":"Low"},{"value":"hi","label":"High","disabled":true}]`
	sameJSON(t, raw, `{"type":"Card","size":"md","asForm":true,"background":"surface","padding":3,"border":1,"status":{"text":"Draft","icon":"mail"},
		"confirm":{"label":"Send","action":`+act+`},"cancel":{"label":"Discard","action":{"type":"x","streaming":false}},"children":[
		{"type":"Box","key":"k","id":"i","direction":"row","width":"50%","height":20,"aspectRatio":1.5,"gap":2,"padding":{"x":1,"top":"1rem"},"margin":0,
		 "border":{"x":1,"top":{"size":2,"color":"strong","style":"dashed"}},"radius":"full","background":{"light":"blue-500","dark":"blue-300"}},
		{"type":"Row","children":[{"type":"Spacer"}]},{"type":"Col"},
		{"type":"Form","onSubmitAction":`+act+`,"children":[{"type":"Label","value":"Title","fieldName":"title"},{"type":"Input","name":"title","required":true,"inputType":"text"},
		 {"type":"Textarea","name":"notes","rows":3},{"type":"Select","name":"prio","options":`+options+`,"onChangeAction":`+act+`,"searchable":true},
		 {"type":"DatePicker","name":"due","min":"2026-01-01T00:00:00Z"},{"type":"Checkbox","name":"done","defaultChecked":true},
		 {"type":"RadioGroup","name":"kind","options":`+options+`},{"type":"Button","label":"Save","submit":true,"iconStart":"check"}]},
		{"type":"Text","id":"body","value":"a < b","streaming":true,"editable":{"name":"body"},"color":"secondary"},
		{"type":"Title","value":"T"},{"type":"Caption","value":"c"},{"type":"Markdown","value":"**m**"},{"type":"Badge","label":"b"},
		{"type":"Icon","name":"star"},{"type":"Image","src":"https://example.com/a.png","size":20},{"type":"Divider","flush":true},
		{"type":"Transition","children":{"type":"Text","value":"in"}},{"type":"Transition"},
		{"type":"Chart","data":[{"m":"Jan","a":3}],"series":[{"type":"bar","label":"Sales","dataKey":"a"}],"xAxis":{"dataKey":"m"},"showYAxis":true},
		{"type":"Table","children":[{"type":"Table.Row","header":true,"children":[{"type":"Table.Cell","children":[],"colSpan":2}]}]},
		{"type":"Basic","children":[]}]}`)
	if problems, err := widget.Validate(raw, widget.DefaultLimits()); err != nil || problems != nil {
		t.Errorf("our own widget has problems: %v, %v", problems, err)
	}
	list, err := widget.JSON(&widget.ListView{Limit: widget.AutoRows{}, Children: widget.Nodes{&widget.ListViewItem{Gap: widget.Units(5)}}})
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, list, `{"type":"ListView","limit":"auto","children":[{"type":"ListViewItem","children":[],"gap":5}]}`)
	for name, root := range map[string]widget.Node{"no root": nil, "a text": &widget.Text{},
		"a payload that is no JSON": &widget.Card{Confirm: &widget.CardAction{Action: &widget.Action{Payload: func() {}}}}} {
		if raw, err := widget.JSON(root); err == nil {
			t.Errorf("%s: got %s", name, raw)
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"type":"Card","children":[]}`: "",
		`{"type":"Card"}`:               ": Card lacks children",
		`{"type":"Card","children":[{"type":"Hologram","children":{"type":"Text","id":"x"}}]}`:                              `children[0]: "Hologram" is not a component|children[0].children[0]: Text lacks value`,
		`{"type":"Card","glow":1,"children":[7]}`:                                                                           `: Card has no property "glow"|children[0]: is no node`,
		`{"type":"Card","children":"x"}`:                                                                                    `: children is neither a node nor an array of nodes`,
		`{"type":"ListView","children":[{"type":"Text","value":"x"}]}`:                                                      `children[0]: a ListView holds ListViewItem only`,
		`{"type":"Basic","children":[{"type":"Button","onClickAction":{"payload":1}}]}`:                                     `children[0]: onClickAction is not an action: it has no type`,
		`{"type":"Card","children":[],"confirm":{"label":"x"}}`:                                                             `: confirm.action is not an action: it has no type`,
		`{"type":"Basic","onClickAction":null,"children":[null,{"type":"Box","children":[{"type":"Icon","name":"star"}]}]}`: "",
	} {
		problems, err := widget.Validate(json.RawMessage(in), widget.DefaultLimits())
		var got []string
		for _, p := range problems {
			got = append(got, p.Path+": "+p.Message)
		}
		if err != nil || strings.Join(got, "|") != want {
			t.Errorf("%s:\n got %s, %v\nwant %s", in, strings.Join(got, "|"), err, want)
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	t.Parallel()
	nested := func(n int) string {
		return strings.Repeat(`{"type":"Basic","children":`, n) + "null" + strings.Repeat("}", n)
	}
	for in, tooLarge := range map[string]bool{
		``: false, `null`: false, `[]`: false, `{}`: false, `{"type":"Text","value":"x"}`: false, `{"type":7}`: false,
		nested(17):    true,
		nested(20000): true,
		`{"type":"Basic","children":[` + strings.Repeat(`{"type":"Spacer"},`, 499) + `{"type":"Spacer"}]}`: true,
		`{"type":"Basic","id":"` + strings.Repeat("x", 64<<10) + `"}`:                                      true,
	} {
		if problems, err := widget.Validate(json.RawMessage(in), widget.DefaultLimits()); err == nil || errors.Is(err, widget.ErrLimit) != tooLarge {
			t.Errorf("%.60s: got %v, %v", in, problems, err)
		}
		if it, err := widget.Item(json.RawMessage(in), ""); err == nil {
			t.Errorf("%.60s: made %v", in, it)
		}
	}
	if it, err := widget.Item(json.RawMessage(nested(16)), "copy"); err != nil || it.CopyText != "copy" {
		t.Errorf("got %v, %v", it, err)
	}
}

func FuzzWidget(f *testing.F) {
	raw, err := widget.JSON(everything())
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(raw), []byte(`{"type":"Card","children":[{"type":"Text","id":"a","value":"x"}]}`))
	f.Add([]byte(`{"type":"Card","children":[{"type":"Text","id":"a","value":"x"}]}`), []byte(`{"type":"Card","children":[{"type":"Text","id":"a","value":"xy"}]}`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		for _, raw := range [][]byte{a, b} {
			if _, err := widget.Validate(raw, widget.DefaultLimits()); err != nil {
				return
			}
		}
		updates, err := widget.Diff(a, b)
		if err != nil {
			t.Fatalf("%s to %s: %v", a, b, err)
		}
		if len(updates) == 1 {
			if _, root := updates[0].(chatkit.WidgetRootUpdated); root {
				return
			}
		}
		shows(t, a, updates, b)
	})
}

func ExampleJSON() {
	raw, err := widget.JSON(&widget.Card{Children: widget.Nodes{
		&widget.Title{Value: "Groceries"},
		&widget.Button{Label: "Clear", OnClick: &widget.Action{Type: "list.clear"}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(raw))
	// Output: {"type":"Card","children":[{"type":"Title","value":"Groceries"},{"type":"Button","label":"Clear","onClickAction":{"type":"list.clear"}}]}
}
