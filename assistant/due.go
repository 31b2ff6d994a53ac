package assistant

import (
	"time"

	"github.com/taskpilot/taskpilot/views/locale"
)

// A task is due on a day, which is kept as midnight UTC wherever the person is, or
// at a time. A time that is midnight UTC somewhere else (nine in Tokyo) is kept a
// millisecond later, so that it is not taken for a day.

// dueDay reports whether a due date is a day without a time.
func dueDay(due time.Time) bool { return due.UTC().Equal(locale.DateOf(due.UTC())) }

// dueAt is a time as it is kept.
func dueAt(t time.Time) time.Time {
	if t = t.UTC(); dueDay(t) {
		t = t.Add(time.Millisecond)
	}
	return t
}

// SentDue is a due date as it is kept, of one that a program sent: midnight UTC is a
// day if it was written as such, and a time if it was written with another offset.
func SentDue(t time.Time) time.Time {
	if _, offset := t.Zone(); offset != 0 {
		return dueAt(t)
	}
	return t.UTC()
}

// clockOn is the time of a day in a zone, as it is kept.
func clockOn(day time.Time, hour, minute int, zone *time.Location) time.Time {
	y, m, d := day.Date()
	return dueAt(time.Date(y, m, d, hour, minute, 0, 0, zone))
}
