package chatkit

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// object is a checked JSON object that is read key by key, exactly as the keys are
// spelled. The first failure stays in err and names the key; after it, reads
// return zero values.
type object struct {
	path   string
	fields map[string]json.RawMessage
	err    error
}

func openObject(path string, raw json.RawMessage) *object {
	o := &object{path: path}
	var ok bool
	if o.fields, ok = splitObject(raw); !ok {
		o.err = &RequestError{Field: path, Message: "must be an object"}
	}
	return o
}

func (o *object) name(key string) string {
	if o.path == "" {
		return key
	}
	return o.path + "." + key
}

func (o *object) fail(key, message string) {
	if o.err == nil {
		o.err = &RequestError{Field: o.name(key), Message: message}
	}
}

// join takes over the failure of an object inside this one.
func (o *object) join(inner *object) {
	if o.err == nil {
		o.err = inner.err
	}
}

// has reports whether the key is there and not null.
func (o *object) has(key string) bool { return !isNull(o.fields[key]) }

// required returns the value of a key that must be there, and may be null.
func (o *object) required(key string) json.RawMessage {
	raw, ok := o.fields[key]
	if !ok {
		o.fail(key, "is missing")
	}
	return raw
}

func (o *object) object(key string) *object {
	raw := o.required(key)
	inner := &object{path: o.name(key), err: o.err}
	if o.err == nil {
		inner = openObject(inner.path, raw)
		o.err = inner.err
	}
	return inner
}

func (o *object) freeObject(key string) map[string]any {
	if !o.has(key) {
		return nil
	}
	var m freeObject
	if json.Unmarshal(o.fields[key], &m) != nil {
		o.fail(key, "must be an object")
	}
	return m
}

func (o *object) text(key string) string {
	raw := o.required(key)
	if o.err == nil && len(raw) > 0 && raw[0] == '"' && !escaped(raw) {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if o.err == nil && (isNull(raw) || json.Unmarshal(raw, &s) != nil) {
		o.fail(key, "must be a string")
	}
	return s
}

func (o *object) optionalText(key string) string {
	if !o.has(key) {
		return ""
	}
	return o.text(key)
}

// id is a text that names something, and therefore is not empty.
func (o *object) id(key string) string {
	s := o.text(key)
	if s == "" {
		o.fail(key, "must not be empty")
	}
	return s
}

func (o *object) texts(key string) []string {
	raw := o.required(key)
	var list []*string
	if o.err == nil && (isNull(raw) || json.Unmarshal(raw, &list) != nil) {
		o.fail(key, "must be an array of strings")
	}
	out := make([]string, 0, len(list))
	for _, s := range list {
		if s == nil {
			o.fail(key, "must be an array of strings")
			return nil
		}
		out = append(out, *s)
	}
	return out
}

func (o *object) flag(key string) bool {
	var b bool
	if o.has(key) && json.Unmarshal(o.fields[key], &b) != nil {
		o.fail(key, "must be true or false")
	}
	return b
}

// oneOf is a text out of few; absent and null are def, or missing if that is empty.
func (o *object) oneOf(key, def string, allowed ...string) string {
	if def != "" && !o.has(key) {
		return def
	}
	s := o.text(key)
	for _, a := range allowed {
		if s == a {
			return s
		}
	}
	o.fail(key, "must be one of "+strings.Join(allowed, ", "))
	return def
}

// number is a whole number, or a string of one.
func (o *object) number(key string) int64 {
	raw := o.fields[key]
	s := string(raw)
	if len(raw) > 0 && raw[0] == '"' {
		s = o.text(key)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err == nil {
		return n
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != float64(int64(f)) || f < -1e15 || f > 1e15 {
		o.fail(key, "must be a whole number")
		return 0
	}
	return int64(f)
}

// limit is a page's size: 0 when absent, null or 0, and never more than MaxPageSize.
func (o *object) limit(key string) int {
	if !o.has(key) {
		return 0
	}
	n := o.number(key)
	if n < 0 {
		o.fail(key, "must not be negative")
	}
	return int(min(n, MaxPageSize))
}

func (o *object) size(key string) int64 {
	if o.required(key); o.err != nil {
		return 0
	}
	n := o.number(key)
	if n < 0 {
		o.fail(key, "must not be negative")
	}
	return n
}

// exactKeys leaves of a JSON object what is spelled exactly like one of the keys:
// encoding/json would take TEXT for text, and the later of the two.
func exactKeys(raw []byte, keys ...string) ([]byte, error) {
	all, ok := splitObject(raw)
	if !ok {
		return nil, errors.New("not an object")
	}
	known := 0
	for _, key := range keys {
		if _, ok := all[key]; ok {
			known++
		}
	}
	if known == len(all) {
		return raw, nil
	}
	maps.DeleteFunc(all, func(key string, _ json.RawMessage) bool { return !slices.Contains(keys, key) })
	return marshal(all)
}
