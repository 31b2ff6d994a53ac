package widgettemplate

import (
	"fmt"
	"slices"
	"strings"
)

// method returns a method of a list, an object or a text, as Python has them;
// nil if there is none of this name.
func method(v any, name string) any {
	switch x := v.(type) {
	case *list:
		if name == "append" {
			return function(func(args []any, _ map[string]any) (any, error) {
				if len(args) != 1 {
					return nil, fmt.Errorf("append needs one value")
				}
				x.items = append(x.items, args[0])
				return nil, nil
			})
		}
	case *dict:
		return dictMethod(x, name)
	case string:
		return stringMethod(x, name)
	}
	return nil
}

func callMethod(v any, name string, args []any) (any, error) {
	f, ok := method(v, name).(function)
	if !ok {
		return nil, fmt.Errorf("%s needs a text", name)
	}
	return f(args, nil)
}

func dictMethod(d *dict, name string) any {
	each := func(of func(key string) any) any {
		return function(func([]any, map[string]any) (any, error) {
			l := &list{}
			for _, k := range d.keys {
				l.items = append(l.items, of(k))
			}
			return l, nil
		})
	}
	switch name {
	case "keys":
		return each(func(k string) any { return k })
	case "values":
		return each(func(k string) any { return d.values[k] })
	case "items":
		return each(func(k string) any { return &list{items: []any{k, d.values[k]}} })
	case "get":
		return function(func(args []any, named map[string]any) (any, error) {
			if key, ok := argument(args, named, 0, "key", nil).(string); ok {
				if v, there := d.values[key]; there {
					return v, nil
				}
			}
			return argument(args, named, 1, "default", nil), nil
		})
	}
	return nil
}

func stringMethod(s, name string) any {
	one := map[string]func(string) string{"upper": strings.ToUpper, "lower": strings.ToLower, "strip": strings.TrimSpace, "capitalize": capitalize}
	with := map[string]func(args []string) (any, bool){
		"startswith": func(a []string) (any, bool) { return len(a) == 1 && strings.HasPrefix(s, a[0]), len(a) == 1 },
		"endswith":   func(a []string) (any, bool) { return len(a) == 1 && strings.HasSuffix(s, a[0]), len(a) == 1 },
		"replace": func(a []string) (any, bool) {
			if len(a) != 2 {
				return nil, false
			}
			return strings.ReplaceAll(s, a[0], a[1]), true
		},
		"split": func(a []string) (any, bool) { return splitText(s, a), len(a) <= 1 },
	}
	if change := one[name]; change != nil {
		return function(func([]any, map[string]any) (any, error) { return change(s), nil })
	}
	change := with[name]
	if change == nil {
		return nil
	}
	return function(func(args []any, _ map[string]any) (any, error) {
		words := make([]string, len(args))
		for i, a := range args {
			word, ok := a.(string)
			if !ok {
				return nil, fmt.Errorf("%s needs texts", name)
			}
			words[i] = word
		}
		v, ok := change(words)
		if !ok {
			return nil, fmt.Errorf("%s can't do with %d texts", name, len(args))
		}
		return v, nil
	})
}

func splitText(s string, by []string) *list {
	parts := strings.Fields(s)
	if len(by) == 1 && by[0] != "" {
		parts = strings.Split(s, by[0])
	}
	l := &list{}
	for part := range slices.Values(parts) {
		l.items = append(l.items, part)
	}
	return l
}
