package conform

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// object is a JSON object.
type object map[string]any

// text returns a string in the object, or "".
func (o object) text(key string) string {
	s, _ := o[key].(string)
	return s
}

// object returns an object in the object, or none.
func (o object) object(key string) object {
	inner, _ := o[key].(map[string]any)
	return inner
}

// list returns the objects of a list in the object.
func (o object) list(key string) []object {
	values, _ := o[key].([]any)
	var list []object
	for _, v := range values {
		if m, ok := v.(map[string]any); ok {
			list = append(list, m)
		}
	}
	return list
}

// shapes says what objects have: "key:kind", with "key?" for what may be missing.
// A kind is a JSON type, "id" and "time", words to choose from ("a|b"), a shape,
// or a list of one ("[]part"). Items, events and updates have the shape of
// "item", "event" and "update" and that of their type.
func shapes() map[string]string {
	return map[string]string{
		"thread":     "id:id created_at:time status:status metadata:object items:page title?:string",
		"status":     "type:active|locked|closed reason?:string",
		"page":       "data:list has_more:bool after?:id",
		"attachment": "type:file|image id:id name:string mime_type:string preview_url?:string upload_descriptor?:upload",
		"upload":     "url:id method:POST|PUT headers:object",

		"event":                      "type:string",
		"event thread.created":       "thread:thread",
		"event thread.updated":       "thread:thread",
		"event thread.item.added":    "item:item",
		"event thread.item.done":     "item:item",
		"event thread.item.replaced": "item:item",
		"event thread.item.updated":  "item_id:id update:update",
		"event thread.item.removed":  "item_id:id",
		"event stream_options":       "stream_options:options",
		"event progress_update":      "text:string icon?:string",
		"event client_effect":        "name:string data:object",
		"event error":                "code:string allow_retry:bool message?:string",
		"event notice":               "level:info|warning|danger message:string title?:string",
		"options":                    "allow_cancel:bool",

		"update": "type:string",
		"update assistant_message.content_part.added":            "content_index:number content:part",
		"update assistant_message.content_part.done":             "content_index:number content:part",
		"update assistant_message.content_part.text_delta":       "content_index:number delta:string",
		"update assistant_message.content_part.annotation_added": "content_index:number annotation_index:number annotation:annotation",
		"update widget.root.updated":                             "widget:widget",
		"update widget.component.updated":                        "component_id:id component:widget",
		"update widget.streaming_text.value_delta":               "component_id:id delta:string done:bool",
		"update workflow.task.added":                             "task_index:number task:task",
		"update workflow.task.updated":                           "task_index:number task:task",
		"update generated_image.updated":                         "image:image progress?:number",

		"item":                   "type:string id:id thread_id:id created_at:time",
		"item user_message":      "content:[]input attachments:[]attachment inference_options:object quoted_text?:string",
		"item assistant_message": "content:[]part",
		"item client_tool_call":  "status:pending|completed call_id:id name:id arguments:object",
		"item widget":            "widget:widget copy_text?:string",
		"item generated_image":   "image?:image",
		"item structured_input":  "status:pending|answered|skipped inputs:[]question",
		"item workflow":          "workflow:workflow",
		"item task":              "task:task",
		"item end_of_turn":       "",
		"input":                  "type:input_text|input_tag text:string",
		"part":                   "type:output_text text:string annotations:[]annotation",
		"annotation":             "type:annotation source:source index?:number",
		"source":                 "type:string title:string",
		"widget":                 "type:id",
		"image":                  "id:id url:string",
		"question":               "id:id question:string type:string",
		"workflow":               "type:string tasks:[]task expanded:bool",
		"task":                   "type:string status_indicator:none|loading|complete",
	}
}

// shape checks that v is of a kind of shapes.
func (x *exam) shape(path, kind string, v any) {
	if inner, ok := strings.CutPrefix(kind, "[]"); ok {
		list, isList := v.([]any)
		if !isList {
			x.fail(ruleFields, "%s: expected a list, got %s", path, show(v))
		}
		for i, e := range list {
			x.shape(fmt.Sprintf("%s[%d]", path, i), inner, e)
		}
		return
	}
	fields, named := x.shapes[kind]
	if !named {
		x.scalar(path, kind, v)
		return
	}
	m, ok := v.(map[string]any)
	if !ok {
		x.fail(ruleFields, "%s: expected an object, got %s", path, show(v))
		return
	}
	x.fields(path, fields, m)
	switch kind {
	case "item", "event", "update":
		x.variant(path, kind, m)
	case "thread":
		if len(object(m).object("metadata")) > 0 {
			x.fail(ruleMetadata, "%s: expected metadata {}, got %s", path, show(m["metadata"]))
		}
	case "attachment":
		if len(object(m).object("metadata")) > 0 {
			x.fail(ruleMetadata, "%s: expected none, got %s", path, show(m["metadata"]))
		}
	}
}

// fields checks the keys of an object.
func (x *exam) fields(path, fields string, m object) {
	for _, field := range strings.Fields(fields) {
		key, kind, _ := strings.Cut(field, ":")
		key, optional := strings.CutSuffix(key, "?")
		v, there := m[key]
		switch {
		case there && v != nil: // nulls have a rule of their own
			x.shape(path+"."+key, kind, v)
		case !there && !optional, there && !optional:
			x.fail(ruleFields, "%s: %s is missing", path, key)
		}
	}
}

// variant checks what an object has because of its type.
func (x *exam) variant(path, kind string, m object) {
	typ := m.text("type")
	if kind == "item" && (typ == "hidden_context_item" || typ == "sdk_hidden_context") {
		x.fail(ruleHidden, "%s is a %s", path, typ)
		return
	}
	fields, known := x.shapes[kind+" "+typ]
	if !known {
		x.note(ruleFields, "%s: the protocol has no %s of type %q; clients ignore it", path, kind, typ)
		return
	}
	x.fields(path, fields, m)
}

func (x *exam) scalar(path, kind string, v any) {
	ok := false
	switch kind {
	case "string":
		_, ok = v.(string)
	case "bool":
		_, ok = v.(bool)
	case "number":
		_, ok = v.(float64)
	case "object":
		_, ok = v.(map[string]any)
	case "list":
		_, ok = v.([]any)
	case "id":
		s, _ := v.(string)
		ok = s != ""
	case "time":
		ok = x.time(path, v)
	default:
		s, _ := v.(string)
		ok = slices.Contains(strings.Split(kind, "|"), s)
	}
	if !ok {
		x.fail(ruleFields, "%s: expected %s, got %s", path, kind, show(v))
	}
}

// time accepts RFC 3339, and without a zone, as the official server writes it.
func (x *exam) time(path string, v any) bool {
	s, _ := v.(string)
	if _, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return true
	}
	_, err := time.Parse("2006-01-02T15:04:05.999999999", s)
	if err == nil {
		x.note(ruleTimes, "%s is %s: clients can only guess its zone", path, s)
	}
	return err == nil
}

// event checks one event of a stream.
func (x *exam) event(path string, o object) {
	x.shape(path, "event", map[string]any(o))
	x.nulls(path, o)
	if items := o.object("thread").object("items"); len(items.list("data")) > 0 || items["has_more"] == true {
		x.fail(ruleNoItems, "%s has items", path)
	}
}

// nulls finds keys that should have been left out. What servers and widgets keep
// for themselves is free to hold nulls.
func (x *exam) nulls(path string, v any) {
	switch e := v.(type) {
	case object:
		x.nulls(path, map[string]any(e))
	case map[string]any:
		for key, inner := range e {
			_, isObject := inner.(map[string]any)
			switch {
			case key == "output" || key == "payload", isObject && slices.Contains([]string{"arguments", "data", "metadata"}, key):
			case inner == nil:
				x.fail(ruleNulls, "%s: expected no %s, got null", path, key)
			default:
				x.nulls(path+"."+key, inner)
			}
		}
	case []any:
		for i, inner := range e {
			x.nulls(fmt.Sprintf("%s[%d]", path, i), inner)
		}
	}
}

// show writes a value that is not what it should be.
func show(v any) string {
	raw, err := chatkit.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return brief(raw)
}
