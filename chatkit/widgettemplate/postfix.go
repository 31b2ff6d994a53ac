package widgettemplate

import (
	"fmt"
	"unicode/utf8"
)

// postfix reads a value with what follows it: attributes, indexes, slices,
// calls, filters and tests.
func (p *exprParser) postfix() (expr, error) {
	x, err := p.primary()
	for err == nil {
		switch {
		case p.accept("."):
			x, err = p.attribute(x)
		case p.accept("["):
			x, err = p.subscript(x)
		case p.accept("("):
			x, err = p.call(x)
		case p.accept("|"):
			x, err = p.filter(x)
		case p.accept("is"):
			x, err = p.test(x)
		default:
			return x, nil
		}
	}
	return nil, err
}

func (p *exprParser) attribute(x expr) (expr, error) {
	if t := p.peek(); t.kind == numberToken { // a.0 is a[0]
		p.at++
		key, err := number(t.text)
		return pair(x, key, index), err
	}
	name, err := p.name()
	return func(s *scope) (any, error) {
		v, err := x(s)
		if err != nil {
			return nil, err
		}
		return attribute(v, name)
	}, err
}

// pair computes two values and something of both.
func pair(a, b expr, of func(x, y any) (any, error)) expr {
	return func(s *scope) (any, error) {
		x, err := a(s)
		if err != nil {
			return nil, err
		}
		y, err := b(s)
		if err != nil {
			return nil, err
		}
		return of(x, y)
	}
}

func (p *exprParser) subscript(x expr) (expr, error) {
	from, to := constant(nil), constant(nil)
	var err error
	if p.peek().text != ":" || p.peek().kind != opToken {
		if from, err = p.conditional(); err != nil {
			return nil, err
		}
		if p.accept("]") {
			return pair(x, from, index), nil
		}
	}
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	if p.peek().text != "]" {
		if to, err = p.conditional(); err != nil {
			return nil, err
		}
	}
	return func(s *scope) (any, error) {
		v, err := x(s)
		if err != nil {
			return nil, err
		}
		a, err := from(s)
		if err != nil {
			return nil, err
		}
		b, err := to(s)
		if err != nil {
			return nil, err
		}
		return slice(v, a, b)
	}, p.expect("]")
}

// arguments of a call: some by place, some by name.
type arguments struct {
	placed []expr
	named  map[string]expr
}

func (p *exprParser) arguments() (*arguments, error) {
	a := &arguments{named: map[string]expr{}}
	for !p.accept(")") {
		name := ""
		if p.at+1 < len(p.tokens) && p.peek().kind == nameToken && p.tokens[p.at+1] == (token{opToken, "="}) {
			name = p.peek().text
			p.at += 2
		}
		x, err := p.conditional()
		if err != nil {
			return nil, err
		}
		if name == "" {
			a.placed = append(a.placed, x)
		} else {
			a.named[name] = x
		}
		if !p.accept(",") && p.peek().text != ")" {
			return nil, p.expect(")")
		}
	}
	return a, nil
}

func (a *arguments) values(s *scope) (placed []any, named map[string]any, err error) {
	named = map[string]any{}
	for _, x := range a.placed {
		v, err := x(s)
		if err != nil {
			return nil, nil, err
		}
		placed = append(placed, v)
	}
	for name, x := range a.named {
		if named[name], err = x(s); err != nil {
			return nil, nil, err
		}
	}
	return placed, named, nil
}

func (p *exprParser) call(x expr) (expr, error) {
	args, err := p.arguments()
	return func(s *scope) (any, error) {
		v, err := x(s)
		if err != nil {
			return nil, err
		}
		f, ok := v.(function)
		if u, missing := v.(undefined); missing {
			return nil, u.err()
		}
		if !ok {
			return nil, fmt.Errorf("what is called is no function")
		}
		placed, named, err := args.values(s)
		if err != nil {
			return nil, err
		}
		return f(placed, named)
	}, err
}

func (p *exprParser) filter(x expr) (expr, error) {
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	f, known := filters[name]
	if !known {
		return nil, fmt.Errorf("there is no filter %s", name)
	}
	args := &arguments{}
	if p.accept("(") {
		if args, err = p.arguments(); err != nil {
			return nil, err
		}
	}
	return func(s *scope) (any, error) {
		v, err := x(s)
		if err != nil {
			return nil, err
		}
		if u, missing := v.(undefined); missing && name != "default" && name != "d" {
			return nil, u.err()
		}
		placed, named, err := args.values(s)
		if err != nil {
			return nil, err
		}
		return f(v, placed, named)
	}, nil
}

func (p *exprParser) test(x expr) (expr, error) {
	negated := p.accept("not")
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	check, known := tests[name]
	if !known {
		return nil, fmt.Errorf("there is no test %s", name)
	}
	return func(s *scope) (any, error) {
		v, err := x(s)
		return check(v) != negated, err
	}, nil
}

// attribute is v.name: a method of v, or what it has under that name.
func attribute(v any, name string) (any, error) {
	if u, missing := v.(undefined); missing {
		return nil, u.err()
	}
	if m := method(v, name); m != nil {
		return m, nil
	}
	return index(v, name)
}

// index is v[key]; undefined if there is no such thing.
func index(v, key any) (any, error) {
	missing := undefined{fmt.Sprintf("element %v", key)}
	switch x := v.(type) {
	case undefined:
		return nil, x.err()
	case *dict:
		if k, ok := key.(string); ok {
			if e, there := x.values[k]; there {
				return e, nil
			}
		}
	case *list:
		if at, ok := position(key, len(x.items)); ok {
			return x.items[at], nil
		}
	case string:
		runes := []rune(x)
		if at, ok := position(key, len(runes)); ok {
			return string(runes[at]), nil
		}
	}
	return missing, nil
}

// position is a place in something of this length, counted from the end if negative.
func position(key any, length int) (int, bool) {
	n, ok := key.(int64)
	if n < 0 {
		n += int64(length)
	}
	return int(n), ok && n >= 0 && n < int64(length)
}

func slice(v, from, to any) (any, error) {
	switch x := v.(type) {
	case undefined:
		return nil, x.err()
	case *list:
		a, b, err := bounds(from, to, len(x.items))
		if err != nil {
			return nil, err
		}
		return &list{items: append([]any(nil), x.items[a:b]...)}, nil
	case string:
		a, b, err := bounds(from, to, utf8.RuneCountInString(x))
		if err != nil {
			return nil, err
		}
		return string([]rune(x)[a:b]), nil
	}
	return nil, fmt.Errorf("neither a list nor a text can be cut")
}

func bounds(from, to any, length int) (a, b int, err error) {
	clamp := func(v any, def int) int {
		n, ok := v.(int64)
		switch {
		case v == nil:
			return def
		case !ok:
			err = fmt.Errorf("a slice is from a whole number to a whole number")
		case n < 0:
			n += int64(length)
		}
		return int(max(0, min(n, int64(length))))
	}
	a, b = clamp(from, 0), clamp(to, length)
	return a, max(a, b), err
}
