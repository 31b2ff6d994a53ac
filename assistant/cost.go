package assistant

import (
	"context"

	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// cost is what one request uses.
type cost struct {
	turn     *agentTurn
	req      *modelRequest
	used     agents.Usage
	answered bool // an answer began
}

func (t *agentTurn) newCost(req *modelRequest) *cost { return &cost{turn: t, req: req} }

// take looks at an event of the answer.
func (c *cost) take(ev agents.Event) {
	c.answered = true
	c.turn.began.Do(func() { close(c.turn.begun) })
	if used, ok := ev.(agents.Usage); ok {
		c.used = used // some servers count on while they answer
	}
}

// tell says what was used, and returns why no more should be. Where the server
// does not say it, it is guessed from the text. What was not answered is free.
func (c *cost) tell(ctx context.Context, got *modelAnswer) error {
	t := c.turn
	if !c.answered || t.cfg.Hooks.Used == nil {
		return nil
	}
	if c.used == (agents.Usage{}) {
		c.used = guessUsage(c.req, got)
	}
	return t.cfg.Hooks.Used(context.WithoutCancel(ctx), t.turn, c.req.model, c.used)
}

func guessUsage(req *modelRequest, got *modelAnswer) agents.Usage {
	used := agents.Usage{Input: tokens(req.instructions), Output: tokens(got.text) + got.thoughts/4}
	for _, it := range req.input {
		used.Input += it.tokens()
	}
	for _, tool := range req.tools {
		used.Input += tokens(tool.Name) + tokens(tool.Description) + tokens(string(tool.Schema))
	}
	for _, call := range got.calls {
		used.Output += tokens(call.Name) + tokens(call.Arguments)
	}
	return used
}
