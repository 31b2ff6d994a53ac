package views

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/taskpilot/taskpilot/chatkit/widget"
)

// look collects how a component looks: classes for what has a name, declarations
// for what is a number or a colour. The content policy forbids style attributes,
// and there are too many numbers for classes: the declarations go into data-css,
// and static/js/css.js sets them as the elements arrive. Every value has been
// read and written again here: none of them can load anything.
type look struct {
	classes []string
	css     []string
}

func newLook(class string) *look { return &look{classes: []string{class}} }

func (l *look) class(name string, on bool) *look {
	if on {
		l.classes = append(l.classes, name)
	}
	return l
}

// pick adds the class of a property's value, if it is among those listed.
func (l *look) pick(c *widget.Tree, property, prefix, values string) *look {
	v, _ := c.Props[property].(string)
	return l.class(prefix+v, slices.Contains(strings.Fields(values), v))
}

func (l *look) set(property, value string) *look {
	if value != "" {
		l.css = append(l.css, property+":"+value)
	}
	return l
}

func (l *look) attrs() templ.Attributes {
	attrs := templ.Attributes{"class": strings.Join(l.classes, " ")}
	if len(l.css) > 0 {
		attrs["data-css"] = strings.Join(l.css, ";")
	}
	return attrs
}

// unit is what gaps, paddings and margins are counted in, in pixels.
const unit = 4

// farthest is the largest length that is taken, in pixels.
const farthest = 4000

var cssLength = regexp.MustCompile(`^-?(\d{1,4}(\.\d{1,4})?)(px|rem|em|%|vh|vw|ch|fr)?$`)

// length is a length in CSS, "" if it is none. A number counts in scale pixels.
func length(v any, scale float64) string {
	if n, ok := widget.Number(v); ok {
		return pixels(n * scale)
	}
	s, _ := v.(string)
	if slices.Contains([]string{"auto", "fit-content", "min-content", "max-content"}, s) {
		return s
	}
	m := cssLength.FindStringSubmatch(s)
	switch {
	case m == nil:
		return ""
	case m[3] == "":
		n, _ := strconv.ParseFloat(s, 64)
		return pixels(n * scale)
	}
	return s
}

func pixels(n float64) string {
	if math.IsNaN(n) || math.Abs(n) > farthest {
		return ""
	}
	return strconv.FormatFloat(n, 'f', -1, 64) + "px"
}

// edges sets a padding or margin: one for all sides, or by side.
func (l *look) edges(property string, v any) *look {
	sides, ok := v.(map[string]any)
	if !ok {
		return l.set(property, length(v, unit))
	}
	for _, s := range []struct{ name, property string }{
		{"x", "-inline"}, {"y", "-block"}, {"top", "-top"}, {"bottom", "-bottom"}, {"left", "-left"}, {"right", "-right"},
	} {
		l.set(property+s.property, length(sides[s.name], unit))
	}
	return l
}

// border sets a border: of all edges, or by edge.
func (l *look) border(v any) *look {
	edges, _ := v.(map[string]any)
	if _, whole := edges["size"]; edges == nil || whole {
		return l.set("border", line(v))
	}
	for _, e := range []struct{ name, property string }{
		{"x", "border-inline"}, {"y", "border-block"}, {"top", "border-top"}, {"bottom", "border-bottom"}, {"left", "border-left"}, {"right", "border-right"},
	} {
		l.set(e.property, line(edges[e.name]))
	}
	return l
}

// line is one border in CSS.
func line(v any) string {
	style, color, size := "solid", lineColors["default"], v
	if b, ok := v.(map[string]any); ok {
		size = b["size"]
		if s, _ := b["style"].(string); slices.Contains([]string{"dashed", "dotted", "double", "none"}, s) {
			style = s
		}
		if c := paint(b["color"], lineColors); c != "" {
			color = c
		}
	}
	n, ok := widget.Number(size)
	if !ok || n < 0 || n > 40 {
		return ""
	}
	return pixels(n) + " " + style + " " + color
}

// block sets the sizes of a component that takes up room.
func (l *look) block(c *widget.Tree) *look {
	p := c.Props
	for _, s := range []struct{ prefix, width, height, both string }{
		{"", "width", "height", "size"}, {"min-", "minWidth", "minHeight", "minSize"}, {"max-", "maxWidth", "maxHeight", "maxSize"},
	} {
		both := length(p[s.both], 1)
		l.set(s.prefix+"width", orElse(length(p[s.width], 1), both))
		l.set(s.prefix+"height", orElse(length(p[s.height], 1), both))
		l.class("w-fixed", s.prefix == "" && both != "")
	}
	return l.set("aspect-ratio", ratio(p["aspectRatio"]))
}

var cssRatio = regexp.MustCompile(`^\d{1,4}(\.\d{1,3})?( ?/ ?\d{1,4}(\.\d{1,3})?)?$`)

func ratio(v any) string {
	s, _ := v.(string)
	if n, ok := widget.Number(v); ok && n > 0 && n < 100 {
		s = strconv.FormatFloat(n, 'f', -1, 64)
	}
	if cssRatio.MatchString(s) {
		return s
	}
	return ""
}

// flex is how a component shares the room: a number, or a length.
func flex(v any) string {
	if n, ok := widget.Number(v); ok && n >= 0 && n < 1000 {
		return fmt.Sprintf("%g 1 0%%", n)
	}
	if s, _ := v.(string); s == "auto" || s == "none" {
		return s
	}
	if size := length(v, 1); size != "" {
		return "0 1 " + size
	}
	return ""
}

const radii = "2xs xs sm md lg xl 2xl 3xl 4xl full 100% none"

// radius adds a class; 100% is a circle as full is a pill.
func (l *look) radius(c *widget.Tree, property string) *look {
	if v := c.OneOf(property, strings.Fields(radii)...); v != "" {
		l.class("w-r-"+strings.TrimSuffix(v, "%"), true)
	}
	return l
}

// box is what all boxes have in common.
func (l *look) box(c *widget.Tree) *look {
	p := c.Props
	return l.block(c).
		pick(c, "align", "w-a-", "start center end baseline stretch").
		pick(c, "justify", "w-j-", "start center end between around evenly stretch").
		pick(c, "wrap", "w-", "nowrap wrap wrap-reverse").
		radius(c, "radius").
		set("flex", flex(p["flex"])).set("gap", length(p["gap"], unit)).
		edges("padding", p["padding"]).edges("margin", p["margin"]).border(p["border"]).
		set("background", paint(p["background"], surfaceColors))
}

// words is what all texts have in common.
func (l *look) words(c *widget.Tree, sizes string) *look {
	if n, ok := c.Number("maxLines"); ok && n >= 1 && n < 1000 {
		l.class("w-clamp", true).set("-webkit-line-clamp", strconv.Itoa(int(n)))
	}
	if n, ok := c.Number("minLines"); ok && n >= 1 && n < 200 {
		l.set("min-height", strconv.Itoa(int(n))+"lh")
	}
	return l.pick(c, "size", "w-t-", sizes).
		pick(c, "weight", "w-", "normal medium semibold bold").
		pick(c, "textAlign", "w-text-", "start center end").
		class("w-truncate", c.Is("truncate")).class("w-italic", c.Is("italic")).class("w-through", c.Is("lineThrough")).
		set("color", paint(c.Props["color"], textColors)).set("width", length(c.Props["width"], 1))
}
