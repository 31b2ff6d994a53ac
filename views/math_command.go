package views

import "strings"

// command reads what a command needs and writes what it means.
func (p *tex) command(name string) atom {
	if s, ok := mathLetters[name]; ok {
		return atom{ml: namedLetter(name, s)}
	}
	if s, ok := mathSigns[name]; ok {
		return atom{ml: "<mo>" + attrText(s) + "</mo>"}
	}
	if s, ok := mathBig[name]; ok {
		return atom{ml: "<mo>" + s + "</mo>", limits: !strings.HasSuffix(name, "int")}
	}
	if w, ok := mathSpaces[name]; ok {
		return atom{ml: w}
	}
	if s, ok := mathAccents[name]; ok {
		return atom{ml: `<mover accent="true">` + p.arg() + `<mo stretchy="` + s.stretchy + `">` + s.sign + "</mo></mover>"}
	}
	if strings.Contains(mathFunctions, " "+name+" ") {
		return atom{ml: "<mi>" + name + "</mi>", word: true}
	}
	if strings.Contains(mathLimits, " "+name+" ") {
		return atom{ml: "<mi>" + name + "</mi>", word: true, limits: true}
	}
	if _, ok := mathAlphabets[name]; ok {
		return atom{ml: p.styled(name)}
	}
	return p.construct(name)
}

// namedLetter writes a letter by name; capital Greek ones stand upright.
func namedLetter(name, s string) string {
	if name[0] >= 'A' && name[0] <= 'Z' || strings.Contains(" infty emptyset varnothing partial nabla forall exists nexists hbar ell ", " "+name+" ") {
		return `<mi mathvariant="normal">` + s + "</mi>"
	}
	return "<mi>" + s + "</mi>"
}

// construct reads a command with arguments.
func (p *tex) construct(name string) atom {
	switch name {
	case "frac", "dfrac", "tfrac", "cfrac":
		return atom{ml: "<mfrac>" + p.arg() + p.arg() + "</mfrac>"}
	case "binom", "dbinom", "tbinom":
		return atom{ml: fenced("(", `<mfrac linethickness="0">`+p.arg()+p.arg()+"</mfrac>", ")")}
	case "sqrt":
		return atom{ml: p.root()}
	case "text", "mbox", "textrm", "textit", "textbf", "texttt", "textsf", "textnormal":
		return atom{ml: "<mtext>" + mathText(p.raw()) + "</mtext>"}
	case "operatorname":
		return atom{ml: "<mi>" + mathText(p.raw()) + "</mi>", word: true, limits: true}
	case "overset", "stackrel":
		over := p.arg()
		return atom{ml: "<mover>" + p.arg() + over + "</mover>"}
	case "underset":
		under := p.arg()
		return atom{ml: "<munder>" + p.arg() + under + "</munder>"}
	case "underline":
		return atom{ml: "<munder>" + p.arg() + `<mo stretchy="true">_</mo></munder>`}
	case "overbrace":
		return atom{ml: "<mover>" + p.arg() + `<mo stretchy="true">⏞</mo></mover>`, limits: true, always: true}
	case "underbrace":
		return atom{ml: "<munder>" + p.arg() + `<mo stretchy="true">⏟</mo></munder>`, limits: true, always: true}
	case "boxed", "mathstrut":
		return atom{ml: p.arg()}
	case "pmod":
		return atom{ml: `<mspace width="0.5em"></mspace><mo stretchy="false">(</mo><mi>mod</mi><mspace width="0.33em"></mspace>` + p.arg() + `<mo stretchy="false">)</mo>`}
	case "bmod", "mod":
		return atom{ml: `<mspace width="0.22em"></mspace><mi>mod</mi><mspace width="0.22em"></mspace>`}
	case "left":
		return atom{ml: p.leftRight()}
	case "middle":
		return atom{ml: fence1(p.delimiter(), "true")}
	case "not":
		return atom{ml: p.negated()}
	case "begin":
		return atom{ml: p.environment()}
	}
	return p.quiet(name)
}

// quiet reads commands of which only the content shows.
func (p *tex) quiet(name string) atom {
	switch name {
	case "displaystyle", "textstyle", "scriptstyle", "nonumber", "notag", "hline", "rm", "bf", "it":
		return atom{}
	case "label", "color":
		p.raw()
		return atom{}
	case "textcolor":
		p.raw()
		return atom{ml: p.arg()}
	case "tag":
		return atom{ml: `<mspace width="2em"></mspace><mtext>(` + mathText(p.raw()) + ")</mtext>"}
	case "big", "bigl", "bigr", "bigm", "Big", "Bigl", "Bigr", "Bigm", "bigg", "biggl", "biggr", "Bigg", "Biggl", "Biggr":
		return atom{ml: fence1(p.delimiter(), "false")}
	}
	return atom{ml: p.fail()}
}

func (p *tex) root() string {
	if !p.accept("[") {
		return "<msqrt>" + p.arg() + "</msqrt>"
	}
	index := p.row(func(t string) bool { return t == "]" })
	if !p.accept("]") {
		return p.fail()
	}
	return "<mroot>" + p.arg() + "<mrow>" + index + "</mrow></mroot>"
}

// delimiter reads a bracket; "." is none.
func (p *tex) delimiter() string {
	t := p.take()
	if s, ok := mathDelimiters[t]; ok {
		return s
	}
	return p.fail()
}

func (p *tex) leftRight() string {
	open := p.delimiter()
	body := p.row(func(t string) bool { return t == `\right` })
	if !p.accept(`\right`) {
		return p.fail()
	}
	return fenced(open, body, p.delimiter())
}

// negated writes a sign with a stroke through it.
func (p *tex) negated() string {
	t := p.take()
	sign := t
	if s, ok := mathSigns[strings.TrimPrefix(t, `\`)]; ok {
		sign = s
	} else if strings.HasPrefix(t, `\`) || t == "" {
		return p.fail()
	}
	return "<mo>" + attrText(sign) + "\u0338</mo>"
}

func fence1(sign, stretchy string) string {
	if sign == "" {
		return ""
	}
	return `<mo stretchy="` + stretchy + `">` + attrText(sign) + "</mo>"
}

// fenced puts brackets around that are as high as what is in them.
func fenced(open, body, shut string) string {
	return "<mrow>" + fence1(open, "true") + "<mrow>" + body + "</mrow>" + fence1(shut, "true") + "</mrow>"
}

// mathText is text within a formula, where spaces at the ends count.
func mathText(s string) string {
	s = strings.NewReplacer(`\ `, " ", `\%`, "%", `\$`, "$", `\&`, "&", `\_`, "_", `\#`, "#", "{", "", "}", "", "$", "", "~", "\u00a0").Replace(s)
	if trimmed := strings.TrimLeft(s, " "); trimmed != s {
		s = "\u00a0" + trimmed
	}
	if trimmed := strings.TrimRight(s, " "); trimmed != s {
		s = trimmed + "\u00a0"
	}
	return attrText(s)
}

// styled writes letters of another alphabet.
func (p *tex) styled(name string) string {
	save := p.src
	text := strings.TrimSpace(p.raw())
	if p.bad {
		return ""
	}
	a := mathAlphabets[name]
	var b strings.Builder
	for _, r := range text {
		s := a.of(r)
		if s == "" { // something else than letters: as usual
			p.src = save
			return p.arg()
		}
		b.WriteString(s)
	}
	return `<mi mathvariant="normal">` + b.String() + "</mi>"
}
