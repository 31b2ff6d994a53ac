// Package openaitest is a scriptable OpenAI-compatible model server for tests.
//
// A test queues behaviours; each request to /v1/chat/completions or to
// /v1/audio/transcriptions takes the next:
//
//	srv := openaitest.New(t)
//	srv.Reply(
//		openaitest.ToolCall("add_task", `{"title":"buy milk"}`),
//		openaitest.Text("Added ", "**buy milk**."),
//	)
//	// point the program at srv.URL(), with any key and any model name
//
// When the queue is empty the behaviour set by Always answers, at first a 500.
// What was sent is in Requests. Every error that the server plays has Canary in
// its body and headers, so that a test can prove that nothing of it gets out.
package openaitest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
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
	arrived  chan *Request
}

// Behaviour is how the server answers one request. Make one with this package's
// constructors.
type Behaviour struct {
	name string
	play func(*exchange)
}

// String names the behaviour.
func (b Behaviour) String() string { return b.name }

// Request is what a client sent.
type Request struct {
	Header http.Header
	Body   []byte
	Chat   Chat
	Audio  *Audio // of a request for a transcription
	// Done is closed when the exchange is over: answered, or left by the client.
	Done chan struct{}
	// Left is closed when the client went away before the answer was over.
	Left chan struct{}
}

// Chat is the body of a request, as far as tests look at it.
type Chat struct {
	Model    string    `json:"model"`
	Stream   bool      `json:"stream"`
	Messages []Message `json:"messages"`
	Tools    []struct {
		Type     string `json:"type"`
		Function struct {
			Name        string          `json:"name"`
			Description string          `json:"description"`
			Parameters  json.RawMessage `json:"parameters"`
		} `json:"function"`
	} `json:"tools"`
}

// Audio is what a request for a transcription sent.
type Audio struct {
	Model, Format string
	FileName      string
	Data          []byte
}

// Message is one message of a Chat. Content that came in parts is in Parts, their
// text also in Content.
type Message struct {
	Role       string `json:"role"`
	Content    string `json:"-"`
	Parts      []Part `json:"-"`
	ToolCallID string `json:"tool_call_id"`
	ToolCalls  []Call `json:"tool_calls"`
}

// Part is a piece of a message's content.
type Part struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	ImageURL struct {
		URL string `json:"url"`
	} `json:"image_url"`
}

// UnmarshalJSON reads content in either of its forms.
func (m *Message) UnmarshalJSON(raw []byte) error {
	type plain Message
	var j struct {
		plain
		Content json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal(raw, &j); err != nil {
		return err
	}
	*m = Message(j.plain)
	if len(j.Content) == 0 {
		return nil
	}
	if j.Content[0] != '[' {
		return json.Unmarshal(j.Content, &m.Content) // null leaves it empty
	}
	if err := json.Unmarshal(j.Content, &m.Parts); err != nil {
		return err
	}
	for _, p := range m.Parts {
		m.Content += p.Text
	}
	return nil
}

// Call is a tool call in a Message.
type Call struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

// New starts a server that stops with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{closed: make(chan struct{}), arrived: make(chan *Request, 1024), fallback: ServerError()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.answer)
	mux.HandleFunc("POST /v1/audio/transcriptions", s.transcribe)
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"object":"list","data":[{"id":"test-model","object":"model"}]}`)
	})
	s.http = httptest.NewServer(mux)
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

// Requests returns what was sent so far.
func (s *Server) Requests() []*Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Request(nil), s.requests...)
}

// Arrived yields each request when its behaviour begins. Up to 1,024 wait.
func (s *Server) Arrived() <-chan *Request { return s.arrived }

func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client left
	}
	req := &Request{Header: r.Header.Clone(), Body: body, Done: make(chan struct{}), Left: make(chan struct{})}
	if err := json.Unmarshal(body, &req.Chat); err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		http.Error(w, `{"error":{"message":"not a JSON request"}}`, http.StatusBadRequest)
		return
	}
	s.play(w, r, req)
}

func (s *Server) transcribe(w http.ResponseWriter, r *http.Request) {
	file, head, err := r.FormFile("file")
	if err != nil {
		http.Error(w, `{"error":{"message":"not a form with a file"}}`, http.StatusBadRequest)
		return
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return // the client left
	}
	s.play(w, r, &Request{Header: r.Header.Clone(), Done: make(chan struct{}), Left: make(chan struct{}),
		Audio: &Audio{Model: r.FormValue("model"), Format: r.FormValue("response_format"), FileName: head.Filename, Data: data}})
}

// play answers a request with the next behaviour.
func (s *Server) play(w http.ResponseWriter, r *http.Request, req *Request) {
	b := s.next(req)
	defer close(req.Done)
	x := &exchange{w: w, r: r, req: req, over: s.closed}
	b.play(x)
	if r.Context().Err() != nil {
		close(req.Left)
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
