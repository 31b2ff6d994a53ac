package models

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// A place is a fraction between 0 and 1, written in hexadecimal digits without
// the point, and never ends in 0: between two places there is always another, so
// that moving a task writes one row. A new task's is made of the time, so that
// it comes before all older ones, and of random digits, so that no two are alike.

const placeTime = 16 // digits that are made of the time

// newPlace is the place of a task that is made at a time.
func newPlace(at Time) string {
	var b [4]byte
	rand.Read(b[:]) // crypto/rand.Read never returns an error since Go 1.24
	return fmt.Sprintf("%0*x%s8", placeTime, math.MaxInt64-at.UnixMicro(), hex.EncodeToString(b[:])[:7])
}

const placeDigits = "0123456789abcdef"

// placeBetween returns a place after a and before b, which is after a. a may be
// "", the beginning; b may be "", the end.
func placeBetween(a, b string) string {
	var place strings.Builder
	for i := 0; ; i++ {
		low, high := digitAt(a, i, 0), digitAt(b, i, len(placeDigits))
		if b == "" {
			high = len(placeDigits)
		} else if i >= len(b) {
			high = 0
		}
		switch {
		case low == high:
			place.WriteByte(placeDigits[low])
		case high-low > 1:
			place.WriteByte(placeDigits[(low+high)/2])
			return place.String()
		default: // neighbours: anything after a will do from here on
			place.WriteByte(placeDigits[low])
			b = ""
		}
	}
}

func digitAt(place string, i, otherwise int) int {
	if i >= len(place) {
		return otherwise
	}
	return strings.IndexByte(placeDigits, place[i])
}

// beside returns a place that is some microseconds after a place, or before it.
// At the ends of the list it counts like this instead of halving what is left:
// places stay short, and a new task still comes before all others.
func beside(place string, micros int64) string {
	n, err := strconv.ParseInt((place + strings.Repeat("0", placeTime))[:placeTime], 16, 64)
	switch moved := n + micros; {
	case err == nil && n > 0 && moved > 0: // else there is no room for it
		return fmt.Sprintf("%0*x8", placeTime, moved)
	case micros < 0:
		return placeBetween("", place)
	}
	return placeBetween(place, "")
}

// Move says where a task goes: before or after another task of the person's, or
// with neither to the beginning of the list.
type Move struct{ Before, After string }

// MoveTodo puts a task of the user's into another place of the person's own order.
func (db *DB) MoveTodo(ctx context.Context, userID, id string, m Move) error {
	if m.Before == id || m.After == id {
		return &InvalidError{Field: "task", Message: "A task can’t be moved before or after itself. Load the page again."}
	}
	for try := 0; ; try++ {
		err := db.write(ctx, func(tx *gorm.DB) error {
			place, err := db.placeFor(tx, userID, id, m)
			if err != nil {
				return err
			}
			return gone(todosOf(tx, userID).Where("id = ?", id).
				UpdateColumns(map[string]any{"place": place, "updated_at": At(db.now())}))
		})
		if duplicate(err) && try < 3 { // another server has just put a task there
			continue
		}
		return wrap("move task", err)
	}
}

func (db *DB) placeFor(tx *gorm.DB, userID, id string, m Move) (string, error) {
	others := func() *gorm.DB { return todosOf(tx, userID).Where("id <> ?", id) }
	if m.After != "" {
		a, err := placeOfTodo(tx, userID, m.After)
		if err != nil {
			return "", err
		}
		b, err := firstPlace(others().Where("place > ?", a).Order("place"))
		if err != nil || b != "" {
			return placeBetween(a, b), err
		}
		return beside(a, time.Second.Microseconds()), nil
	}
	if m.Before != "" {
		b, err := placeOfTodo(tx, userID, m.Before)
		if err != nil {
			return "", err
		}
		a, err := firstPlace(others().Where("place < ?", b).Order("place DESC"))
		if err != nil || a != "" {
			return placeBetween(a, b), err
		}
	}
	first, err := firstPlace(others().Order("place"))
	if place := newPlace(At(db.now())); err != nil || first == "" || place < first {
		return place, err
	}
	return beside(first, -1), nil
}

func placeOfTodo(tx *gorm.DB, userID, id string) (string, error) {
	t, err := todo(tx, userID, id)
	if err != nil {
		return "", err
	}
	return t.Place, nil
}

// firstPlace is the place of the first of some tasks, "" if there is none.
func firstPlace(list *gorm.DB) (string, error) {
	var places []string
	err := list.Limit(1).Pluck("place", &places).Error
	if err != nil || len(places) == 0 {
		return "", err
	}
	return places[0], nil
}
