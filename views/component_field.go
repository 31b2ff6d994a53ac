package views

import (
	"regexp"
	"strconv"

	"github.com/a-h/templ"
	"github.com/taskpilot/taskpilot/chatkit/widget"
)

const (
	buttonColors = "primary secondary info discovery success caution warning danger"
	variants     = "solid soft outline ghost"
	sizes        = "3xs 2xs xs sm md lg xl 2xl 3xl"
)

func buttonLook(c *widget.Tree) *look {
	l := newLook("w-button").pick(c, "size", "w-b-", sizes).pick(c, "iconSize", "w-bi-", "sm md lg xl 2xl").
		class("w-pill", c.Is("pill")).class("w-uniform", c.Is("uniform")).class("w-block", c.Is("block"))
	color, variant := c.Text("color"), c.Text("variant")
	if color == "" && (c.Text("style") == "primary" || c.Is("submit") && c.Text("style") == "") {
		color, variant = "primary", orElse(variant, "solid")
	}
	shown := &widget.Tree{Props: map[string]any{"color": orElse(color, "secondary"), "variant": orElse(variant, "outline")}}
	return l.pick(shown, "color", "w-c-", buttonColors).pick(shown, "variant", "w-v-", variants)
}

// buttonFires says what a button does: it sends its form, or sets off its action.
func (w *widgetView) buttonFires(c *widget.Tree) templ.Attributes {
	g := c.Trigger(widget.OnClick)
	if form := c.Form(); c.Is("submit") && submits(form) != nil {
		g = submits(form)
	}
	if g == nil {
		return templ.Attributes{"type": "button", "disabled": c.Is("disabled")}
	}
	attrs := w.firing(g)
	attrs["disabled"] = w.inert || c.Is("disabled")
	if g.Event == widget.OnSubmit && g.Action.Loading == widget.LoadAuto {
		attrs["data-loading"] = string(widget.LoadSelf)
	}
	return attrs
}

func fieldLook(class string, c *widget.Tree) *look {
	return newLook(class).pick(c, "variant", "w-v-", variants).pick(c, "size", "w-b-", sizes).
		pick(c, "gutterSize", "w-g-", "2xs xs sm md lg xl").class("w-pill", c.Is("pill"))
}

func inputType(c *widget.Tree) string {
	if c.Kind == "DatePicker" {
		return "date"
	}
	return orElse(c.OneOf("inputType", "number", "email", "password", "tel", "url"), "text")
}

var isoDay = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}`)

// inputValue is what is in a field at first, and of a date its bounds.
func inputValue(c *widget.Tree) templ.Attributes {
	if c.Kind != "DatePicker" {
		return templ.Attributes{"value": c.Text("defaultValue")}
	}
	attrs := templ.Attributes{"value": isoDay.FindString(c.Text("defaultValue"))}
	for _, bound := range []string{"min", "max"} {
		if day := isoDay.FindString(c.Text(bound)); day != "" {
			attrs[bound] = day
		}
	}
	if attrs["value"] != "" && !c.Is("clearable") {
		attrs["required"] = true // the browser's own button would clear it
	}
	return attrs
}

func maxRows(c *widget.Tree) string {
	if n, ok := c.Number("maxRows"); ok && n >= 1 && n <= 60 {
		return strconv.Itoa(int(n)) + ".5lh"
	}
	return ""
}

// changes marks a field whose change is sent.
func changes(c *widget.Tree) templ.Attributes {
	if c.Trigger(widget.OnChange) == nil {
		return nil
	}
	return templ.Attributes{"data-changes": true}
}

// option is a choice of a list.
type option struct {
	value, label, description string
	disabled                  bool
}

func (o option) text() string {
	if o.description == "" {
		return o.label
	}
	return o.label + " – " + o.description
}

const mostOptions = 500

func optionsOf(c *widget.Tree) []option {
	list, _ := c.Props["options"].([]any)
	var options []option
	for _, v := range list[:min(len(list), mostOptions)] {
		m, _ := v.(map[string]any)
		value, ok := m["value"].(string)
		if !ok {
			continue
		}
		label, _ := m["label"].(string)
		description, _ := m["description"].(string)
		options = append(options, option{value, orElse(label, value), description, m["disabled"] == true})
	}
	return options
}

// unnamed takes the label away from a field that has its own beside it.
func unnamed(c *widget.Tree, attrs templ.Attributes) templ.Attributes {
	if c.Text("label") != "" {
		delete(attrs, "aria-label")
	}
	return attrs
}

// radio are the attributes of one choice; the first has the group's id.
func (w *widgetView) radio(c *widget.Tree, i int, o option) templ.Attributes {
	attrs := w.field(c)
	delete(attrs, "aria-label")
	if i > 0 {
		delete(attrs, "id")
	}
	attrs["disabled"] = attrs["disabled"] == true || o.disabled
	return attrs
}
