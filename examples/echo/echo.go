package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/widget"
)

// echo is a chatkit.Responder that says back what it hears, and a chatkit.Actor
// for the buttons that it shows.
type echo struct{ pause time.Duration }

// Respond answers a message.
func (e *echo) Respond(ctx context.Context, turn *chatkit.Turn) error {
	if turn.Thread().Title == "" {
		turn.SetTitle(title(turn.Input.Text()))
	}
	if strings.Contains(turn.Input.Text(), "buttons") {
		card, err := buttons(0)
		if err != nil {
			return err
		}
		return turn.Emit(chatkit.ItemDone{Item: &chatkit.WidgetItem{Widget: card, CopyText: "Two buttons"}})
	}
	return e.say(ctx, turn, "You said: "+turn.Input.Text())
}

// say streams a message word by word. Emit gives the message its id.
func (e *echo) say(ctx context.Context, turn *chatkit.Turn, text string) error {
	message, part := &chatkit.AssistantMessage{}, &chatkit.OutputText{}
	update := func(up chatkit.Update) error {
		return turn.Emit(chatkit.ItemUpdated{ItemID: message.ID, Update: up})
	}
	if err := turn.Emit(chatkit.ItemAdded{Item: message}); err != nil {
		return err
	}
	if err := update(chatkit.PartAdded{Content: part}); err != nil {
		return err
	}
	for _, word := range strings.SplitAfter(text, " ") {
		if err := update(chatkit.TextDelta{Delta: word}); err != nil {
			return err
		}
		select { // a real responder waits for its model here
		case <-time.After(e.pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	part.Text = text
	if err := update(chatkit.PartDone{Content: part}); err != nil {
		return err
	}
	message.Content = []*chatkit.OutputText{part}
	return turn.Emit(chatkit.ItemDone{Item: message})
}

// count is the payload of the buttons' action.
type count struct {
	N int `json:"n"`
}

// Act handles a click: the widget is replaced by one that counts further.
func (e *echo) Act(ctx context.Context, turn *chatkit.Turn, action chatkit.Action, sender *chatkit.WidgetItem) error {
	var clicked count
	if action.Type != "count" || sender == nil || json.Unmarshal(action.Payload, &clicked) != nil {
		return &chatkit.Error{Message: "That button does nothing here."}
	}
	card, err := buttons(clicked.N)
	if err != nil {
		return err
	}
	sender.Widget = card
	return turn.Emit(chatkit.ItemReplaced{Item: sender})
}

func buttons(n int) (json.RawMessage, error) {
	return widget.JSON(&widget.Card{Size: "sm", Children: widget.Nodes{
		&widget.Title{Value: fmt.Sprintf("Clicked %d times", n), Size: "sm"},
		&widget.Row{Layout: widget.Layout{Gap: widget.Units(2), Children: widget.Nodes{
			&widget.Button{Label: "Once more", Style: "primary", OnClick: &widget.Action{Type: "count", Payload: count{n + 1}}},
			&widget.Button{Label: "Start over", OnClick: &widget.Action{Type: "count", Payload: count{0}}},
		}}},
	}})
}

// title is the beginning of a message.
func title(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return strings.TrimSpace(string(runes[:most])) + "…"
	}
	return text
}
