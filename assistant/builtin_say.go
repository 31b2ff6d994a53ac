package assistant

import (
	"context"
	"fmt"
	"strings"

	"github.com/taskpilot/taskpilot/views/locale"
)

// examples are sentences that are understood, in the language of ctx. A test reads
// every translation of a text with the meaning "say", and understands it.
func examples(ctx context.Context) string {
	return bulleted(
		locale.Tc(ctx, "say", "add buy milk"),
		locale.Tc(ctx, "say", "add call mum tomorrow at 5"),
		locale.Tc(ctx, "say", "add milk, eggs and bread"),
		locale.Tc(ctx, "say", "list my tasks"),
		locale.Tc(ctx, "say", "show completed tasks"),
		locale.Tc(ctx, "say", "complete buy milk"),
		locale.Tc(ctx, "say", "rename buy milk to buy oat milk"),
		locale.Tc(ctx, "say", "find milk"),
		locale.Tc(ctx, "say", "move buy milk to friday"),
		locale.Tc(ctx, "say", "delete buy milk"),
		locale.Tc(ctx, "say", "undo"),
	)
}

func bulleted(sentences ...string) string { return "- **" + strings.Join(sentences, "**\n- **") + "**" }

func sayList(ctx context.Context) string { return locale.Tc(ctx, "say", "list my tasks") }
func sayAdd(ctx context.Context) string  { return locale.Tc(ctx, "say", "add buy milk") }
func sayTwo(ctx context.Context) string  { return locale.Tc(ctx, "say", "complete 2") }

func connect(ctx context.Context) string {
	return locale.T(ctx, "To talk about anything else, connect a language model: set `OPENAI_API_KEY` for OpenAI, or `OPENAI_BASE_URL` and `OPENAI_MODEL` for Ollama, llama.cpp, vLLM or another compatible server, and start TaskPilot again.")
}

// talk answers what needs no tool.
func (a *builtinTurn) talk(req request) string {
	ctx := a.ctx
	switch req.kind {
	case kindGreeting:
		hello := locale.T(ctx, "Hello!")
		if name := escape(a.turn.User.Name); name != "" {
			hello = locale.Tf(ctx, "Hello %s!", name)
		}
		return hello + " " + locale.Tf(ctx, "I look after your to-do list. Tell me what you need to do, or say **%s** to see what I understand.", locale.Tc(ctx, "say", "help"))
	case kindThanks:
		return locale.T(ctx, "You're welcome!")
	case kindBye:
		return locale.T(ctx, "Goodbye! Your tasks are safe here.")
	case kindHelp:
		numbers := locale.Tf(ctx, "After a list, numbers do as well: **%s**, **%s**.", sayTwo(ctx), locale.Tc(ctx, "say", "delete the first two"))
		return locale.T(ctx, "I look after your to-do list. You can say:") + "\n\n" + examples(ctx) + "\n\n" + numbers + " " + connect(ctx) + " " +
			locale.T(ctx, "Who builds a front end says **/demo**.")
	case kindBulk:
		return locale.Tf(ctx, "I change one task at a time, so that nothing is lost by mistake. Say **%s**, then for example **%s**.", sayList(ctx), sayTwo(ctx))
	case kindVague:
		return vagueAnswer(ctx, req.of)
	}
	return locale.T(ctx, "I didn't understand that. Without a language model I only know about your to-do list. You can say:") + "\n\n" + examples(ctx) + "\n\n" + connect(ctx)
}

func vagueAnswer(ctx context.Context, of kind) string {
	switch of {
	case kindComplete:
		return locale.Tf(ctx, "Which task is done? Say for example **%s**.", locale.Tc(ctx, "say", "complete buy milk"))
	case kindDelete:
		return locale.Tf(ctx, "Which task shall I delete? Say for example **%s**.", locale.Tc(ctx, "say", "delete buy milk"))
	case kindRename:
		return locale.Tf(ctx, "Which task, and what shall it be called? Say for example **%s**.", locale.Tc(ctx, "say", "rename buy milk to buy oat milk"))
	case kindFind:
		return locale.Tf(ctx, "What are you looking for? Say for example **%s**.", locale.Tc(ctx, "say", "find milk"))
	}
	return locale.Tf(ctx, "What shall I add? Say for example **%s**.", sayAdd(ctx))
}

// worded puts a tool's result into a sentence.
func (a *builtinTurn) worded(tool string, args map[string]any, result any) string {
	switch r := result.(type) {
	case TaskResult:
		return a.wordedChange(r, args)
	case TaskList:
		if tool == ToolFindTask {
			return wordedFound(a.ctx, r, fmt.Sprint(args["name"]))
		}
		said := wordedList(a.ctx, r, fmt.Sprint(args["status"]))
		if head, _, ok := strings.Cut(said, "\n"); ok && a.turn.Widgets {
			return head // the list itself is drawn below (TaskBoard)
		}
		return said
	case ToolFailure:
		return wordedFailure(a.ctx, r, args)
	}
	return locale.T(a.ctx, "Done.")
}

func (a *builtinTurn) wordedChange(r TaskResult, args map[string]any) string {
	ctx, title := a.ctx, bold(r.Task.Title)
	switch {
	case r.Status == "created":
		return locale.Tf(ctx, "Added %[1]s to your list%[2]s.", title, a.wordedDetails(r.Task))
	case r.Status == "completed":
		return locale.Tf(ctx, "Well done! %s is completed.", title)
	case r.Status == "deleted":
		return locale.Tf(ctx, "Deleted %s.", title)
	case args["title"] != nil:
		return locale.Tf(ctx, "The task is now called %s.", title)
	case args["title"] == nil && args["due_at"] == "":
		return locale.Tf(ctx, "%s has no due date any more.", title)
	case args["due_at"] != nil && r.Task.DueAt != nil:
		return locale.Tf(ctx, "%[1]s is now due %[2]s.", title, dueWords(ctx, *r.Task.DueAt, a.turn.Now))
	case args["priority"] != nil:
		return wordedPriority(ctx, title, r.Task.Priority)
	case args["completed"] == false:
		return locale.Tf(ctx, "%s is open again.", title)
	}
	return locale.Tf(ctx, "Updated %s.", title)
}

func wordedPriority(ctx context.Context, title, priority string) string {
	switch priority {
	case "low":
		return locale.Tf(ctx, "%s now has low priority.", title)
	case "medium":
		return locale.Tf(ctx, "%s now has medium priority.", title)
	case "high":
		return locale.Tf(ctx, "%s now has high priority.", title)
	}
	return locale.Tf(ctx, "%s has no priority any more.", title)
}

// wordedDetails are what else was said of a new task: they follow its name.
func (a *builtinTurn) wordedDetails(t Task) string {
	words := ""
	if t.DueAt != nil {
		words += locale.Tf(a.ctx, ", due %s", dueWords(a.ctx, *t.DueAt, a.turn.Now))
	}
	switch t.Priority {
	case "low":
		words += locale.T(a.ctx, ", with low priority")
	case "medium":
		words += locale.T(a.ctx, ", with medium priority")
	case "high":
		words += locale.T(a.ctx, ", with high priority")
	}
	return words
}

func wordedFailure(ctx context.Context, f ToolFailure, args map[string]any) string {
	name, _ := args["name"].(string)
	switch {
	case len(f.Matches) > 0:
		return locale.T(ctx, "Which one do you mean? Say its number.") + "\n\n" + lines(ctx, f.Matches)
	case strings.HasPrefix(f.Error, "No task matches"):
		if name == "" {
			return locale.Tf(ctx, "That task is gone. Say **%s** to see what there is.", sayList(ctx))
		}
		return locale.Tf(ctx, "I found no task that matches %[1]s. Say **%[2]s** to see what there is.", bold(name), sayList(ctx))
	}
	return locale.Tf(ctx, "That did not work: %s", escape(locale.Known(ctx, f.Error)))
}
