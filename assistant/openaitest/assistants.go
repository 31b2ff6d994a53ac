package openaitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
)

// assistantsAPI is the Assistants API, version 2: assistants, threads, messages,
// and runs that behaviours play.
type assistantsAPI struct {
	server *Server

	mu         sync.Mutex
	gone       bool
	count      int
	assistants map[string]map[string]any
	threads    map[string]*betaThread
}

type betaThread struct {
	id       string
	messages []map[string]any // oldest first
	runs     map[string]*betaRun
}

func newAssistantsAPI(s *Server) *assistantsAPI {
	return &assistantsAPI{server: s, assistants: map[string]map[string]any{}, threads: map[string]*betaThread{}}
}

// NoAssistants lets every path of the Assistants API answer 404, as OpenAI's own
// server does since it gave the interface up.
func (s *Server) NoAssistants() {
	s.beta.mu.Lock()
	defer s.beta.mu.Unlock()
	s.beta.gone = true
}

// ForgetThreads loses every thread of the Assistants API.
func (s *Server) ForgetThreads() {
	s.beta.mu.Lock()
	defer s.beta.mu.Unlock()
	s.beta.threads = map[string]*betaThread{}
}

// ThreadMessages returns the messages of a thread of the Assistants API, oldest
// first, each as "role: text".
func (s *Server) ThreadMessages(thread string) []string {
	s.beta.mu.Lock()
	defer s.beta.mu.Unlock()
	t := s.beta.threads[thread]
	if t == nil {
		return nil
	}
	var list []string
	for _, m := range t.messages {
		list = append(list, fmt.Sprint(m["role"], ": ", wordsOf(m)))
	}
	return list
}

// wordsOf is the text of a message.
func wordsOf(m map[string]any) string {
	var parts []struct {
		Text struct {
			Value string `json:"value"`
		} `json:"text"`
	}
	_ = json.Unmarshal([]byte(encode(m["content"])), &parts) // as it was made
	words := ""
	for _, p := range parts {
		words += p.Text.Value
	}
	return words
}

func (a *assistantsAPI) routes(mux *http.ServeMux) {
	for pattern, answer := range map[string]func(http.ResponseWriter, *http.Request, *Request){
		"POST /v1/assistants":                                      a.createAssistant,
		"GET /v1/assistants/{id}":                                  a.getAssistant,
		"POST /v1/threads":                                         a.createThread,
		"GET /v1/threads/{thread}":                                 a.getThread,
		"DELETE /v1/threads/{thread}":                              a.deleteThread,
		"POST /v1/threads/{thread}/messages":                       a.createMessage,
		"GET /v1/threads/{thread}/messages":                        a.listMessages,
		"GET /v1/threads/{thread}/runs/{run}":                      a.getRun,
		"POST /v1/threads/{thread}/runs/{run}/cancel":              a.cancelRun,
		"POST /v1/threads/{thread}/runs":                           nil,
		"POST /v1/threads/{thread}/runs/{run}/submit_tool_outputs": nil,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			a.mu.Lock()
			gone := a.gone
			a.mu.Unlock()
			switch {
			case gone, r.Header.Get("OpenAI-Beta") != "assistants=v2":
				notThere(w)
			case answer == nil:
				a.run(w, r)
			default:
				a.server.other(func(w http.ResponseWriter, req *Request) {
					a.mu.Lock()
					defer a.mu.Unlock()
					answer(w, r, req)
				})(w, r)
			}
		})
	}
}

func (a *assistantsAPI) nextID(prefix string) string {
	a.count++
	return fmt.Sprintf("%s_%d", prefix, a.count)
}

func (a *assistantsAPI) createAssistant(w http.ResponseWriter, _ *http.Request, req *Request) {
	body := object(req.Body)
	body["id"], body["object"], body["created_at"] = a.nextID("asst"), "assistant", created
	for key, def := range map[string]any{"name": nil, "description": nil, "instructions": nil, "tools": []any{}, "metadata": map[string]any{}} {
		if body[key] == nil {
			body[key] = def
		}
	}
	a.assistants[fmt.Sprint(body["id"])] = body
	reply(w, http.StatusOK, body)
}

func (a *assistantsAPI) getAssistant(w http.ResponseWriter, r *http.Request, _ *Request) {
	if body := a.assistants[r.PathValue("id")]; body != nil {
		reply(w, http.StatusOK, body)
		return
	}
	notThere(w)
}

func (a *assistantsAPI) createThread(w http.ResponseWriter, _ *http.Request, req *Request) {
	t := &betaThread{id: a.nextID("thread"), runs: map[string]*betaRun{}}
	a.threads[t.id] = t
	var body struct {
		Messages []json.RawMessage `json:"messages"`
	}
	_ = json.Unmarshal(req.Body, &body) // the body may be empty
	for _, m := range body.Messages {
		a.add(t, object(m), nil)
	}
	reply(w, http.StatusOK, threadBody(t.id))
}

func threadBody(id string) map[string]any {
	return map[string]any{"id": id, "object": "thread", "created_at": created, "metadata": map[string]any{}, "tool_resources": nil}
}

func (a *assistantsAPI) getThread(w http.ResponseWriter, r *http.Request, _ *Request) {
	if t := a.threads[r.PathValue("thread")]; t != nil {
		reply(w, http.StatusOK, threadBody(t.id))
		return
	}
	notThere(w)
}

func (a *assistantsAPI) deleteThread(w http.ResponseWriter, r *http.Request, _ *Request) {
	id := r.PathValue("thread")
	if a.threads[id] == nil {
		notThere(w)
		return
	}
	delete(a.threads, id)
	reply(w, http.StatusOK, map[string]any{"id": id, "object": "thread.deleted", "deleted": true})
}

func (a *assistantsAPI) createMessage(w http.ResponseWriter, r *http.Request, req *Request) {
	t := a.threads[r.PathValue("thread")]
	if t == nil {
		notThere(w)
		return
	}
	reply(w, http.StatusOK, a.add(t, object(req.Body), nil))
}

// add stores a message.
func (a *assistantsAPI) add(t *betaThread, body map[string]any, runID any) map[string]any {
	content := []any{}
	switch c := body["content"].(type) {
	case string:
		content = append(content, textPart(c, nil))
	case []any:
		for _, p := range c {
			if part, ok := p.(map[string]any); ok && part["type"] == "text" {
				if words, ok := part["text"].(string); ok {
					p = textPart(words, nil)
				}
			}
			content = append(content, p)
		}
	}
	m := map[string]any{"id": a.nextID("msg"), "object": "thread.message", "created_at": created, "thread_id": t.id, "status": "completed",
		"role": body["role"], "content": content, "assistant_id": nil, "run_id": runID, "attachments": []any{}, "metadata": map[string]any{},
		"completed_at": nil, "incomplete_at": nil, "incomplete_details": nil}
	t.messages = append(t.messages, m)
	return m
}

func textPart(words string, annotations []any) map[string]any {
	if annotations == nil {
		annotations = []any{}
	}
	return map[string]any{"type": "text", "text": map[string]any{"value": words, "annotations": annotations}}
}

func (a *assistantsAPI) listMessages(w http.ResponseWriter, r *http.Request, _ *Request) {
	t := a.threads[r.PathValue("thread")]
	if t == nil {
		notThere(w)
		return
	}
	list := slices.Clone(t.messages)
	if r.URL.Query().Get("order") != "asc" {
		slices.Reverse(list)
	}
	run, after := r.URL.Query().Get("run_id"), r.URL.Query().Get("after")
	data := []any{}
	for _, m := range list {
		if after != "" {
			if m["id"] == after {
				after = ""
			}
			continue
		}
		if run == "" || m["run_id"] == run {
			data = append(data, m)
		}
	}
	reply(w, http.StatusOK, map[string]any{"object": "list", "data": data, "has_more": false, "first_id": nil, "last_id": nil})
}

func object(raw []byte) map[string]any {
	body := map[string]any{}
	_ = json.Unmarshal(raw, &body) // what is no object has no fields
	return body
}
