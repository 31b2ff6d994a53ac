package widgettemplate

import (
	"errors"
	"fmt"
	"strings"
)

// Bounds on one rendering.
const (
	maxSteps  = 200_000
	maxOutput = 1 << 20
)

var errTooMuch = errors.New("it goes on without end")

// scope holds the variables that a part of a template sees.
type scope struct {
	vars  map[string]any
	outer *scope
	steps *int
}

func newScope(data *dict) *scope {
	globals := &scope{vars: map[string]any{"namespace": function(namespace), "dict": function(namespace), "range": function(numbers)}, steps: new(int)}
	s := globals.inner()
	for k, v := range data.values {
		s.vars[k] = v
	}
	return s
}

func (s *scope) inner() *scope { return &scope{vars: map[string]any{}, outer: s, steps: s.steps} }

// step counts a statement against the bounds.
func (s *scope) step(out *strings.Builder) error {
	if *s.steps++; *s.steps > maxSteps || out.Len() > maxOutput {
		return errTooMuch
	}
	return nil
}

func (s *scope) lookup(name string) any {
	for at := s; at != nil; at = at.outer {
		if v, there := at.vars[name]; there {
			return v
		}
	}
	return undefined{name}
}

// assign sets a variable of this scope, or a field of a namespace.
func (s *scope) assign(name, field string, v any) error {
	if field == "" {
		s.vars[name] = v
		return nil
	}
	d, ok := s.lookup(name).(*dict)
	if !ok {
		return fmt.Errorf("%s is no namespace", name)
	}
	d.set(field, v)
	return nil
}

func namespace(_ []any, named map[string]any) (any, error) {
	d := newDict()
	for k, v := range named {
		d.set(k, v)
	}
	return d, nil
}

func numbers(args []any, _ map[string]any) (any, error) {
	bounds := []int64{0, 0, 1}
	for i, a := range args {
		n, ok := a.(int64)
		if !ok || i > 2 {
			return nil, fmt.Errorf("range needs one to three whole numbers")
		}
		bounds[i] = n
	}
	if len(args) == 1 {
		bounds[0], bounds[1] = 0, bounds[0]
	}
	if bounds[2] == 0 {
		return nil, fmt.Errorf("range can't go on by 0")
	}
	l := &list{}
	for n := bounds[0]; (bounds[2] > 0 && n < bounds[1]) || (bounds[2] < 0 && n > bounds[1]); n += bounds[2] {
		if l.items = append(l.items, n); len(l.items) > maxSteps {
			return nil, errTooMuch
		}
	}
	return l, nil
}
