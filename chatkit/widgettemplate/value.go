package widgettemplate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What a template computes with: nil, bool, int64, float64, string, *list,
// *dict, function and undefined.
type (
	list struct{ items []any }

	// dict keeps its keys in order.
	dict struct {
		keys   []string
		values map[string]any
	}

	function func(args []any, named map[string]any) (any, error)

	// undefined is what is not there; to use it is an error.
	undefined struct{ name string }
)

func (u undefined) err() error { return fmt.Errorf("%s is undefined", u.name) }

func newDict() *dict { return &dict{values: map[string]any{}} }

func (d *dict) set(key string, v any) {
	if _, there := d.values[key]; !there {
		d.keys = append(d.keys, key)
	}
	d.values[key] = v
}

// fromJSON reads data as a template sees it: whole numbers are int64, objects
// keep their order.
func fromJSON(data any) (*dict, error) {
	if data == nil {
		return newDict(), nil
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	v, err := readValue(dec)
	if err != nil {
		return nil, err
	}
	d, ok := v.(*dict)
	if !ok {
		return nil, fmt.Errorf("must be an object")
	}
	return d, nil
}

func readValue(dec *json.Decoder) (any, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := tok.(type) {
	case json.Number:
		if n, err := t.Int64(); err == nil {
			return n, nil
		}
		return t.Float64()
	case json.Delim:
		if t == '[' {
			return readList(dec)
		}
		return readDict(dec)
	}
	return tok, nil // string, bool, nil
}

func readList(dec *json.Decoder) (any, error) {
	l := &list{}
	for dec.More() {
		v, err := readValue(dec)
		if err != nil {
			return nil, err
		}
		l.items = append(l.items, v)
	}
	_, err := dec.Token()
	return l, err
}

func readDict(dec *json.Decoder) (any, error) {
	d := newDict()
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		v, err := readValue(dec)
		if err != nil {
			return nil, err
		}
		d.set(key.(string), v) // the key of an object always is a string
	}
	_, err := dec.Token()
	return d, err
}

// toJSON is what the tojson filter writes: safe in HTML, keys sorted.
func toJSON(v any) (string, error) {
	plain, err := toGo(v, 0)
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(plain)
	return strings.ReplaceAll(string(raw), "'", `\u0027`), err
}

func toGo(v any, depth int) (any, error) {
	if depth > maxDepth { // a list may hold itself
		return nil, errTooDeep
	}
	switch x := v.(type) {
	case undefined:
		return nil, x.err()
	case function:
		return nil, fmt.Errorf("a function is no JSON")
	case *list:
		out := make([]any, len(x.items))
		for i, e := range x.items {
			var err error
			if out[i], err = toGo(e, depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	case *dict:
		out := make(map[string]any, len(x.keys))
		for k, e := range x.values {
			var err error
			if out[k], err = toGo(e, depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

// text is a value as Python prints it.
func text(v any) (string, error) {
	switch x := v.(type) {
	case nil:
		return "None", nil
	case bool:
		if x {
			return "True", nil
		}
		return "False", nil
	case int64:
		return strconv.FormatInt(x, 10), nil
	case float64:
		s := strconv.FormatFloat(x, 'g', -1, 64)
		if !strings.ContainsAny(s, ".einI") {
			s += ".0"
		}
		return s, nil
	case string:
		return x, nil
	case undefined:
		return "", x.err()
	}
	return "", fmt.Errorf("a list, object or function can't be written as text; use tojson")
}

func truth(v any) (bool, error) {
	switch x := v.(type) {
	case nil:
		return false, nil
	case bool:
		return x, nil
	case int64:
		return x != 0, nil
	case float64:
		return x != 0, nil
	case string:
		return x != "", nil
	case *list:
		return len(x.items) > 0, nil
	case *dict:
		return len(x.keys) > 0, nil
	case undefined:
		return false, x.err()
	}
	return true, nil
}

// elements returns what a loop over v goes through.
func elements(v any) ([]any, error) {
	switch x := v.(type) {
	case *list:
		return slices.Clone(x.items), nil
	case *dict:
		out := make([]any, len(x.keys))
		for i, k := range x.keys {
			out[i] = k
		}
		return out, nil
	case string:
		var out []any
		for _, r := range x {
			out = append(out, string(r))
		}
		return out, nil
	case undefined:
		return nil, x.err()
	}
	return nil, fmt.Errorf("not a list")
}

func equal(a, b any) bool { return alike(a, b, 0) }

func alike(a, b any, depth int) bool {
	if x, y, ok := floats(a, b); ok {
		return x == y
	}
	if depth > maxDepth {
		return false
	}
	switch x := a.(type) {
	case *list:
		y, ok := b.(*list)
		return ok && slices.EqualFunc(x.items, y.items, func(a, b any) bool { return alike(a, b, depth+1) })
	case *dict:
		y, ok := b.(*dict)
		if !ok || len(x.keys) != len(y.keys) {
			return false
		}
		for k, v := range x.values {
			if w, there := y.values[k]; !there || !alike(v, w, depth+1) {
				return false
			}
		}
		return true
	case nil, bool, string:
		return a == b
	}
	return false
}

// floats returns two numbers as float64.
func floats(a, b any) (x, y float64, ok bool) {
	x, ok1 := float(a)
	y, ok2 := float(b)
	return x, y, ok1 && ok2
}

func float(v any) (float64, bool) {
	switch n := v.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
