package assistant

import (
	"context"
	"strings"
	"testing"
)

// TestLongMessagesCostLittle: what the built-in assistant does with a message must
// not grow with the square of its length. One of 32,000 characters took minutes.
func TestLongMessagesCostLittle(t *testing.T) {
	t.Parallel()
	const add = "add milk"
	if got := understand(add+strings.Repeat("x", longestRequest-len(add)), "en"); got.kind != kindAdd {
		t.Errorf("the longest request is understood as %+v", got)
	}
	if got := understand(add+strings.Repeat("x", longestRequest-len(add)+1), "en"); got.kind != kindUnknown {
		t.Errorf("a longer one is understood as %+v", got)
	}
	if got := understand("ok, so please can you just "+add, "en"); got.kind != kindAdd {
		t.Errorf("a polite request is understood as %+v", got)
	}
	if got := impolite(strings.Repeat("ok ", 1000) + add); len(got) < 2*1000 {
		t.Errorf("a thousand polite words were taken off one by one: %q is left", got)
	}
	if got := understand(strings.Repeat("bitte ", 1000)+"zeig mir meine aufgaben", "de"); got.kind != kindUnknown {
		t.Errorf("a thousand polite words were taken off one by one: %+v", got)
	}
}

// finder counts how often tasks are looked for.
type finder struct {
	*memory
	finds int
}

func (c *finder) FindTasks(ctx context.Context, userID, name string) ([]Task, error) {
	c.finds++
	return c.memory.FindTasks(ctx, userID, name)
}

func TestRenameOfManyReadingsLooksForFew(t *testing.T) {
	t.Parallel()
	tasks := &finder{memory: newMemory("usr_1", "a to b")}
	c := newTalk(t, NewBuiltin(tasks, BuiltinOptions{}))
	if _, err := c.ask("rename a to b to " + strings.Repeat("c to ", 600) + "d"); err != nil {
		t.Fatal(err)
	}
	if tasks.finds < 3 || tasks.finds > 100 {
		t.Errorf("tasks were looked for %d times", tasks.finds)
	}
}
