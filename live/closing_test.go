package live_test

import (
	"context"
	"errors"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
)

// TestBrokenWorkflowLooksEnded has a run fail while a step of its workflow goes on.
func TestBrokenWorkflowLooksEnded(t *testing.T) {
	t.Parallel()
	store := newMemory()
	e := engine(t, store)
	start(t, e, store.accept("run_a", me), func(_ context.Context, emit func(chatkit.Event) error) error {
		step := &chatkit.CustomTask{TaskBase: chatkit.TaskBase{StatusIndicator: "loading"}, Content: "adding"}
		return errors.Join(emit(chatkit.ItemAdded{Item: &chatkit.WorkflowItem{Workflow: chatkit.Workflow{Type: chatkit.WorkflowCustom, Tasks: []chatkit.Task{step}}}}),
			errors.New("broken"))
	})
	read(t, e, store, "run_a", 0)
	items := store.stored("run_a").items
	flow, ok := items[0].Item.(*chatkit.WorkflowItem)
	if !ok || flow.Workflow.Summary == nil || flow.Workflow.Tasks[0].Common().StatusIndicator != "none" {
		t.Errorf("stored %+v", items)
	}
}
