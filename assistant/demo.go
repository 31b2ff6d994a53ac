package assistant

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// demo shows one thing that an answer can be made of, so that a front end can be
// tried without a language model.
type demo struct {
	name string
	what string // for the list of demos
	show func(a *builtinTurn) error
}

// demoCommand begins the sentences that ask for a demo.
const demoCommand = "/demo"

func demos() []demo {
	return []demo{
		{"progress", "lines that tell what is being done", (*builtinTurn).demoProgress},
		{"workflow", "steps that are worked off", (*builtinTurn).demoWorkflow},
		{"thoughts", "reasoning, as models show it", (*builtinTurn).demoThoughts},
		{"sources", "an answer with footnotes", (*builtinTurn).demoSources},
		{"widget", "a widget whose text is being written", (*builtinTurn).demoWidget},
		{"form", "a widget to fill in", (*builtinTurn).demoForm},
		{"chart", "a widget that draws numbers", (*builtinTurn).demoChart},
		{"image", "a picture that is being drawn", (*builtinTurn).demoImage},
		{"questions", "questions in the composer's place", (*builtinTurn).demoQuestions},
		{"tool", "a tool of the page's, and an answer about its result", (*builtinTurn).demoTool},
		{"effect", "an effect of the page's", (*builtinTurn).demoEffect},
		{"notice", "a banner", (*builtinTurn).demoNotice},
		{"title", "a new name for the conversation", (*builtinTurn).demoTitle},
		{"close", "a conversation that is over", (*builtinTurn).demoClose},
		{"error", "an answer that fails", (*builtinTurn).demoError},
	}
}

// demoOf returns what comes after the command.
func demoOf(text string) (name string, ok bool) {
	name, ok = strings.CutPrefix(strings.ToLower(strings.TrimSpace(text)), demoCommand)
	if ok && name != "" && !strings.HasPrefix(name, " ") {
		return "", false
	}
	return strings.TrimSpace(name), ok
}

// demo shows what was asked for, or what there is.
func (a *builtinTurn) demo(name string) error {
	for _, d := range demos() {
		if d.name == name {
			return d.show(a)
		}
	}
	var b strings.Builder
	b.WriteString("These show what an answer can be made of:\n\n")
	for _, d := range demos() {
		fmt.Fprintf(&b, "- `%s %s`: %s\n", demoCommand, d.name, d.what)
	}
	b.WriteString("\nAnd **list my tasks** shows a widget with buttons that work.")
	return a.say(b.String())
}

// pause is how long one step of a demo may be looked at; without a pace
// nobody looks.
func (a *builtinTurn) pause() error { return wait(a.ctx, min(40*a.pace, time.Second)) }

func (a *builtinTurn) demoProgress() error {
	for _, p := range []chatkit.ProgressUpdate{progress("search", "Looking…"), progress("document", "Reading…"), progress("lightbulb", "Thinking…")} {
		if err := a.out.progress(p); err != nil {
			return err
		}
		if err := a.pause(); err != nil {
			return err
		}
	}
	return a.say("The lines above told what I was doing. They are gone now.")
}

func (a *builtinTurn) demoNotice() error {
	err := a.out.emit(chatkit.Notice{Level: "info", Title: "A notice", Message: "It has a level, a title, and a text in **Markdown**."})
	if err != nil {
		return err
	}
	return a.say("There is a notice on the page now.")
}

// demoEffect asks the page for something. What pages make of it is theirs.
func (a *builtinTurn) demoEffect() error {
	if err := a.out.emit(chatkit.ClientEffect{Name: "confetti", Data: map[string]any{"amount": 42}}); err != nil {
		return err
	}
	return a.say("I asked the page for the effect `confetti` with an `amount` of 42.")
}

func (a *builtinTurn) demoTitle() error {
	thread := *a.turn.Thread.Clone()
	thread.Title = "A demo"
	if err := a.out.emit(chatkit.ThreadUpdated{Thread: &thread}); err != nil {
		return err
	}
	return a.say("A front end hears of a conversation's new name like this. A conversation that already has a name keeps it.")
}

func (a *builtinTurn) demoClose() error {
	thread := *a.turn.Thread.Clone()
	thread.Status = chatkit.ThreadStatus{Type: chatkit.Closed, Reason: "This demo is over. Start a new chat to go on."}
	if err := a.out.emit(chatkit.ThreadUpdated{Thread: &thread}); err != nil {
		return err
	}
	return a.say("I have closed this conversation. It can be read, and nothing can be added.")
}

func (*builtinTurn) demoError() error {
	return &chatkit.Error{Message: "This answer failed, as you asked. Trying again makes it fail again.", AllowRetry: true}
}

// demoTool ends the answer with a call that the page has to make. goOn follows
// when it has.
func (a *builtinTurn) demoTool() error {
	call := &chatkit.ClientToolCall{ItemBase: a.out.base(chatkit.PrefixToolCall), Status: chatkit.CallPending,
		CallID: chatkit.NewID("call"), Name: "get_selection", Arguments: json.RawMessage(`{"max":10}`)}
	return a.out.emit(chatkit.ItemDone{Item: call})
}

func (a *builtinTurn) demoQuestions() error {
	if err := a.say("I have two questions."); err != nil {
		return err
	}
	return a.out.emit(chatkit.ItemDone{Item: &chatkit.StructuredInput{
		ItemBase: a.out.base(chatkit.PrefixMessage), Status: chatkit.InputPending, Inputs: []*chatkit.Question{
			{ID: "when", Question: "When do you work best?", Type: chatkit.QuestionChoice,
				Options: []chatkit.Option{{Value: "In the morning"}, {Value: "At night", Description: "After ten"}}},
			{ID: "notes", Question: "Anything else?", Description: "In your own words.", Type: chatkit.QuestionFreeform},
		}}})
}

// goOn answers what came back for an answer that waits: the output of a tool, or
// the answers to questions. When it is neither there is nothing to say.
func (a *builtinTurn) goOn() error {
	if a.turn.History == nil {
		return a.ctx.Err()
	}
	items, err := a.turn.History.Recent(a.ctx, recallItems)
	if err != nil {
		return historyError(a.ctx, err)
	}
	for i := len(items) - 1; i >= 0; i-- {
		switch it := items[i].(type) {
		case *chatkit.ClientToolCall:
			return a.say(fmt.Sprintf("The page's tool %s returned:\n\n```json\n%s\n```", bold(it.Name), strings.ReplaceAll(shorten(string(it.Output), 2000), "```", "` ` `")))
		case *chatkit.StructuredInput:
			return a.say(wordedAnswers(it))
		case *chatkit.UserMessage:
			return a.ctx.Err()
		}
	}
	return a.ctx.Err()
}

func wordedAnswers(in *chatkit.StructuredInput) string {
	var b strings.Builder
	b.WriteString("Thank you. You answered:\n\n")
	for _, q := range in.Inputs {
		answer := "*nothing*"
		if q.Answer != nil && !q.Answer.Skipped {
			answer = bold(strings.Join(q.Answer.Values, ", "))
		}
		fmt.Fprintf(&b, "- %s %s\n", escape(q.Question), answer)
	}
	return strings.TrimRight(b.String(), "\n")
}
