package files

import (
	"errors"
	"fmt"

	"github.com/taskpilot/taskpilot/models"
)

// Why a file is refused.
type Why int

// The reasons.
const (
	TooLarge  Why = iota // more bytes than a file may have
	NoRoom               // the person has too many files, or too large ones
	WrongType            // a kind of file that is not taken
	Again                // its bytes have come already
	Broken               // not what it says it is, or incomplete
)

// Refusal is an error that says why a file is not taken, in words for people: a
// format and what goes into it, so that it can be put into other languages.
type Refusal struct {
	Why    Why
	Format string
	Args   []any
}

// Message is the sentence in English.
func (r *Refusal) Message() string { return fmt.Sprintf(r.Format, r.Args...) }

// Error returns the message.
func (r *Refusal) Error() string { return "files: " + r.Message() }

func refuse(why Why, format string, args ...any) error { return &Refusal{why, format, args} }

func (f *Files) tooLarge() error {
	return refuse(TooLarge, "The file is too large: at most %s.", amount(f.Limits.File))
}

// refused turns what the database refuses into words.
func (f *Files) refused(err error) error {
	switch {
	case errors.Is(err, models.ErrNoRoom):
		return refuse(NoRoom, "Your files would take more than %s. Delete chats with files that you don’t need.", amount(f.Limits.Total))
	case errors.Is(err, models.ErrUnsent):
		return refuse(NoRoom, "You have %d files that are in no message. Send or remove some of them first.", maxUnsent)
	case errors.Is(err, models.ErrConflict):
		return refuse(Again, "This file has arrived already. Attach it anew to send another.")
	}
	return err
}

// amount is a number of bytes as people say it.
func amount(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GB", n>>30)
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}
