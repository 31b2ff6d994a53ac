package views

import (
	"context"
	"strings"

	"github.com/a-h/templ"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/widget"
)

// widgetView is a widget as it is drawn in a thread.
type widgetView struct {
	item, thread string
	root         *widget.Tree
	inert        bool // its item is still being made: there is nothing to act on
}

// newWidgetView takes the widget apart; nil when it can't be shown.
func newWidgetView(item *chatkit.WidgetItem, thread string, pending bool) *widgetView {
	root, err := widget.Parse(item.Widget, widget.DefaultLimits())
	if err != nil {
		return nil
	}
	return &widgetView{item: item.ID, thread: thread, root: root, inert: pending}
}

// scopes are the forms that the widget's fields and buttons belong to: one for
// each of its forms, in order, and before them one (nil) for those in none. HTML
// forms can't be in one another, so they stand before the widget and are named
// by what belongs to them.
func (w *widgetView) scopes() []*widget.Tree {
	list := []*widget.Tree{nil}
	for c := range w.root.All {
		if c.IsForm() {
			list = append(list, c)
		}
	}
	return list
}

func (w *widgetView) formID(form *widget.Tree) string {
	if form == nil {
		return "form-" + w.item
	}
	return "form-" + w.item + "-" + form.At
}

// submits is what Enter in one of the form's fields does.
func submits(form *widget.Tree) *widget.Trigger {
	switch {
	case form == nil:
		return nil
	case form.Kind == "Card":
		return form.Trigger(widget.OnConfirm)
	}
	return form.Trigger(widget.OnSubmit)
}

// firing are the attributes of a button that sets off what the trigger says.
// Only what sends a form is held back by what is missing in it.
func (w *widgetView) firing(g *widget.Trigger) templ.Attributes {
	attrs := templ.Attributes{"type": "submit", "form": w.formID(g.On.Form()), "name": "do", "value": g.Ref(), "disabled": w.inert}
	if g.Event != widget.OnSubmit && (g.Event != widget.OnConfirm || !g.On.IsForm()) {
		attrs["formnovalidate"] = true
	}
	switch g.Action.Loading {
	case widget.LoadSelf, widget.LoadContainer:
		attrs["data-loading"] = string(g.Action.Loading)
	case widget.LoadAuto:
		switch g.Event {
		case widget.OnClick:
			attrs["data-loading"] = string(widget.LoadSelf)
		case widget.OnSubmit, widget.OnConfirm, widget.OnCancel:
			attrs["data-loading"] = string(widget.LoadContainer)
		}
	}
	if g.Action.Handler == widget.OnClient {
		if raw, err := chatkit.Marshal(map[string]any{"type": g.Action.Type, "payload": g.Action.Payload}); err == nil {
			attrs["data-action"] = string(raw)
		}
	}
	return attrs
}

// fieldName is a field's name in the page's forms, where others have names, too.
func fieldName(c *widget.Tree) string { return FieldPrefix + c.Field() }

// FieldPrefix is before the names of a widget's fields in the forms of pages.
const FieldPrefix = "f."

// fieldID is the element's id for labels: that of the first field of this name
// in the same form.
func (w *widgetView) fieldID(name string, form *widget.Tree) string {
	for c := range w.root.All {
		if c.Field() == name && name != "" && c.Form() == form {
			return "field-" + w.item + "-" + c.At
		}
	}
	return ""
}

// field are the attributes that every field has.
func (w *widgetView) field(c *widget.Tree) templ.Attributes {
	attrs := templ.Attributes{"name": fieldName(c), "form": w.formID(c.Form()), "disabled": w.inert || c.Is("disabled"), "required": c.Is("required")}
	if id := "field-" + w.item + "-" + c.At; w.fieldID(c.Field(), c.Form()) == id {
		attrs["id"] = id
	}
	if !w.labelled(c) {
		attrs["aria-label"] = orElse(c.Text("ariaLabel"), orElse(c.Text("placeholder"), c.Field()))
	}
	return attrs
}

// labelled reports whether a Label names the field.
func (w *widgetView) labelled(c *widget.Tree) bool {
	for l := range w.root.All {
		if l.Kind == "Label" && l.Text("fieldName") == c.Field() && l.Form() == c.Form() {
			return true
		}
	}
	return false
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// wording is what a component says, for the name of what is clicked as a whole.
func wording(c *widget.Tree) string {
	var words []string
	for t := range c.All {
		for _, name := range []string{"value", "label", "alt"} {
			if text := strings.TrimSpace(t.Text(name)); text != "" {
				words = append(words, text)
			}
		}
	}
	return cut(strings.Join(words, ", "), 120)
}

func cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

// idText is where the value of a growing text is.
func idText(item, component string) string { return "text-" + item + "-" + component }

func (w *widgetView) textID(c *widget.Tree) templ.Attributes {
	if id := c.Text("id"); id != "" {
		return templ.Attributes{"id": idText(w.item, id)}
	}
	return nil
}

// textHTML is what a growing text shows, when it alone is drawn anew.
func (w *widgetView) textHTML(ctx context.Context, id string) (html string, ok bool) {
	for c := range w.root.All {
		switch {
		case c.Text("id") != id:
		case c.Kind == "Markdown":
			return Markdown(ctx, c.Text("value")), true
		case c.Kind == "Text" && c.Field() == "":
			return templ.EscapeString(c.Text("value")), true
		default:
			return "", false
		}
	}
	return "", false
}
