package views

import (
	"context"
	"time"
)

// Times that rendering may take; what is over is shown plain.
const (
	markdownTime = 200 * time.Millisecond // a text
	codeTime     = 50 * time.Millisecond  // the colours of a block of code
	tailTime     = 20 * time.Millisecond  // a block that is still open, each time
	pageTime     = 3 * time.Second        // all texts of a page, or of a change of it
)

// budget is how long rendering may take: until when a text, and how long what is
// in it.
type budget struct {
	deadline         time.Time
	code, tail, page time.Duration
}

// budgetIn is what the context grants: the usual, unless a test says otherwise.
func budgetIn(ctx context.Context) budget {
	if limit, ok := ctx.Value(budgetKey).(budget); ok {
		return limit
	}
	return budget{time.Now().Add(markdownTime), codeTime, tailTime, pageTime}
}

// allowance is what is left for the texts of a page.
type allowance struct{ left time.Duration }

// Sparing returns a context for one page: however many hostile texts are on it,
// they don't take longer together than a few would. It is for one goroutine.
func Sparing(ctx context.Context) context.Context {
	return context.WithValue(ctx, allowanceKey, &allowance{budgetIn(ctx).page})
}

func allowanceIn(ctx context.Context) *allowance {
	if a, ok := ctx.Value(allowanceKey).(*allowance); ok {
		return a
	}
	return &allowance{budgetIn(ctx).page}
}
