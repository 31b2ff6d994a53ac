package chatkit

import (
	"bytes"
	"encoding/json"
	"strings"
)

// CleanText returns s in the one form that every store keeps alike: valid UTF-8
// (bad bytes become U+FFFD) without NUL.
func CleanText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}

// CleanJSON does the same to every string in a JSON text. Almost always it
// returns raw itself.
func CleanJSON(raw []byte) ([]byte, error) {
	if !bytes.Contains(raw, []byte(`\u0000`)) && bytes.IndexByte(raw, 0) < 0 {
		return bytes.ToValidUTF8(raw, []byte("\uFFFD")), nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(cleanValue(v))
}

func cleanValue(v any) any {
	switch x := v.(type) {
	case string:
		return CleanText(x)
	case []any:
		for i := range x {
			x[i] = cleanValue(x[i])
		}
	case map[string]any:
		clean := make(map[string]any, len(x))
		for k, e := range x {
			clean[CleanText(k)] = cleanValue(e)
		}
		return clean
	}
	return v
}
