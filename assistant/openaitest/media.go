package openaitest

import "net/http"

// transcribing has the voice of a transcription: what is said is what was heard.
func transcribing(x *exchange) {
	x.voice = &whole{broken: func() { x.refuse(http.StatusInternalServerError, "server_error", "server_error") }, write: func(w *whole) {
		x.json(http.StatusOK, map[string]any{"text": w.text, "usage": map[string]any{"type": "duration", "seconds": 1}})
	}}
}

// drawing has the voice of a request for a picture.
func drawing(x *exchange) {
	x.voice = &whole{broken: func() { x.refuse(http.StatusInternalServerError, "server_error", "server_error") }, write: func(w *whole) {
		x.json(http.StatusOK, map[string]any{"created": created, "data": []any{map[string]any{"b64_json": w.drawn}}})
	}}
}

func modelBody(id string) map[string]any {
	return map[string]any{"id": id, "object": "model", "created": created, "owned_by": "test"}
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(encode(v))) // a client that left needs no answer
}

func notThere(w http.ResponseWriter) {
	reply(w, http.StatusNotFound, map[string]any{"error": map[string]any{
		"message": "No such thing, " + Canary, "type": "invalid_request_error", "param": nil, "code": "not_found"}})
}
