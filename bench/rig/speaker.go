package rig

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
)

// Question asks the speaker for an answer without end. Any other text is
// answered at once: with so many deltas as Options.Burst says, or in a few words.
const Question = "Go on and on."

// speaker is an assistant that emits one delta after the other, each with its time.
type speaker struct {
	every time.Duration
	texts *prose // of answers that are given at once; nil: a few words
}

// Name returns "speaker".
func (speaker) Name() string { return "speaker" }

// Respond speaks, until it is stopped if the answer has no end.
func (s speaker) Respond(ctx context.Context, turn *assistant.Turn, emit assistant.Emit) error {
	endless := turn.Input != nil && turn.Input.Text() == Question
	if !endless && s.texts == nil {
		return emit(chatkit.ItemDone{Item: answer("All right: **done**.")})
	}
	m := answer("")
	if err := begin(m, emit); err != nil {
		return err
	}
	if endless {
		return s.goOn(ctx, m.ID, emit)
	}
	return s.sayAll(m, emit)
}

func answer(text string) *chatkit.AssistantMessage {
	m := &chatkit.AssistantMessage{ItemBase: chatkit.ItemBase{ID: chatkit.NewID(chatkit.PrefixMessage)}}
	if text != "" {
		m.Content = []*chatkit.OutputText{{Text: text}}
	}
	return m
}

func begin(m *chatkit.AssistantMessage, emit assistant.Emit) error {
	if err := emit(chatkit.ItemAdded{Item: m}); err != nil {
		return err
	}
	return emit(chatkit.ItemUpdated{ItemID: m.ID, Update: chatkit.PartAdded{Content: &chatkit.OutputText{}}})
}

// sayAll emits a whole answer at once.
func (s speaker) sayAll(m *chatkit.AssistantMessage, emit assistant.Emit) error {
	text := s.texts.next()
	for _, delta := range text {
		if err := emit(chatkit.ItemUpdated{ItemID: m.ID, Update: chatkit.TextDelta{Delta: delta}}); err != nil {
			return err
		}
	}
	m.Content = []*chatkit.OutputText{{Text: Unmarked(strings.Join(text, ""))}}
	return emit(chatkit.ItemDone{Item: m})
}

// goOn emits a delta at every tick.
func (s speaker) goOn(ctx context.Context, itemID string, emit assistant.Emit) error {
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			if err := emit(chatkit.ItemUpdated{ItemID: itemID, Update: chatkit.TextDelta{Delta: Stamp(time.Now())}}); err != nil {
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

// Stamp is a delta that EachStamp finds.
func Stamp(t time.Time) string {
	var buf [stampLen + 1]byte
	return string(append(strconv.AppendInt(append(buf[:0], stampMark), t.UnixNano(), 16), ' '))
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
