package conform_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/conform"
	"github.com/taskpilot/taskpilot/chatkit/memstore"
)

// talker answers with one of everything that a tour can meet.
type talker struct{}

func (talker) Respond(_ context.Context, turn *chatkit.Turn) error {
	turn.SetTitle("A title")
	turn.SetMetadata("secret", "stays")
	m := &chatkit.AssistantMessage{}
	events := []chatkit.Event{
		chatkit.ProgressUpdate{Icon: "search", Text: "Looking…"},
		chatkit.ItemDone{Item: &chatkit.SDKHiddenContext{Content: "for the model only"}},
		chatkit.ItemDone{Item: &chatkit.WidgetItem{Widget: json.RawMessage(`{"type":"Card","children":[]}`)}},
		chatkit.ItemAdded{Item: m},
	}
	for _, ev := range events {
		if err := turn.Emit(ev); err != nil {
			return err
		}
	}
	part := &chatkit.OutputText{}
	for _, up := range []chatkit.Update{chatkit.PartAdded{Content: part}, chatkit.TextDelta{Delta: "Hel"}, chatkit.TextDelta{Delta: "lo"}} {
		if err := turn.Emit(chatkit.ItemUpdated{ItemID: m.ID, Update: up}); err != nil {
			return err
		}
	}
	part.Text = "Hello"
	m.Content = []*chatkit.OutputText{part}
	return turn.Emit(chatkit.ItemDone{Item: m})
}

func (talker) Transcribe(context.Context, chatkit.Audio) (string, error) { return "", nil }

// shelf takes files.
type shelf struct{}

func (shelf) CreateAttachment(_ context.Context, f chatkit.FileInfo) (*chatkit.Attachment, error) {
	return &chatkit.Attachment{ID: chatkit.NewID(chatkit.PrefixAttachment), Type: "file", Name: f.Name, MimeType: f.MimeType}, nil
}

func (shelf) DeleteAttachment(context.Context, *chatkit.Attachment) error { return nil }

func newServer() *chatkit.Server {
	return &chatkit.Server{Store: memstore.New(nil), Responder: talker{}, Attachments: shelf{}}
}

// exchange is a request with its answer, which a test spoils.
type exchange struct {
	http.Handler        // the server behind
	typ, request string // the request's type and body
	status       int
	media, body  string
	cut          bool // leave without the end
}

// answer sends another request to the server behind.
func (e *exchange) answer(request string) string {
	recorder := httptest.NewRecorder()
	e.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(request)))
	return recorder.Body.String()
}

// spoiled puts a proxy before a server which changes its answers.
func spoiled(server http.Handler, spoil func(*exchange)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var head struct{ Type string }
		_ = json.Unmarshal(raw, &head) // bad requests are part of the tour
		r.Body = io.NopCloser(bytes.NewReader(raw))
		recorder := httptest.NewRecorder()
		server.ServeHTTP(recorder, r)
		e := &exchange{server, head.Type, string(raw), recorder.Code, recorder.Header().Get("Content-Type"), recorder.Body.String(), false}
		spoil(e)
		w.Header().Set("Content-Type", e.media)
		w.WriteHeader(e.status)
		_, _ = io.WriteString(w, e.body)
		if e.cut {
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	})
}

// visit makes the tour of a handler.
func visit(t *testing.T, handler http.Handler, header http.Header) *conform.Report {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	report, err := conform.Run(t.Context(), conform.Options{URL: server.URL, Header: header, Client: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return report
}
