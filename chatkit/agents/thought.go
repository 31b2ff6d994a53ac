package agents

import (
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

func (t *Translator) beginReasoning() error {
	if err := t.settle(); err != nil {
		return err
	}
	if t.workflow != nil {
		return nil
	}
	t.begin(chatkit.Workflow{Type: chatkit.WorkflowReasoning})
	return t.showWorkflow()
}

// thought streams a thought: the first of an otherwise empty workflow, or with
// EveryThought each.
func (t *Translator) thought(e ThoughtDelta) error {
	w := t.workflow
	if w == nil || e.Text == "" {
		return nil
	}
	if g := w.grown; g != nil {
		if g.item != e.Item || g.index != e.Index {
			return nil
		}
		return t.grow(g, e.Text)
	}
	first := w.item.Workflow.Type == chatkit.WorkflowReasoning && len(w.item.Workflow.Tasks) == 0
	text := strings.TrimSpace(chatkit.CleanText(e.Text))
	if !first && !t.opts.EveryThought || text == "" {
		return nil
	}
	g := &grown{item: e.Item, index: e.Index, at: t.opts.Now()}
	g.text.WriteString(strings.TrimLeft(chatkit.CleanText(e.Text), " \t\r\n"))
	index, err := t.addTask(g.asTask())
	g.task, g.sent, w.grown = index, g.text.Len(), g
	return err
}

func (g *grown) asTask() chatkit.Task { return &chatkit.ThoughtTask{Content: g.text.String()} }

func (t *Translator) grow(g *grown, text string) error {
	if g.text.Len() > maxThought {
		return nil
	}
	g.text.WriteString(chatkit.CleanText(text))
	now := t.opts.Now()
	if g.text.Len()-g.sent < g.sent/growth && now.Sub(g.at) < growthTime {
		return nil
	}
	g.sent, g.at = g.text.Len(), now
	return t.updateTask(g.task, g.asTask())
}

// thoughtDone shows a whole thought.
func (t *Translator) thoughtDone(e ThoughtDone) error {
	w := t.workflow
	if w == nil {
		return nil
	}
	text := chatkit.CleanText(e.Text)
	if len(text) > maxThought {
		text = chatkit.CleanText(text[:maxThought]) + "…"
	}
	task := &chatkit.ThoughtTask{Content: strings.TrimSpace(text)}
	if g := w.grown; g != nil && g.item == e.Item && g.index == e.Index {
		w.grown = nil
		if task.Content == "" {
			task.Content = strings.TrimSpace(g.text.String())
		}
		return t.updateTask(g.task, task)
	}
	if task.Content == "" {
		return nil
	}
	_, err := t.addTask(task)
	return err
}

// closeThought keeps all that came of a thought that was not finished.
func (w *workflow) closeThought() {
	if g := w.grown; g != nil {
		w.item.Workflow.Tasks[g.task] = g.asTask()
		w.grown = nil
	}
}

// search shows a search of the model server's.
func (t *Translator) search(e Search) error {
	if !t.opts.Searches {
		return nil
	}
	if err := t.settle(); err != nil {
		return err
	}
	if t.workflow != nil {
		if index, ok := t.workflow.tasks[e.Item]; ok {
			return t.updateTask(index, searchTask(e))
		}
	}
	index, err := t.addTask(searchTask(e))
	if err == nil {
		t.workflow.tasks[e.Item] = index
	}
	return err
}

func searchTask(e Search) chatkit.Task {
	base := chatkit.TaskBase{StatusIndicator: "loading"}
	if e.Done {
		base.StatusIndicator = "complete"
	}
	if e.Files {
		base.Title = "Searching the files"
		if len(e.Queries) > 0 {
			base.Title += ": " + strings.Join(e.Queries, ", ")
		}
		return &chatkit.FileTask{TaskBase: base, Sources: e.Sources}
	}
	base.Title = "Searching the web"
	task := &chatkit.WebSearchTask{TaskBase: base, Queries: e.Queries, Sources: e.Sources}
	if len(e.Queries) > 0 {
		task.TitleQuery = e.Queries[0]
	}
	return task
}
