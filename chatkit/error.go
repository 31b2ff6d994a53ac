package chatkit

import "errors"

// Error is a failure whose message is meant for the person who chats.
type Error struct {
	Message    string
	Code       string // one of the protocol's own codes, sent in the message's place; mostly empty
	AllowRetry bool   // whether trying the same again makes sense
	Err        error  // the cause, for the log only; may be nil
}

// Error returns the message and its cause.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// EventOf returns the error event for err: an *Error's own message, or
// stream.error with retry for anything else, which says nothing of the cause.
func EventOf(err error) ErrorEvent {
	if e, ok := errors.AsType[*Error](err); ok {
		if e.Code != "" && e.Code != CodeCustom {
			return ErrorEvent{Code: e.Code, AllowRetry: e.AllowRetry}
		}
		return ErrorEvent{Code: CodeCustom, Message: e.Message, AllowRetry: e.AllowRetry}
	}
	return ErrorEvent{Code: CodeStream, AllowRetry: true}
}
