package views

import (
	"context"
	"strconv"

	"github.com/taskpilot/taskpilot/views/locale"
)

func drawnLabel(ctx context.Context, it TurnItem) string {
	if it.Pending {
		return locale.T(ctx, "A picture that is being drawn")
	}
	return locale.T(ctx, "A picture that was drawn for you")
}

// percent is a part of one in whole hundredths.
func percent(part float64) string { return strconv.Itoa(int(100 * max(0, min(1, part)))) }
