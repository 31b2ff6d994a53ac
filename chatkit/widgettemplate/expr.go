package widgettemplate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// expr computes a value.
type expr func(*scope) (any, error)

// exprParser reads an expression by recursive descent, in Jinja's order of
// precedence: if-else, or, and, not, comparisons, + -, ~, * / // %, sign, and
// what follows a value: attributes, indexes, calls, filters and tests.
type exprParser struct {
	tokens []token
	at     int
	depth  int
}

// maxDepth bounds how deep expressions, tags and values may nest.
const maxDepth = 200

var errTooDeep = fmt.Errorf("nested more than %d deep", maxDepth)

func (p *exprParser) peek() token {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return token{}
}

// accept goes past the next token if it is this operator or word.
func (p *exprParser) accept(text string) bool {
	if t := p.peek(); t.text == text && (t.kind == opToken || t.kind == nameToken) {
		p.at++
		return true
	}
	return false
}

func (p *exprParser) expect(text string) error {
	if !p.accept(text) {
		return fmt.Errorf("%q expected, not %q", text, p.peek().text)
	}
	return nil
}

func (p *exprParser) name() (string, error) {
	t := p.peek()
	if t.kind != nameToken {
		return "", fmt.Errorf("a name expected, not %q", t.text)
	}
	p.at++
	return t.text, nil
}

// conditional reads a if c else b.
func (p *exprParser) conditional() (expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errTooDeep
	}
	defer func() { p.depth-- }()
	value, err := p.or()
	for err == nil && p.accept("if") {
		var cond expr
		if cond, err = p.or(); err != nil {
			break
		}
		then, otherwise := value, expr(func(*scope) (any, error) { return undefined{"the missing else"}, nil })
		if p.accept("else") {
			if otherwise, err = p.conditional(); err != nil {
				break
			}
		}
		value = func(s *scope) (any, error) {
			yes, err := test(s, cond)
			if err != nil {
				return nil, err
			}
			if yes {
				return then(s)
			}
			return otherwise(s)
		}
	}
	return value, err
}

// test computes whether a condition holds.
func test(s *scope, cond expr) (bool, error) {
	v, err := cond(s)
	if err != nil {
		return false, err
	}
	return truth(v)
}

func (p *exprParser) or() (expr, error)  { return p.logic("or", true, p.and) }
func (p *exprParser) and() (expr, error) { return p.logic("and", false, p.not) }

// logic reads operands joined by a word; the first whose truth is stop decides.
func (p *exprParser) logic(word string, stop bool, operand func() (expr, error)) (expr, error) {
	left, err := operand()
	for err == nil && p.accept(word) {
		a := left
		var b expr
		if b, err = operand(); err != nil {
			break
		}
		left = func(s *scope) (any, error) {
			v, err := a(s)
			if err != nil {
				return nil, err
			}
			if yes, err := truth(v); err != nil || yes == stop {
				return v, err
			}
			return b(s)
		}
	}
	return left, err
}

func (p *exprParser) not() (expr, error) {
	if !p.accept("not") {
		return p.comparison()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, errTooDeep
	}
	defer func() { p.depth-- }()
	x, err := p.not()
	return func(s *scope) (any, error) {
		yes, err := test(s, x)
		return !yes, err
	}, err
}

// comparison reads a chain: a < b <= c holds if each of its pairs does.
func (p *exprParser) comparison() (expr, error) {
	first, err := p.sum()
	if err != nil {
		return nil, err
	}
	type link struct {
		op    string
		right expr
	}
	var links []link
	for {
		op := p.peek().text
		switch {
		case p.peek().kind == opToken && slices.Contains([]string{"==", "!=", "<", ">", "<=", ">="}, op), op == "in" && p.peek().kind == nameToken:
			p.at++
		case op == "not" && p.at+1 < len(p.tokens) && p.tokens[p.at+1].text == "in":
			op = "not in"
			p.at += 2
		default:
			if len(links) == 0 {
				return first, nil
			}
			return func(s *scope) (any, error) {
				left, err := first(s)
				for _, l := range links {
					if err != nil {
						return nil, err
					}
					right, err := l.right(s)
					if err != nil {
						return nil, err
					}
					if yes, err := compare(l.op, left, right); !yes || err != nil {
						return false, err
					}
					left = right
				}
				return true, err
			}, nil
		}
		right, err := p.sum()
		if err != nil {
			return nil, err
		}
		links = append(links, link{op, right})
	}
}

func (p *exprParser) sum() (expr, error)     { return p.binary([]string{"+", "-"}, p.concat) }
func (p *exprParser) concat() (expr, error)  { return p.binary([]string{"~"}, p.product) }
func (p *exprParser) product() (expr, error) { return p.binary([]string{"*", "/", "//", "%"}, p.sign) }

func (p *exprParser) binary(ops []string, operand func() (expr, error)) (expr, error) {
	left, err := operand()
	for err == nil && p.peek().kind == opToken && slices.Contains(ops, p.peek().text) {
		op, a := p.peek().text, left
		p.at++
		var b expr
		if b, err = operand(); err != nil {
			break
		}
		left = func(s *scope) (any, error) {
			x, err := a(s)
			if err != nil {
				return nil, err
			}
			y, err := b(s)
			if err != nil {
				return nil, err
			}
			return arithmetic(op, x, y)
		}
	}
	return left, err
}

func (p *exprParser) sign() (expr, error) {
	negative := p.accept("-")
	if !negative && !p.accept("+") {
		return p.postfix()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, errTooDeep
	}
	defer func() { p.depth-- }()
	x, err := p.sign()
	return func(s *scope) (any, error) {
		v, err := x(s)
		if err != nil || !negative {
			return v, err
		}
		return arithmetic("-", int64(0), v)
	}, err
}

// primary reads a name, a literal or what is in brackets.
func (p *exprParser) primary() (expr, error) {
	t := p.peek()
	p.at++
	switch t.kind {
	case stringToken:
		for p.peek().kind == stringToken { // "a" "b" is "ab"
			t.text += p.peek().text
			p.at++
		}
		return constant(t.text), nil
	case numberToken:
		return number(strings.ReplaceAll(t.text, "_", ""))
	case nameToken:
		switch t.text {
		case "true", "True":
			return constant(true), nil
		case "false", "False":
			return constant(false), nil
		case "none", "None":
			return constant(nil), nil
		}
		return func(s *scope) (any, error) { return s.lookup(t.text), nil }, nil
	}
	switch t.text {
	case "(":
		x, err := p.conditional()
		if err != nil {
			return nil, err
		}
		return x, p.expect(")")
	case "[":
		return p.listLiteral()
	case "{":
		return p.dictLiteral()
	}
	return nil, fmt.Errorf("a value expected, not %q", t.text)
}

func constant(v any) expr { return func(*scope) (any, error) { return v, nil } }

func number(text string) (expr, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return constant(n), nil
	}
	f, err := strconv.ParseFloat(text, 64)
	return constant(f), err
}

func (p *exprParser) listLiteral() (expr, error) {
	var items []expr
	for !p.accept("]") {
		x, err := p.conditional()
		if err != nil {
			return nil, err
		}
		if items = append(items, x); !p.accept(",") && p.peek().text != "]" {
			return nil, p.expect("]")
		}
	}
	return func(s *scope) (any, error) {
		l := &list{}
		for _, x := range items {
			v, err := x(s)
			if err != nil {
				return nil, err
			}
			l.items = append(l.items, v)
		}
		return l, nil
	}, nil
}

func (p *exprParser) dictLiteral() (expr, error) {
	var keys, values []expr
	for !p.accept("}") {
		k, err := p.conditional()
		if err != nil {
			return nil, err
		}
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		v, err := p.conditional()
		if err != nil {
			return nil, err
		}
		keys, values = append(keys, k), append(values, v)
		if !p.accept(",") && p.peek().text != "}" {
			return nil, p.expect("}")
		}
	}
	return func(s *scope) (any, error) {
		d := newDict()
		for i := range keys {
			k, err := keys[i](s)
			if err != nil {
				return nil, err
			}
			key, err := text(k)
			if err != nil {
				return nil, err
			}
			v, err := values[i](s)
			if err != nil {
				return nil, err
			}
			d.set(key, v)
		}
		return d, nil
	}, nil
}
