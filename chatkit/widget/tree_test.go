package widget_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit/widget"
)

const formCard = `{"type":"Card","children":[
	{"type":"Hologram"},
	{"type":"Form","onSubmitAction":{"type":"save","payload":{"id":"t1","todo":{"prio":"lo","list":"home"}}},"children":[
		{"type":"Input","name":"todo.title"},{"type":"Select","name":"todo.prio","options":[],"onChangeAction":{"type":"preview","streaming":false,"loadingBehavior":"self"}},
		{"type":"Checkbox","name":"done"},{"type":"Input","name":"secret","disabled":true},{"type":"Text","value":"x","editable":{"name":"notes"}},
		{"type":"Button","label":"Save","submit":true},{"type":"Button","label":"Check","onClickAction":{"type":"check"}}]},
	{"type":"Checkbox","name":"alone","onChangeAction":{"type":"toggle","payload":"plain"}},
	{"type":"Select","name":"a.b","options":[],"onChangeAction":{"type":"pick"}},
	{"type":"Row","children":[{"type":"Button","label":"Delete","onClickAction":{"type":"delete","payload":{"id":"1"}}},{"type":"Button","label":"Go","onClickAction":{"type":"go","handler":"client"}}]}],
	"confirm":{"label":"OK","action":{"type":"ok"}}}`

func tree(t *testing.T, raw string) *widget.Tree {
	t.Helper()
	root, err := widget.Parse(json.RawMessage(raw), widget.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// at returns the component at a place.
func at(t *testing.T, root *widget.Tree, place string) *widget.Tree {
	t.Helper()
	for c := range root.All {
		if c.At == place {
			return c
		}
	}
	t.Fatalf("nothing is at %s", place)
	return nil
}

func TestParseLeavesOutWhatIsUnknown(t *testing.T) {
	t.Parallel()
	root := tree(t, `{"type":"ListView","children":[{"type":"Text","value":"no row"},{"type":"ListViewItem","children":[{"type":"Card","children":[]},7,
		{"type":"Transition","children":{"type":"Text","value":"one"}},{"type":"Table","children":[{"type":"Table.Cell","children":[]}]}]}]}`)
	var got []string
	for c := range root.All {
		got = append(got, c.String())
	}
	if want := `ListView at "", ListViewItem at "1", Transition at "1.2", Text at "1.2.0", Table at "1.3"`; strings.Join(got, ", ") != want {
		t.Errorf("got %s", strings.Join(got, ", "))
	}
	for raw, want := range map[string]error{
		`{"type":"Text","value":""}`: nil,
		`[]`:                         nil,
		`{"type":"Card","children":[` + strings.Repeat(`{"type":"Col","children":[`, 20) + strings.Repeat(`]}`, 20) + `]}`: widget.ErrLimit,
	} {
		if _, err := widget.Parse(json.RawMessage(raw), widget.DefaultLimits()); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%.40s: %v", raw, err)
		}
	}
}

func TestActionsAreFilledIn(t *testing.T) {
	t.Parallel()
	root := tree(t, formCard)
	values := map[string][]string{"todo.title": {"Milk"}, "todo.prio": {"hi", "lo"}, "notes": {""}, "secret": {"forged"}, "alone": {"on"}, "a.b": {"c"}, "other": {"forged"}}
	for _, c := range []struct {
		place string
		event widget.Event
		want  string
	}{
		{"1", widget.OnSubmit, `save {"done":false,"id":"t1","notes":"","todo":{"list":"home","prio":"hi","title":"Milk"}}`},
		{"1.1", widget.OnChange, `preview {"done":false,"notes":"","todo":{"prio":"hi","title":"Milk"}}`},
		{"1.6", widget.OnClick, `check {"done":false,"notes":"","todo":{"prio":"hi","title":"Milk"}}`},
		{"2", widget.OnChange, `toggle "plain"`},
		{"3", widget.OnChange, `pick {"a":{"b":"c"}}`},
		{"4.0", widget.OnClick, `delete {"id":"1"}`},
		{"", widget.OnConfirm, `ok `},
	} {
		g := at(t, root, c.place).Trigger(c.event)
		if g == nil {
			t.Errorf("%s at %q sets off nothing", c.event, c.place)
			continue
		}
		found, err := root.Find(g.Ref())
		if err != nil || found.On != g.On {
			t.Errorf("%s: found %v, %v", g.Ref(), found, err)
			continue
		}
		a, err := found.Fill(values)
		if got := a.Type + " " + string(a.Payload); err != nil || got != c.want {
			t.Errorf("%s at %q: %s, want %s (%v)", c.event, c.place, got, c.want, err)
		}
	}
	if g := at(t, root, "1.1").Trigger(widget.OnChange); !g.Action.Sync || g.Action.Loading != widget.LoadSelf || g.Action.Handler != widget.OnServer {
		t.Errorf("read as %+v", g.Action)
	}
	if g := at(t, root, "4.1").Trigger(widget.OnClick); g.Action.Handler != widget.OnClient {
		t.Errorf("read as %+v", g.Action)
	}
	if g := at(t, root, "1.5").Trigger(widget.OnClick); g != nil {
		t.Errorf("the submit button has an action: %+v", g)
	}
	var asForm = tree(t, `{"type":"Card","asForm":true,"confirm":{"action":{"type":"ok"}},"cancel":{"action":{"type":"no"}},"children":[{"type":"Input","name":"x"}]}`)
	for ev, want := range map[widget.Event]string{widget.OnConfirm: `{"x":"1"}`, widget.OnCancel: ""} {
		if a, err := asForm.Trigger(ev).Fill(map[string][]string{"x": {"1"}}); err != nil || string(a.Payload) != want {
			t.Errorf("%s: %s, %v", ev, a.Payload, err)
		}
	}
}

// What was shown is what is done, wherever it is by now.
func TestFindIsNotMisled(t *testing.T) {
	t.Parallel()
	row := func(id string) string {
		return `{"type":"Button","label":"Delete","onClickAction":{"type":"delete","payload":{"id":"` + id + `"}}}`
	}
	shown := tree(t, `{"type":"Card","children":[`+row("1")+`,`+row("2")+`]}`)
	ref := at(t, shown, "1").Trigger(widget.OnClick).Ref()
	moved := tree(t, `{"type":"Card","children":[`+row("2")+`,`+row("3")+`]}`)
	if g, err := moved.Find(ref); err != nil || g.On.At != "0" {
		t.Errorf("the moved row: %v, %v", g, err)
	}
	gone := tree(t, `{"type":"Card","children":[`+row("1")+`,`+row("3")+`]}`)
	if g, err := gone.Find(ref); !errors.Is(err, widget.ErrChanged) {
		t.Errorf("the row that is gone: %v, %v", g, err)
	}
	twice := tree(t, `{"type":"Card","children":[`+row("2")+`,`+row("3")+`,`+row("2")+`]}`)
	if g, err := twice.Find(ref); !errors.Is(err, widget.ErrChanged) {
		t.Errorf("two rows: %v, %v", g, err)
	}
	for _, bad := range []string{"", "1", "1:click", "1:click:", "::", "1:press:abc", strings.Repeat("0.", 5000) + ":click:00"} {
		if g, err := shown.Find(bad); err == nil {
			t.Errorf("%.20q found %v", bad, g)
		}
	}
}
