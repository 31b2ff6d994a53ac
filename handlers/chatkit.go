package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
)

// chatKit is the ChatKit protocol: every request of a front end comes here. Once
// a request is accepted its stream has the status 200, and failures are events.
func (h *Handlers) chatKit(c *fiber.Ctx) error {
	if !isJSON(c.Get(fiber.HeaderContentType)) {
		return errContentType
	}
	req, err := chatkit.DecodeRequest(c.Body())
	if err != nil {
		return err
	}
	if _, recording := req.(*chatkit.TranscribeRequest); !recording && len(c.Body()) > maxBody {
		return errTooLarge
	}
	if err := viewerOf(c).checkAsked(c, req); err != nil {
		return err
	}
	if chatkit.Streaming(req) {
		return h.chatKitStream(c, req)
	}
	return h.chatKitReply(c, req)
}

// chatKitReply answers a request that is not streamed.
func (h *Handlers) chatKitReply(c *fiber.Ctx, req chatkit.Request) error {
	v := viewerOf(c)
	ctx := withAsker(models.WithUser(c.UserContext(), v.User.ID), personOf(c, v.User))
	if r, ok := req.(*chatkit.DeleteThreadRequest); ok {
		if err := h.removeThread(ctx, v.User.ID, r.ThreadID); err != nil {
			return err
		}
		return sendJSON(c, struct{}{})
	}
	reply, err := h.replyTo(ctx, v.User.ID, req)
	if err != nil {
		return err
	}
	if _, ok := req.(*chatkit.UpdateThreadRequest); ok {
		h.threadsChanged(v.User.ID)
	}
	return sendJSON(c, reply)
}

// replyTo reads lists by the shortest way and leaves the rest to the ChatKit server.
func (h *Handlers) replyTo(ctx context.Context, userID string, req chatkit.Request) (any, error) {
	switch r := req.(type) {
	case *chatkit.ListThreadsRequest:
		return h.DB.ShowThreads(ctx, userID, r.PageRequest)
	case *chatkit.ListItemsRequest:
		items, err := h.DB.ShowItems(ctx, userID, r.ThreadID, r.PageRequest)
		h.linkItems(userID, items.Data)
		return items, err
	case *chatkit.GetThreadRequest:
		thread, err := h.DB.ShowThread(ctx, userID, r.ThreadID)
		if err != nil {
			return nil, err
		}
		h.linkItems(userID, thread.Items.Data)
		return thread, nil
	}
	return h.chatkit.Handle(ctx, req, nil)
}

func sendJSON(c *fiber.Ctx, v any) error {
	raw, err := chatkit.Marshal(v)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	c.Response().SetBodyRaw(raw) // nobody changes it any more: no copy
	return nil
}

// chatKitStream accepts a request that begins an answer, and streams that.
func (h *Handlers) chatKitStream(c *fiber.Ctx, req chatkit.Request) error {
	if err := h.checkInput(c.UserContext(), req); err != nil {
		return err
	}
	// Whether there is room for a stream is settled first: nothing half done.
	if err := h.reserveStream(c); err != nil {
		return err
	}
	user := viewerOf(c).User
	p, err := h.acceptPlan(c, user, req)
	if err != nil || p.Run == nil {
		h.streams.leave(user.ID)
	}
	if err != nil {
		return err
	}
	if p.Run == nil {
		frame, err := chatkit.AppendEventFrame(nil, *p.Plan.Refusal)
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, "text/event-stream; charset=utf-8")
		return c.Send(frame)
	}
	h.streamPlan(c, p)
	return nil
}

// acceptPlan stores the request and starts its run; a repeated request finds
// the run that it began.
func (h *Handlers) acceptPlan(c *fiber.Ctx, user *models.User, req chatkit.Request) (*models.Planned, error) {
	key, err := clientKey(c)
	if err != nil {
		return nil, err
	}
	r := models.PlanRequest{UserID: user.ID, Owner: h.Owner, Request: req, ClientKey: key, RequestSum: requestSum(c)}
	if r.ClientKey == "" {
		r.ClientKey, r.Key = frameKey(c, req)
	}
	p, err := h.DB.AcceptPlan(c.UserContext(), r)
	if err != nil || p.Run == nil || p.Repeated {
		return p, err
	}
	h.audience.tie(p.Run.ID)
	h.linkEvents(user.ID, p.Plan.Events)
	return p, h.beginPlan(p, asker{personOf(c, user), true, h.clientTools(c)})
}

// How long an equal request of the same frame is taken for a repeated one: the
// official front end sends a request again, five times in 25 s, when its stream
// breaks.
const (
	frameKeyLife  = time.Minute
	frameKeyAfter = 5 * time.Second // when the whole answer was sent, what comes later is meant anew
)

// frameKey names a request of the official front end by its frame and its body.
func frameKey(c *fiber.Ctx, req chatkit.Request) (string, models.KeyLife) {
	frame := c.Get("chatkit-frame-instance-id")
	if frame == "" {
		return "", models.KeyLife{}
	}
	sum := sha256.New()
	sum.Write([]byte(frame + "\x00"))
	sum.Write(c.Body())
	life := models.KeyLife{Ended: frameKeyLife}
	switch req.(type) {
	case *chatkit.CreateThreadRequest, *chatkit.AddUserMessageRequest:
		life.Delivered = frameKeyAfter
	}
	// Who clicks a button twice means it twice, and a tool may return the same
	// again: after a whole answer these are new at once.
	return "frame:" + hex.EncodeToString(sum.Sum(nil)), life
}

// checkInput refuses a message that is empty or too long, or for a model that is
// not on offer.
func (h *Handlers) checkInput(ctx context.Context, req chatkit.Request) error {
	var in chatkit.UserInput
	switch r := req.(type) {
	case *chatkit.CreateThreadRequest:
		in = r.Input
	case *chatkit.AddUserMessageRequest:
		in = r.Input
	default:
		return nil
	}
	if err := h.checkModel(ctx, in.InferenceOptions); err != nil {
		return err
	}
	text := (&chatkit.UserMessage{Content: in.Content}).Text()
	if blank(text) && len(in.Attachments) == 0 {
		return badRequest("Write a message first: its content is empty.")
	}
	if utf8.RuneCountInString(text) > maxContent || utf8.RuneCountInString(in.QuotedText) > maxContent {
		return badRequest("The message is too long: at most 32,000 characters.")
	}
	return nil
}
