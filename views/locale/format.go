package locale

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// Date writes a day with its month's name and its year: "2 January 2006". The
// day is that of t's own zone.
func Date(ctx context.Context, t time.Time) string { return Of(ctx).formats.FmtDateLong(t) }

// DayMonth is Date without the year: "2 January".
func DayMonth(ctx context.Context, t time.Time) string {
	l := Of(ctx)
	return fmt.Sprintf(l.dayMonth, t.Day(), l.formats.MonthWide(t.Month()), int(t.Month()))
}

// Time writes the time of the day: "15:04".
func Time(ctx context.Context, t time.Time) string { return Of(ctx).formats.FmtTimeShort(t) }

// DateTime writes a day and the time of the day.
func DateTime(ctx context.Context, t time.Time) string {
	return Date(ctx, t) + ", " + Time(ctx, t)
}

// Number writes a whole number with its groups: "1,234".
func Number(ctx context.Context, n int64) string { return Of(ctx).numbers.Sprint(number.Decimal(n)) }

// Decimal writes a number with at most this many digits after the point.
func Decimal(ctx context.Context, x float64, digits int) string {
	return Of(ctx).numbers.Sprint(number.Decimal(x, number.MaxFractionDigits(digits)))
}

// printer writes numbers with the digits 0 to 9, which dates and all other
// numbers of the pages have, in every language.
func printer(code string) *message.Printer {
	return message.NewPrinter(language.Make(code + "-u-nu-latn"))
}

// Weekday names the day of the week: "Monday".
func Weekday(ctx context.Context, t time.Time) string {
	return Of(ctx).formats.WeekdayWide(t.Weekday())
}
