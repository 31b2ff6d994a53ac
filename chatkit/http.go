package chatkit

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// StatusOf says how to tell a client over HTTP of an error before a stream has
// begun: the status, a code for programs and a sentence for people. Errors that
// it does not know are 500 and their text stays in.
func StatusOf(err error) (status int, code, message string) {
	var bad *RequestError
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &bad):
		return http.StatusBadRequest, "invalid_request", bad.Error()
	case errors.Is(err, ErrCursor):
		return http.StatusNotFound, "not_found", "chatkit: request: params.after is not in the list"
	case errors.As(err, &tooBig):
		return http.StatusRequestEntityTooLarge, "too_large", "This is too large to send."
	case errors.Is(err, ErrNotFound):
		status, code, message = http.StatusNotFound, "not_found", "There is no such thing here."
	case errors.Is(err, ErrBusy):
		status, code, message = http.StatusConflict, "busy", "This conversation is being answered. Wait for the end or stop it."
	case errors.Is(err, ErrConflict):
		status, code, message = http.StatusConflict, "conflict", "The conversation has moved on. Load it again."
	case errors.Is(err, ErrNotSupported):
		status, code, message = http.StatusBadRequest, "not_supported", "This chat can't do that."
	default:
		status, code, message = http.StatusInternalServerError, "internal", "Something went wrong. Try again."
		if e, ok := errors.AsType[*Error](err); ok {
			status, code, message = http.StatusBadRequest, "failed", e.Message
		}
		return status, code, message
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Message != "" {
		message = e.Message
	}
	return status, code, message
}

// ServeHTTP makes the server an http.Handler for the one URL of the protocol.
// Put whatever authenticates people around it; what that puts into the
// request's context reaches the Store and the Responder.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		writeError(w, http.StatusMethodNotAllowed, "method_not_allowed", "ChatKit requests are POST requests.")
		return
	}
	limit := s.MaxBody
	if limit <= 0 {
		limit = 32 << 20
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		status, code, message := StatusOf(err)
		if status == http.StatusInternalServerError { // the client broke off
			status, code, message = http.StatusBadRequest, "invalid_request", "The request broke off."
		}
		writeError(w, status, code, message)
		return
	}
	req, err := DecodeRequest(raw)
	if err != nil {
		status, code, message := StatusOf(err)
		writeError(w, status, code, message)
		return
	}
	stream := &httpStream{w: w, control: http.NewResponseController(w)}
	stop := stream.keepAlive(s.KeepAlive)
	reply, err := s.Handle(r.Context(), req, stream.send)
	stop()
	switch {
	case err != nil && r.Context().Err() != nil: // nobody is there to be told
	case err != nil:
		status, code, message := StatusOf(err)
		if status == http.StatusInternalServerError {
			s.logger().ErrorContext(r.Context(), "a request failed", "type", req.RequestType(), "error", err)
		}
		writeError(w, status, code, message)
	case !Streaming(req):
		writeJSON(w, http.StatusOK, reply)
	}
}

func writeError(w http.ResponseWriter, status int, code, message string) {
	type body struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	writeJSON(w, status, map[string]body{"error": {code, message}})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	raw, err := marshal(v)
	if err != nil {
		status, raw = http.StatusInternalServerError, []byte(`{"error":{"code":"internal","message":"Something went wrong. Try again."}}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(raw) // a client that left needs no reply
}

// httpStream writes events as the body of a reply.
type httpStream struct {
	w       http.ResponseWriter
	control *http.ResponseController

	mu      sync.Mutex
	started bool
	buf     []byte
}

func (h *httpStream) send(ev Event) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var err error
	if h.buf, err = AppendEventFrame(h.buf[:0], ev); err != nil {
		return err
	}
	if !h.started {
		h.started = true
		head := h.w.Header()
		head.Set("Content-Type", "text/event-stream; charset=utf-8")
		head.Set("Cache-Control", "no-cache")
		head.Set("X-Accel-Buffering", "no") // nginx would collect the frames
		h.w.WriteHeader(http.StatusOK)
	}
	return h.flush()
}

func (h *httpStream) flush() error {
	if _, err := h.w.Write(h.buf); err != nil {
		return err
	}
	if err := h.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// keepAlive writes a comment every so often, from the first event on.
func (h *httpStream) keepAlive(every time.Duration) (stop func()) {
	if every <= 0 {
		return func() {}
	}
	done, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				h.ping()
			}
		}
	}()
	return func() {
		close(done)
		<-finished
	}
}

func (h *httpStream) ping() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.started {
		h.buf = append(h.buf[:0], ": keep-alive\n\n"...)
		_ = h.flush() // a client that left is noticed by the request's context
	}
}
