package widgettemplate

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// compare computes a comparison.
func compare(op string, a, b any) (bool, error) {
	for _, v := range []any{a, b} {
		if u, missing := v.(undefined); missing {
			return false, u.err()
		}
	}
	switch op {
	case "==":
		return equal(a, b), nil
	case "!=":
		return !equal(a, b), nil
	case "in":
		return contains(b, a)
	case "not in":
		found, err := contains(b, a)
		return !found, err
	}
	order, err := ordered(a, b)
	switch op {
	case "<":
		return order < 0, err
	case ">":
		return order > 0, err
	case "<=":
		return order <= 0, err
	}
	return order >= 0, err
}

func ordered(a, b any) (int, error) {
	if x, y, ok := floats(a, b); ok {
		switch {
		case x < y:
			return -1, nil
		case x > y:
			return 1, nil
		}
		return 0, nil
	}
	x, ok1 := a.(string)
	y, ok2 := b.(string)
	if !ok1 || !ok2 {
		return 0, fmt.Errorf("these two have no order")
	}
	return strings.Compare(x, y), nil
}

func contains(whole, part any) (bool, error) {
	switch w := whole.(type) {
	case *list:
		return slices.ContainsFunc(w.items, func(e any) bool { return equal(e, part) }), nil
	case *dict:
		key, _ := part.(string)
		_, there := w.values[key]
		return there, nil
	case string:
		if p, ok := part.(string); ok {
			return strings.Contains(w, p), nil
		}
	}
	return false, fmt.Errorf("it can't be looked into")
}

// arithmetic computes + - ~ * / // %.
func arithmetic(op string, a, b any) (any, error) {
	for _, v := range []any{a, b} {
		if u, missing := v.(undefined); missing {
			return nil, u.err()
		}
	}
	if op == "~" {
		x, err := text(a)
		if err != nil {
			return nil, err
		}
		y, err := text(b)
		return x + y, err
	}
	if op == "+" {
		if x, ok := a.(string); ok {
			if y, ok := b.(string); ok {
				return x + y, nil
			}
		}
		if x, ok := a.(*list); ok {
			if y, ok := b.(*list); ok {
				return &list{items: slices.Concat(x.items, y.items)}, nil
			}
		}
	}
	x, ok1 := a.(int64)
	y, ok2 := b.(int64)
	if ok1 && ok2 && op != "/" {
		return whole(op, x, y)
	}
	f, g, ok := floats(a, b)
	if !ok {
		return nil, fmt.Errorf("%s needs two numbers", op)
	}
	if g == 0 && strings.Contains("//%", op) {
		return nil, errZero
	}
	switch op {
	case "+":
		return f + g, nil
	case "-":
		return f - g, nil
	case "*":
		return f * g, nil
	case "/":
		return f / g, nil
	case "//":
		return math.Floor(f / g), nil
	}
	return f - g*math.Floor(f/g), nil
}

var errZero = fmt.Errorf("division by zero")

// whole computes with whole numbers; // and % round down, as Python does.
func whole(op string, x, y int64) (any, error) {
	switch op {
	case "+":
		return x + y, nil
	case "-":
		return x - y, nil
	case "*":
		return x * y, nil
	}
	if y == 0 {
		return nil, errZero
	}
	quotient, rest := x/y, x%y
	if rest != 0 && (rest < 0) != (y < 0) {
		quotient, rest = quotient-1, rest+y
	}
	if op == "//" {
		return quotient, nil
	}
	return rest, nil
}
