package models

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/taskpilot/taskpilot/chatkit"
)

// maxPage bounds every list, whatever a caller asks for.
const maxPage = 1000

func pageSize(limit int) int {
	if limit <= 0 {
		return chatkit.DefaultPageSize
	}
	return min(limit, maxPage)
}

// paged cuts a list that was read with one row too many, and reports whether
// there was one.
func paged[T any](list []T, limit int) ([]T, bool) {
	if len(list) > limit {
		return list[:limit], true
	}
	return list, false
}

// keyset continues a list that is ordered by column and id after the row whose
// id is after. from finds that row among those that the reader may see; both
// have the table's own columns. column is one of the code's, never a caller's.
func keyset(list, from *gorm.DB, column, after string, order chatkit.Order) (*gorm.DB, error) {
	direction, than := sqlOrder(order)
	if after != "" {
		at, err := cursor(from, column, after)
		if err != nil {
			return nil, err
		}
		list = list.Where(fmt.Sprintf("(%s, id) %s (?, ?)", column, than), at, after)
	}
	return list.Order(fmt.Sprintf("%s %s, id %s", column, direction, direction)), nil
}

// sqlOrder is an order in SQL's words, and the comparison of what comes later in it.
func sqlOrder(order chatkit.Order) (direction, than string) {
	if order == chatkit.Asc {
		return "ASC", ">"
	}
	return "DESC", "<"
}

// cursor is the number in the column of the row whose id is after.
func cursor(from *gorm.DB, column, after string) (int64, error) {
	if after != chatkit.CleanText(after) {
		return 0, unknownCursor()
	}
	var at []int64
	if err := from.Where("id = ?", after).Limit(1).Pluck(column, &at).Error; err != nil {
		return 0, err
	}
	if len(at) == 0 {
		return 0, unknownCursor()
	}
	return at[0], nil
}

// FieldAfter is the Field of an InvalidError about a cursor whose row is not there.
const FieldAfter = "after"

func unknownCursor() error {
	return &InvalidError{Field: FieldAfter, Message: "This list has changed. Load it again from the start."}
}

// line returns s as one clean line without control characters or spaces around it.
func line(s string) string {
	blank := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	return strings.Join(strings.FieldsFunc(chatkit.CleanText(s), blank), " ")
}

// within checks the length in characters of a field; name begins the sentence.
func within(field, name, s string, least, most int) error {
	switch n := utf8.RuneCountInString(s); {
	case n < least && least == 1:
		return &InvalidError{Field: field, Message: name + " is missing. Enter one and try again."}
	case n < least:
		return &InvalidError{Field: field, Message: fmt.Sprintf("%s is too short. Use at least %d characters.", name, least)}
	case n > most:
		return &InvalidError{Field: field, Message: fmt.Sprintf("%s is too long. Use at most %d characters.", name, most)}
	}
	return nil
}

func oneOf(field, name, s string, allowed ...string) error {
	if slices.Contains(allowed, s) {
		return nil
	}
	return &InvalidError{Field: field, Message: fmt.Sprintf("%s must be one of: %s.", name,
		strings.Join(slices.DeleteFunc(allowed, func(a string) bool { return a == "" }), ", "))}
}
