package handlers

import (
	"html"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// TestAStoredLimitIsShownInEveryLanguage: what a run that used the day's share up
// stores is English, for programs; a page shows it as if it had been said there.
func TestAStoredLimitIsShownInEveryLanguage(t *testing.T) {
	t.Parallel()
	languages, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range languages.All() {
		ctx := locale.With(t.Context(), l)
		for _, what := range []string{"tokens", "messages"} {
			for _, resets := range []time.Duration{time.Minute, time.Hour, 2 * time.Hour, 23 * time.Hour} {
				limit := &models.LimitError{What: what, Limit: 250_000, Resets: resets}
				var b strings.Builder
				turn := views.Turn{RunID: "run_1", ThreadID: "thr_1", Status: views.StatusFailed, ErrorMessage: limitMessage(t.Context(), limit)}
				if err := views.TurnView(turn).Render(ctx, &b); err != nil {
					t.Fatal(err)
				}
				if want := limitMessage(ctx, limit); !strings.Contains(html.UnescapeString(b.String()), want) {
					t.Errorf("%s: no %q", l.Code, want)
				}
			}
		}
	}
}
