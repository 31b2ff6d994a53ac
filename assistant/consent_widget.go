package assistant

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/widget"
	"github.com/taskpilot/taskpilot/views/locale"
)

// The actions of a question. Each carries the question's id, and nothing that
// would be done: what is done is what was stored.
const (
	actionAllow  = "consent.allow"
	actionRefuse = "consent.refuse"
)

// consentPayload is what the buttons carry.
type consentPayload struct {
	ID string `json:"id"`
}

// consentWidget asks the person.
func consentWidget(ctx context.Context, c Consent, tool Tool, bound Bound) (*chatkit.WidgetItem, error) {
	rows := widget.Nodes{&widget.Title{Value: plain(bound.Question, 300), Size: "sm"}}
	if tool.Bind == nil {
		if tool.Origin != "" {
			rows = append(rows, &widget.Caption{Value: locale.Tf(ctx, "A tool of “%s”, outside TaskPilot", plain(tool.Origin, 100))})
		}
		for _, line := range readable(ctx, bound.Arguments) {
			rows = append(rows, &widget.Text{Value: line, Size: "sm"})
		}
	}
	rows = append(rows, &widget.Caption{Value: locale.T(ctx, "The assistant wants this and waits for you, for five minutes.")})
	item, err := consentCard(c, &widget.Card{Children: rows,
		Confirm: &widget.CardAction{Label: bound.Yes, Action: &widget.Action{Type: actionAllow, Payload: consentPayload{c.ID}, Loading: widget.LoadContainer}},
		Cancel:  &widget.CardAction{Label: locale.T(ctx, "No"), Action: &widget.Action{Type: actionRefuse, Payload: consentPayload{c.ID}, Loading: widget.LoadContainer}},
	})
	if err != nil {
		return nil, err
	}
	item.CopyText = plain(bound.Question, 300)
	return item, nil
}

// answeredWidget takes the question's place.
func answeredWidget(c Consent, outcome string) (*chatkit.WidgetItem, error) {
	item, err := consentCard(c, &widget.Card{Children: widget.Nodes{
		&widget.Title{Value: plain(c.Question, 300), Size: "sm"},
		&widget.Caption{Value: outcome},
	}})
	if err != nil {
		return nil, err
	}
	item.CopyText = plain(c.Question, 300) + " " + outcome
	return item, nil
}

func consentCard(c Consent, card *widget.Card) (*chatkit.WidgetItem, error) {
	card.Base, card.Size = widget.Base{Key: c.ID}, "sm"
	raw, err := widget.JSON(card)
	if err != nil {
		return nil, fmt.Errorf("assistant: question for consent: %w", err)
	}
	item := &chatkit.WidgetItem{Widget: raw}
	item.ID = c.ItemID
	return item, nil
}

// asksConsent reports whether the widget is a question of ours.
func asksConsent(item *chatkit.WidgetItem) bool {
	var card struct {
		Key string `json:"key"`
	}
	return json.Unmarshal(item.Widget, &card) == nil && strings.HasPrefix(card.Key, "con_")
}

// isRetold reports whether a note of what the person or their browser did says only
// what the output of a call says, too: a model is to go on from that.
func isRetold(item *chatkit.HiddenContext) bool {
	var note struct {
		Type   string         `json:"type"`
		Action chatkit.Action `json:"action"`
	}
	if json.Unmarshal(item.Content, &note) != nil {
		return false
	}
	switch note.Type {
	case "threads.add_client_tool_output":
		return true
	case "threads.custom_action":
		return note.Action.Type == actionAllow || note.Action.Type == actionRefuse
	}
	return false
}

// readable is a call's arguments, a line for each, whole: a person agrees to what
// they can see.
func readable(ctx context.Context, args json.RawMessage) []string {
	var object map[string]json.RawMessage
	if json.Unmarshal(args, &object) != nil {
		return []string{plain(string(args), maxAsked)}
	}
	var lines []string
	for _, name := range sortedKeys(object) {
		var text string
		if json.Unmarshal(object[name], &text) != nil {
			var b bytes.Buffer
			if json.Compact(&b, object[name]) != nil {
				continue
			}
			text = b.String()
		}
		lines = append(lines, plain(name, 100)+": "+plain(text, maxAsked))
	}
	if len(lines) == 0 {
		return []string{locale.T(ctx, "without any details")}
	}
	return lines
}

// plain shows text as it is: what would be invisible, or turn the text around, is
// spelled out.
func plain(s string, most int) string {
	var b strings.Builder
	for _, r := range shorten(s, most) {
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(' ')
		case unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "\\u%04x", r)
		}
	}
	return b.String()
}
