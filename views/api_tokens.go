package views

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/views/locale"
)

// lasts reports whether so many days are chosen; 90 unless something else is.
func (f APITokenForm) lasts(days int) bool { return cmp.Or(f.Days, "90") == strconv.Itoa(days) }

func scopesError(f APITokenForm) string {
	if f.Errors["scopes"] == "" {
		return ""
	}
	return "scopes-error"
}

// tokenFacts says when a token was used and when it ends.
func tokenFacts(ctx context.Context, t APIToken, now time.Time) string {
	facts := []string{locale.T(ctx, "Never used")}
	if !t.UsedAt.IsZero() {
		facts[0] = locale.Tf(ctx, "Last used: %s", ago(ctx, t.UsedAt, now))
	}
	if t.Ends.IsZero() {
		facts = append(facts, locale.T(ctx, "Does not end by itself"))
	} else {
		facts = append(facts, locale.Tf(ctx, "Ends on %s", day(ctx, t.Ends)))
	}
	return strings.Join(facts, " · ")
}
