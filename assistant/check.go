package assistant

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Finding is one thing that Check found out.
type Finding struct {
	State FindingState
	What  string // a sentence
}

// FindingState says what a Finding means for answers.
type FindingState string

// The states of a Finding.
const (
	FindingOK     FindingState = "ok"
	FindingNote   FindingState = "note"   // it works, but may be not as expected
	FindingFailed FindingState = "FAILED" // answers will fail, or tools won't work
)

// checkTime bounds one question to the model.
const checkTime = 45 * time.Second

// Check tries key, model, streaming and tool calls at the model server, and reports
// what it finds as it goes. It reports true if everything that answers need works.
// It asks two short questions, which cost a few tokens.
func (a *Agent) Check(ctx context.Context, report func(Finding)) bool {
	c := &check{Agent: a, report: report, good: true}
	if c.server(ctx); c.good {
		if c.answer(ctx); c.good {
			c.tools(ctx)
		}
	}
	return c.good
}

type check struct {
	*Agent
	report func(Finding)
	good   bool
}

func (c *check) say(state FindingState, format string, args ...any) {
	c.good = c.good && state != FindingFailed
	c.report(Finding{state, fmt.Sprintf(format, args...)})
}

// failed reports an error in the words that people would see.
func (c *check) failed(what string, err error) {
	words := err.Error()
	if e, ok := errors.AsType[*chatkit.Error](c.explain(err)); ok {
		words = e.Message
	}
	c.say(FindingFailed, "%s: %s", what, words)
}

// server asks for the list of models: not every server has one, but all that do
// look at the key.
func (c *check) server(ctx context.Context) {
	ctx, cancel := context.WithTimeoutCause(ctx, checkTime, errTooLong)
	defer cancel()
	list, err := c.listModels(ctx)
	switch {
	case noList(err):
		c.say(FindingNote, "The server answers, but has no list of models.")
	case err != nil:
		c.failed("The server", err)
		return
	default:
		c.say(FindingOK, "The server answers and takes the key.")
	}
	if c.cfg.Model == "" {
		c.found(ctx, len(list))
		return
	}
	named := slices.ContainsFunc(list, func(m openai.Model) bool { return m.ID == c.cfg.Model })
	switch {
	case named:
		c.say(FindingOK, "It has the model %s.", c.cfg.Model)
	case err != nil || c.Name() == "assistants":
	default:
		c.say(FindingNote, "Its list of models doesn't name %s. Some servers take any name.", c.cfg.Model)
	}
}

// found says which model answers when the settings name none.
func (c *check) found(ctx context.Context, listed int) {
	name, err := c.model(ctx)
	switch {
	case err != nil:
		c.failed("The server", err)
	case listed == 0:
		c.say(FindingNote, "OPENAI_MODEL is not set: asking for %s.", name)
	default:
		c.say(FindingNote, "OPENAI_MODEL is not set: taking %s, the first model of %d that the server lists.", name, listed)
	}
}

// answer asks for a few words, enough to see whether they come one by one.
func (c *check) answer(ctx context.Context) {
	began := time.Now()
	got, err := c.ask(ctx, nil, "Count from one to ten, in words.")
	switch {
	case err != nil:
		c.failed("The model", err)
	case c.Name() == "assistants":
		c.say(FindingOK, "The assistant answers, after %s. Its answers come whole: this interface can't be streamed here.", rounded(time.Since(began)))
	case got.first.IsZero():
		c.say(FindingNote, "The model answers, but with nothing to be read.")
	default:
		c.say(FindingOK, "The model answers; the first words came after %s.", rounded(got.first.Sub(began)))
		c.streaming(got)
	}
}

func (c *check) streaming(got *checkAnswer) {
	if got.deltas > 1 {
		c.say(FindingOK, "Answers are streamed.")
		return
	}
	c.say(FindingNote, "The answer came in one piece, not as it was written. It works, but people wait for whole answers.")
}

// tools asks the model to call a tool.
func (c *check) tools(ctx context.Context) {
	const name = "report_word"
	called, right := false, false
	tool := Tool{Name: name, Description: "Reports a word to the person. Call it when you are asked to.",
		Schema: object(`"word":{"type":"string"}`, `"word"`), Progress: progress("check", "Checking…"),
		Run: typed(func(_ context.Context, _ string, args struct {
			Word string `json:"word"`
		}) (any, error) {
			called, right = true, right || strings.Contains(strings.ToLower(args.Word), "apple")
			return map[string]string{"status": "reported"}, nil
		})}
	_, err := c.ask(ctx, Tools{tool}, "Call the tool "+name+" with the word apple, then say that it is done.")
	switch {
	case right:
		c.say(FindingOK, "The model calls tools, with the right arguments.")
	case called:
		c.say(FindingNote, "The model calls tools, but with wrong arguments.")
	case err != nil:
		c.failed("A tool call", err)
	default:
		c.say(FindingFailed, "The model did not call a tool that it was asked to call: it can't look after tasks. Choose another model in OPENAI_MODEL, or start the server with tools (llama-server needs --jinja).")
	}
}

// checkAnswer is how an answer came.
type checkAnswer struct {
	first  time.Time // when its first words came
	deltas int       // in how many pieces its text came
}

// ask asks in a conversation of its own.
func (c *check) ask(ctx context.Context, tools Tools, text string) (*checkAnswer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, checkTime, errTooLong)
	defer cancel()
	model, err := c.model(ctx)
	if err != nil {
		return &checkAnswer{}, err
	}
	cfg := Config{BaseURL: c.cfg.BaseURL, APIKey: c.cfg.APIKey, Model: model, Tools: tools,
		Responses: c.cfg.Responses, Assistants: AssistantsOptions{ID: c.cfg.Assistants.ID}, Limits: c.cfg.Limits}
	asked := newAgent(c.provider, cfg)
	got := &checkAnswer{}
	watch := func(ev chatkit.Event) error {
		up, ok := ev.(chatkit.ItemUpdated)
		if !ok {
			return nil
		}
		if _, ok := up.Update.(chatkit.TextDelta); ok {
			if got.deltas++; got.deltas == 1 {
				got.first = time.Now()
			}
		}
		return nil
	}
	err = asked.Respond(ctx, &Turn{User: User{ID: "check"}, Thread: chatkit.Thread{ID: "thr_check"}, Input: chatkit.NewUserText(text), Now: time.Now()}, watch)
	return got, err
}

func rounded(d time.Duration) time.Duration { return d.Round(10 * time.Millisecond) }
