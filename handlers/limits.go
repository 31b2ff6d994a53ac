package handlers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/agents"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views/locale"
)

// NewHooks lets the database count what answers cost, and say whose titles may
// get better.
func NewHooks(db *models.DB, titles bool) assistant.Hooks {
	hooks := assistant.Hooks{
		Used: func(ctx context.Context, turn *assistant.Turn, _ string, used agents.Usage) error {
			err := db.AddTokens(ctx, turn.User.ID, int64(used.Input)+int64(used.Output))
			if limit, ok := errors.AsType[*models.LimitError](err); ok {
				return &chatkit.Error{Message: limitMessage(context.Background(), limit), Err: err}
			}
			return err
		},
	}
	if titles {
		hooks.Untitled = func(ctx context.Context, turn *assistant.Turn) bool {
			auto, err := db.TitleAuto(ctx, turn.User.ID, turn.Thread.ID)
			return err == nil && auto // a name is not worth a failure
		}
	}
	return hooks
}

// limitMessage says that the day's share is used up, and when there is more.
func limitMessage(ctx context.Context, e *models.LimitError) string {
	if e.What == "tokens" {
		return locale.Tf(ctx, "You have used today's %d tokens. There is more in %s; your chats stay as they are.", e.Limit, hours(ctx, e.Resets))
	}
	return locale.Tf(ctx, "You have used today's %d messages. There is more in %s; your chats stay as they are.", e.Limit, hours(ctx, e.Resets))
}

// hours is a time from now in words.
func hours(ctx context.Context, d time.Duration) string {
	h := int(d / time.Hour)
	if h < 1 {
		return locale.T(ctx, "less than an hour")
	}
	return locale.Tn(ctx, h, "an hour", "%d hours")
}

// Near the end of the day's share people are told what is left.
const (
	lastMessages = 3  // messages
	lastTokens   = 10 // percent
)

// limitNotices are what to tell somebody who has just used this much.
func limitNotices(used *models.Usage) []chatkit.Event {
	if used == nil {
		return nil
	}
	l := used.Limits
	var list []chatkit.Event
	notice := func(text string) {
		list = append(list, chatkit.Notice{Level: "info", Title: locale.Mark("Daily limit"), Message: text})
	}
	if left := l.Messages - used.Messages; l.Messages > 0 && left <= min(lastMessages, l.Messages/2) {
		notice(messagesLeft(left))
	}
	if left := l.Tokens - used.Tokens; l.Tokens > 0 && left*100 <= lastTokens*l.Tokens {
		notice(fmt.Sprintf("About %d tokens are left for today; a token is some four letters, read or written.", max(left, 0)))
	}
	return list
}

func messagesLeft(n int64) string {
	switch n {
	case 0:
		return locale.Mark("This was the last message for today.")
	case 1:
		return locale.Mark("One more message is left for today.")
	case 2:
		return locale.Mark("Two more messages are left for today.")
	}
	return locale.Mark("Three more messages are left for today.") // no more than lastMessages
}
