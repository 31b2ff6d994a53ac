package assistant

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/agents"
	"github.com/taskpilot/taskpilot/views/locale"
)

// agentTurn is one answer in the making.
type agentTurn struct {
	*Agent
	turn *Turn
	out  *agents.Translator

	decision *inputItem    // of the person's, on a call that waited for it
	spent    error         // why no more requests may be sent
	began    sync.Once     // the model has begun to answer
	begun    chan struct{} // closed then
}

func (a *Agent) newTurn(turn *Turn, emit func(chatkit.Event) error) *agentTurn {
	return &agentTurn{Agent: a, turn: turn, begun: make(chan struct{}), out: agents.NewTranslator(emit, agents.Options{
		ThreadID: turn.Thread.ID, Searches: true, EveryThought: true, PartialImages: partialImages,
	})}
}

// run makes the answer, and a name for the conversation beside it.
func (t *agentTurn) run(ctx context.Context) error {
	beside, cancel := context.WithCancel(ctx)
	defer cancel()
	wait := t.besides(beside)
	err := t.answer(ctx)
	if err != nil {
		cancel()
	}
	wait()
	return err
}

// answer asks the model again and again until it calls no more tools.
func (t *agentTurn) answer(ctx context.Context) error {
	req, err := t.request(ctx)
	if err != nil {
		return err
	}
	if err := t.out.Emit(progress("sparkle", "Thinking…")); err != nil {
		return err
	}
	loop := newToolLoop(t, req.tools)
	for {
		got, err := t.askFitting(ctx, req)
		if err != nil {
			return err
		}
		if len(got.calls) == 0 || !got.callsTools() {
			if err := t.conclude(ctx, got, loop.calls > 0); err != nil {
				return err
			}
			if err := t.out.Finish(); err != nil {
				return err
			}
			return t.keepNote(got)
		}
		if t.spent != nil {
			return t.spent
		}
		got.tidyCalls()
		outputs, pause, err := loop.run(ctx, got.calls)
		if err != nil {
			return err
		}
		if pause {
			if err := t.out.Pause(); err != nil {
				return err
			}
			return loop.waits()
		}
		req.fresh, req.choice = len(req.input), ""
		req.input = append(append(req.input, t.provider.again(got)...), outputs...)
	}
}

// request returns the turn's first request.
func (t *agentTurn) request(ctx context.Context) (*modelRequest, error) {
	model, err := t.model(ctx)
	if err != nil {
		return nil, err
	}
	req := &modelRequest{turn: t.turn, model: model, instructions: t.system(t.turn)}
	req.busy = func() error {
		return t.out.Emit(progress("clock", locale.Mark("The model server is busy; trying again…")))
	}
	req.tools, req.decision = t.toolsOf(ctx, t.turn), t.decision
	if err := t.choose(ctx, req); err != nil {
		return nil, err
	}
	if err := t.read(ctx, req, t.cfg.Window); err != nil {
		return nil, err
	}
	return req, t.resume(ctx)
}

// resume goes on with the workflow of a turn that waited for a tool's output.
func (t *agentTurn) resume(ctx context.Context) error {
	if t.turn.Input != nil || t.turn.History == nil {
		return nil
	}
	newest, err := t.turn.History.Recent(ctx, newestItems)
	if err != nil {
		return historyError(ctx, err)
	}
	t.out.Resume(newest)
	return nil
}

// newestItems is how far back a paused workflow is looked for: behind it stand at
// most the tool calls of one round.
const newestItems = 8

// ask sends the request and shows the answer as it comes.
func (t *agentTurn) ask(ctx context.Context, req *modelRequest) (*modelAnswer, error) {
	var got modelAnswer
	cost := t.newCost(req)
	err := t.provider.stream(ctx, req, func(ev agents.Event) error {
		cost.take(ev)
		if _, ok := ev.(agents.Gap); ok {
			return t.out.Emit(chatkit.Notice{Level: "warning", Message: locale.T(ctx, "A part of what the model server sent could not be read. Something may be missing from this answer.")})
		}
		if err := got.take(ev); err != nil {
			return err
		}
		return t.out.Apply(ev)
	})
	t.spent = cost.tell(ctx, &got)
	if err != nil {
		return nil, err
	}
	return &got, nil
}

// conclude says what the person must know about how the answer ended. worked: tools
// were called before, which a retry must not do again.
func (t *agentTurn) conclude(ctx context.Context, got *modelAnswer, worked bool) error {
	note := ""
	switch reason := got.ended.Reason; {
	case reason == agents.EndedError:
		return &reportedError{code: got.ended.Code}
	case reason == agents.EndedLength && got.said:
		note = locale.T(ctx, "The answer stops here because it reached the model's length limit. Say “go on” for the rest.")
	case reason == agents.EndedLength:
		return &chatkit.Error{Message: "The model reached its length limit before it could answer. Please ask for something shorter, or go on in a new chat."}
	case reason == agents.EndedFilter && got.said:
		note = locale.T(ctx, "The answer stops here because the model's content filter ended it.")
	case reason == agents.EndedFilter:
		return &chatkit.Error{Message: "The model's content filter blocked this answer. Please put your question in other words."}
	case !got.said && worked: // small models often have nothing to add
		note = locale.T(ctx, "The model did what is shown above and added no words.")
	case !got.said:
		return &chatkit.Error{Message: "The model gave an empty answer. Please try again.", AllowRetry: true,
			Err: fmt.Errorf("assistant: %s: empty answer", t.Name())}
	}
	if note == "" {
		return nil
	}
	text := closing(t.out.Text()) + "\n\n*" + note + "*"
	if ok, err := t.out.Append(text); ok || err != nil {
		return err
	}
	return t.out.Apply(agents.TextDelta{Item: "note", Text: strings.TrimSpace(text)})
}

// closing returns what closes a code block that the text left open.
func closing(text string) string {
	fence := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case fence == "" && (strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~")):
			fence = line[:3]
		case fence != "" && strings.HasPrefix(line, fence):
			fence = ""
		}
	}
	if fence == "" {
		return ""
	}
	return "\n" + fence
}
