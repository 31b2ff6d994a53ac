// Package locale says what people read in their own language. The English text
// itself is the key of its translations, as in gettext:
//
//	locale.T(ctx, "New chat")
//	locale.Tf(ctx, "Signed in as %s", name)
//	locale.Tn(ctx, n, "%d task", "%d tasks")
//	locale.Tc(ctx, "verb", "Archive")
//
// A text is a whole sentence or label, never a piece of one. What a catalogue
// lacks is shown in English; a test finds it.
package locale

import (
	"context"
	"fmt"
	"strings"
	"time"
)

type (
	contextKey struct{}
	zoneKey    struct{}
)

// With returns a context in which people read the language l.
func With(ctx context.Context, l *Language) context.Context {
	return context.WithValue(ctx, contextKey{}, l)
}

// Of returns the language that people read in ctx: English if none was chosen.
func Of(ctx context.Context) *Language {
	if l, _ := ctx.Value(contextKey{}).(*Language); l != nil {
		return l
	}
	return english
}

// WithZone returns a context of people who are in a time zone.
func WithZone(ctx context.Context, zone *time.Location) context.Context {
	return context.WithValue(ctx, zoneKey{}, zone)
}

// Zone returns the time zone of ctx: UTC if it is not known.
func Zone(ctx context.Context) *time.Location {
	if zone, _ := ctx.Value(zoneKey{}).(*time.Location); zone != nil {
		return zone
	}
	return time.UTC
}

// Here returns t in the time zone of ctx.
func Here(ctx context.Context, t time.Time) time.Time { return t.In(Zone(ctx)) }

// DateOf is the date that t has in its own zone, as midnight UTC.
func DateOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// T returns a text in the language of ctx.
func T(ctx context.Context, text string) string { return Of(ctx).text("", text) }

// Tc is T for an English text that means more than one thing: meaning says which.
func Tc(ctx context.Context, meaning, text string) string { return Of(ctx).text(meaning, text) }

// Tf is T for a format with its arguments. A translation may take them in another
// order: %[2]s.
func Tf(ctx context.Context, format string, args ...any) string {
	return fmt.Sprintf(Of(ctx).text("", format), args...)
}

// Tn is Tf for a text that depends on a number, which is the first argument of
// the formats: one is for 1 and other for the rest in English; other languages
// have as many forms as they need. A form may leave the number out.
func Tn(ctx context.Context, n int, one, other string, args ...any) string {
	form := Of(ctx).plural(n, one, other)
	if !strings.Contains(form, "%") {
		return form
	}
	return fmt.Sprintf(form, append([]any{n}, args...)...)
}

// Meaning returns all texts of one meaning, with their translations; none in
// English.
func (l *Language) Meaning(meaning string) map[string]string {
	list := map[string]string{}
	for k, translated := range l.texts {
		if k.meaning == meaning {
			list[k.text] = translated
		}
	}
	return list
}

// Mark returns its text as it is. It tells the catalogues of a text that is
// translated later, with Known.
func Mark(text string) string { return text }

// Known translates a text that is not written here but was marked somewhere, or
// came from where languages are not known. A text that no catalogue has stays as
// it is.
func Known(ctx context.Context, text string) string { return Of(ctx).text("", text) }
