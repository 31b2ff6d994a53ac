package views

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/taskpilot/taskpilot/chatkit/widget"
)

func cardLook(c *widget.Tree) *look {
	return newLook("w-root w-card").pick(c, "size", "w-s-", "sm md lg full").
		set("background", paint(c.Props["background"], surfaceColors)).border(c.Props["border"])
}

// cardLabel is what is written on a button at the card's foot.
func cardLabel(c *widget.Tree, button string) string {
	b, _ := c.Props[button].(map[string]any)
	label, _ := b["label"].(string)
	return label
}

// firstTitle is what a card that is folded up is called.
func firstTitle(c *widget.Tree) string {
	for _, kinds := range []string{"Title", "Text Caption"} {
		for t := range c.All {
			if strings.Contains(kinds, t.Kind) && t.Text("value") != "" {
				return cut(t.Text("value"), 120)
			}
		}
	}
	return ""
}

// lineStatus is the line above a card or a list.
type lineStatus struct {
	text, icon, favicon string
	frame               bool
}

func statusOf(c *widget.Tree) lineStatus {
	m, _ := c.Props["status"].(map[string]any)
	text, _ := m["text"].(string)
	icon, _ := m["icon"].(string)
	favicon, _ := m["favicon"].(string)
	return lineStatus{text: text, icon: icon, favicon: ownPicture(favicon), frame: m["frame"] == true}
}

// autoRows is how many rows a list shows that leaves it to us.
const autoRows = 6

// listLimit is how many rows a list shows at first.
func listLimit(c *widget.Tree) int {
	n := len(c.Children)
	if limit, ok := c.Number("limit"); ok && limit >= 1 {
		return min(n, int(min(limit, 10_000)))
	}
	if c.Text("limit") == "auto" {
		return min(n, autoRows)
	}
	return n
}

func isRow(c *widget.Tree) bool {
	return c.Kind == "Row" || c.Kind != "Col" && c.Text("direction") == "row"
}

func formRole(c *widget.Tree) templ.Attributes {
	if c.Kind != "Form" {
		return nil
	}
	return templ.Attributes{"role": "group"}
}

// shown names what a transition shows.
func shown(c *widget.Tree) string {
	if len(c.Children) == 0 {
		return ""
	}
	kid := c.Children[0]
	return kid.Kind + "/" + orElse(kid.Text("key"), kid.Text("id"))
}

// tableParts are the header rows at the top of a table, and the others.
func tableParts(c *widget.Tree) (head, body []*widget.Tree) {
	n := 0
	for n < len(c.Children) && c.Children[n].Is("header") {
		n++
	}
	return c.Children[:n], c.Children[n:]
}

const mostCells = 100 // that a cell may span

func cellSpan(c *widget.Tree) templ.Attributes {
	attrs := templ.Attributes{}
	for prop, attr := range map[string]string{"colSpan": "colspan", "rowSpan": "rowspan"} {
		if n, ok := c.Number(prop); ok && n >= 2 && n <= mostCells {
			attrs[attr] = strconv.Itoa(int(n))
		}
	}
	return attrs
}

func cellLook(c *widget.Tree) *look {
	return newLook("w-cell").pick(c, "align", "w-text-", "start center end").pick(c, "vAlign", "w-va-", "start center end").
		pick(c, "colSize", "w-col-", "xs sm md lg xl").
		set("width", length(c.Props["width"], 1)).edges("padding", c.Props["padding"])
}
