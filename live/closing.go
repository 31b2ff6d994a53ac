package live

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// closing returns the last entries of a run: of the items that are still
// pending what says something is kept and marked, the reason is told, and the
// run's end is set. A run that ended by itself has a nil err, or ErrWaiting; last
// is the newest item that it finished.
func closing(pending []chatkit.Item, last chatkit.Item, threadID string, err error) []entry {
	var entries []entry
	for _, it := range pending {
		entries = append(entries, closeItem(it, err != nil && !errors.Is(err, ErrWaiting)))
	}
	switch {
	case err == nil:
		return append(entries, entry{end: &End{Status: finalStatus(last)}})
	case errors.Is(err, ErrWaiting):
		return append(entries, entry{end: &End{Status: RequiresAction}})
	case errors.Is(err, ErrStopped):
		end := &End{Status: Cancelled}
		if s, ok := errors.AsType[stoppedFor](err); ok && s.words != "" {
			end.Message = s.words // without a code: it is no failure
		}
		return append(entries, entry{item: &ItemChange{Item: stopNote(threadID)}, end: end})
	}
	status := Failed
	if errors.Is(err, ErrShutdown) || errors.Is(err, errCrashed) {
		status = Interrupted
	}
	ev := errorEvent(err)
	end := &End{Status: status, Code: ev.Code, Message: ev.Message, AllowRetry: ev.AllowRetry}
	return append(entries, entry{payload: mustMarshal(ev), end: end})
}

// stoppedFor is an ErrStopped that somebody else than the person is behind.
type stoppedFor struct{ words string }

// Error is for the log.
func (s stoppedFor) Error() string { return ErrStopped.Error() }

// Unwrap says what it is.
func (s stoppedFor) Unwrap() error { return ErrStopped }

// errCrashed is the reason of a run whose process died.
var errCrashed = errors.New("live: the process died")

// errorEvent puts the reason into words; what is not meant for people stays general.
func errorEvent(err error) chatkit.ErrorEvent {
	custom := func(msg string) chatkit.ErrorEvent {
		return chatkit.ErrorEvent{Code: chatkit.CodeCustom, Message: msg, AllowRetry: true}
	}
	switch {
	case errors.Is(err, ErrShutdown), errors.Is(err, errCrashed):
		return custom("The server restarted before this answer was complete. What had arrived is kept; try again for a whole answer.")
	case errors.Is(err, ErrUnwritable):
		return custom("The server can't store anything at the moment, so this answer was ended. What had arrived is kept; try again later.")
	case errors.Is(err, ErrTooLong):
		return custom("This answer took too long and was ended. Try again, perhaps with a smaller question.")
	}
	ev := chatkit.EventOf(err)
	if ev.Message == "" {
		ev.Message = "Something went wrong while answering. Please try again."
	}
	return ev
}

// closeItem finishes or removes an item that its producer left unfinished.
func closeItem(it chatkit.Item, broken bool) entry {
	keep := false
	switch item := it.(type) {
	case *chatkit.AssistantMessage:
		keep = strings.TrimSpace(item.Text()) != ""
	case *chatkit.WorkflowItem:
		keep = len(item.Workflow.Tasks) > 0
		if broken {
			endWorkflow(&item.Workflow, item.CreatedAt.Time)
		}
	}
	id := it.Base().ID
	if !keep {
		return entry{payload: mustMarshal(chatkit.ItemRemoved{ItemID: id}), item: &ItemChange{RemoveID: id}}
	}
	return entry{payload: mustMarshal(chatkit.ItemDone{Item: it}), item: &ItemChange{Item: it, Incomplete: broken}}
}

// endWorkflow makes a workflow that was broken off look so: nothing in it goes on.
func endWorkflow(w *chatkit.Workflow, began time.Time) {
	for _, t := range w.Tasks {
		if base := t.Common(); base.StatusIndicator == "loading" {
			base.StatusIndicator = "none"
		}
	}
	if w.Summary == nil {
		seconds := max(0, int(time.Since(began)/time.Second))
		w.Summary = &chatkit.WorkflowSummary{Duration: &seconds}
	}
}

// finalStatus tells a finished answer from one that waits for somebody.
func finalStatus(last chatkit.Item) Status {
	switch it := last.(type) {
	case *chatkit.ClientToolCall:
		if it.Status != chatkit.CallCompleted {
			return RequiresAction
		}
	case *chatkit.StructuredInput:
		if it.Status == chatkit.InputPending || it.Status == "" {
			return RequiresAction
		}
	}
	return Completed
}

// stopNote tells the model of the next turn that this answer was stopped
// (chatkit-python stores the same kind of note when a client hangs up).
func stopNote(threadID string) chatkit.Item {
	return &chatkit.SDKHiddenContext{
		ItemBase: chatkit.ItemBase{ID: chatkit.NewID(chatkit.PrefixHidden), ThreadID: threadID, CreatedAt: chatkit.At(time.Now())},
		Content:  chatkit.CancelledNote,
	}
}

func panicError(p any) error {
	return fmt.Errorf("live: producer panicked: %v\n%s", p, debug.Stack())
}
