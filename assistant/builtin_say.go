package assistant

import (
	"fmt"
	"strings"
	"time"
)

const examples = `- **add** buy milk, or **add** call mum **tomorrow at 5**, or **add** milk, eggs and bread
- **list my tasks**, or only what is *pending* or *completed*
- **complete** buy milk
- **rename** buy milk **to** buy oat milk
- **find** milk
- **move** buy milk **to friday**
- **delete** buy milk, and **undo** if that was wrong`

const connect = "To talk about anything else, connect a language model: set `OPENAI_API_KEY` for OpenAI, or `OPENAI_BASE_URL` and `OPENAI_MODEL` for Ollama, llama.cpp, vLLM or another compatible server, and start TaskPilot again."

// talk answers what needs no tool.
func (a *builtinTurn) talk(req request) string {
	switch req.kind {
	case kindGreeting:
		hello := "Hello!"
		if name := escape(a.turn.User.Name); name != "" {
			hello = "Hello " + name + "!"
		}
		return hello + " I look after your to-do list. Tell me what you need to do, or say **help** to see what I understand."
	case kindThanks:
		return "You're welcome!"
	case kindBye:
		return "Goodbye! Your tasks are safe here."
	case kindHelp:
		return "I look after your to-do list. You can say:\n\n" + examples + "\n\nAfter a list, numbers do as well: *complete 2*, *delete the first two*. " + connect + " Who builds a front end says **/demo**."
	case kindBulk:
		return "I change one task at a time, so that nothing is lost by mistake. Say **list my tasks**, then for example **complete 2**."
	case kindVague:
		return vagueAnswer(req.of)
	}
	return "I didn't understand that. Without a language model I only know about your to-do list. You can say:\n\n" + examples + "\n\n" + connect
}

func vagueAnswer(of kind) string {
	switch of {
	case kindComplete:
		return "Which task is done? Say for example **complete buy milk**."
	case kindDelete:
		return "Which task shall I delete? Say for example **delete buy milk**."
	case kindRename:
		return "Which task, and what shall it be called? Say for example **rename buy milk to buy oat milk**."
	case kindFind:
		return "What are you looking for? Say for example **find milk**."
	}
	return "What shall I add? Say for example **add buy milk**."
}

// worded puts a tool's result into a sentence.
func worded(tool string, args map[string]any, result any, now time.Time) string {
	switch r := result.(type) {
	case TaskResult:
		return wordedChange(r, args, now)
	case TaskList:
		if tool == ToolFindTask {
			return wordedFound(r, fmt.Sprint(args["name"]), now.Location())
		}
		return wordedList(r, fmt.Sprint(args["status"]), now.Location())
	case ToolFailure:
		return wordedFailure(r, args, now.Location())
	}
	return "Done."
}

func wordedChange(r TaskResult, args map[string]any, now time.Time) string {
	title := bold(r.Task.Title)
	switch {
	case r.Status == "created":
		return "Added " + title + " to your list" + wordedDetails(r.Task, now) + "."
	case r.Status == "completed":
		return "Well done! " + title + " is completed."
	case r.Status == "deleted":
		return "Deleted " + title + "."
	case args["title"] != nil:
		return "The task is now called " + title + "."
	case args["title"] == nil && args["due_at"] == "":
		return title + " has no due date any more."
	case args["due_at"] != nil && r.Task.DueAt != nil:
		return title + " is now due " + dueWords(*r.Task.DueAt, now) + "."
	case args["priority"] == "":
		return title + " has no priority any more."
	case args["priority"] != nil:
		return title + " now has " + escape(r.Task.Priority) + " priority."
	case args["completed"] == false:
		return title + " is open again."
	}
	return "Updated " + title + "."
}

// wordedDetails are what else was said of a new task.
func wordedDetails(t Task, now time.Time) string {
	words := ""
	if t.DueAt != nil {
		words += ", due " + dueWords(*t.DueAt, now)
	}
	if t.Priority != "" {
		words += ", with " + escape(t.Priority) + " priority"
	}
	return words
}

func wordedList(list TaskList, status string, zone *time.Location) string {
	adjective := map[string]string{"pending": "pending ", "completed": "completed "}[status]
	if list.Total == 0 {
		if adjective != "" {
			return "You have no " + adjective + "tasks."
		}
		return "Your list is empty. Say for example **add buy milk**."
	}
	return fmt.Sprintf("You have %s:\n\n%s", countUpTo(list.Total, adjective+"task"), lines(list.Tasks, zone)) + more(list)
}

func wordedFound(list TaskList, name string, zone *time.Location) string {
	if list.Total == 0 {
		return "I found no task that matches " + bold(name) + ". Say **list my tasks** to see what there is."
	}
	return fmt.Sprintf("I found %s that %s %s:\n\n%s", countUpTo(list.Total, "task"), plural(list.Total, "matches", "match"), bold(name), lines(list.Tasks, zone)) + more(list)
}

func wordedFailure(f ToolFailure, args map[string]any, zone *time.Location) string {
	name, _ := args["name"].(string)
	switch {
	case len(f.Matches) > 0:
		return "Which one do you mean? Say its number.\n\n" + lines(f.Matches, zone)
	case strings.HasPrefix(f.Error, "No task matches"):
		if name == "" {
			return "That task is gone. Say **list my tasks** to see what there is."
		}
		return "I found no task that matches " + bold(name) + ". Say **list my tasks** to see what there is, or **add** it first."
	}
	return "That didn't work: " + escape(f.Error)
}

func more(list TaskList) string {
	switch {
	case list.More == 0:
		return ""
	case list.Total >= maxCounted:
		return fmt.Sprintf("\n\nand at least %d more.", list.More)
	}
	return fmt.Sprintf("\n\nand %d more.", list.More)
}

func lines(tasks []Task, zone *time.Location) string {
	var b strings.Builder
	for i, t := range tasks {
		title := escape(t.Title)
		if t.Completed {
			title = "~~" + title + "~~ ✓"
		}
		fmt.Fprintf(&b, "%d. %s", i+1, title)
		if t.Priority == "high" && !t.Completed {
			b.WriteString(" *(high priority)*")
		}
		if t.DueAt != nil && !t.Completed {
			b.WriteString(" *(due " + dueForm(*t.DueAt, zone, "2 January 2006") + ")*")
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n")
}

func count(n int, noun string) string { return fmt.Sprintf("%d %s", n, plural(n, noun, noun+"s")) }

func countUpTo(n int, noun string) string {
	if n >= maxCounted {
		return fmt.Sprintf("at least %d %ss", maxCounted, noun)
	}
	return count(n, noun)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func bold(title string) string { return "**" + escape(title) + "**" }
