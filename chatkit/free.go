package chatkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// freeObject reads a JSON object of the application's own: the data of a tag, an
// entity or a client effect. Numbers become float64, as encoding/json does it, but
// for integers that a float64 cannot hold, which stay json.Number.
type freeObject map[string]any

// UnmarshalJSON reads an object or null.
func (o *freeObject) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return err
	}
	for k, v := range m {
		m[k] = exactNumbers(v)
	}
	*o = m
	return nil
}

// exactNumbers turns the json.Numbers in v into float64 where that loses nothing.
func exactNumbers(v any) any {
	switch x := v.(type) {
	case json.Number:
		f, err := x.Float64()
		if err == nil && (sameInteger(x, f) || !isInteger(x)) {
			return f
		}
	case []any:
		for i := range x {
			x[i] = exactNumbers(x[i])
		}
	case map[string]any:
		for k := range x {
			x[k] = exactNumbers(x[k])
		}
	}
	return v
}

func isInteger(n json.Number) bool {
	for _, c := range n {
		if c != '-' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func sameInteger(n json.Number, f float64) bool {
	return strconv.FormatFloat(f, 'f', -1, 64) == n.String()
}

// overlay returns the JSON object raw with some of its keys set anew; the order
// of keys may change.
func overlay(raw json.RawMessage, keys map[string]any) (json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	for k, v := range keys {
		b, err := marshal(v)
		if err != nil {
			return nil, err
		}
		all[k] = b
	}
	return marshal(all)
}

// decodeOne reads exactly one JSON value, numbers as json.Number.
func decodeOne(raw []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("data after the value")
	}
	return v, nil
}
