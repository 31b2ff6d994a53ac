package assistant

import (
	"context"
	"runtime"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// flood is a provider whose answer is a million deltas.
type flood struct{ during func() }

func (flood) name() string                   { return "flood" }
func (flood) reads() inputReads              { return inputReads{} }
func (flood) again(*modelAnswer) []inputItem { return nil }
func (flood) close()                         {}

func (f flood) stream(_ context.Context, _ *modelRequest, yield func(agents.Event) error) error {
	for range 1_000_000 {
		if err := yield(agents.TextDelta{Item: "m", Text: "abcd"}); err != nil {
			return err
		}
	}
	f.during()
	return yield(agents.Ended{Reason: agents.EndedStop})
}

// TestLongAnswerCostsItsText is not parallel: it looks at the whole process.
func TestLongAnswerCostsItsText(t *testing.T) {
	held := func() int64 {
		runtime.GC()
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		return int64(mem.HeapAlloc)
	}
	before, during := held(), int64(0)
	a := newAgent(flood{func() { during = held() }}, Config{Model: "m"})
	deltas := 0
	err := a.Respond(t.Context(), &Turn{Input: chatkit.NewUserText("go on")}, func(ev chatkit.Event) error {
		if _, ok := ev.(chatkit.ItemUpdated); ok {
			deltas++
		}
		return nil
	})
	const text = 4_000_000
	if grown := during - before; err != nil || deltas < 1_000_000 || grown > 4*text {
		t.Errorf("%d deltas, %d bytes held for %d of text, %v", deltas, grown, text, err)
	}
}

// TestAnswerIsBounded ends an answer that has no end.
func TestAnswerIsBounded(t *testing.T) {
	t.Parallel()
	var a modelAnswer
	var err error
	for range 100 {
		if err = a.take(agents.TextDelta{Text: strings.Repeat("x", 1<<17)}); err != nil {
			break
		}
	}
	if err != errTooLarge || len(a.text) > maxAnswer {
		t.Errorf("%d bytes, %v", len(a.text), err)
	}
}
