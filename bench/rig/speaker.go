package rig

import (
	"bytes"
	"context"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
)

// Question asks the speaker for an answer without end. Any other text is
// answered at once, in a few words.
const Question = "Go on and on."

// speaker is an assistant that emits one delta after the other, each with its time.
type speaker struct{ every time.Duration }

// Name returns "speaker".
func (speaker) Name() string { return "speaker" }

// Respond speaks until it is stopped.
func (s speaker) Respond(ctx context.Context, turn *assistant.Turn, emit assistant.Emit) error {
	m := &chatkit.AssistantMessage{ItemBase: chatkit.ItemBase{ID: chatkit.NewID(chatkit.PrefixMessage)}}
	if turn.Input == nil || turn.Input.Text() != Question {
		m.Content = []*chatkit.OutputText{{Text: "All right: **done**."}}
		return emit(chatkit.ItemDone{Item: m})
	}
	if err := emit(chatkit.ItemAdded{Item: m}); err != nil {
		return err
	}
	if err := emit(chatkit.ItemUpdated{ItemID: m.ID, Update: chatkit.PartAdded{Content: &chatkit.OutputText{}}}); err != nil {
		return err
	}
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			if err := emit(chatkit.ItemUpdated{ItemID: m.ID, Update: chatkit.TextDelta{Delta: stamp(time.Now())}}); err != nil {
				return err
			}
		}
	}
}

// A stamp is a delta's text: a mark that occurs nowhere else in a stream, and
// the time in nanoseconds, in hexadecimal.
const (
	stampMark = '@'
	stampLen  = 1 + 16
)

func stamp(t time.Time) string {
	return string(append(strconv.AppendInt([]byte{stampMark}, t.UnixNano(), 16), ' '))
}

// EachStamp calls f with the time of every stamp in b, and returns what may be
// the beginning of one at the end of b.
func EachStamp(b []byte, f func(nanos int64)) (rest []byte) {
	for {
		i := bytes.IndexByte(b, stampMark)
		if i < 0 {
			return nil
		}
		if b = b[i:]; len(b) < stampLen {
			return b
		}
		var t int64
		for _, c := range b[1:stampLen] {
			t = t<<4 | int64(hexDigit(c))
		}
		f(t)
		b = b[stampLen:]
	}
}

func hexDigit(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// counting counts what the log is asked to store.
type counting struct {
	live.Store
	commits, events, busy atomic.Int64
}

// Commit hands the batches on.
func (c *counting) Commit(ctx context.Context, batches []live.Batch) ([]string, error) {
	began := time.Now()
	lost, err := c.Store.Commit(ctx, batches)
	c.busy.Add(int64(time.Since(began)))
	c.commits.Add(1)
	for i := range batches {
		c.events.Add(int64(len(batches[i].Events)))
	}
	return lost, err
}
