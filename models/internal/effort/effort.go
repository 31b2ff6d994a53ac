// Package effort tells a database that it is a test's, which needs no passwords
// that are hard to guess: a real hash takes 19 MiB and, watched for races, a tenth
// of a second. Nothing outside models can import it.
package effort

import "context"

type key struct{}

// Little returns a context in which a database that is opened hashes cheaply.
func Little(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, true) }

// IsLittle reports whether ctx is one of Little.
func IsLittle(ctx context.Context) bool { return ctx.Value(key{}) != nil }
