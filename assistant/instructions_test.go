package assistant

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit"
)

type brokenHistory struct{}

func (brokenHistory) Recent(context.Context, int) ([]chatkit.Item, error) {
	return nil, errors.New("canary-db")
}

func (brokenHistory) Before(context.Context, string, int) ([]chatkit.Item, error) {
	return nil, errors.New("canary-db")
}

func (brokenHistory) Oldest(context.Context, int) ([]chatkit.Item, error) {
	return nil, errors.New("canary-db")
}

func TestHistoryFails(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	in := chatkit.NewUserText("complete 2")
	turn := &Turn{User: User{ID: "usr_a"}, Input: in, History: brokenHistory{}}
	emit := func(chatkit.Event) error { return nil }
	err := chatAgent(t, srv.URL(), quick, nil).Respond(t.Context(), turn, emit)
	if e, ok := errors.AsType[*chatkit.Error](err); !ok || strings.Contains(e.Message, "canary") || !e.AllowRetry {
		t.Errorf("completions: %v", err)
	}
	if err := NewBuiltin(newMemory("usr_a"), BuiltinOptions{}).Respond(t.Context(), turn, emit); err == nil {
		t.Error("builtin: no error")
	}
}
