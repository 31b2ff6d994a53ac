package views

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMathDepth bounds how deep a formula's parts are in each other.
const maxMathDepth = 40

// tex reads the part of TeX that models write formulas in, and writes it as
// MathML. What it does not know makes it bad: then the source is shown.
type tex struct {
	src     string
	depth   int
	display bool
	bad     bool
}

// mathML returns the formula; ok is false if it can't be read.
func mathML(src string, display bool) (ml string, ok bool) {
	p := &tex{src: src, display: display}
	rows := p.table(func(t string) bool { return t == "" })
	if p.bad || p.peek() != "" {
		return "", false
	}
	body := rows.single()
	if body == "" {
		body = rows.write("", "")
	}
	attrs := ""
	if display {
		attrs = ` display="block"`
	}
	return "<math" + attrs + ">" + body + "</math>", true
}

// peek returns the next token: a command with its backslash, one character, or "" at the end.
func (p *tex) peek() string {
	p.src = strings.TrimLeft(p.src, " \t\r\n")
	if p.src == "" {
		return ""
	}
	if p.src[0] != '\\' {
		_, n := utf8.DecodeRuneInString(p.src)
		return p.src[:n]
	}
	n := 1
	for n < len(p.src) && (p.src[n] >= 'a' && p.src[n] <= 'z' || p.src[n] >= 'A' && p.src[n] <= 'Z') {
		n++
	}
	if n == 1 && len(p.src) > 1 {
		_, size := utf8.DecodeRuneInString(p.src[1:])
		n += size
	}
	if n > 2 && n < len(p.src) && p.src[n] == '*' {
		n++ // \operatorname*
	}
	return p.src[:n]
}

func (p *tex) take() string {
	t := p.peek()
	p.src = p.src[len(t):]
	return t
}

// accept takes the next token if it is this one.
func (p *tex) accept(t string) bool {
	if p.peek() != t {
		return false
	}
	p.take()
	return true
}

func (p *tex) fail() string {
	p.bad = true
	return ""
}

// row reads until the end or a token that ends rows, which it leaves.
func (p *tex) row(ends func(string) bool) string {
	if p.depth++; p.depth > maxMathDepth {
		return p.fail()
	}
	defer func() { p.depth-- }()
	var b strings.Builder
	for !p.bad {
		t := p.peek()
		if t == "" || ends(t) {
			break
		}
		a := p.next()
		b.WriteString(p.scripts(a))
		if a.word && !strings.ContainsAny(p.peek(), "([{,)}]|") && p.peek() != `\left` && !ends(p.peek()) && p.peek() != "" {
			b.WriteString(`<mspace width="0.17em"></mspace>`)
		}
	}
	return b.String()
}

// atom is something that scripts can be attached to.
type atom struct {
	ml     string
	limits bool // scripts go below and above in display
	always bool // and everywhere
	word   bool // the name of a function
}

// scripts reads what stands below and above an atom.
func (p *tex) scripts(a atom) string {
	var sub, sup string
	primes := 0
	for !p.bad {
		switch t := p.peek(); {
		case t == `\limits`:
			p.take()
			a.limits, a.always = true, true
			continue
		case t == `\nolimits`:
			p.take()
			a.limits, a.always = false, false
			continue
		case t == "'":
			p.take()
			primes++
			continue
		case t == "^" && sup == "":
			p.take()
			sup = p.arg()
			continue
		case t == "_" && sub == "":
			p.take()
			sub = p.arg()
			continue
		case t == "^" || t == "_":
			return p.fail() // two of a kind
		}
		break
	}
	if primes > 0 {
		sup = "<mrow><mo>" + strings.Repeat("′", min(primes, 4)) + "</mo>" + sup + "</mrow>"
	}
	name := "su"
	if a.limits && p.display || a.always {
		name = "mo"
	}
	base := "<mrow>" + a.ml + "</mrow>"
	switch {
	case sub == "" && sup == "":
		return a.ml
	case name == "mo" && sub != "" && sup != "":
		return "<munderover>" + base + sub + sup + "</munderover>"
	case name == "mo" && sub != "":
		return "<munder>" + base + sub + "</munder>"
	case name == "mo":
		return "<mover>" + base + sup + "</mover>"
	case sub != "" && sup != "":
		return "<msubsup>" + base + sub + sup + "</msubsup>"
	case sub != "":
		return "<msub>" + base + sub + "</msub>"
	}
	return "<msup>" + base + sup + "</msup>"
}

// arg reads one argument: a group, or one token.
func (p *tex) arg() string {
	t := p.peek()
	if t == "" || t == "}" || t == "&" || t == "^" || t == "_" {
		return p.fail()
	}
	if len(t) == 1 && t[0] >= '0' && t[0] <= '9' {
		return "<mn>" + p.take() + "</mn>"
	}
	if p.depth++; p.depth > maxMathDepth {
		return p.fail()
	}
	defer func() { p.depth-- }()
	return "<mrow>" + p.next().ml + "</mrow>"
}

// group reads {…}.
func (p *tex) group() string {
	ml := p.row(func(t string) bool { return t == "}" })
	if !p.accept("}") {
		return p.fail()
	}
	return "<mrow>" + ml + "</mrow>"
}

// raw reads {…} as text, with the braces in it matched.
func (p *tex) raw() string {
	if !p.accept("{") {
		return p.take()
	}
	depth := 1
	for i := 0; i < len(p.src); i++ {
		switch p.src[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				text := p.src[:i]
				p.src = p.src[i+1:]
				return text
			}
		}
	}
	return p.fail()
}

// next reads the next atom.
func (p *tex) next() atom {
	t := p.take()
	switch {
	case p.bad:
		return atom{}
	case t == "{":
		return atom{ml: p.group()}
	case t == "}" || t == "&" || t == "^" || t == "_" || t == "#" || t == "%" || t == "" || t == "$":
		return atom{ml: p.fail()}
	case t[0] == '\\':
		return p.command(strings.TrimSuffix(t[1:], "*"))
	case t[0] >= '0' && t[0] <= '9':
		return atom{ml: "<mn>" + t + p.digits() + "</mn>"}
	case t == "~":
		return atom{ml: `<mspace width="0.33em"></mspace>`}
	}
	r, _ := utf8.DecodeRuneInString(t)
	if unicode.IsLetter(r) {
		return atom{ml: "<mi>" + attrText(t) + "</mi>"}
	}
	return atom{ml: operator(t)}
}

// digits reads the rest of a number.
func (p *tex) digits() string {
	n := 0
	for n < len(p.src) {
		c := p.src[n]
		point := c == '.' && n+1 < len(p.src) && p.src[n+1] >= '0' && p.src[n+1] <= '9'
		if (c < '0' || c > '9') && !point {
			break
		}
		n++
	}
	digits := p.src[:n]
	p.src = p.src[n:]
	return digits
}

// operator writes a sign. Brackets keep their size unless \left says otherwise.
func operator(t string) string {
	switch t {
	case "(", ")", "[", "]", "|", "/":
		return `<mo stretchy="false">` + t + "</mo>"
	case "-":
		t = "−"
	case "*":
		t = "∗"
	}
	return "<mo>" + attrText(t) + "</mo>"
}
