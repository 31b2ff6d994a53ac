package views

import "strings"

// mathTable is what stands in rows and columns.
type mathTable [][]string

// environments is how each is written: brackets around, and how columns align.
var environments = map[string]struct{ open, close, align string }{
	"matrix": {"", "", "center"}, "smallmatrix": {"", "", "center"}, "pmatrix": {"(", ")", "center"}, "bmatrix": {"[", "]", "center"},
	"Bmatrix": {"{", "}", "center"}, "vmatrix": {"|", "|", "center"}, "Vmatrix": {"‖", "‖", "center"},
	"array": {"", "", "center"}, "cases": {"{", "", "left"}, "rcases": {"", "}", "left"}, "dcases": {"{", "", "left"},
	"aligned": {"", "", "pairs"}, "align": {"", "", "pairs"}, "align*": {"", "", "pairs"}, "alignat": {"", "", "pairs"},
	"split": {"", "", "pairs"}, "eqnarray": {"", "", "pairs"}, "eqnarray*": {"", "", "pairs"},
	"gathered": {"", "", "center"}, "gather": {"", "", "center"}, "gather*": {"", "", "center"},
	"equation": {"", "", "center"}, "equation*": {"", "", "center"}, "multline": {"", "", "center"}, "multline*": {"", "", "center"},
}

// environment reads \begin{…} … \end{…}.
func (p *tex) environment() string {
	name := p.raw()
	env, ok := environments[name]
	if !ok || p.bad {
		return p.fail()
	}
	if name == "array" || name == "alignat" {
		p.raw() // its columns
	}
	rows := p.table(func(t string) bool { return t == `\end` })
	if !p.accept(`\end`) || p.raw() != name {
		return p.fail()
	}
	body := rows.write("", env.align)
	if env.open == "" && env.close == "" {
		return body
	}
	return fenced(env.open, body, env.close)
}

// table reads rows of cells up to a token that ends it.
func (p *tex) table(ends func(string) bool) mathTable {
	rows := mathTable{nil}
	for !p.bad {
		cell := p.row(func(t string) bool { return t == "&" || t == `\\` || t == `\cr` || ends(t) })
		last := len(rows) - 1
		rows[last] = append(rows[last], cell)
		switch {
		case p.accept("&"):
		case p.accept(`\\`) || p.accept(`\cr`):
			if p.peek() == "[" { // more room between the rows
				if i := strings.IndexByte(p.src, ']'); i >= 0 && i < 12 {
					p.src = p.src[i+1:]
				}
			}
			rows = append(rows, nil)
		default:
			if rows[last][0] == "" && len(rows[last]) == 1 && last > 0 {
				rows = rows[:last] // after the last \\
			}
			return rows
		}
	}
	return rows
}

// single is the only cell, "" if there are more.
func (t mathTable) single() string {
	if len(t) == 1 && len(t[0]) == 1 {
		return "<mrow>" + t[0][0] + "</mrow>"
	}
	return ""
}

// write draws the table; align is center, left or pairs: right and left in turn.
func (t mathTable) write(attrs, align string) string {
	var b strings.Builder
	b.WriteString("<mtable" + attrs + ` displaystyle="true">`)
	for _, row := range t {
		b.WriteString("<mtr>")
		for i, cell := range row {
			b.WriteString("<mtd" + cellClass(align, i) + "><mrow>" + cell + "</mrow></mtd>")
		}
		b.WriteString("</mtr>")
	}
	return b.String() + "</mtable>"
}

func cellClass(align string, column int) string {
	switch {
	case align == "left":
		return ` class="math-left"`
	case align == "pairs" && column%2 == 0:
		return ` class="math-right"`
	case align == "pairs":
		return ` class="math-left"`
	}
	return ""
}
