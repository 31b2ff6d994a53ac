package widget

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Event is what a person does with a component to set off an action.
type Event string

// The events: a click, a sent form, a changed field, and a card's two buttons.
const (
	OnClick   Event = "click"
	OnSubmit  Event = "submit"
	OnChange  Event = "change"
	OnConfirm Event = "confirm"
	OnCancel  Event = "cancel"
)

// Trigger is a component whose event sets off an action.
type Trigger struct {
	On     *Tree
	Event  Event
	Action Action
	source map[string]any
}

// Trigger returns what the event sets off, nil if nothing.
func (t *Tree) Trigger(ev Event) *Trigger {
	var v any
	switch ev {
	case OnConfirm, OnCancel:
		button, _ := t.Props[string(ev)].(map[string]any)
		v = button["action"]
	case OnClick, OnSubmit, OnChange:
		v = t.Props["on"+strings.ToUpper(string(ev[:1]))+string(ev[1:])+"Action"]
	}
	source, _ := v.(map[string]any)
	typ, _ := source["type"].(string)
	if typ == "" {
		return nil
	}
	a := Action{Type: typ, Payload: source["payload"], Sync: source["streaming"] == false, Handler: OnServer, Loading: LoadAuto}
	if source["handler"] == string(OnClient) {
		a.Handler = OnClient
	}
	switch loading, _ := source["loadingBehavior"].(string); LoadingPattern(loading) {
	case LoadNone, LoadSelf, LoadContainer:
		a.Loading = LoadingPattern(loading)
	}
	return &Trigger{On: t, Event: ev, Action: a, source: source}
}

// Ref names the trigger for a page that will send it back to Find: by its place
// and by a fingerprint of the action, so that what was shown is what is done.
func (g *Trigger) Ref() string {
	return g.On.At + ":" + string(g.Event) + ":" + g.fingerprint()
}

func (g *Trigger) fingerprint() string {
	raw, _ := json.Marshal(g.source) // it was JSON
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// The errors of Find: the reference is none; the widget has changed since.
var (
	ErrRef     = errors.New("widget: not a reference to an action")
	ErrChanged = errors.New("widget: the action is not there any more")
)

// Find returns the trigger with this reference. If its component has moved, it
// is found by its fingerprint, provided that only one has the same.
func (t *Tree) Find(ref string) (*Trigger, error) {
	at, rest, _ := strings.Cut(ref, ":")
	ev, print, ok := strings.Cut(rest, ":")
	if !ok || print == "" {
		return nil, fmt.Errorf("%w: %.60q", ErrRef, ref)
	}
	var found []*Trigger
	for c := range t.All {
		g := c.Trigger(Event(ev))
		if g == nil || g.fingerprint() != print {
			continue
		}
		if c.At == at {
			return g, nil
		}
		found = append(found, g)
	}
	if len(found) != 1 {
		return nil, ErrChanged
	}
	return found[0], nil
}

// deepest bounds the dots in a field's name.
const deepest = 8

// Fill returns the action as it is sent: with the values of the form's fields in
// its payload, each under its field's name, in which dots nest. A field outside
// of a form sends its own value only. values holds what was filled in by name; a
// checkbox is on if it is there. What a person filled in wins over what the
// payload says under the same name.
func (g *Trigger) Fill(values map[string][]string) (chatkit.Action, error) {
	fields := []*Tree{g.On}
	if form := g.On.Form(); form != nil && g.Event != OnCancel {
		fields = nil
		for c := range form.All {
			if c.Form() == form {
				fields = append(fields, c)
			}
		}
	}
	payload := g.Action.Payload
	for _, f := range fields {
		name := f.Field()
		given, there := values[name]
		if name == "" || f.Is("disabled") || !there && f.Kind != "Checkbox" {
			continue
		}
		var v any = there
		if f.Kind != "Checkbox" {
			v = first(given)
		}
		payload = put(payload, strings.SplitN(name, ".", deepest), v)
	}
	out := chatkit.Action{Type: g.Action.Type}
	if payload == nil {
		return out, nil
	}
	raw, err := chatkit.Marshal(payload)
	if err != nil {
		return out, fmt.Errorf("widget: payload of %s: %w", out.Type, err)
	}
	out.Payload = raw
	return out, nil
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// put returns into with v at the path. What is no object and in the way stays.
func put(into any, path []string, v any) any {
	if into == nil {
		into = map[string]any{}
	}
	old, ok := into.(map[string]any)
	if !ok {
		return into
	}
	own := make(map[string]any, len(old)+1) // the widget's own JSON is not changed
	for k, value := range old {
		own[k] = value
	}
	if len(path) == 1 {
		own[path[0]] = v
	} else {
		own[path[0]] = put(own[path[0]], path[1:], v)
	}
	return own
}
