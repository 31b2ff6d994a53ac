package assistant

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func (m *memory) find(t *testing.T, title string) Task {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, task := range m.tasks["usr_a"] {
		if task.Title == title {
			return task
		}
	}
	t.Fatalf("there is no task %q", title)
	return Task{}
}

func wantDue(t *testing.T, m *memory, title, want string) {
	t.Helper()
	got := ""
	if due := m.find(t, title).DueAt; due != nil {
		got = due.Format("2006-01-02 15:04")
	}
	if got != want {
		t.Errorf("%s is due %q, want %q", title, got, want)
	}
}

func TestBuiltinDates(t *testing.T) { // "now" is Sunday, 2026-11-22 12:00
	c, m := builtin(t)
	c.say("add call mum tomorrow at 5", "Added **call mum** to your list, due Monday 23 November, 17:00 UTC.")
	wantDue(t, m, "call mum", "2026-11-23 17:00")
	c.say("remind me on friday to pay rent", "Added **pay rent** to your list, due Friday 27 November.")
	c.say("remind me to stretch in 2 hours", "due Sunday 22 November, 14:00 UTC")
	c.say("list my tasks", "call mum *(due 23 November 2026, 17:00 UTC)*")
	c.say("move call mum to next friday", "**call mum** is now due Friday 27 November")
	c.say("set the due date of pay rent to 3 december", "**pay rent** is now due Thursday 3 December")
	c.say("postpone it until 2027-01-05", "due Tuesday 5 January 2027")
	wantDue(t, m, "pay rent", "2027-01-05 00:00")
	c.say("remove the due date of call mum", "**call mum** has no due date any more")
	wantDue(t, m, "call mum", "")
	c.say("set the due date of pay rent to soonish", "I don't understand that date")
	c.say("add “see you tomorrow”", "Added **see you tomorrow** to your list.")
	c.say("add watch Saturday Night Live", "Added **watch Saturday Night Live** to your list.")
}

func TestBuiltinPriorities(t *testing.T) {
	c, m := builtin(t)
	c.say("add pay rent with high priority", "Added **pay rent** to your list, with high priority.")
	c.say("add a low priority task to clean the shed next week", "due Monday 23 November, with low priority")
	c.say("add urgent: call the bank", "with high priority")
	c.say("add tidy up (medium priority) tomorrow", "Added **tidy up**")
	c.say("add an urgent task: feed the cat", "with high priority")
	c.say("add urgent care visit", "Added **urgent care visit** to your list.")
	for title, want := range map[string]string{"pay rent": "high", "clean the shed": "low", "call the bank": "high", "tidy up": "medium", "feed the cat": "high", "urgent care visit": ""} {
		if got := m.find(t, title).Priority; got != want {
			t.Errorf("%s has priority %q, want %q", title, got, want)
		}
	}
}

func TestBuiltinSeveral(t *testing.T) {
	for sentence, want := range map[string][]string{
		"add milk, eggs and call mum":                      {"milk", "eggs", "call mum"},
		"add milk, eggs, and call mum tomorrow":            {"milk", "eggs", "call mum"},
		"add salt and pepper":                              {"salt and pepper"},
		"add buy milk and eggs":                            {"buy milk and eggs"},
		"add buy milk, eggs and bread":                     {"buy milk, eggs and bread"},
		"add buy milk, eggs and call mum":                  {"buy milk, eggs", "call mum"},
		"add buy milk and call mum":                        {"buy milk", "call mum"},
		"please add tasks: pay rent; read a book":          {"pay rent", "read a book"},
		"add:\n- milk\n- eggs\n- bread":                    {"milk", "eggs", "bread"},
		"add these:\n1. milk\n2. two eggs":                 {"these:", "milk", "two eggs"},
		"add dentist on 3 march, 2028":                     {"dentist"},
		"add “milk, eggs and call mum”":                    {"milk, eggs and call mum"},
		"add " + strings.Repeat("x, ", 30) + "y":           {strings.Repeat("x, ", 30) + "y"},
		"I need to call mum, pay rent and buy milk please": {"call mum", "pay rent", "buy milk"},
	} {
		t.Run(sentence, func(t *testing.T) {
			c, m := builtin(t)
			c.say(sentence, "Added")
			wantTitles(t, m, want...)
		})
	}
}

func TestBuiltinReferences(t *testing.T) {
	c, m := builtin(t, "one", "two", "three", "four", "five")
	c.say("list my tasks", "1. five\n2. four\n3. three\n4. two\n5. one")
	c.say("complete the first two", "- Well done! **five** is completed.\n- Well done! **four** is completed.")
	c.say("reopen the second one", "**four** is open again")
	c.say("delete 3 and 5", "- Deleted **three**.\n- Deleted **one**.")
	wantTitles(t, m, "two", "four", "five ✓")
	c.say("delete the last nine", "has 5 tasks")
	c.say("add milk, eggs and bread", "Added 3 tasks to your list:\n\n1. **milk**\n2. **eggs**\n3. **bread**")
	c.say("complete the second one", "**eggs** is completed")
	c.say("make the last two high priority", "- **eggs** now has high priority.\n- **bread** now has high priority.")
	c.say("delete them", "- Deleted **milk**.\n- Deleted **eggs**.\n- Deleted **bread**.")
	wantTitles(t, m, "two", "four", "five ✓")
	c.say("delete everything", "one task at a time")
	c.say("delete all my tasks", "one task at a time")
	wantTitles(t, m, "two", "four", "five ✓")
}

func TestBuiltinChoosesSeveral(t *testing.T) {
	c, m := builtin(t, "buy milk", "buy bread", "buy eggs")
	c.say("delete buy", "Which one do you mean?")
	c.say("the first two", "- Deleted **buy eggs**.\n- Deleted **buy bread**.")
	wantTitles(t, m, "buy milk")
}

func TestBuiltinUndo(t *testing.T) {
	c, m := builtin(t, "buy milk", "sell car")
	c.say("undo", "nothing to undo")
	c.say("add call mum", "Added")
	c.say("undo that", "Undone: **call mum** is off your list")
	wantTitles(t, m, "buy milk", "sell car")
	c.say("complete buy milk", "completed")
	c.say("thanks", "welcome")
	c.say("take that back", "Undone: **buy milk** is as it was before")
	wantTitles(t, m, "buy milk", "sell car")
	c.say("rename sell car to sell the car tomorrow", "now called")
	c.say("undo the last change", "Undone: **sell car** is as it was")
	c.say("undo", "Undone: **sell the car tomorrow** is as it was") // an undo is a change as well
	c.say("undo", "Undone: **sell car**")
	c.say("make sell car high priority", "high priority")
	c.say("undo", "Undone")
	if got := m.find(t, "sell car").Priority; got != "" {
		t.Errorf("priority %q", got)
	}
	c.say("move sell car to friday", "is now due")
	c.say("undo", "Undone")
	wantDue(t, m, "sell car", "")
}

func TestBuiltinUndoOfDeletion(t *testing.T) {
	c, m := builtin(t)
	long := strings.Repeat("long ", 200)
	due, high, done, title := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), "high", true, "big task"
	at := &due
	if _, err := m.AddTask(t.Context(), "usr_a", TaskInput{Title: &title, Description: &long, DueAt: &at, Priority: &high, Completed: &done}); err != nil {
		t.Fatal(err)
	}
	c.say("add small task", "Added")
	c.say("list my tasks", "1. small task")
	c.say("delete 1 and 2", "Deleted")
	wantTitles(t, m)
	c.say("undo", "Undone: **big task** is back on your list.\n\nUndone: **small task** is back on your list.")
	got := m.find(t, "big task")
	if got.Description != long || !got.DueAt.Equal(due) || got.Priority != "high" || !got.Completed {
		t.Errorf("restored %+v", got)
	}
	wantTitles(t, m, "big task ✓", "small task")
}

func TestBuiltinUndoRespectsOthers(t *testing.T) {
	c, m := builtin(t, "buy milk", "sell car")
	c.say("complete buy milk", "completed")
	m.mu.Lock()
	m.tasks["usr_a"][0].UpdatedAt = time.Now()
	m.mu.Unlock()
	c.say("undo", "was changed again since")
	wantTitles(t, m, "buy milk ✓", "sell car")
	c.say("complete sell car", "completed")
	m.mu.Lock()
	m.tasks["usr_a"] = m.tasks["usr_a"][:1]
	m.mu.Unlock()
	c.say("undo", "is gone")
}

func TestBuiltinStillUnderstandsOldSentences(t *testing.T) {
	for sentence, want := range map[string]kind{
		"undo buy milk": kindReopen, "is dinner due today?": kindUnknown, "what is due today": kindUnknown,
		"move on to the next topic": kindUnknown, "take the car back": kindUnknown, "dinner is due on friday": kindSchedule,
	} {
		if got := parse(sentence).kind; got != want {
			t.Errorf("%q is of kind %d, want %d", sentence, got, want)
		}
	}
}

func BenchmarkBuiltinSentence(b *testing.B) {
	sentence := fmt.Sprintf("add %s tomorrow at 5", strings.Repeat("milk, eggs and call mum ", 8))
	for b.Loop() {
		newTasks(parse(sentence), time.Unix(0, 0))
	}
}
