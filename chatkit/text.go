package chatkit

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
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

// CleanJSON does what CleanText does to every string in a JSON text, halves of surrogate
// pairs included. Almost always it returns raw itself, and then does not look
// whether raw is JSON.
func CleanJSON(raw []byte) ([]byte, error) {
	if !needsCleaning(raw) {
		return raw, nil
	}
	v, err := decodeOne(bytes.ToValidUTF8(raw, []byte("\uFFFD")))
	if err != nil {
		return nil, fmt.Errorf("chatkit: clean: %w", err)
	}
	return marshal(cleanValue(v))
}

// needsCleaning errs on the careful side: \ud83d\ude00 is fine, and cleaned all the same.
func needsCleaning(raw []byte) bool {
	if !utf8.Valid(raw) {
		return true
	}
	for rest := raw; ; {
		i := bytes.Index(rest, []byte(`\u`))
		if i < 0 || len(rest) < i+6 {
			return false
		}
		rest = rest[i+2:]
		if hex := string(rest[:4]); hex == "0000" || hex[0] == 'd' || hex[0] == 'D' {
			return true
		}
	}
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
