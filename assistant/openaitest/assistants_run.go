package openaitest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// betaRun is a run of the Assistants API. A behaviour plays it in the background;
// the client asks again and again how far it got.
type betaRun struct {
	id, thread, assistant string
	asked                 int    // how often the client asked since it began or went on
	said                  *whole // nil while it is played
	cancelled             bool
	cancel                context.CancelFunc
}

// RunEnds ends a run in a state of its own, as "failed" with an error code, or
// "expired". It is for the Assistants API.
func RunEnds(status, code string) Behaviour {
	return Behaviour{"run ends as " + status, func(x *exchange) { x.voice.finish(status+" "+code, false) }}
}

// run begins a run or goes on with it after tool outputs. The behaviour may refuse
// the request instead: then it writes a response, and says nothing.
func (a *assistantsAPI) run(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	run, status := a.runFor(r)
	a.mu.Unlock()
	if run == nil {
		reply(w, status, map[string]any{"error": map[string]any{
			"message": "Not now, " + Canary, "type": "invalid_request_error", "param": nil, "code": nil}})
		return
	}
	a.server.answering(func(x *exchange) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if run.assistant == "" {
			run.assistant = fmt.Sprint(object(x.req.Body)["assistant_id"])
		}
		x.words = a.lastWords(run.thread)
		run.said, run.asked = nil, 0
		ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
		run.cancel = cancel
		begun, played, play := make(chan struct{}), make(chan struct{}), x.perform
		x.voice = a.voiceOf(run, sync.OnceFunc(func() { close(begun) }))
		x.perform = func(x *exchange) {
			x.r = r.WithContext(ctx)
			go func() {
				defer cancel()
				defer close(played)
				play(x)
			}()
			select {
			case <-begun:
			case <-played:
			case <-r.Context().Done():
				cancel()
				<-played
			}
			a.answerRun(w, run, begun)
		}
	})(w, r)
}

// answerRun tells of a run that has begun. One that has not was refused.
func (a *assistantsAPI) answerRun(w http.ResponseWriter, run *betaRun, begun <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	select {
	case <-begun:
		reply(w, http.StatusOK, run.body())
	default:
		if t := a.threads[run.thread]; t != nil {
			delete(t.runs, run.id)
		}
	}
}

// runFor finds the run that a request is about, or makes it.
func (a *assistantsAPI) runFor(r *http.Request) (*betaRun, int) {
	t := a.threads[r.PathValue("thread")]
	if t == nil {
		return nil, http.StatusNotFound
	}
	if id := r.PathValue("run"); id != "" {
		run := t.runs[id]
		switch {
		case run == nil:
			return nil, http.StatusNotFound
		case run.status() != "requires_action":
			return nil, http.StatusBadRequest
		}
		return run, 0
	}
	for _, other := range t.runs {
		if s := other.status(); s == "queued" || s == "in_progress" || s == "requires_action" {
			return nil, http.StatusBadRequest // one at a time
		}
	}
	run := &betaRun{id: a.nextID("run"), thread: t.id}
	t.runs[run.id] = run
	return run, 0
}

// runVoice is a voice whose first word begins a run.
type runVoice struct {
	*whole
	begun func()
}

func (v runVoice) begin()               { v.begun() }
func (v runVoice) think(thought string) { v.begun() }
func (v runVoice) say(delta string)     { v.begun(); v.whole.say(delta) }
func (v runVoice) refuse(words string)  { v.begun(); v.whole.refuse(words) }
func (v runVoice) finish(reason string, _ bool) {
	v.whole.finish(reason, false)
	v.begun()
}

// voiceOf is a voice whose last word finishes the run.
func (a *assistantsAPI) voiceOf(run *betaRun, begun func()) voice {
	v := runVoice{&whole{}, begun}
	v.broken = func() { v.finish("failed server_error", false) }
	v.write = func(w *whole) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if run.said = w; run.cancelled {
			return
		}
		said := w.text + w.refusal
		if last := run.last(); said == "" || last != "completed" && last != "incomplete" && last != "requires_action" {
			return
		}
		var annotations []any
		for _, c := range w.citations {
			annotations = append(annotations, map[string]any{"type": "file_citation", "text": "【" + c.Filename + "】",
				"start_index": c.Start, "end_index": c.End, "file_citation": map[string]any{"file_id": c.FileID}})
		}
		a.add(a.threads[run.thread], map[string]any{"role": "assistant", "content": []any{textPart(said, annotations)}}, run.id)
	}
	return v
}

// lastWords is what the person said last in a thread.
func (a *assistantsAPI) lastWords(thread string) string {
	words := ""
	for _, m := range a.threads[thread].messages {
		if m["role"] == "user" {
			words = wordsOf(m)
		}
	}
	return words
}

// last is the state in which what was said ends.
func (run *betaRun) last() string {
	switch reason, _, own := strings.Cut(run.said.reason, " "); {
	case own:
		return reason
	case len(run.said.calls) > 0 && reason == "tool_calls":
		return "requires_action"
	case reason == "length", reason == "content_filter":
		return "incomplete"
	case reason == "error":
		return "failed"
	}
	return "completed"
}

// status is the state that the client is told: a run is queued, then in progress,
// however fast it is.
func (run *betaRun) status() string {
	switch {
	case run.cancelled:
		return "cancelled"
	case run.asked == 0:
		return "queued"
	case run.asked == 1, run.said == nil:
		return "in_progress"
	}
	return run.last()
}

func (run *betaRun) body() map[string]any {
	body := map[string]any{"id": run.id, "object": "thread.run", "created_at": created, "thread_id": run.thread, "assistant_id": run.assistant,
		"status": run.status(), "model": testModel, "instructions": "", "tools": []any{}, "metadata": map[string]any{}, "parallel_tool_calls": true,
		"required_action": nil, "last_error": nil, "incomplete_details": nil, "usage": nil, "expires_at": nil, "started_at": nil,
		"cancelled_at": nil, "failed_at": nil, "completed_at": nil, "max_prompt_tokens": nil, "max_completion_tokens": nil,
		"tool_choice": "auto", "response_format": "auto", "truncation_strategy": map[string]any{"type": "auto"}}
	switch run.status() {
	case "requires_action":
		body["required_action"] = map[string]any{"type": "submit_tool_outputs",
			"submit_tool_outputs": map[string]any{"tool_calls": chatCalls(run.said.calls)}}
	case "incomplete":
		body["incomplete_details"] = map[string]any{"reason": strings.Replace(run.said.reason, "length", "max_completion_tokens", 1)}
	case "failed":
		_, code, _ := strings.Cut(run.said.reason, " ")
		if code == "" {
			code = "server_error"
		}
		body["last_error"] = map[string]any{"code": code, "message": "trouble of " + Canary}
	}
	if run.said != nil {
		body["usage"] = chatUsage()
	}
	return body
}

func (a *assistantsAPI) getRun(w http.ResponseWriter, r *http.Request, _ *Request) {
	run := a.findRun(r)
	if run == nil {
		notThere(w)
		return
	}
	run.asked++
	reply(w, http.StatusOK, run.body())
}

func (a *assistantsAPI) cancelRun(w http.ResponseWriter, r *http.Request, _ *Request) {
	run := a.findRun(r)
	if run == nil {
		notThere(w)
		return
	}
	run.cancelled = true
	run.cancel()
	reply(w, http.StatusOK, run.body())
}

func (a *assistantsAPI) findRun(r *http.Request) *betaRun {
	if t := a.threads[r.PathValue("thread")]; t != nil {
		return t.runs[r.PathValue("run")]
	}
	return nil
}
