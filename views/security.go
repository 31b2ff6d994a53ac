package views

import (
	"context"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/views/locale"
)

// sessionFacts says from where and when a session was used.
func sessionFacts(ctx context.Context, s Session, now time.Time) string {
	var facts []string
	if s.Here {
		facts = append(facts, locale.T(ctx, "In use now"))
	} else {
		facts = append(facts, locale.Tf(ctx, "Last seen: %s", ago(ctx, s.Seen, now)))
	}
	facts = append(facts, locale.Tf(ctx, "Signed in on %s", day(ctx, s.At)))
	if s.Network != "" {
		facts = append(facts, locale.Tf(ctx, "From %s", s.Network))
	}
	return strings.Join(facts, " · ")
}
