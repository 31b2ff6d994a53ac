package assistant

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

func builtin(t *testing.T, titles ...string) (*talk, *memory) {
	t.Parallel()
	m := newMemory("usr_a", titles...)
	return newTalk(t, NewBuiltin(m, BuiltinOptions{})), m
}

func wantTitles(t *testing.T, m *memory, want ...string) {
	t.Helper()
	if got := m.titles("usr_a"); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("tasks are %q, want %q", got, want)
	}
}

func TestBuiltinLife(t *testing.T) {
	c, m := builtin(t)
	c.say("list my tasks", "Your list is empty")
	c.say("add buy milk", "Added **buy milk**")
	c.say("please remind me to call Mum", "Added **call Mum**")
	c.say("list my tasks", "You have 2 tasks:\n\n1. call Mum\n2. buy milk")
	c.say("complete the milk task", "**buy milk** is completed")
	wantTitles(t, m, "buy milk ✓", "call Mum")
	c.say("what's on my list?", "1. call Mum\n2. ~~buy milk~~ ✓")
	c.say("what have I completed?", "1 completed task:\n\n1. ~~buy milk~~ ✓")
	c.say("reopen buy milk", "is open again")
	c.say("rename call Mum to call Mum to say hello", "now called **call Mum to say hello**")
	c.say("rename call Mum to say hello to write to Mum", "now called **write to Mum**")
	c.say("make buy milk high priority", "**buy milk** now has high priority")
	c.say("find mum", "I found 1 task that matches **mum**")
	c.say("delete it", "Deleted **write to Mum**")
	wantTitles(t, m, "buy milk")
	c.say("show pending tasks", "1. buy milk *(high priority)*")
}

func TestBuiltinNumbers(t *testing.T) {
	c, m := builtin(t, "one", "two", "three")
	c.say("complete 2", "I don't know which list")
	c.say("list my tasks", "1. three\n2. two\n3. one")
	c.say("delete the first one", "Deleted **three**")
	c.say("complete the last one", "**one** is completed")
	c.say("delete 9", "has 3 tasks")
	wantTitles(t, m, "one ✓", "two")
}

func TestBuiltinAsksWhich(t *testing.T) {
	c, m := builtin(t, "buy milk", "buy bread", "sell car")
	c.say("delete buy", "Which one do you mean? Say its number.\n\n1. buy bread\n2. buy milk")
	wantTitles(t, m, "buy milk", "buy bread", "sell car")
	c.say("the second one", "Deleted **buy milk**")
	c.say("2", "What shall I do with it?")
	c.say("rename buy to purchase", "now called **purchase**")
	wantTitles(t, m, "purchase", "sell car")
	c.say("complete nothing like it", "no task that matches **nothing like it**")
	c.say("delete everything", "one task at a time")
	wantTitles(t, m, "purchase", "sell car")
}

func TestBuiltinTalk(t *testing.T) {
	c, m := builtin(t)
	c.say("hi", "Hello Ada!")
	c.say("thanks!", "You're welcome")
	c.say("bye", "Goodbye")
	c.say("help", "**rename buy milk to buy oat milk**")
	for _, text := range []string{"what is the capital of France?", "tell me a joke"} {
		c.say(text, "I didn't understand")
		c.say(text, "OPENAI_API_KEY")
		c.say(text, "OPENAI_BASE_URL")
	}
	c.say("delete", "Which task shall I delete?")
	if calls := c.calls(); len(calls) > 0 {
		t.Errorf("talk ran tools: %+v", calls)
	}
	wantTitles(t, m)
}

func TestBuiltinToolCalls(t *testing.T) {
	c, _ := builtin(t)
	c.say("add buy milk", "buy milk")
	var kinds []string
	for _, ev := range c.events {
		kinds = append(kinds, ev.EventType())
	}
	got := strings.Join(kinds, " ")
	if !strings.HasPrefix(got, "progress_update thread.item.done thread.item.added thread.item.updated thread.item.updated") ||
		!strings.HasSuffix(got, "thread.item.updated thread.item.done") {
		t.Errorf("events: %s", got)
	}
	calls := c.calls()
	if len(calls) != 1 || calls[0].Name != ToolAddTask || calls[0].ID == "" ||
		asJSON(t, calls[0].Arguments) != `{"title":"buy milk"}` || !strings.Contains(asJSON(t, calls[0].Output), `"status":"created"`) {
		t.Errorf("tool calls: %s", asJSON(t, calls))
	}
}

func TestBuiltinEscapes(t *testing.T) {
	c, _ := builtin(t)
	title := `**x** <script>alert(1)</script> [a](javascript:b) ![i](https://evil.example/p.png) www.evil.example`
	answer := c.say("add "+title, "Added")
	for _, bad := range []string{"**x**", "<script", "[a](", "![i]", "https://", "www.evil"} {
		if strings.Contains(strings.ReplaceAll(answer, `\<`, ""), bad) {
			t.Errorf("%q is live in %q", bad, answer)
		}
	}
	for in, want := range map[string]string{
		"plain e-mail (to Bob), 5.50!": "plain e-mail (to Bob), 5.50!",
		"1. x":                         `1\. x`,
		"# x":                          `\# x`,
		"- x":                          `\- x`,
		"a\nb":                         "a b",
		"a_b*c`d~e|f":                  "a\\_b\\*c\\`d\\~e\\|f",
		"&lt;":                         `\&lt;`,
		"bread & butter":               "bread & butter",
		"a\u202Eb":                     "ab",
	} {
		if got := escape(in); got != want {
			t.Errorf("escape(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestBuiltinLongList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory("usr_a")
		for i := range 999 {
			title := fmt.Sprintf("a task with several words in it, number %d", i)
			_, _ = m.AddTask(t.Context(), "usr_a", TaskInput{Title: &title})
		}
		c := newTalk(t, NewBuiltin(m, BuiltinOptions{Pace: DefaultPace}))
		began := time.Now()
		answer := c.say("list my tasks", "You have 999 tasks")
		if !strings.HasSuffix(answer, "and 949 more.") || !strings.Contains(answer, "\n50. ") || strings.Contains(answer, "\n51. ") {
			t.Errorf("answer ends with %q", answer[len(answer)-80:])
		}
		if took := time.Since(began); took < time.Second || took > maxPacing {
			t.Errorf("took %v, want up to %v", took, maxPacing)
		}
		for range 2 {
			_, _ = m.AddTask(t.Context(), "usr_a", TaskInput{Title: new("one more")})
		}
		if answer := c.say("list my tasks", "You have at least 1000 tasks"); !strings.HasSuffix(answer, "and at least 950 more.") {
			t.Errorf("answer ends with %q", answer[len(answer)-80:])
		}
		began = time.Now()
		c.say("hi", "Hello")
		if took := time.Since(began); took < 10*DefaultPace {
			t.Errorf("a short answer took %v: it is not paced", took)
		}
	})
}

func TestBuiltinStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTalk(t, NewBuiltin(newMemory("usr_a"), BuiltinOptions{Pace: time.Minute}))
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		_, err := c.askIn(ctx, "help", func(ev chatkit.Event) error {
			if _, ok := ev.(chatkit.ItemAdded); ok {
				time.AfterFunc(time.Millisecond, cancel)
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || time.Since(began) > 100*time.Millisecond {
			t.Errorf("ended with %v after %v", err, time.Since(began))
		}
		refused := errors.New("stopped")
		if _, err := c.askIn(t.Context(), "help", func(chatkit.Event) error { return refused }); !errors.Is(err, refused) {
			t.Errorf("refused emit: %v", err)
		}
	})
}

func TestBuiltinFailingTasks(t *testing.T) {
	c, m := builtin(t, "buy milk")
	m.fail = errors.New("disk canary full")
	for _, text := range []string{"list my tasks", "add x", "complete the milk task"} {
		_, err := c.ask(text)
		told, ok := errors.AsType[*chatkit.Error](err)
		if !ok || !told.AllowRetry || strings.Contains(told.Message, "canary") {
			t.Errorf("%q failed with %v", text, err)
		}
	}
	m.fail = nil
	c.say("add "+strings.Repeat("x", 201), "The title is longer than 200 characters")
}

func TestBuiltinOwnTasksOnly(t *testing.T) {
	c, m := builtin(t)
	_, _ = m.AddTask(t.Context(), "usr_b", TaskInput{Title: new("secret plan")})
	c.say("list my tasks", "empty")
	c.say("find secret", "no task")
	c.say("delete secret plan", "no task")
	c.say("delete todo_1", "no task")
	if len(m.titles("usr_b")) != 1 {
		t.Error("another person's task is gone")
	}
}
