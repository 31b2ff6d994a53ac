package models

import (
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Time is an instant in UTC, stored as whole microseconds since 1970 on both
// databases, so that order and equality are those of integers everywhere.
type Time struct{ time.Time }

// At returns t in UTC, cut to microseconds, as it will be read back.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Microsecond)} }

// ChatKit returns the instant as it goes over the wire.
func (t Time) ChatKit() chatkit.Time { return chatkit.At(t.Time) }

// Value stores the instant; the zero value is 0.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return int64(0), nil
	}
	return t.UnixMicro(), nil
}

// Scan reads what Value stored.
func (t *Time) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("models: time: %T is not an integer", v)
	}
	if *t = (Time{}); n != 0 {
		t.Time = time.UnixMicro(n).UTC()
	}
	return nil
}

// GormDataType keeps GORM from filling in times by itself.
func (Time) GormDataType() string { return "bigint" }
