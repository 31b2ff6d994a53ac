package assistant

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// recorded is the stream of an answer, as a server wrote it.
func recorded(t *testing.T, path, body string, b openaitest.Behaviour) string {
	t.Helper()
	srv := openaitest.New(t)
	srv.Reply(b)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// lineStream reads data lines as go-openai does.
type lineStream struct {
	lines *bufio.Reader
	io.Closer
}

func streamOf(body string) *lineStream {
	events := newEventLines(io.NopCloser(strings.NewReader(body)), maxEvent, func() {})
	return &lineStream{bufio.NewReader(events), events}
}

func (s *lineStream) RecvRaw() ([]byte, error) {
	line, err := s.lines.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	data := bytes.TrimPrefix(bytes.TrimSpace(line), []byte("data: "))
	if string(data) == "[DONE]" {
		return nil, io.EOF
	}
	return data, nil
}

// outcome plays a stream to its end.
func outcome(body string, decode func([]byte, func(agents.Event) error) error) (modelAnswer, error) {
	var got modelAnswer
	stream := streamOf(body)
	raw, err := stream.RecvRaw()
	if err != nil {
		return got, errCut
	}
	err = (&opened{stream, raw}).each(decode, got.take)
	return got, err
}

// TestCutAnywhere cuts recorded streams at every byte. Until what says so has
// arrived, none is complete, and what was understood is the beginning of the whole.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	answers := map[string]openaitest.Behaviour{
		"text":    openaitest.Thinking("Hm.", openaitest.Text("Hello, ", "w\u00f6rld \U0001F44B")),
		"tools":   openaitest.ToolCalls(ToolAddTask, `{"title":"a"}`, ToolListTasks, `{}`),
		"refusal": openaitest.Refusal("I'd rather not."),
		"length":  openaitest.FinishLength("Hello"),
		"cited":   openaitest.Cited("See Go.", openaitest.Citation{URL: "https://go.dev", Title: "Go", Start: 4, End: 6}),
		"crlf":    openaitest.CRLF(openaitest.Text("Hello")),
	}
	for name, b := range answers {
		for _, engine := range []string{"completions", "responses"} {
			t.Run(engine+" "+name, func(t *testing.T) {
				t.Parallel()
				path, request, end := "/chat/completions", `{"model":"m","stream":true,"messages":[]}`, `"finish_reason":"`
				if engine == "responses" {
					path, request, end = "/responses", `{"model":"m","stream":true,"input":"hi"}`, `data: {"response":{`
				}
				body := recorded(t, path, request, b)
				last := strings.LastIndex(body, end)
				whole := last + strings.Index(body[last:], "\n") + 1
				full, err := outcome(body, decoderOf(engine))
				if err != nil || last < 0 {
					t.Fatalf("the whole stream fails: %v", err)
				}
				for n := range len(body) {
					got, err := outcome(body[:n], decoderOf(engine))
					switch {
					case n < whole && (!errors.Is(err, errCut) || got.ended.Reason != "" && len(got.calls) < len(full.calls)):
						t.Fatalf("cut at byte %d of %d: %v, %+v", n, whole, err, got.ended)
					case n >= whole && (err != nil || len(got.calls) != len(full.calls) || got.text != full.text):
						t.Fatalf("cut at byte %d, after its end: %v", n, err)
					case !strings.HasPrefix(full.text, got.text):
						t.Fatalf("cut at byte %d: %q is not the beginning of %q", n, got.text, full.text)
					}
				}
			})
		}
	}
}

func decoderOf(engine string) func([]byte, func(agents.Event) error) error {
	if engine == "responses" {
		return (&agents.Responses{ReasoningText: true}).Decode
	}
	return new(agents.Completions).Decode
}

// TestBadEvents has events that can't be read amid an answer: it goes on, and says
// so.
func TestBadEvents(t *testing.T) {
	t.Parallel()
	const hello, stop = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\n", "data: {\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n"
	for name, tc := range map[string]struct {
		body string
		gaps int
		err  error
	}{
		"none":         {hello + stop, 0, nil},
		"ping":         {hello + "data: ping\n\n: note\n\nretry: 5\n\ndata: [1]\n\ndata: null\n\n" + stop, 0, nil},
		"broken":       {hello + "data: {\"choices\":[{\"delta\n\n" + stop, 1, nil},
		"other types":  {hello + "data: {\"choices\":5}\n\ndata: {\"x\":1}\n\n" + stop, 1, nil},
		"too many":     {hello + strings.Repeat("data: {bad\n\n", badEvents+1) + stop, 0, agents.ErrUnreadable},
		"broken end":   {hello + "data: {\"choices\":[{\"finish_reason\":\n\n", 0, agents.ErrUnreadable},
		"comment only": {": a\n\n: b\n\n", 0, errCut},
	} {
		gaps := 0
		stream := streamOf(tc.body)
		raw, err := stream.RecvRaw()
		if err == nil {
			err = (&opened{stream, raw}).each(new(agents.Completions).Decode, func(ev agents.Event) error {
				if _, ok := ev.(agents.Gap); ok {
					gaps++
				}
				return nil
			})
		} else if errors.Is(err, io.EOF) {
			err = errCut
		}
		if !errors.Is(err, tc.err) || gaps != tc.gaps {
			t.Errorf("%s: %d gaps, %v", name, gaps, err)
		}
	}
}
