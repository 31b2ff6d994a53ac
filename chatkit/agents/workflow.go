package agents

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// ErrNoTask is returned for the update of a task that is not there.
var ErrNoTask = errors.New("agents: there is no such task in the workflow")

// workflow is the open workflow of a turn.
type workflow struct {
	item   chatkit.WorkflowItem
	hidden bool // not shown yet: it is when its first task comes
	grown  *grown
	tasks  map[string]int // of a search, where its task is
}

// grown is the thought that is being streamed.
type grown struct {
	item  string
	index int
	task  int
	text  strings.Builder
	sent  int // bytes of text in the last update
	at    time.Time
}

// A thought is sent whole with each update. So that a long one does not cost its
// square, an update waits until the thought has grown by a sixteenth or a second
// has passed.
const (
	growth     = 16
	growthTime = time.Second
	maxThought = 256 << 10
)

// StartWorkflow begins a workflow, after ending the one that is open. One that is
// custom and has no tasks is shown with its first.
func (t *Translator) StartWorkflow(w chatkit.Workflow) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.settle(); err != nil {
		return err
	}
	if err := t.endWorkflow(nil, false); err != nil {
		return err
	}
	t.begin(w)
	if w.Type == chatkit.WorkflowCustom && len(w.Tasks) == 0 {
		return nil
	}
	return t.showWorkflow()
}

func (t *Translator) begin(w chatkit.Workflow) {
	w.Tasks = slices.Clone(w.Tasks)
	t.workflow = &workflow{item: chatkit.WorkflowItem{Workflow: w}, hidden: true, tasks: map[string]int{}}
	t.workflow.item.CreatedAt = chatkit.At(t.opts.Now())
}

func (t *Translator) showWorkflow() error {
	w := t.workflow
	w.hidden = false
	t.fill(&w.item)
	return t.out(chatkit.ItemAdded{Item: w.copy()})
}

func (w *workflow) copy() *chatkit.WorkflowItem {
	item := w.item
	item.Workflow.Tasks = slices.Clone(item.Workflow.Tasks)
	return &item
}

// Resume goes on with the workflow that a paused turn left open: pass the newest
// items of the thread, oldest first. It is shown again with the first thing that
// happens in it.
func (t *Translator) Resume(newest []chatkit.Item) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := len(newest) - 1
	for i >= 0 && skippable(newest[i]) {
		i--
	}
	if i < 0 {
		return
	}
	item, ok := newest[i].(*chatkit.WorkflowItem)
	if !ok || item.Workflow.Summary != nil {
		return
	}
	t.workflow = &workflow{item: *item, hidden: true, tasks: map[string]int{}}
}

// skippable items may stand after a workflow that goes on.
func skippable(it chatkit.Item) bool {
	_, call := it.(*chatkit.ClientToolCall)
	return call || chatkit.Hidden(it)
}

// AddTask adds a task to the workflow, which it begins if there is none, and
// returns the task's index.
func (t *Translator) AddTask(task chatkit.Task) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.settle(); err != nil {
		return 0, err
	}
	return t.addTask(task)
}

func (t *Translator) addTask(task chatkit.Task) (int, error) {
	if t.workflow == nil {
		t.begin(chatkit.Workflow{Type: chatkit.WorkflowCustom})
	}
	w := t.workflow
	index := len(w.item.Workflow.Tasks)
	if w.hidden && index > 0 { // an older one, shown again
		if err := t.showWorkflow(); err != nil {
			return 0, err
		}
	}
	w.item.Workflow.Tasks = append(w.item.Workflow.Tasks, task)
	if w.hidden {
		return index, t.showWorkflow()
	}
	return index, t.update(w.item.ID, chatkit.WorkflowTaskAdded{TaskIndex: index, Task: task})
}

// UpdateTask puts a task in the place of the one with this index.
func (t *Translator) UpdateTask(index int, task chatkit.Task) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.updateTask(index, task)
}

func (t *Translator) updateTask(index int, task chatkit.Task) error {
	w := t.workflow
	if w == nil || index < 0 || index >= len(w.item.Workflow.Tasks) {
		return ErrNoTask
	}
	w.item.Workflow.Tasks[index] = task
	return t.update(w.item.ID, chatkit.WorkflowTaskUpdated{TaskIndex: index, Task: task})
}

// EndWorkflow ends the workflow, if there is one. Without a summary it is how long
// the workflow took.
func (t *Translator) EndWorkflow(summary *chatkit.WorkflowSummary, expanded bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.endWorkflow(summary, expanded)
}

func (t *Translator) endWorkflow(summary *chatkit.WorkflowSummary, expanded bool) error {
	w := t.workflow
	t.workflow = nil
	if w == nil || w.hidden && len(w.item.Workflow.Tasks) == 0 {
		return nil
	}
	w.closeThought()
	if summary != nil {
		w.item.Workflow.Summary = summary
	} else if w.item.Workflow.Summary == nil {
		seconds := int(t.opts.Now().Sub(w.item.CreatedAt.Time) / time.Second)
		w.item.Workflow.Summary = &chatkit.WorkflowSummary{Duration: &seconds}
	}
	w.item.Workflow.Expanded = expanded
	return t.doneWorkflow(w)
}

func (t *Translator) doneWorkflow(w *workflow) error {
	t.fill(&w.item)
	return t.out(chatkit.ItemDone{Item: w.copy()})
}

// pauseWorkflow stores the workflow as it is, to go on later.
func (t *Translator) pauseWorkflow() error {
	w := t.workflow
	t.workflow = nil
	if w == nil || w.hidden {
		return nil
	}
	w.closeThought()
	return t.doneWorkflow(w)
}
