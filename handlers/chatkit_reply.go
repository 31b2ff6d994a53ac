package handlers

import (
	"context"
	"errors"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
)

// responder is what the ChatKit server asks about requests that are answered at
// once. Answers are runs and do not come this way.
type responder struct{ h *Handlers }

var (
	_ chatkit.SyncActor     = responder{}
	_ chatkit.FeedbackTaker = responder{}
	_ chatkit.Transcriber   = responder{}
)

type askerKey struct{}

// withAsker puts the person who asks into the context.
func withAsker(ctx context.Context, user assistant.User) context.Context {
	return context.WithValue(ctx, askerKey{}, user)
}

func askerOf(ctx context.Context) assistant.User {
	user, _ := ctx.Value(askerKey{}).(assistant.User)
	return user
}

// Respond is never called.
func (responder) Respond(context.Context, *chatkit.Turn) error {
	return errors.New("handlers: answers are runs")
}

// ActSync does a widget's action and stores what it has become.
func (r responder) ActSync(ctx context.Context, thread *chatkit.Thread, action chatkit.Action, sender *chatkit.WidgetItem) (chatkit.Item, error) {
	actor, ok := r.h.Assistant.(assistant.SyncActor)
	if !ok {
		return nil, errNoAction
	}
	it, err := actor.ActSync(ctx, r.h.turn(askerOf(ctx), thread), action, sender)
	if err != nil || it == nil {
		return nil, err
	}
	if err := r.h.chatkit.Store.SaveItem(ctx, thread.ID, it); err != nil {
		return nil, err
	}
	r.h.itemChanged(askerOf(ctx).ID, thread.ID, it.Base().ID)
	return it, nil
}

// TakeFeedback stores thumbs up and down.
func (r responder) TakeFeedback(ctx context.Context, threadID string, itemIDs []string, kind string) error {
	return r.h.DB.SaveFeedback(ctx, askerOf(ctx).ID, threadID, itemIDs, kind)
}

// Transcribe writes down a recording.
func (r responder) Transcribe(ctx context.Context, audio chatkit.Audio) (string, error) {
	if r.h.Transcriber == nil {
		return "", errDeaf
	}
	text, err := r.h.Transcriber.Transcribe(ctx, audio)
	if e, ok := errors.AsType[*chatkit.Error](err); ok && e.Err != nil {
		r.h.Log.WarnContext(ctx, "a recording was not written down", "err", e.Err)
	}
	return text, err
}
