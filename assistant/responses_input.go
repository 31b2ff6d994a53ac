package assistant

import (
	"encoding/json"
)

// responsesInput writes the conversation as input items. No ids are sent along:
// they would name things that the server has not kept.
func responsesInput(items []inputItem) []any {
	list := make([]any, 0, len(items))
	for _, it := range items {
		switch it.kind {
		case inputUser, inputContext:
			list = append(list, map[string]any{"type": "message", "role": "user", "content": responsesParts(it.parts)})
		case inputAssistant:
			list = append(list, map[string]any{"type": "message", "role": "assistant", "content": it.text})
		case inputCall:
			list = append(list, map[string]any{"type": "function_call", "call_id": it.call.id,
				"name": it.call.name, "arguments": sendable(it.call.arguments)})
		case inputOutput:
			list = append(list, map[string]any{"type": "function_call_output", "call_id": it.call.id, "output": firstOf(it.text, "null")})
		case inputRaw:
			list = append(list, cleanRaw(it.raw))
		}
	}
	return list
}

func responsesParts(parts []inputPart) []any {
	list := make([]any, 0, len(parts))
	for _, p := range parts {
		switch p.kind {
		case partText:
			list = append(list, map[string]any{"type": "input_text", "text": p.text})
		case partImage:
			list = append(list, map[string]any{"type": "input_image", "image_url": p.url, "detail": "auto"})
		case partFile:
			list = append(list, map[string]any{"type": "input_file", "filename": p.name, "file_data": p.url})
		}
	}
	return list
}

// cleanRaw mends arguments of a call that are not JSON, which servers refuse.
func cleanRaw(raw json.RawMessage) any {
	var call struct {
		Type      string `json:"type"`
		CallID    string `json:"call_id"`
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	}
	if json.Unmarshal(raw, &call) != nil || call.Type != "function_call" || json.Valid([]byte(call.Arguments)) {
		return raw
	}
	return map[string]any{"type": "function_call", "call_id": call.CallID, "name": call.Name, "arguments": sendable(call.Arguments)}
}
