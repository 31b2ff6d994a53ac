package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views/locale"
)

// DefaultPace is a pace at which one can watch the built-in assistant write.
const DefaultPace = 15 * time.Millisecond

// maxPacing bounds the time that a long answer's pace may take.
const maxPacing = 3 * time.Second

// BuiltinOptions are the settings of the built-in assistant.
type BuiltinOptions struct {
	Pace   time.Duration // between two words; 0 writes at once
	Logger *slog.Logger  // where failures of tools go; nil: nowhere
}

// Builtin is the assistant that needs no model: it understands plain requests
// about tasks, and answers in the person's language.
type Builtin struct {
	tasks  Tasks
	tools  Tools
	pace   time.Duration
	logger *slog.Logger
}

var _ Assistant = (*Builtin)(nil)

// NewBuiltin returns the built-in assistant over the people's tasks.
func NewBuiltin(tasks Tasks, opts BuiltinOptions) *Builtin {
	return &Builtin{tasks: tasks, tools: TaskTools(tasks), pace: opts.Pace, logger: orDiscard(opts.Logger)}
}

func orDiscard(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return l
}

// Name returns "builtin".
func (*Builtin) Name() string { return "builtin" }

// Respond answers the turn's input.
func (b *Builtin) Respond(ctx context.Context, turn *Turn, emit Emit) error {
	a := b.newTurn(ctx, turn, emit)
	if turn.Input == nil {
		return a.goOn()
	}
	if name, ok := demoOf(turn.Input.Text()); ok {
		return a.demo(name)
	}
	text, err := a.answer(understand(turn.Input.Text(), locale.Of(a.ctx).Code))
	if err != nil {
		return err
	}
	return a.say(text)
}

func (b *Builtin) newTurn(ctx context.Context, turn *Turn, emit Emit) *builtinTurn {
	return &builtinTurn{Builtin: b, ctx: speaking(ctx, turn), turn: turn, out: output{turn, emit}}
}

// speaking returns a context in which the person's language is spoken, where they are.
func speaking(ctx context.Context, turn *Turn) context.Context {
	ctx = locale.WithZone(ctx, turn.Now.Location())
	languages, err := locale.Load()
	if err != nil {
		return ctx // a test loads them all
	}
	if l := languages.Find(turn.User.Language); l != nil {
		return locale.With(ctx, l)
	}
	return ctx
}

// builtinTurn is one turn of the built-in assistant.
type builtinTurn struct {
	*Builtin
	ctx  context.Context // of this one call of Respond, in the person's language
	turn *Turn
	out  output
	made *Task // the task that was made or changed last
}

// answer does what was asked and returns the answer in Markdown.
func (a *builtinTurn) answer(req request) (string, error) {
	switch req.kind {
	case kindAdd:
		return a.add(req)
	case kindList:
		return a.call(ToolListTasks, map[string]any{"status": req.status})
	case kindFind:
		return a.call(ToolFindTask, map[string]any{"name": bareName(req.name)})
	case kindComplete:
		return a.change(ToolCompleteTask, req.name, nil)
	case kindDelete:
		return a.change(ToolDeleteTask, req.name, nil)
	case kindReopen:
		return a.change(ToolUpdateTask, req.name, map[string]any{"completed": false})
	case kindPrioritise:
		return a.change(ToolUpdateTask, req.name, map[string]any{"priority": strings.Replace(req.value, "none", "", 1)})
	case kindSchedule:
		return a.schedule(req)
	case kindUndo:
		return a.undo()
	case kindRename:
		return a.changeText(req.pairs, "title")
	case kindDescribe:
		return a.changeText(req.pairs, "description")
	case kindChoose:
		return a.choose(req.name)
	}
	return a.talk(req), nil
}

// call runs a tool and words its result.
func (a *builtinTurn) call(name string, args map[string]any) (string, error) {
	if tool, ok := a.tools.Find(name); ok {
		if err := a.out.progress(tool.Progress); err != nil {
			return "", err
		}
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return "", fmt.Errorf("assistant: write arguments: %w", err)
	}
	before := a.before(name, args)
	result, failed := a.tools.Call(a.ctx, a.turn.User.ID, name, raw)
	if err := a.ctx.Err(); err != nil {
		return "", err
	}
	call := ToolCall{ID: chatkit.NewID("call"), Name: name, Arguments: args, Output: result}
	if r, ok := result.(TaskResult); ok {
		call.Before, a.made = before, &r.Task
	}
	if err := a.out.toolCall(call); err != nil {
		return "", err
	}
	if failed != nil {
		a.logger.ErrorContext(a.ctx, "a task tool failed", "tool", name, "error", failed)
		return "", &chatkit.Error{Message: unreachableWords, AllowRetry: true, Err: failed}
	}
	return a.worded(name, args, result), nil
}

// add makes the tasks of a sentence.
func (a *builtinTurn) add(req request) (string, error) {
	list := newTasks(req, a.turn.Now)
	if len(list) == 1 {
		return a.call(ToolAddTask, list[0])
	}
	var answers []string
	for _, args := range list {
		a.made = nil
		answer, err := a.call(ToolAddTask, args)
		if err != nil {
			return "", err
		}
		if a.made != nil {
			answer = bold(a.made.Title) + a.wordedDetails(*a.made)
		}
		answers = append(answers, fmt.Sprintf("%d. %s", len(answers)+1, answer))
	}
	return locale.Tn(a.ctx, len(list), "Added %d task to your list:", "Added %d tasks to your list:") + "\n\n" + strings.Join(answers, "\n"), nil
}

// schedule changes when a task is due.
func (a *builtinTurn) schedule(req request) (string, error) {
	due := ""
	if req.value != "" {
		at, ok := parseWhen(req.value, a.turn.Now)
		if !ok {
			return locale.Tf(a.ctx, "I don't understand that date. Say for example **%s**.", locale.Tc(a.ctx, "say", "move buy milk to friday")), nil
		}
		due = at.Format(time.RFC3339Nano)
	}
	return a.change(ToolUpdateTask, req.name, map[string]any{"due_at": due})
}

// change runs a tool on the tasks that the person named: by title, by their places
// in the list shown last, or as "it".
func (a *builtinTurn) change(tool, name string, args map[string]any) (string, error) {
	recalled, err := a.recall()
	if err != nil {
		return "", err
	}
	tasks, ask, referred := recalled.refer(a.ctx, name)
	switch {
	case ask != "":
		return ask, nil
	case referred:
	case pronoun.MatchString(name) && recalled.last != nil:
		tasks = []Task{*recalled.last}
	default:
		if name, err = a.meant(name); err != nil {
			return "", err
		}
		return a.call(tool, plus(args, "name", name))
	}
	var answers []string
	for _, task := range tasks {
		answer, err := a.call(tool, plus(args, "task_id", task.ID))
		if err != nil {
			return "", err
		}
		answers = append(answers, answer)
	}
	if len(answers) > 1 {
		return "- " + strings.Join(answers, "\n- "), nil
	}
	return strings.Join(answers, ""), nil
}

// plus returns arguments with one more.
func plus(args map[string]any, name string, value any) map[string]any {
	with := maps.Clone(args)
	if with == nil {
		with = map[string]any{}
	}
	with[name] = value
	return with
}

// meant returns the part of a sentence that names a task. What looks like
// padding ("the … task") may belong to a title.
func (a *builtinTurn) meant(name string) (string, error) {
	bare := bareName(name)
	if bare == name {
		return name, nil
	}
	found, err := a.find(name)
	if err != nil || len(found) == 0 {
		return bare, err
	}
	return name, nil
}

// longestName is more than what a task is called by: its title and words around it.
const longestName = 300

// changeText changes a text of a task. Of several readings the one with the
// longest name that a task has explains most of the words.
func (a *builtinTurn) changeText(pairs []pair, field string) (string, error) {
	chosen := pairs[0]
	for _, p := range pairs {
		if len(pairs) == 1 || utf8.RuneCountInString(p.name) > longestName { // the next ones are longer
			break
		}
		found, err := a.find(bareName(p.name))
		if err != nil {
			return "", err
		}
		if len(found) > 0 {
			chosen = p
		}
	}
	return a.change(ToolUpdateTask, chosen.name, map[string]any{field: chosen.value})
}

func (a *builtinTurn) find(name string) ([]Task, error) {
	found, err := a.tasks.FindTasks(a.ctx, a.turn.User.ID, name)
	if err != nil {
		return nil, a.unreachable(err)
	}
	return found, nil
}

// choose answers "the second one": it repeats a call that was not clear with
// the task that is now.
func (a *builtinTurn) choose(name string) (string, error) {
	recalled, err := a.recall()
	if err != nil {
		return "", err
	}
	if recalled.unclear == nil {
		return locale.Tf(a.ctx, "What shall I do with it? Say for example **%[1]s** or **%[2]s**.", sayTwo(a.ctx), locale.Tc(a.ctx, "say", "delete 2")), nil
	}
	args, _ := recalled.unclear.Arguments.(map[string]any)
	delete(args, "name")
	delete(args, "task_id")
	return a.change(recalled.unclear.Name, name, args)
}

// say writes the answer word by word.
func (a *builtinTurn) say(text string) error {
	words := strings.SplitAfter(text, " ")
	pace := min(a.pace, maxPacing/time.Duration(len(words)))
	m := a.out.message()
	for i, word := range words {
		if i > 0 {
			if err := wait(a.ctx, pace); err != nil {
				return err
			}
		}
		if err := m.write(word); err != nil {
			return err
		}
	}
	return m.done()
}

// wait waits for d or for the end of ctx, whichever is first.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// historyError words a failure to read the thread.
func historyError(ctx context.Context, err error) error {
	if ctxErr := ctx.Err(); ctxErr != nil && errors.Is(err, ctxErr) {
		return ctxErr
	}
	return fmt.Errorf("assistant: read history: %w", err)
}
