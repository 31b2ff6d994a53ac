package assistant

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// AssistantsOptions are what only the Assistants API has.
type AssistantsOptions struct {
	ID      string        // of the assistant at the model server
	Threads RemoteThreads // nil: every turn makes a thread of its own there
}

// RemoteThread is where a thread goes on at a model server that keeps threads of
// its own.
type RemoteThread struct {
	ID   string // the model server's id of the thread
	Item string // the newest message of the person's that it answered there
	Run  string // its run that waits for outputs of tools; "" if none does
}

// RemoteThreads remembers where threads go on. Every method is about a thread of
// userID's.
type RemoteThreads interface {
	// RemoteThread returns a RemoteThread without ID if there is none.
	RemoteThread(ctx context.Context, userID, threadID string) (RemoteThread, error)
	// KeepRemoteThread stores one; without ID, it forgets what was stored.
	KeepRemoteThread(ctx context.Context, userID, threadID string, remote RemoteThread) error
}

// NewAssistants returns an Agent that uses the Assistants API, version 2, of a
// compatible server: OpenAI switched its own off on 2026-08-26. It does not call
// the server yet. The error says which setting is wrong.
func NewAssistants(cfg Config) (*Agent, error) {
	u, err := newUpstream(cfg, documents)
	if err != nil {
		return nil, err
	}
	if cfg.Assistants.ID == "" {
		return nil, errors.New("assistant: no assistant is named")
	}
	return newAgent(&assistants{upstream: u, opts: cfg.Assistants, model: cfg.Model}, cfg), nil
}

// assistants is the provider of a server of the Assistants API. go-openai can't
// stream runs, so that an answer comes whole when its run has ended; until then the
// run is looked at again and again.
type assistants struct {
	*upstream
	opts  AssistantsOptions
	model string // configured; the assistant has its own
}

func (*assistants) name() string                     { return "assistants" }
func (*assistants) reads() inputReads                { return inputReads{} }
func (*assistants) again(a *modelAnswer) []inputItem { return plainAgain(a) }

// remoteRun is a run of the model server's, from its beginning to its last state.
type remoteRun struct {
	thread, id string
	calls      []string        // ids of calls whose outputs it waits for
	shown      map[string]bool // its messages that were yielded
}

// stream begins a run, or goes on with it, and yields what it came to.
func (a *assistants) stream(ctx context.Context, req *modelRequest, yield func(agents.Event) error) (err error) {
	run, ok := req.session.(*remoteRun)
	defer func() {
		if err != nil && run != nil && run.id != "" {
			a.abandon(ctx, run)
		}
	}()
	if ok {
		err = a.submit(ctx, req, run, req.input[req.fresh:])
	} else if run, err = a.begin(ctx, req); err == nil {
		req.session = run
	}
	if err != nil {
		return err
	}
	state, err := a.follow(ctx, req, run)
	if err != nil {
		return err
	}
	if err := a.show(ctx, run, yield); err != nil {
		return err
	}
	return a.conclude(ctx, req, run, state, yield)
}

// cancelTime bounds how long a run that nobody waits for is told so.
const cancelTime = 5 * time.Second

// abandon ends a run whose answer nobody wants any more.
func (a *assistants) abandon(ctx context.Context, run *remoteRun) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTime)
	defer cancel()
	_, _ = a.client.CancelRun(ctx, run.thread, run.id) // the server's own limits end it otherwise
}

// call does one request to the server, and again if that may help.
func (a *assistants) call(ctx context.Context, req *modelRequest, do func(context.Context) error) error {
	began := time.Now()
	for try := 1; ; try++ {
		if err := a.breaker.allow(time.Now()); err != nil {
			return err
		}
		err := do(ctx)
		if ctx.Err() == nil {
			a.breaker.record(err, time.Now())
		}
		if err == nil {
			return nil
		}
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		pause, again := a.pause(err, try, time.Since(began))
		if !again {
			return err
		}
		if err := req.busy(); err != nil {
			return err
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
	}
}

// notThere reports that the server knows no such thing, or no such interface.
func notThere(err error) bool {
	e, ok := errors.AsType[*statusError](err)
	return ok && (e.status == http.StatusNotFound || e.status == http.StatusGone)
}

// switchedOff tells what to do when a server has no Assistants API.
func switchedOff(err error) error {
	return &chatkit.Error{Err: err, Message: "The model server has no Assistants API. OpenAI switched its own off on 26 August 2026. " +
		checkServer + "ASSISTANT: responses is what OpenAI has now, completions suits other servers."}
}

// noAssistant tells what to do when the assistant is not there.
func noAssistant(err error) error {
	return &chatkit.Error{Err: err, Message: "The model server doesn't know the assistant. " + checkServer +
		"OPENAI_ASSISTANT_ID; `taskpilot assistant setup` makes a new one."}
}
