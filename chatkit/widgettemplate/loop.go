package widgettemplate

import (
	"fmt"
	"strings"
)

// forTag reads for a[, b] in list [if cond] … [else …] endfor.
func (p *blockParser) forTag(t *exprParser) (stmt, error) {
	var names []string
	for more := true; more; more = t.accept(",") {
		name, err := t.name()
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	if err := t.expect("in"); err != nil {
		return nil, err
	}
	over, err := t.or() // an if after it is the loop's filter
	if err != nil {
		return nil, err
	}
	cond := constant(true)
	if t.accept("if") {
		if cond, err = t.whole(); err != nil {
			return nil, err
		}
	}
	if t.at < len(t.tokens) {
		return nil, fmt.Errorf("unexpected %q", t.peek().text)
	}
	l := loop{names: names, over: over, cond: cond, otherwise: sequence(nil)}
	var tag *exprParser
	if l.body, tag, err = p.body("else", "endfor"); err != nil {
		return nil, err
	}
	if tag.accept("else") {
		l.otherwise, _, err = p.body("endfor")
	}
	return l.run, err
}

type loop struct {
	names           []string
	over, cond      expr
	body, otherwise stmt
}

func (l loop) run(s *scope, out *strings.Builder) error {
	rounds, err := l.rounds(s)
	if err != nil {
		return err
	}
	if len(rounds) == 0 {
		return l.otherwise(s, out)
	}
	for i, inner := range rounds {
		n := int64(len(rounds))
		at := newDict()
		for key, v := range map[string]any{"index": int64(i) + 1, "index0": int64(i), "first": i == 0, "last": int64(i) == n-1,
			"length": n, "revindex": n - int64(i), "revindex0": n - int64(i) - 1} {
			at.set(key, v)
		}
		inner.vars["loop"] = at
		if err := l.body(inner, out); err != nil {
			return err
		}
	}
	return nil
}

// rounds returns a scope for each element that the loop's condition lets through.
func (l loop) rounds(s *scope) ([]*scope, error) {
	v, err := l.over(s)
	if err != nil {
		return nil, err
	}
	items, err := elements(v)
	if err != nil {
		return nil, err
	}
	var rounds []*scope
	for _, item := range items {
		inner := s.inner()
		if err := l.bind(inner, item); err != nil {
			return nil, err
		}
		yes, err := test(inner, l.cond)
		if err != nil {
			return nil, err
		}
		if yes {
			rounds = append(rounds, inner)
		}
	}
	return rounds, nil
}

func (l loop) bind(s *scope, item any) error {
	if len(l.names) == 1 {
		s.vars[l.names[0]] = item
		return nil
	}
	parts, err := elements(item)
	if err != nil || len(parts) != len(l.names) {
		return fmt.Errorf("an element can't be told apart into %d names", len(l.names))
	}
	for i, name := range l.names {
		s.vars[name] = parts[i]
	}
	return nil
}
