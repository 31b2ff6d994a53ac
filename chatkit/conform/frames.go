package conform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/taskpilot/taskpilot/chatkit"
)

// event is one event, as it was sent and as a client reads it.
type event struct {
	typ  string
	body object
	read chatkit.Event
}

// events reads a stream's body.
func (x *exam) events(body []byte) []event {
	x.look(ruleFrames, ruleFields, ruleNulls, ruleMetadata, ruleNoItems, ruleHidden)
	frames, why := exactFrames(body)
	if why != "" {
		x.note(ruleFrames, "%s: not every client may read that", why)
		frames = looseFrames(body)
		if !finished(body) {
			x.fail(ruleWhole, "expected an empty line after the last event, got %s", clip(body[max(0, len(body)-80):]))
		}
	}
	var list []event
	for i, frame := range frames {
		if frame = bytes.TrimSpace(frame); len(frame) == 0 || string(frame) == "[DONE]" {
			continue // noted, for it was no exact frame
		}
		o, err := parse(frame)
		if err != nil {
			x.fail(ruleFrames, "event %d: %v: %s", i+1, err, clip(frame))
			continue
		}
		ev := event{typ: o.text("type"), body: o}
		x.event(fmt.Sprintf("event %d, %s", i+1, ev.typ), o)
		if ev.read, err = chatkit.UnmarshalEvent(frame); err != nil {
			x.fail(ruleFields, "event %d: %v", i+1, err)
			continue
		}
		list = append(list, ev)
	}
	return list
}

// exactFrames splits a body that is framed just so; else it says why not.
func exactFrames(body []byte) (frames [][]byte, why string) {
	for n := 1; len(body) > 0; n++ {
		frame, rest, whole := bytes.Cut(body, []byte("\n\n"))
		data, named := bytes.CutPrefix(frame, []byte("data: "))
		switch {
		case !named:
			return nil, fmt.Sprintf("frame %d is %s", n, clip(frame))
		case bytes.ContainsAny(data, "\r\n"):
			return nil, fmt.Sprintf("frame %d has several lines or carriage returns", n)
		case len(data) == 0 || string(data) == "[DONE]":
			return nil, fmt.Sprintf("frame %d is %s, which is no event", n, clip(frame))
		case !whole:
			return nil, "the last frame has no end"
		}
		frames, body = append(frames, data), rest
	}
	return frames, ""
}

// looseFrames reads a body as a patient client does.
func looseFrames(body []byte) [][]byte {
	var frames [][]byte
	for r := chatkit.NewFrameReader(bytes.NewReader(body), len(body)+1); ; {
		frame, err := r.Next()
		if err != nil { // the end
			return frames
		}
		frames = append(frames, frame)
	}
}

// finished reports whether a body ends with an empty line.
func finished(body []byte) bool {
	body = bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))
	body = bytes.ReplaceAll(body, []byte("\r"), []byte("\n"))
	return len(body) == 0 || bytes.HasSuffix(body, []byte("\n\n"))
}

// parse reads a JSON object, and nothing but one.
func parse(raw []byte) (object, error) {
	if !utf8.Valid(raw) {
		return nil, errors.New("it is no UTF-8")
	}
	var o object
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, err
	}
	if o == nil {
		return nil, errors.New("expected an object, got null")
	}
	return o, nil
}
