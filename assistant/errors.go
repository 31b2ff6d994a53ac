package assistant

import "errors"

// ErrTaskNotFound is returned by Tasks for a task that is not there or not the user's.
var ErrTaskNotFound = errors.New("assistant: task not found")

// ErrTaskInvalid is wrapped by Tasks around what is wrong with a TaskInput, in
// words for people.
var ErrTaskInvalid = errors.New("assistant: invalid task")
