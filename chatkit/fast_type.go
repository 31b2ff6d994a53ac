package chatkit

// quickType finds the string under the key "type" of a JSON object without
// decoding the rest; servers put it first. It gives up, and leaves the matter to
// encoding/json, at whatever is not plain.
func quickType(raw []byte) (string, bool) {
	at := skipSpace(raw, 0)
	if at >= len(raw) || raw[at] != '{' {
		return "", false
	}
	for at = skipSpace(raw, at+1); ; at = skipSpace(raw, at+1) {
		key, next, ok := plainString(raw, at)
		if !ok {
			return "", false
		}
		if at = skipSpace(raw, next); at >= len(raw) || raw[at] != ':' {
			return "", false
		}
		at = skipSpace(raw, at+1)
		if string(key) == "type" {
			value, _, ok := plainString(raw, at)
			return string(value), ok
		}
		// Past values that are plain strings only: what is deeper costs more to
		// pass than it saves.
		if _, at, ok = plainString(raw, at); !ok {
			return "", false
		}
		if at = skipSpace(raw, at); at >= len(raw) || raw[at] != ',' {
			return "", false
		}
	}
}

func skipSpace(raw []byte, at int) int {
	for at < len(raw) && (raw[at] == ' ' || raw[at] == '\n' || raw[at] == '\t' || raw[at] == '\r') {
		at++
	}
	return at
}

// plainString reads a string without escapes.
func plainString(raw []byte, at int) (value []byte, next int, ok bool) {
	if at >= len(raw) || raw[at] != '"' {
		return nil, at, false
	}
	for i := at + 1; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			return raw[at+1 : i], i + 1, true
		case c == '\\' || c < ' ' || c >= 0x80:
			return nil, at, false
		}
	}
	return nil, at, false
}
