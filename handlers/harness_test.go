package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/files"
	"github.com/taskpilot/taskpilot/models/modelstest"
	"github.com/taskpilot/taskpilot/views/locale"
)

func TestMain(m *testing.M) { modelstest.Main(m) }

// scripted is an assistant that does what a test tells it.
type scripted func(ctx context.Context, turn *assistant.Turn, emit assistant.Emit) error

func (scripted) Name() string { return "scripted" }

func (f scripted) Respond(ctx context.Context, turn *assistant.Turn, emit assistant.Emit) error {
	return f(ctx, turn, emit)
}

// echo answers with the message itself.
func echo(_ context.Context, turn *assistant.Turn, emit assistant.Emit) error {
	return emit(chatkit.ItemDone{Item: said("You said: " + turn.Input.Text())})
}

func said(text string) *chatkit.AssistantMessage {
	return &chatkit.AssistantMessage{Content: []*chatkit.OutputText{{Text: text}}}
}

// hold answers when its run is stopped, and tells when it began.
func hold(began chan<- struct{}) scripted {
	return func(ctx context.Context, _ *assistant.Turn, _ assistant.Emit) error {
		began <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
}

// server is TaskPilot on a real port with a fresh database.
type server struct {
	t   testing.TB
	h   *Handlers
	db  *models.DB
	url string
	log *logBuffer
}

// logBuffer is what the server logs.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// boot starts a server over db; with changes the options that a test needs.
func boot(t testing.TB, db *models.DB, change ...func(*Options)) *server {
	t.Helper()
	s := &server{t: t, db: db, log: &logBuffer{}}
	log := slog.New(slog.NewTextHandler(s.log, nil))
	owner := chatkit.NewID("own")
	engine, err := live.New(t.Context(), NewStore(db), live.Options{Owner: owner, Log: log, Poll: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://" + listener.Addr().String()
	public, _ := url.Parse(s.url)
	languages, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Languages: languages, DB: db, Engine: engine, Assistant: scripted(echo), Owner: owner, PublicURL: public,
		JWTSecret: bytes.Repeat([]byte("j"), 32), SessionSecret: bytes.Repeat([]byte("s"), 32), SignupOpen: true, ShareLinks: true, Version: "test", Log: log}
	for _, f := range change {
		f(&o)
	}
	if o.Files == nil {
		o.Files = fileStoreOf(t, db, log)
	}
	s.h = New(o)
	app := s.h.App()
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener) }()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the server's log:\n%s", s.log)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		now, stop := context.WithCancel(ctx)
		stop()
		engine.Close(now)
		s.h.Close(ctx)
		if err := app.ShutdownWithContext(ctx); err != nil {
			t.Errorf("shut down: %v", err)
		}
		<-done
	})
	// Fiber can't be shut down before it serves.
	s.nobody().do("GET", "/healthz", nil).want(http.StatusOK)
	return s
}

// fileStoreOf is an empty store of files.
func fileStoreOf(t testing.TB, db *models.DB, log *slog.Logger) *files.Files {
	t.Helper()
	dir := t.TempDir()
	f, err := files.Open(t.Context(), files.Options{DB: db, URL: "file:" + dir + "/bucket", Dir: dir + "/uploads", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// visitor is one client of the server: nobody, a browser or a program.
type visitor struct {
	s      *server
	http   *http.Client
	user   *models.User
	bearer string
	csrf   string
}

// nobody is a visitor who is not signed in.
func (s *server) nobody() *visitor {
	jar, _ := cookiejar.New(nil)
	transport := &http.Transport{}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &visitor{s: s, http: &http.Client{Jar: jar, Transport: transport, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// browser is a person with a session and one of our pages open.
func (s *server) browser(user *models.User) *visitor {
	s.t.Helper()
	v := s.nobody()
	v.user = user
	token := randomToken()
	if err := s.db.CreateSession(context.Background(), &models.Session{ID: hashToken(token), UserID: user.ID}); err != nil {
		s.t.Fatal(err)
	}
	site, _ := url.Parse(s.url)
	v.http.Jar.SetCookies(site, []*http.Cookie{{Name: "taskpilot", Value: token, Path: "/"}})
	v.readCSRF("/tasks")
	return v
}

// program is a client with an access token of the person's.
func (s *server) program(user *models.User) *visitor {
	s.t.Helper()
	family, _, err := s.db.NewFamily(context.Background(), user.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	v := s.nobody()
	v.user = user
	if v.bearer, _, err = s.h.tokens.Mint(user.ID, family, s.h.Now()); err != nil {
		s.t.Fatal(err)
	}
	return v
}

var csrfInput = regexp.MustCompile(`name="csrf_token" value="([^"]+)"`)

// readCSRF reads the token from a page's form, as a browser does.
func (v *visitor) readCSRF(path string) {
	v.s.t.Helper()
	r := v.do("GET", path, nil).want(http.StatusOK)
	m := csrfInput.FindSubmatch(r.body)
	if m == nil {
		v.s.t.Fatalf("%s has no CSRF token", path)
	}
	v.csrf = string(m[1])
}

// reply is what the server answered.
type reply struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
}

// rawBody is a body as it is sent.
type rawBody struct {
	contentType string
	bytes       io.Reader
}

// do sends a request. body may be nil, text, a rawBody or anything that becomes
// JSON; headers are name, value, name, value.
func (v *visitor) do(method, path string, body any, headers ...string) *reply {
	v.s.t.Helper()
	req := v.request(method, path, body, headers...)
	res, err := v.http.Do(req)
	if err != nil {
		v.s.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	read, err := io.ReadAll(res.Body)
	if err != nil {
		v.s.t.Fatalf("%s %s: read: %v", method, path, err)
	}
	if api, err := theContract(); err != nil {
		v.s.t.Fatalf("openapi.json: %v", err)
	} else if err := api.check(req, res.StatusCode, res.Header, read); err != nil {
		v.s.t.Errorf("%s %s is not as openapi.json has it: %v", method, path, err)
	}
	return &reply{v.s.t, method + " " + path, res.StatusCode, res.Header, read}
}

func (v *visitor) request(method, path string, body any, headers ...string) *http.Request {
	v.s.t.Helper()
	var reader io.Reader
	contentType := "application/json"
	switch b := body.(type) {
	case nil:
		contentType = ""
	case rawBody:
		reader, contentType = b.bytes, b.contentType
	case string:
		reader = strings.NewReader(b)
	case url.Values:
		reader, contentType = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			v.s.t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(v.s.t.Context(), method, v.s.url+path, reader)
	if err != nil {
		v.s.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if v.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+v.bearer)
	}
	if v.csrf != "" {
		req.Header.Set("X-CSRF-Token", v.csrf)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			req.Header.Del(headers[i])
		} else {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	return req
}

// post sends a form of a page.
func (v *visitor) post(path string, form url.Values, headers ...string) *reply {
	v.s.t.Helper()
	return v.do("POST", path, form, headers...)
}

// want checks the status.
func (r *reply) want(status int) *reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: status %d, want %d; body %.600s", r.what, r.status, status, r.body)
	}
	return r
}

// problem checks the status and the code of a JSON error.
func (r *reply) problem(status int, code string) *reply {
	r.t.Helper()
	r.want(status)
	var body struct {
		Error struct{ Code, Message string }
	}
	if r.json(&body); body.Error.Code != code || body.Error.Message == "" {
		r.t.Fatalf("%s: error %+v, want code %s and a message", r.what, body.Error, code)
	}
	return r
}

// json reads the body, which must be JSON.
func (r *reply) json(into any) *reply {
	r.t.Helper()
	if !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") {
		r.t.Fatalf("%s: Content-Type %q", r.what, r.header.Get("Content-Type"))
	}
	if err := json.Unmarshal(r.body, into); err != nil {
		r.t.Fatalf("%s: %v in %.600s", r.what, err, r.body)
	}
	return r
}

// has checks that the body contains a text, lacks that it does not.
func (r *reply) has(text string) *reply {
	r.t.Helper()
	if !bytes.Contains(r.body, []byte(text)) {
		r.t.Errorf("%s: no %q in %.2000s", r.what, text, r.body)
	}
	return r
}

func (r *reply) lacks(text string) *reply {
	r.t.Helper()
	if bytes.Contains(r.body, []byte(text)) {
		r.t.Errorf("%s: %q in %.2000s", r.what, text, r.body)
	}
	return r
}
