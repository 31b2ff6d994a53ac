package chatkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Time is an instant on the wire: RFC 3339 in UTC with Z.
// It also reads the zone-less form that the Python SDK writes, as UTC.
type Time struct{ time.Time }

// At returns t in UTC, cut to microseconds, the finest step that every store keeps.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Microsecond)} }

// MarshalJSON writes RFC 3339 with Z.
func (t Time) MarshalJSON() ([]byte, error) {
	return appendTime(nil, t), nil
}

// UnmarshalJSON reads RFC 3339, with or without a zone.
func (t *Time) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("chatkit: time: %w", err)
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if v, err := time.Parse(layout, s); err == nil {
			*t = At(v)
			if y := t.Year(); y < 0 || y > 9999 {
				break // the zone moved it to a year that RFC 3339 can't write
			}
			return nil
		}
	}
	return fmt.Errorf("chatkit: %q is not an RFC 3339 time", s)
}

var null = []byte("null")

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || bytes.Equal(raw, null) }
