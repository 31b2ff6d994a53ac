package handlers

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
)

// beginPlan starts the run of an accepted request.
func (h *Handlers) beginPlan(p *models.Planned, by asker) error {
	plan := p.Plan
	turn := h.turn(by.person, plan.Thread)
	turn.Input, turn.ClientTools = plan.Input, by.tools
	spec := live.Spec{RunID: p.Run.ID, UserID: by.person.ID, ThreadID: p.Thread.ID, Thread: turn.Thread,
		Prologue: append(append(plan.Events, chatkit.StreamOptions{AllowCancel: true}), limitNotices(p.Used)...)}
	for _, it := range plan.Save {
		if call, ok := it.(*chatkit.ClientToolCall); ok {
			h.itemChanged(by.person.ID, p.Thread.ID, call.ID) // no event says so
		}
	}
	for _, id := range plan.Remove {
		if plan.Input == nil {
			h.itemChanged(by.person.ID, p.Thread.ID, id)
		}
	}
	return h.launch(spec, produce(func(ctx context.Context, emit assistant.Emit) error {
		for _, ev := range plan.First {
			if err := emit(ev); err != nil {
				return err
			}
		}
		if plan.Action == nil {
			return h.Assistant.Respond(ctx, turn, emit)
		}
		actor, ok := h.Assistant.(assistant.Actor)
		if !ok {
			return errNoAction
		}
		return actor.Act(ctx, turn, *plan.Action, plan.Sender, emit)
	}))
}

var errNoAction = &chatkit.Error{Message: "This assistant does not know what to do with that button.", Err: chatkit.ErrNotSupported}

// turn is a turn of somebody whose front end shows widgets.
func (h *Handlers) turn(user assistant.User, thread *chatkit.Thread) *assistant.Turn {
	return &assistant.Turn{User: user, Thread: *thread, History: history{h.DB, user.ID, thread.ID}, Files: h.readable(user.ID), Now: user.Here(h.Now()), Widgets: true}
}

// streamPlan answers with the events of an accepted request's run.
func (h *Handlers) streamPlan(c *fiber.Ctx, p *models.Planned) {
	c.Set(runHeader, p.Run.ID)
	// A comment may be more than a front end understands; these options it has
	// already.
	beat, _ := chatkit.AppendEventFrame(nil, chatkit.StreamOptions{AllowCancel: true})
	h.startFeed(c, streamOptions{beat: beat, done: h.reads(p.Run)}, &feed{
		follower: h.Engine.Follow(p.Run.ID, 0),
		frames: func(dst []byte, events []live.Event) []byte {
			for _, ev := range events {
				dst = chatkit.AppendFrame(dst, ev.Payload)
			}
			return dst
		},
		end: func(ctx context.Context, s *stream, sent int64) error {
			h.audience.over(p.Run.ID)
			if err := h.sendEnd(ctx, s, p, sent); err != nil {
				return err
			}
			if ctx.Err() != nil || !p.KeyEnds {
				return ctx.Err()
			}
			return h.DB.Delivered(ctx, p.Run.UserID, p.Run.ID)
		},
	})
}

// sendEnd completes the stream of a run that has ended: with what the log no
// longer has, and with a word to a client that had been given up.
func (h *Handlers) sendEnd(ctx context.Context, s *stream, p *models.Planned, sent int64) error {
	run, err := h.DB.Run(ctx, p.Run.UserID, p.Run.ID)
	if err != nil {
		return err
	}
	var events []chatkit.Event
	if sent < run.LastSeq {
		if events, err = h.storedEvents(ctx, run, p); err != nil {
			return err
		}
	}
	if p.Repeated && run.Status == models.RunCancelled {
		events = append(events, chatkit.ErrorEvent{Code: chatkit.CodeCustom, AllowRetry: true,
			Message: "The connection broke and the answer was stopped. What had arrived is kept; try again for a whole answer."})
	}
	var buf []byte
	for _, ev := range events {
		if buf, err = chatkit.AppendEventFrame(buf, ev); err != nil {
			return err
		}
	}
	if len(buf) == 0 {
		return nil
	}
	return s.write(buf)
}

// storedEvents is a finished turn from its stored items, which say the same as
// its events did in fewer words.
func (h *Handlers) storedEvents(ctx context.Context, run *models.Run, p *models.Planned) ([]chatkit.Event, error) {
	items, err := h.turnItems(ctx, run)
	if err != nil {
		return nil, err
	}
	var events []chatkit.Event
	if p.NewThread {
		thread := p.Thread.ChatKit()
		events = append(events, chatkit.ThreadCreated{Thread: &thread})
	}
	for _, it := range items {
		if !chatkit.Hidden(it.Item) {
			events = append(events, chatkit.ItemDone{Item: it.Item})
		}
	}
	if run.ErrorCode != "" {
		events = append(events, chatkit.ErrorEvent{Code: run.ErrorCode, Message: run.ErrorMessage, AllowRetry: run.AllowRetry})
	}
	return events, nil
}
