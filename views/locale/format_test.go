package locale_test

import (
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/views/locale"
)

func TestDatesAndNumbersInEachLanguage(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 7, 15, 4, 0, 0, time.UTC)
	tests := map[string]struct{ date, dayMonth, clock, number string }{
		"en":      {"7 March 2026", "7 March", "15:04", "1,234,567"},
		"de":      {"7. März 2026", "7. März", "15:04", "1.234.567"},
		"fr":      {"7 mars 2026", "7 mars", "15:04", "1\u00a0234\u00a0567"},
		"es":      {"7 de marzo de 2026", "7 de marzo", "15:04", "1.234.567"},
		"pt-BR":   {"7 de março de 2026", "7 de março", "15:04", "1.234.567"},
		"ja":      {"2026年3月7日", "3月7日", "15:04", "1,234,567"},
		"zh-Hans": {"2026年3月7日", "3月7日", "下午3:04", "1,234,567"},
		"hi":      {"7 मार्च 2026", "7 मार्च", "3:04 pm", "12,34,567"},
		"ar":      {"7 مارس 2026", "7 مارس", "3:04 م", "1,234,567"},
		"ur":      {"7 مارچ، 2026", "7 مارچ", "3:04 PM", "1,234,567"},
	}
	ls := load(t)
	for _, l := range ls.All() {
		ctx := locale.With(t.Context(), l)
		got := tests[l.Code]
		got.date, got.dayMonth, got.clock, got.number = locale.Date(ctx, at), locale.DayMonth(ctx, at), locale.Time(ctx, at), locale.Number(ctx, 1234567)
		if got != tests[l.Code] {
			t.Errorf("%s: got %+q, want %+q", l.Code, got, tests[l.Code])
		}
	}
}
