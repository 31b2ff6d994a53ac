package views

import (
	"context"
	"regexp"
	"strconv"

	"github.com/taskpilot/taskpilot/views/locale"
)

var (
	usedUp     = regexp.MustCompile(`^You have used today's (\d+) (messages|tokens)\. There is more in (less than an hour|an hour|(\d+) hours); your chats stay as they are\.$`)
	tokensLeft = regexp.MustCompile(`^About (\d+) tokens are left for today; a token is some four letters, read or written\.$`)
)

// saidLimit puts what was said of the day's share, in English, into the reader's
// language. Anything else is "".
func saidLimit(ctx context.Context, message string) string {
	if m := tokensLeft.FindStringSubmatch(message); m != nil {
		return locale.Tf(ctx, "About %d tokens are left for today; a token is some four letters, read or written.", digits(m[1]))
	}
	m := usedUp.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	var resets string
	switch {
	case m[4] != "":
		resets = locale.Tn(ctx, digits(m[4]), "an hour", "%d hours")
	case m[3] == "an hour":
		resets = locale.Tn(ctx, 1, "an hour", "%d hours")
	default:
		resets = locale.T(ctx, "less than an hour")
	}
	if m[2] == "tokens" {
		return locale.Tf(ctx, "You have used today's %d tokens. There is more in %s; your chats stay as they are.", digits(m[1]), resets)
	}
	return locale.Tf(ctx, "You have used today's %d messages. There is more in %s; your chats stay as they are.", digits(m[1]), resets)
}

// saidNotice is a notice in the reader's language: one that is known, or tells of
// the day's share. An assistant's own words stay.
func saidNotice(ctx context.Context, message string) string {
	if limit := saidLimit(ctx, message); limit != "" {
		return limit
	}
	return locale.Known(ctx, message)
}

// digits is the number that was written in digits.
func digits(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0 // more digits than a number has
	}
	return n
}
