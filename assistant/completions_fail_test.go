package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant/openaitest"
	"github.com/taskpilot/taskpilot/chatkit"
)

// told checks a failure's message and that no secret is in it or its cause.
func told(t *testing.T, err error, want string, retry bool) {
	t.Helper()
	e, ok := errors.AsType[*chatkit.Error](err)
	if !ok {
		t.Fatalf("failed with %v, want words for people", err)
	}
	if !strings.Contains(e.Message, want) || e.AllowRetry != retry {
		t.Errorf("told %q, retry %v; want %q, retry %v", e.Message, e.AllowRetry, want, retry)
	}
	for _, secret := range []string{openaitest.Canary, testKey, "org-"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q is in %q", secret, err)
		}
	}
}

func TestCompletionsFailures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		b     openaitest.Behaviour
		want  string
		retry bool
		tries int
	}{
		{openaitest.BadRequest(), "didn't accept the request", false, 1},
		{openaitest.ContextTooLong(), "too long for the model", false, 1},
		{openaitest.Status(400, "the request exceeds the available context size", "exceed_context_size_error"), "too long for the model", false, 1},
		{openaitest.Status(400, "registry/gemma does not support tools", "api_error"), "can't let this model call tools", false, 1},
		{openaitest.Status(500, "tools param requires --jinja flag", "server_error"), "can't let this model call tools", false, 1},
		{openaitest.Unauthorized(), "OPENAI_API_KEY", false, 1},
		{openaitest.Forbidden(), "doesn't allow this", false, 1},
		{openaitest.NotFound(), "OPENAI_MODEL and OPENAI_BASE_URL", false, 1},
		{openaitest.NoCredit(), "no credit left", false, 1},
		{openaitest.Redirect("http://127.0.0.1:1/"), "moved to another address", false, 1},
		{openaitest.HTML(), "web page", false, 1},
		{openaitest.HTMLAsStream(), "web page", false, 1},
		{openaitest.ErrorJSON(), "reported a problem", true, 1},
		{openaitest.ErrorMidStream(), "reported a problem", true, 1},
		{openaitest.ErrorMidStream("Hello"), "reported a problem", true, 1},
		{openaitest.ErrorEvent("Hello"), "reported a problem", true, 1},
		{openaitest.BadJSON("Hello"), "can't read", true, 1},
		{openaitest.NoFinish("Hello"), "broke before", true, 1},
		{openaitest.UsageOnly(), "broke before", true, 1},
		{openaitest.StallBeforeHeader(), "didn't answer in time", true, 3},
		{openaitest.StallMidStream(), "stopped sending", true, 1},
		{openaitest.StallMidStream("Hello"), "stopped sending", true, 1},
		{openaitest.HugeDelta(maxEvent + 1), "more than TaskPilot takes", false, 1},
		{openaitest.Endless(strings.Repeat("x", 1<<16)), "more than TaskPilot takes", false, 1},
		{openaitest.ServerError(), "problem of its own", true, 3},
		{openaitest.BadGateway(), "problem of its own", true, 3},
		{openaitest.Unavailable(), "problem of its own", true, 3},
		{openaitest.HangUp(), "The connection to the model server", true, 3},
		{openaitest.TooManyRequests(""), "busy", true, 3},
		{openaitest.TooManyRequestsFor(0), "busy", true, 3},
		{openaitest.TooManyRequestsFor(-5), "busy", true, 3},
		{openaitest.TooManyRequests("soon"), "busy", true, 3},
		{openaitest.EndlessComments(), "more than TaskPilot takes", false, 1},
		{openaitest.TooManyRequestsFor(25), "busy. Please try again in 25 seconds", true, 1},
		{openaitest.TooManyRequestsFor(60), "busy. Please try again in 60 seconds", true, 1},
		{openaitest.TooManyRequests("999999999999999999999"), "later today", true, 1},
		{openaitest.TooManyRequestsUntil(time.Now().Add(10 * time.Minute)), "in about 10 minutes", true, 1},
		{openaitest.TooManyRequestsUntil(time.Now().Add(-time.Hour)), "busy", true, 3},
		{openaitest.Truncate(40, openaitest.Text("Hello")), "broke before", true, 3},
		{openaitest.Cut(40, openaitest.Text("Hello")), "broke before", true, 3},
	} {
		t.Run(tc.b.String(), func(t *testing.T) {
			t.Parallel()
			limits := quick
			switch {
			case strings.HasPrefix(tc.b.String(), "stall before"):
				limits.Header = 300 * time.Millisecond
			case strings.HasPrefix(tc.b.String(), "stall amid"), strings.HasPrefix(tc.b.String(), "chunk that"):
				limits.Idle = 300 * time.Millisecond
			}
			c, srv, _ := model(t, limits)
			srv.Always(tc.b)
			_, err := c.ask("hello")
			told(t, err, tc.want, tc.retry)
			if got := len(srv.Requests()); got != tc.tries {
				t.Errorf("%d requests, want %d", got, tc.tries)
			}
		})
	}
}

func TestCompletionsUnreachable(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "http://" + closed.Addr().String() + "/v1"
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{refused: "can't reach the model server", "http://no-such-host.invalid/v1": "can't find the model server's address"} {
		_, err := newTalk(t, chatAgent(t, url, quick, nil)).ask("hello")
		told(t, err, want, true)
	}
}

func TestCompletionsRetries(t *testing.T) {
	t.Parallel()
	limits := quick
	limits.Backoff = 0 // the default
	c, srv, _ := model(t, limits, openaitest.HangUp(), openaitest.TooManyRequestsFor(1), openaitest.Text("Hello."))
	began := time.Now()
	c.say("hello", "Hello.")
	if took := time.Since(began); len(srv.Requests()) != 3 || took < 1400*time.Millisecond || took > 20*time.Second {
		t.Errorf("%d requests in %v", len(srv.Requests()), took)
	}
}

func TestCompletionsRetryBudget(t *testing.T) {
	t.Parallel()
	limits := quick
	limits.Retrying = 500 * time.Millisecond
	c, srv, _ := model(t, limits)
	srv.Always(openaitest.TooManyRequestsFor(1))
	_, err := c.ask("hello")
	told(t, err, "in 1 second.", true)
	if n := len(srv.Requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestCompletionsTotal(t *testing.T) {
	t.Parallel()
	limits := quick
	limits.Total = time.Second
	c, _, _ := model(t, limits, openaitest.SlowDrip(10*time.Millisecond, strings.Split(strings.Repeat("x", 1000), "")...))
	got, err := c.ask("hello")
	told(t, err, "took too long", true)
	if got == "" {
		t.Error("what came in time was not shown")
	}
}

// TestCompletionsCut cuts an answer at every byte, with the connection broken
// and with the response ended as if it were whole. Until the finish reason has
// arrived, the answer must not pass as complete.
func TestCompletionsCut(t *testing.T) {
	t.Parallel()
	answer := openaitest.Text("Hello, ", "wörld")
	limits := quick
	limits.Tries = 1
	c, srv, _ := model(t, limits)
	length, finished := measure(t, answer)
	for n := range length {
		for _, cut := range []openaitest.Behaviour{openaitest.Truncate(n, answer), openaitest.Cut(n, answer)} {
			srv.Reply(cut)
			text, err := c.ask("hello")
			c.items = nil
			switch {
			case n < finished && err == nil:
				t.Fatalf("%s passed as complete: %q", cut, text)
			case n < finished:
				told(t, err, "The connection to the model server", true)
				if !strings.HasPrefix("Hello, wörld", text) {
					t.Fatalf("%s showed %q", cut, text)
				}
			case err != nil || text != "Hello, wörld":
				t.Fatalf("%s, after the finish reason: %q, %v", cut, text, err)
			}
		}
	}
}

// measure returns an answer's length and where its finish reason has arrived.
func measure(t *testing.T, b openaitest.Behaviour) (length, finished int) {
	t.Helper()
	body := openaitest.Body(t, b)
	at := strings.Index(body, `"finish_reason":"stop"`)
	if at < 0 {
		t.Fatalf("no finish reason in %q", body)
	}
	return len(body), at + strings.Index(body[at:], "\n") + 1
}

func TestCompletionsLoops(t *testing.T) {
	t.Parallel()
	list := openaitest.ToolCall(ToolListTasks, `{}`)
	add := func(n int) openaitest.Behaviour {
		return openaitest.ToolCall(ToolAddTask, fmt.Sprintf(`{"title":"t%d"}`, n))
	}
	var many []string
	for i := range 33 {
		many = append(many, ToolAddTask, fmt.Sprintf(`{"title":"t%d"}`, i))
	}
	var rounds []openaitest.Behaviour
	for i := range 20 {
		rounds = append(rounds, add(i))
	}
	for name, tc := range map[string]struct {
		limits   Limits
		script   []openaitest.Behaviour
		want     string
		requests int
		calls    int
	}{
		"rounds":  {quick, rounds, "too many steps", 9, 8},
		"calls":   {quick, []openaitest.Behaviour{openaitest.ToolCalls(many...)}, "too many steps", 1, 32},
		"repeats": {quick, []openaitest.Behaviour{list, openaitest.ToolCall(ToolListTasks, ` { } `), list, list}, "round in circles", 3, 2},
		"time":    {Limits{Tooling: time.Nanosecond}, rounds, "too long", 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, srv, _ := model(t, tc.limits, tc.script...)
			_, err := c.ask("go")
			told(t, err, tc.want, false)
			if len(srv.Requests()) != tc.requests || len(c.calls()) != tc.calls {
				t.Errorf("%d requests, %d calls; want %d, %d", len(srv.Requests()), len(c.calls()), tc.requests, tc.calls)
			}
		})
	}
}

func TestCompletionsPanickingTool(t *testing.T) {
	t.Parallel()
	srv := openaitest.New(t)
	srv.Reply(openaitest.ToolCall("boom", `{}`), openaitest.Text("That failed."))
	tools := Tools{{Name: "boom", Schema: object(`"x":{"type":"string"}`, ""),
		Run: func(context.Context, string, json.RawMessage) (any, error) { panic(openaitest.Canary) }}}
	c := newTalk(t, chatAgent(t, srv.URL(), quick, tools))
	c.say("go", "That failed.")
	if raw := asJSON(t, c.calls()); strings.Contains(raw, openaitest.Canary) || !strings.Contains(raw, "tool failed") {
		t.Errorf("calls: %s", raw)
	}
}
