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
	fileTime     = 12 * time.Second       // all texts of a conversation that becomes a file
)

// budget is how long rendering may take: until when a text, and how long what is
// in it.
type budget struct {
	deadline               time.Time
	code, tail, page, file time.Duration
}

// budgetIn is what the context grants: the usual, unless a test says otherwise.
func budgetIn(ctx context.Context) budget {
	if limit, ok := ctx.Value(budgetKey).(budget); ok {
		return limit
	}
	return budget{time.Now().Add(markdownTime), codeTime, tailTime, pageTime, fileTime}
}

// allowance is what is left for the texts of a page. Code has no colours any more
// when only so much is left as is kept for the words.
type allowance struct{ left, words time.Duration }

// Sparing returns a context for one page: however many hostile texts are on it,
// they don't take longer together than a few would. It is for one goroutine.
func Sparing(ctx context.Context) context.Context {
	return context.WithValue(ctx, allowanceKey, &allowance{left: budgetIn(ctx).page})
}

// sparingFile is Sparing for a conversation that becomes a file. It may be very
// long: most of the time is kept for its words.
func sparingFile(ctx context.Context) context.Context {
	file := budgetIn(ctx).file
	return context.WithValue(ctx, allowanceKey, &allowance{left: file, words: file / 4 * 3})
}

func allowanceIn(ctx context.Context) *allowance {
	if a, ok := ctx.Value(allowanceKey).(*allowance); ok {
		return a
	}
	return &allowance{left: budgetIn(ctx).page}
}
