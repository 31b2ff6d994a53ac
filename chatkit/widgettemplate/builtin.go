package widgettemplate

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// tests are what may follow "is".
var tests = map[string]func(any) bool{
	"defined":   func(v any) bool { return !isUndefined(v) },
	"undefined": isUndefined,
	"none":      func(v any) bool { return v == nil },
	"boolean":   func(v any) bool { _, ok := v.(bool); return ok },
	"true":      func(v any) bool { return v == true },
	"false":     func(v any) bool { return v == false },
	"string":    func(v any) bool { _, ok := v.(string); return ok },
	"number":    func(v any) bool { _, ok := float(v); return ok },
	"mapping":   func(v any) bool { _, ok := v.(*dict); return ok },
	"sequence":  func(v any) bool { _, err := elements(v); return err == nil },
	"odd":       func(v any) bool { n, ok := v.(int64); return ok && n%2 != 0 },
	"even":      func(v any) bool { n, ok := v.(int64); return ok && n%2 == 0 },
}

func isUndefined(v any) bool { _, ok := v.(undefined); return ok }

// filters are what may follow "|". Only default sees undefined values.
var filters = map[string]func(v any, args []any, named map[string]any) (any, error){
	"tojson":     func(v any, _ []any, _ map[string]any) (any, error) { return toJSON(v) },
	"default":    orDefault,
	"d":          orDefault,
	"length":     length,
	"count":      length,
	"string":     func(v any, _ []any, _ map[string]any) (any, error) { return text(v) },
	"int":        toInt,
	"float":      toFloat,
	"round":      round,
	"abs":        func(v any, _ []any, _ map[string]any) (any, error) { return absolute(v) },
	"list":       func(v any, _ []any, _ map[string]any) (any, error) { return asList(v) },
	"first":      func(v any, _ []any, _ map[string]any) (any, error) { return end(v, 0) },
	"last":       func(v any, _ []any, _ map[string]any) (any, error) { return end(v, -1) },
	"join":       join,
	"map":        mapAttribute,
	"reverse":    reverse,
	"sort":       sortList,
	"upper":      textual(strings.ToUpper),
	"lower":      textual(strings.ToLower),
	"trim":       textual(strings.TrimSpace),
	"capitalize": textual(capitalize),
	"safe":       func(v any, _ []any, _ map[string]any) (any, error) { return v, nil },
	"replace": func(v any, args []any, _ map[string]any) (any, error) {
		return callMethod(v, "replace", args)
	},
}

// argument is an argument by place or by name, or def.
func argument(args []any, named map[string]any, place int, name string, def any) any {
	if place < len(args) {
		return args[place]
	}
	if v, there := named[name]; there {
		return v
	}
	return def
}

func orDefault(v any, args []any, named map[string]any) (any, error) {
	otherwise := argument(args, named, 0, "default_value", "")
	falsy, _ := truth(argument(args, named, 1, "boolean", false))
	if isUndefined(v) {
		return otherwise, nil
	}
	if yes, _ := truth(v); falsy && !yes {
		return otherwise, nil
	}
	return v, nil
}

func length(v any, _ []any, _ map[string]any) (any, error) {
	if s, ok := v.(string); ok {
		return int64(utf8.RuneCountInString(s)), nil
	}
	items, err := elements(v)
	return int64(len(items)), err
}

func toInt(v any, args []any, named map[string]any) (any, error) {
	if f, ok := float(v); ok {
		return int64(f), nil
	}
	if s, ok := v.(string); ok {
		if f, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil {
			return int64(f), nil
		}
	}
	return argument(args, named, 0, "default", int64(0)), nil
}

func toFloat(v any, args []any, named map[string]any) (any, error) {
	if f, ok := float(v); ok {
		return f, nil
	}
	if s, ok := v.(string); ok {
		if f, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil {
			return f, nil
		}
	}
	return argument(args, named, 0, "default", 0.0), nil
}

func round(v any, args []any, named map[string]any) (any, error) {
	f, ok1 := float(v)
	places, ok2 := argument(args, named, 0, "precision", int64(0)).(int64)
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("round needs numbers")
	}
	scale := math.Pow(10, float64(places))
	return math.RoundToEven(f*scale) / scale, nil
}

func absolute(v any) (any, error) {
	if n, ok := v.(int64); ok {
		return max(n, -n), nil
	}
	f, ok := v.(float64)
	if !ok {
		return nil, fmt.Errorf("abs needs a number")
	}
	return math.Abs(f), nil
}

func asList(v any) (*list, error) {
	items, err := elements(v)
	return &list{items: items}, err
}

func end(v any, at int64) (any, error) {
	l, err := asList(v)
	if err != nil {
		return nil, err
	}
	return index(l, at)
}

func join(v any, args []any, named map[string]any) (any, error) {
	items, err := elements(v)
	if err != nil {
		return nil, err
	}
	between, err := text(argument(args, named, 0, "d", ""))
	if err != nil {
		return nil, err
	}
	parts := make([]string, len(items))
	for i, e := range items {
		if parts[i], err = text(e); err != nil {
			return nil, err
		}
	}
	return strings.Join(parts, between), nil
}

func mapAttribute(v any, _ []any, named map[string]any) (any, error) {
	name, ok := named["attribute"].(string)
	if !ok {
		return nil, fmt.Errorf("map needs attribute=…")
	}
	l, err := asList(v)
	for i := range l.items {
		if err != nil {
			break
		}
		l.items[i], err = attribute(l.items[i], name)
	}
	return l, err
}

func reverse(v any, _ []any, _ map[string]any) (any, error) {
	items, err := elements(v)
	slices.Reverse(items)
	if _, isText := v.(string); isText && err == nil {
		return join(&list{items: items}, nil, nil)
	}
	return &list{items: items}, err
}

func sortList(v any, _ []any, _ map[string]any) (any, error) {
	l, err := asList(v)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(l.items, func(a, b any) int {
		order, e := ordered(a, b)
		if e != nil {
			err = e
		}
		return order
	})
	return l, err
}

func textual(change func(string) string) func(any, []any, map[string]any) (any, error) {
	return func(v any, _ []any, _ map[string]any) (any, error) {
		s, err := text(v)
		return change(s), err
	}
}

func capitalize(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:size]) + strings.ToLower(s[size:])
}
