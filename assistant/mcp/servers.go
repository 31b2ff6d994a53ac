package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/taskpilot/taskpilot/assistant"
)

// Key names a tool of a server.
type Key struct{ Server, Tool string }

// Approvals knows what the operator has approved: fingerprints of descriptions.
type Approvals interface {
	Approved(ctx context.Context) (map[Key]string, error)
}

const (
	listFresh   = time.Minute      // for how long a list of tools is taken to be so
	failedRests = 30 * time.Second // before a server that failed is tried again
	turnWaits   = 2 * time.Second  // for servers, all together
)

// Servers are all MCP servers. They are the source of their tools for turns.
type Servers struct {
	links     []*link
	approvals Approvals
	log       *slog.Logger
}

var _ assistant.ToolSource = (*Servers)(nil)

// New begins to connect to the servers, and waits for none. Close them.
func New(servers []Server, approvals Approvals, log *slog.Logger) *Servers {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	all := &Servers{approvals: approvals, log: log}
	for _, s := range servers {
		l := newLink(s, log, nil)
		l.refresh()
		all.links = append(all.links, l)
	}
	return all
}

// Close ends every session, and the programs.
func (all *Servers) Close() {
	var wg sync.WaitGroup
	for _, l := range all.links {
		wg.Go(l.close)
	}
	wg.Wait()
}

// Tools returns the approved tools of the servers that are there. It waits a
// little for those that are on their way, and for no others.
func (all *Servers) Tools(ctx context.Context, _ *assistant.Turn) (assistant.Tools, error) {
	if all == nil || len(all.links) == 0 {
		return nil, nil
	}
	approved, err := all.approvals.Approved(ctx)
	if err != nil {
		return nil, fmt.Errorf("mcp: approvals: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, turnWaits)
	defer cancel()
	var tools assistant.Tools
	for _, l := range all.links {
		for _, t := range l.tools(ctx) {
			if t.Problem == "" && approved[Key{t.Server, t.Name}] == t.Fingerprint {
				tools = append(tools, l.offer(t))
			}
		}
	}
	return tools, nil
}

// Describe connects to a server and returns what its tools say about themselves.
// What the program writes to its standard error goes to stderr.
func Describe(ctx context.Context, s Server, stderr io.Writer) ([]Tool, error) {
	session, err := s.connect(ctx, func() {}, stderr)
	if err != nil {
		return nil, err
	}
	tools, err := s.list(ctx, session)
	_ = session.Close() // what was asked for is here
	return tools, err
}

// link is the connection to one server, which is made, and made again, in the
// background.
type link struct {
	server Server
	log    *slog.Logger
	stderr io.Writer
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	session *sdk.ClientSession
	list    []Tool
	listed  time.Time
	failed  time.Time
	busy    chan struct{} // closed when the refresh that is under way ends; nil: none is
	closed  bool
}

func newLink(s Server, log *slog.Logger, stderr io.Writer) *link {
	ctx, cancel := context.WithCancel(context.Background())
	return &link{server: s, log: log.With("mcp_server", s.Name), stderr: stderr, ctx: ctx, cancel: cancel}
}

// refresh connects or reads the list anew, unless that is under way, not needed,
// or has just failed. It returns what is closed when it has ended, nil if there is
// nothing to wait for.
func (l *link) refresh() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return nil
	case l.busy != nil:
		return l.busy
	case time.Since(l.failed) < failedRests, l.session != nil && time.Since(l.listed) < listFresh:
		return nil
	}
	busy := make(chan struct{})
	l.busy = busy
	l.work.Go(func() {
		err := l.update()
		l.mu.Lock()
		l.busy = nil
		if err != nil {
			l.failed, l.list = time.Now(), nil
		}
		l.mu.Unlock()
		close(busy)
		if err != nil && l.ctx.Err() == nil {
			l.log.Warn("an MCP server does not work; its tools are left out", "err", err)
		}
	})
	return busy
}

// update makes a session if there is none, and lists its tools.
func (l *link) update() error {
	l.mu.Lock()
	session := l.session
	l.mu.Unlock()
	if session == nil {
		var err error
		if session, err = l.server.connect(l.ctx, l.changed, l.stderr); err != nil {
			return err
		}
		l.mu.Lock()
		l.session = session
		l.mu.Unlock()
	}
	ctx, cancel := context.WithTimeout(l.ctx, l.server.Timeout)
	defer cancel()
	list, err := l.server.list(ctx, session)
	if err != nil {
		l.drop(session)
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list, l.listed, l.failed = list, time.Now(), time.Time{}
	return nil
}

// changed makes the next turn read the list anew.
func (l *link) changed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listed = time.Time{}
}

// drop ends a session that does not work any more.
func (l *link) drop(session *sdk.ClientSession) {
	l.mu.Lock()
	if l.session == session {
		l.session, l.listed = nil, time.Time{}
	}
	l.mu.Unlock()
	l.work.Go(func() { _ = session.Close() }) // may take its time
}

// tools returns the server's tools, fresh ones if they come until ctx ends.
func (l *link) tools(ctx context.Context) []Tool {
	if busy := l.refresh(); busy != nil && l.worthWaiting() {
		select {
		case <-busy:
		case <-ctx.Done():
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.outdated() {
		return nil // nobody knows whether they are still what they were
	}
	return l.list
}

// worthWaiting reports whether a turn should wait for the server: not for one that
// has failed, nor when its list is good enough.
func (l *link) worthWaiting() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed.IsZero() && l.outdated()
}

// outdated reports a list that is not to be used any more. The caller holds mu.
func (l *link) outdated() bool { return time.Since(l.listed) > 2*listFresh }

// offer makes a tool that can be called.
func (l *link) offer(t Tool) assistant.Tool {
	tool := t.tool
	tool.Run = func(ctx context.Context, _ string, args json.RawMessage) (any, error) {
		l.mu.Lock()
		session := l.session
		l.mu.Unlock()
		if session == nil {
			return l.away(errGone), nil
		}
		out, err := l.server.call(ctx, session, t.Name, args)
		if err == nil {
			return out, nil
		}
		if !errors.Is(err, context.Canceled) {
			l.log.WarnContext(ctx, "a call of an MCP tool failed", "tool", t.Name, "err", err)
		}
		if !refusal(err) {
			l.drop(session)
		}
		return l.away(err), nil
	}
	return tool
}

// away is what the model hears when there was no answer. It may have been done
// all the same.
func (l *link) away(err error) assistant.ToolFailure {
	return assistant.ToolFailure{Error: "There is no answer of " + l.server.Name + ": " + err.Error() + ". Whether the call was carried out is not known; don't repeat it without asking the person."}
}

func (l *link) close() {
	l.cancel()
	l.mu.Lock()
	l.closed = true
	session := l.session
	l.session, l.list = nil, nil
	l.mu.Unlock()
	if session != nil {
		_ = session.Close() // there is nobody left to tell
	}
	l.work.Wait()
}

// refusal reports an error that the server itself has answered: the session is
// whole.
func refusal(err error) bool {
	_, ok := errors.AsType[*jsonrpc.Error](err)
	return ok
}
