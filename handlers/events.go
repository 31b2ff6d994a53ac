package handlers

import (
	"context"
	"errors"
	"regexp"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
)

// runHeader names the run that a stream follows.
const runHeader = "X-Run-Id"

// apiEvents lets a client rejoin a thread's running answer, or read the end of
// the one that finished last, after event N: ?after=N or Last-Event-ID. A
// position may name its run, as the stream's ids do ("run_….N"); a position in
// an earlier run starts the present one from its beginning.
func (h *Handlers) apiEvents(c *fiber.Ctx) error {
	runID, after, err := eventPosition(c)
	if err != nil {
		return err
	}
	thread, err := h.DB.Thread(c.UserContext(), userID(c), c.Params("thread"))
	if err != nil {
		return err
	}
	run, err := h.DB.LatestRun(c.UserContext(), thread.UserID, thread.ID)
	if errors.Is(err, models.ErrNotFound) {
		return c.SendStatus(fiber.StatusNoContent) // nothing was ever asked here
	}
	if err != nil {
		return err
	}
	if runID != "" && runID != run.ID {
		after = 0
	}
	if run.Status != models.RunRunning && after >= run.LastSeq {
		return c.SendStatus(fiber.StatusNoContent) // also ends an EventSource's reconnecting
	}
	return h.streamRun(c, run, after)
}

// eventName is the number of an event, or the id of its frame.
var eventName = regexp.MustCompile(`^(?:(run_[0-9A-Za-z_-]{1,60})\.)?([0-9]{1,18})$`)

func eventPosition(c *fiber.Ctx) (runID string, after int64, err error) {
	for _, s := range []string{c.Get("Last-Event-ID"), c.Query("after")} { // the address wins
		if s == "" {
			continue
		}
		parts := eventName.FindStringSubmatch(s)
		if parts == nil {
			return "", 0, badRequest("after and Last-Event-ID must be the number of an event: 0 or more.")
		}
		runID = parts[1]
		if after, err = strconv.ParseInt(parts[2], 10, 64); err != nil {
			return "", 0, err
		}
	}
	return runID, after, nil
}

// streamRun answers with a run's ChatKit events after the given one, to its end.
func (h *Handlers) streamRun(c *fiber.Ctx, run *models.Run, after int64) error {
	runID := run.ID
	c.Set(runHeader, runID)
	if c.Method() == fiber.MethodHead {
		return nil // there is no body to write
	}
	if err := h.reserveStream(c); err != nil {
		return err
	}
	user := userID(c)
	h.startFeed(c, streamOptions{beat: comment, done: h.reads(run)}, &feed{
		follower: h.Engine.Follow(runID, after),
		sent:     after,
		frames:   func(dst []byte, events []live.Event) []byte { return appendFrames(dst, runID, events) },
		end: func(ctx context.Context, s *stream, sent int64) error {
			return h.sendMissing(ctx, s, user, runID, sent)
		},
	})
	return nil
}

// appendFrames appends the events as ChatKit frames with an id to resume from.
func appendFrames(buf []byte, runID string, events []live.Event) []byte {
	for _, ev := range events {
		buf = append(append(append(buf, "id: "...), runID...), '.')
		buf = append(strconv.AppendInt(buf, ev.Seq, 10), '\n')
		buf = chatkit.AppendFrame(buf, ev.Payload)
	}
	return buf
}

// sendMissing ends a stream of a finished run whose events are no longer kept:
// its stored items say the same in fewer words.
func (h *Handlers) sendMissing(ctx context.Context, s *stream, userID, runID string, sent int64) error {
	run, err := h.DB.Run(ctx, userID, runID)
	if err != nil || sent >= run.LastSeq {
		return err
	}
	items, err := h.turnItems(ctx, run)
	if err != nil {
		return err
	}
	var buf []byte
	for _, it := range items {
		if chatkit.Hidden(it.Item) {
			continue
		}
		payload, err := chatkit.MarshalEvent(chatkit.ItemDone{Item: it.Item})
		if err != nil {
			return err
		}
		buf = chatkit.AppendFrame(buf, payload)
	}
	if run.ErrorCode != "" {
		payload, err := chatkit.MarshalEvent(chatkit.ErrorEvent{Code: run.ErrorCode, Message: run.ErrorMessage, AllowRetry: run.AllowRetry})
		if err != nil {
			return err
		}
		buf = chatkit.AppendFrame(buf, payload)
	}
	return s.write(append(buf, "id: "+runID+"."+strconv.FormatInt(run.LastSeq, 10)+"\n\n"...))
}
