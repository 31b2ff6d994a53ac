package chatkit

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// typeOf reads the "type" key that tells the members of a ChatKit union apart. It
// need not notice what else is wrong with raw.
func typeOf(raw []byte) (string, error) {
	if typ, ok := quickType(raw); ok {
		return typ, nil
	}
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return "", err
	}
	return head.Type, nil
}

// decodeInto decodes raw into a new T and hands it back as the union U.
func decodeInto[T any, U any](raw []byte, wrap func(*T) U) (U, error) {
	v := new(T)
	var zero U
	if err := json.Unmarshal(raw, v); err != nil {
		return zero, err
	}
	return wrap(v), nil
}

// decodeList decodes each element of a JSON array with one; null and absent are empty.
func decodeList[U any](raw json.RawMessage, one func([]byte) (U, error)) ([]U, error) {
	if isNull(raw) {
		return nil, nil
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return nil, err
	}
	list := make([]U, 0, len(parts))
	for i, p := range parts {
		v, err := one(p)
		if err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
		list = append(list, v)
	}
	return list, nil
}

// verbatim returns a copy of JSON of a type that is not known.
func verbatim(raw []byte) (json.RawMessage, error) {
	if !json.Valid(raw) {
		return nil, fmt.Errorf("no JSON")
	}
	return bytes.Clone(raw), nil
}

// refuseNulls keeps null elements out of lists of pointers, where they would be
// taken for the real thing.
func refuseNulls[T any](name string, list []*T) error {
	for i, p := range list {
		if p == nil {
			return fmt.Errorf("%s: element %d is null", name, i)
		}
	}
	return nil
}

// orEmpty makes a nil list an empty one, since required lists are never null on the wire.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// orEmptyMap does the same for required objects.
func orEmptyMap(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
