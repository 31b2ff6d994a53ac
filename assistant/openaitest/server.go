// Package openaitest is a scriptable OpenAI-compatible model server for tests.
//
// A test queues behaviours; each request for an answer takes the next:
//
//	srv := openaitest.New(t)
//	srv.Reply(
//		openaitest.ToolCall("add_task", `{"title":"buy milk"}`),
//		openaitest.Text("Added ", "**buy milk**."),
//	)
//	// point the program at srv.URL(), with any key and any model name
//
// Answers are chat completions, answers of the Responses API and runs of the
// Assistants API, streamed or not, and also transcriptions and pictures: most
// behaviours mean the same in each, and take its form. Those about odd streams are
// made of chat completions.
//
// When the queue is empty the behaviour set by Always answers, at first a 500.
// What was sent is in Requests. Every error that the server plays has Canary in
// its body and headers, so that a test can prove that nothing of it gets out.
package openaitest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Canary is in the body and the headers of every error that the server plays.
const Canary = "canary-7f3a91"

// Server is a scripted model server on a port of its own.
type Server struct {
	http   *httptest.Server
	closed chan struct{}

	mu       sync.Mutex
	queue    []Behaviour
	fallback Behaviour
	requests []*Request
	others   []*Request
	arrived  chan *Request
	beta     *assistantsAPI
	listed   []string // models
	listing  int      // the status of the answer to a request for their list
}

// Behaviour is how the server answers one request. Make one with this package's
// constructors.
type Behaviour struct {
	name string
	play func(*exchange)
}

// String names the behaviour.
func (b Behaviour) String() string { return b.name }

// New starts a server that stops with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{closed: make(chan struct{}), arrived: make(chan *Request, 1024), fallback: ServerError(), listed: []string{testModel}, listing: http.StatusOK}
	s.beta = newAssistantsAPI(s)
	s.http = httptest.NewServer(s.routes())
	t.Cleanup(func() {
		close(s.closed)
		s.http.CloseClientConnections()
		s.http.Close()
	})
	return s
}

// URL is the base URL of the interface; it ends in /v1.
func (s *Server) URL() string { return s.http.URL + "/v1" }

// Reply queues behaviours for the next requests, in order.
func (s *Server) Reply(behaviours ...Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, behaviours...)
}

// Always sets the behaviour for requests that find the queue empty.
func (s *Server) Always(b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fallback = b
}

// Lists sets the status and the names of the list of models: at first 200 and one
// test model. With another status than 200 the answer is an error.
func (s *Server) Lists(status int, names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listing, s.listed = status, names
}

func (s *Server) list(w http.ResponseWriter, _ *Request) {
	s.mu.Lock()
	status, data := s.listing, []any{}
	for _, name := range s.listed {
		data = append(data, modelBody(name))
	}
	s.mu.Unlock()
	if status != http.StatusOK {
		reply(w, status, map[string]any{"error": map[string]any{"message": "No list, " + Canary}})
		return
	}
	reply(w, status, map[string]any{"object": "list", "data": data})
}

// Requests returns what was sent so far.
func (s *Server) Requests() []*Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Request(nil), s.requests...)
}

// Arrived yields each request when its behaviour begins. Up to 1,024 wait.
func (s *Server) Arrived() <-chan *Request { return s.arrived }

// Others returns the other requests that were sent so far, which no behaviour
// answers: for the list of models, or about threads and assistants.
func (s *Server) Others() []*Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Request(nil), s.others...)
}

// routes is every path of the interface.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.answering(func(x *exchange) {
		x.wholeVoice = func() voice { return chatWhole(x) }
		x.voice = chatStream{x}
		if !x.req.Chat.Stream {
			x.voice = chatWhole(x)
		}
	}))
	mux.HandleFunc("POST /v1/responses", s.answering(func(x *exchange) {
		x.wholeVoice = func() voice { return responsesWhole(x) }
		x.voice = &responsesStream{x: x}
		if !x.req.Chat.Stream {
			x.voice = responsesWhole(x)
		}
	}))
	mux.HandleFunc("POST /v1/audio/transcriptions", s.answering(transcribing))
	mux.HandleFunc("POST /v1/images/generations", s.answering(drawing))
	mux.HandleFunc("GET /v1/models", s.other(s.list))
	mux.HandleFunc("GET /v1/models/{model}", func(w http.ResponseWriter, r *http.Request) {
		s.other(func(w http.ResponseWriter, _ *Request) {
			if name := r.PathValue("model"); name == testModel {
				reply(w, http.StatusOK, modelBody(name))
			} else {
				notThere(w)
			}
		})(w, r)
	})
	s.beta.routes(mux)
	return mux
}

// answering answers with the next behaviour, in the voice that speak gives it.
func (s *Server) answering(speak func(*exchange)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client left
		}
		req, err := newRequest(r, body)
		if err != nil {
			http.Error(w, `{"error":{"message":"not a JSON request"}}`, http.StatusBadRequest)
			return
		}
		b := s.next(req)
		defer close(req.Done)
		x := &exchange{w: w, r: r, req: req, over: s.closed}
		x.perform = b.play
		speak(x)
		x.perform(x)
		if r.Context().Err() != nil {
			close(req.Left)
		}
	}
}

// other answers a request that no behaviour is for.
func (s *Server) other(answer func(http.ResponseWriter, *Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client left
		}
		req, err := newRequest(r, body)
		if err != nil {
			http.Error(w, `{"error":{"message":"not a JSON request"}}`, http.StatusBadRequest)
			return
		}
		s.mu.Lock()
		s.others = append(s.others, req)
		s.mu.Unlock()
		answer(w, req)
		close(req.Done)
	}
}

func (s *Server) next(req *Request) Behaviour {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, req)
	select {
	case s.arrived <- req:
	default:
	}
	if len(s.queue) == 0 {
		return s.fallback
	}
	b := s.queue[0]
	s.queue = s.queue[1:]
	return b
}
