package views

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/taskpilot/taskpilot/views/locale"
)

// Tasks is the tasks page.
type Tasks struct {
	Viewer Viewer
	Now    time.Time
	Tasks  []Task
	Filter TaskFilter
	Next   string // the task after the last one shown; "" when there is none
	New    TaskForm
	// Editing is a change that was refused, shown open again.
	Editing *TaskForm
	// Deleted is a task that can be had back.
	Deleted *Task
	// Said is what a change did, for those who do not see the list.
	Said string
}

// more is the page after this one.
func (t Tasks) more() TaskFilter {
	f := t.Filter
	f.After = t.Tasks[len(t.Tasks)-1].ID
	return f
}

// neighbours are the ids of the tasks before and after the nth one, as the page
// lists them.
func (t Tasks) neighbours(n int) (before, after string) {
	before, after = t.Filter.After, t.Next
	if n > 0 {
		before = t.Tasks[n-1].ID
	}
	if n+1 < len(t.Tasks) {
		after = t.Tasks[n+1].ID
	}
	return before, after
}

// editing returns the form of the task if its change was refused.
func (t Tasks) editing(task string) *TaskForm {
	if t.Editing != nil && t.Editing.ID == task {
		return t.Editing
	}
	return nil
}

// Self is the address of the list as it is shown, with the deletion that can be undone.
func (t Tasks) Self() string {
	q := t.Filter.values()
	if t.Deleted != nil {
		q.Set("deleted", t.Deleted.ID)
	}
	return withQuery("/tasks", q)
}

// TaskNotes says when a task is due and how important it is.
func TaskNotes(ctx context.Context, task Task, now time.Time) string {
	var notes []string
	if task.DueAt != nil {
		notes = append(notes, dueText(ctx, task, now))
	}
	if task.Priority != "" {
		notes = append(notes, priorityText(ctx, task.Priority))
	}
	return strings.Join(notes, ". ")
}

// TaskFilter says which tasks are listed.
type TaskFilter struct {
	Status   string // "all" (or ""), "pending" or "completed"
	Due      string // "" (any), "overdue", "today", "week" or "none"
	Priority string // "" (any), "low", "medium" or "high"
	Text     string // words of the title
	After    string // the last task of the page before; "" on the first
}

// ReadTaskFilter reads what Query wrote, or what a browser sends of the form.
func ReadTaskFilter(q url.Values) TaskFilter {
	return TaskFilter{Status: q.Get("status"), Due: q.Get("due"), Priority: q.Get("priority"), Text: q.Get("q"), After: q.Get("after")}
}

// Query writes the filter as a URL has it.
func (f TaskFilter) Query() string { return f.values().Encode() }

// URL is the address of the tasks that the filter lets through.
func (f TaskFilter) URL() string { return withQuery("/tasks", f.values()) }

func (f TaskFilter) values() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"status": f.Status, "due": f.Due, "priority": f.Priority, "q": f.Text, "after": f.After} {
		if value != "" && (name != "status" || value != "all") {
			q.Set(name, value)
		}
	}
	return q
}

// Narrow reports whether the filter leaves anything out.
func (f TaskFilter) Narrow() bool { f.After = ""; return len(f.values()) > 0 }

func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// Task is one of the person's tasks.
type Task struct {
	ID, Title, Description string
	Completed              bool
	DueAt                  *time.Time
	Priority               string // "", "low", "medium" or "high"
}

// TaskForm is what a person typed about a task, with what is wrong about it.
type TaskForm struct {
	ID, Title, Description, Due, Priority string
	Errors                                map[string]string // by field: "title", "description", "due_at", "priority"
}

// formOf is the refused form, or one with the task's own values.
func formOf(task Task, form *TaskForm, zone *time.Location) TaskForm {
	if form != nil {
		return *form
	}
	f := TaskForm{ID: task.ID, Title: task.Title, Description: task.Description, Priority: task.Priority}
	if task.DueAt != nil {
		f.Due = DueDay(*task.DueAt, zone).Format(time.DateOnly)
	}
	return f
}

// invalid are the attributes of a field with something wrong about it, which the
// element with the id says.
func invalid(problem, id string) templ.Attributes {
	if problem == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": id}
}

func boolText(b bool) string { return strconv.FormatBool(b) }

// A due date is a day, kept as midnight UTC wherever the person is, or a time,
// which is never midnight UTC to the millisecond (see assistant/due.go).
func timed(due time.Time) bool { return !due.UTC().Equal(locale.DateOf(due.UTC())) }

// DueDay is the day of a due date, as midnight UTC: of a time, where the person is.
func DueDay(due time.Time, zone *time.Location) time.Time {
	if timed(due) {
		return locale.DateOf(due.In(zone))
	}
	return due.UTC()
}

// late reports whether an open task's day is over, or its time has come.
func late(task Task, now time.Time) bool {
	if task.Completed || task.DueAt == nil {
		return false
	}
	if timed(*task.DueAt) {
		return task.DueAt.Before(now)
	}
	return task.DueAt.Before(locale.DateOf(now))
}

func dueToday(task Task, now time.Time) bool {
	return !task.Completed && task.DueAt != nil && DueDay(*task.DueAt, now.Location()).Equal(locale.DateOf(now))
}

// dueText says when a task is due, and that it is overdue, in words.
func dueText(ctx context.Context, task Task, now time.Time) string {
	when, zone := dayText(ctx, DueDay(*task.DueAt, now.Location()), now), now.Location()
	switch {
	case timed(*task.DueAt) && zone == time.UTC: // nobody knows where the person is
		when = locale.Tf(ctx, "%s, %s UTC", when, locale.Time(ctx, task.DueAt.UTC()))
	case timed(*task.DueAt):
		when += ", " + locale.Time(ctx, task.DueAt.In(zone))
	}
	if late(task, now) {
		return locale.Tf(ctx, "Overdue: %s", when)
	}
	return locale.Tf(ctx, "Due: %s", when)
}

func dayText(ctx context.Context, due, now time.Time) string {
	switch days := int(due.Sub(locale.DateOf(now)).Hours() / 24); {
	case days == 0:
		return locale.T(ctx, "Today")
	case days == 1:
		return locale.T(ctx, "Tomorrow")
	case days == -1:
		return locale.T(ctx, "Yesterday")
	case days > 1 && days < 7:
		return locale.Weekday(ctx, due)
	}
	if due.Year() == now.Year() {
		return locale.DayMonth(ctx, due)
	}
	return locale.Date(ctx, due)
}

// choice is one of the values of a select or of a group of buttons.
type choice struct{ value, label string }

func statusChoices(ctx context.Context) []choice {
	return []choice{{"all", locale.T(ctx, "All")}, {"pending", locale.T(ctx, "To do")}, {"completed", locale.T(ctx, "Done")}}
}

func dueChoices(ctx context.Context) []choice {
	return []choice{{"", locale.T(ctx, "Any date")}, {"overdue", locale.T(ctx, "Overdue")}, {"today", locale.T(ctx, "Due today")},
		{"week", locale.T(ctx, "Due within a week")}, {"none", locale.T(ctx, "Without a date")}}
}

func priorities(ctx context.Context) []choice {
	return []choice{{"low", locale.T(ctx, "Low priority")}, {"medium", locale.T(ctx, "Medium priority")}, {"high", locale.T(ctx, "High priority")}}
}

func withAny(any string, list []choice) []choice { return slices.Insert(list, 0, choice{"", any}) }

func priorityText(ctx context.Context, priority string) string {
	for _, p := range priorities(ctx) {
		if p.value == priority {
			return p.label
		}
	}
	return priority
}

func priorityClass(priority string) string {
	switch priority {
	case "high", "medium":
		return priority
	}
	return "low"
}
