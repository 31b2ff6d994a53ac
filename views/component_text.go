package views

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/taskpilot/taskpilot/chatkit/widget"
)

// editable makes a text's editable object readable like a component.
func editable(c *widget.Tree) *widget.Tree {
	props, _ := c.Props["editable"].(map[string]any)
	return &widget.Tree{Kind: c.Kind, Props: props}
}

// typing are the attributes of what one types in.
func typing(c *widget.Tree) templ.Attributes {
	attrs := templ.Attributes{"placeholder": c.Text("placeholder"), "maxlength": strconv.Itoa(MaxMessage)}
	if pattern := c.Text("pattern"); pattern != "" {
		attrs["pattern"] = pattern
	}
	if c.Is("required") {
		attrs["required"] = true
	}
	auto := c.Text("autoComplete")
	if !autocompletes.MatchString(auto) {
		auto = ""
	}
	if !c.Is("allowAutofillExtensions") {
		attrs["data-1p-ignore"], attrs["data-lpignore"] = true, "true"
		auto = orElse(auto, "off")
	}
	attrs["autocomplete"] = orElse(auto, "on")
	return attrs
}

var autocompletes = regexp.MustCompile(`^[a-z][a-z0-9 -]{1,60}$`)

func rows(c *widget.Tree, property string, otherwise int) string {
	n := otherwise
	if r, ok := c.Number(property); ok && r >= 1 && r <= 60 {
		n = int(r)
	}
	return strconv.Itoa(n)
}

var dataPicture = regexp.MustCompile(`^data:image/(png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/]+=*$`)

// ownPicture returns a picture's address if showing it asks no other server:
// the picture itself, or a file of ours.
func ownPicture(src string) string {
	if dataPicture.MatchString(src) || strings.HasPrefix(src, "/files/") && !strings.Contains(src, "..") {
		return src
	}
	return ""
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

func imageLook(c *widget.Tree) *look {
	return newLook("w-image").block(c).radius(c, "radius").
		pick(c, "fit", "w-fit-", "cover contain fill scale-down none").
		class("w-frame", c.Is("frame")).class("w-flush", c.Is("flush")).
		set("object-position", position(c.Text("position"))).
		edges("margin", c.Props["margin"]).set("flex", flex(c.Props["flex"])).
		set("background", paint(c.Props["background"], surfaceColors))
}

var positions = regexp.MustCompile(`^(top|bottom|center|left|right)( (left|right|center))?$`)

func position(s string) string {
	if positions.MatchString(s) {
		return s
	}
	return ""
}

// linked is the look that a link gets when it becomes the picture.
func (l *look) linked() templ.Attributes {
	attrs := templ.Attributes{"data-class": strings.Join(l.classes, " ")}
	if len(l.css) > 0 {
		attrs["data-picture-css"] = strings.Join(l.css, ";")
	}
	return attrs
}
