package models

import "errors"

// The outcomes that callers tell apart; test with errors.Is.
var (
	// ErrNotFound means not there, or not this person's.
	ErrNotFound = errors.New("models: not found")
	// ErrConflict means that something unique is taken, such as an e-mail address.
	ErrConflict = errors.New("models: already there")
	// ErrInvalid is what every *InvalidError is.
	ErrInvalid = errors.New("models: invalid")
	// ErrExpired means that it is too late.
	ErrExpired = errors.New("models: expired")
	// ErrKeyReused means that a client's name for a request is that of another one.
	ErrKeyReused = errors.New("models: the key names another request")
	// ErrBusy means that the thread has an active run.
	ErrBusy = errors.New("models: the thread has an active run")
	// ErrUnwritable means that the database stores nothing at the moment: its disk
	// is full, or may only be read. What is there can be read all the same.
	ErrUnwritable = errors.New("the database can't be written to")
	// ErrUnreachable means that the database does not answer: it is down, starts, or
	// takes no more connections.
	ErrUnreachable = errors.New("the database can't be reached")
)

// InvalidError is an input that cannot be stored. Message is a sentence for people.
type InvalidError struct {
	Field   string
	Message string
}

// Error returns the field and the message.
func (e *InvalidError) Error() string { return "models: " + e.Field + ": " + e.Message }

// Is reports whether target is ErrInvalid.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// BatchError is the part of a Commit that can never be stored, such as an item
// whose JSON is broken. Nothing of the call was stored; the other runs may be
// committed without this one.
type BatchError struct {
	RunID string
	Err   error
}

// Error names the run and the cause.
func (e *BatchError) Error() string { return "models: run " + e.RunID + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *BatchError) Unwrap() error { return e.Err }
