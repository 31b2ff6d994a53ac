package views

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// What ChatKit's names of colours are in our palette.
var (
	textColors = map[string]string{
		"prose": ours("ink"), "primary": ours("ink"), "emphasis": ours("ink"), "secondary": ours("muted"), "tertiary": ours("faint"),
		"success": ours("accent"), "warning": ours("amber"), "danger": ours("danger"),
	}
	surfaceColors = map[string]string{
		"surface": ours("page"), "surface-secondary": ours("sunken"), "surface-tertiary": ours("side"),
		"surface-elevated": ours("raised"), "surface-elevated-secondary": ours("sunken"),
	}
	lineColors = map[string]string{"default": ours("line"), "subtle": "rgb(var(--line) / .55)", "strong": ours("faint")}
)

func ours(name string) string { return "rgb(var(--" + name + "))" }

// paint is a colour in CSS, "" if it is none: one of the names, a primitive such
// as "red-100", a colour of CSS, or one for the light and one for the dark.
func paint(v any, names map[string]string) string {
	if both, ok := v.(map[string]any); ok {
		light, dark := paint(both["light"], names), paint(both["dark"], names)
		if light == "" || dark == "" {
			return orElse(light, dark)
		}
		return "light-dark(" + light + "," + dark + ")"
	}
	s, _ := v.(string)
	if c, ok := names[s]; ok {
		return c
	}
	if c := primitive(s); c != "" {
		return c
	}
	if cssColor.MatchString(s) {
		return strings.ToLower(s)
	}
	return ""
}

var cssColor = regexp.MustCompile(`^(?i:#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})|(rgb|rgba|hsl|hsla|oklch|lab|lch|oklab)\([0-9a-z.,%/ +-]{3,60}\)|[a-z]{3,24})$`)

// hues are the angles of the primitives' colours, with how colourful they are.
var hues = map[string]struct{ angle, chroma float64 }{
	"gray": {260, .008}, "red": {26, .2}, "orange": {52, .17}, "yellow": {92, .16}, "green": {150, .16},
	"blue": {255, .17}, "purple": {300, .18}, "pink": {352, .19},
}

// primitive is the colour of a name such as "red-100" or "alpha-70": the larger
// the number, the darker.
func primitive(name string) string {
	hue, step, _ := strings.Cut(name, "-")
	n, err := strconv.Atoi(step)
	if err != nil || n < 0 || n > 1000 {
		return ""
	}
	if hue == "alpha" {
		return fmt.Sprintf("rgb(var(--ink) / %.2f)", float64(min(n, 100))/100)
	}
	h, ok := hues[hue]
	if !ok {
		return ""
	}
	light := .99 - .79*float64(n)/1000
	// What is nearly white or nearly black has little colour.
	chroma := h.chroma * min(1, float64(n)/450) * min(1, float64(1150-n)/500)
	return fmt.Sprintf("oklch(%.3f %.3f %g)", light, chroma, h.angle)
}
