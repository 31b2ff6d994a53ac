package assistant

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/views/locale"
)

func wordedList(ctx context.Context, list TaskList, status string) string {
	n := list.Total
	switch {
	case n == 0 && status == "pending":
		return locale.T(ctx, "You have no pending tasks.")
	case n == 0 && status == "completed":
		return locale.T(ctx, "You have no completed tasks.")
	case n == 0:
		return locale.Tf(ctx, "Your list is empty. Say for example **%s**.", sayAdd(ctx))
	}
	head := ""
	switch status {
	case "pending":
		head = locale.Tn(ctx, n, "You have %d pending task:", "You have %d pending tasks:")
	case "completed":
		head = locale.Tn(ctx, n, "You have %d completed task:", "You have %d completed tasks:")
	default:
		head = locale.Tn(ctx, n, "You have %d task:", "You have %d tasks:")
	}
	if n >= maxCounted {
		head = locale.Tf(ctx, "You have at least %d tasks:", maxCounted)
	}
	return head + "\n\n" + lines(ctx, list.Tasks) + more(ctx, list)
}

func wordedFound(ctx context.Context, list TaskList, name string) string {
	if list.Total == 0 {
		return locale.Tf(ctx, "I found no task that matches %[1]s. Say **%[2]s** to see what there is.", bold(name), sayList(ctx))
	}
	head := locale.Tn(ctx, list.Total, "I found %[1]d task that matches %[2]s:", "I found %[1]d tasks that match %[2]s:", bold(name))
	if list.Total >= maxCounted {
		head = locale.Tf(ctx, "I found at least %[1]d tasks that match %[2]s:", maxCounted, bold(name))
	}
	return head + "\n\n" + lines(ctx, list.Tasks) + more(ctx, list)
}

func more(ctx context.Context, list TaskList) string {
	switch {
	case list.More == 0:
		return ""
	case list.Total >= maxCounted:
		return "\n\n" + locale.Tn(ctx, list.More, "and at least %d more.", "and at least %d more.")
	}
	return "\n\n" + locale.Tn(ctx, list.More, "and %d more.", "and %d more.")
}

// lines are tasks as a numbered list.
func lines(ctx context.Context, tasks []Task) string {
	var b strings.Builder
	for i, t := range tasks {
		title := escape(t.Title)
		if t.Completed {
			title = "~~" + title + "~~ ✓"
		}
		fmt.Fprintf(&b, "%d. %s", i+1, title)
		if t.Priority == "high" && !t.Completed {
			b.WriteString(" *" + locale.T(ctx, "(high priority)") + "*")
		}
		if t.DueAt != nil && !t.Completed {
			b.WriteString(" *" + locale.Tf(ctx, "(due %s)", clocked(ctx, *t.DueAt, locale.Date(ctx, dueOn(ctx, *t.DueAt)))) + "*")
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n")
}

// dueWords says when something is due: the day with its name, and the year if it is
// another one.
func dueWords(ctx context.Context, due, now time.Time) string {
	on := dueOn(ctx, due)
	day := locale.DayMonth(ctx, on)
	if on.Year() != now.Year() {
		day = locale.Date(ctx, on)
	}
	return clocked(ctx, due, locale.Tf(ctx, "%[1]s %[2]s", locale.Weekday(ctx, on), day))
}

// dueOn is when something is due with the date that it has where the person is.
func dueOn(ctx context.Context, due time.Time) time.Time {
	if dueDay(due) {
		return due.UTC()
	}
	return locale.Here(ctx, due)
}

// clocked is a day with the time, if something is due at one.
func clocked(ctx context.Context, due time.Time, day string) string {
	switch clock := locale.Time(ctx, locale.Here(ctx, due)); {
	case dueDay(due):
		return day
	case locale.Zone(ctx) == time.UTC: // nobody knows where the person is
		return locale.Tf(ctx, "%[1]s, %[2]s UTC", day, clock)
	default:
		return day + ", " + clock
	}
}

func bold(title string) string { return "**" + escape(title) + "**" }
