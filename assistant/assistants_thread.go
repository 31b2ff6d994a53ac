package assistant

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"github.com/taskpilot/taskpilot/chatkit"
)

// mostMessages is how many messages a thread may begin with.
const mostMessages = 32

// begin begins a turn: in the remote thread of the turn's thread if that is where
// it was left, else in a new one that is told the whole conversation. The mapping
// is forgotten meanwhile: whatever breaks, the next turn begins anew.
func (a *assistants) begin(ctx context.Context, req *modelRequest) (*remoteRun, error) {
	remote, err := a.remembered(ctx, req)
	if err != nil {
		return nil, err
	}
	if remote.ID != "" {
		run, err := a.resume(ctx, req, remote)
		if err != nil && !notThere(err) || err == nil && run != nil {
			return run, err
		}
		a.discard(ctx, remote.ID)
	}
	run, err := a.newThread(ctx, req)
	if err != nil {
		return nil, err
	}
	err = a.start(ctx, req, run)
	if notThere(err) {
		return run, noAssistant(err)
	}
	return run, err
}

// resume goes on in a remote thread; without a run, a new thread is needed.
func (a *assistants) resume(ctx context.Context, req *modelRequest, remote RemoteThread) (*remoteRun, error) {
	run := &remoteRun{thread: remote.ID, id: remote.Run, shown: map[string]bool{}}
	if remote.Run != "" {
		if req.turn.Input == nil && a.waits(ctx, run) && a.submit(ctx, req, run, req.input) == nil {
			return run, nil
		}
		a.abandon(ctx, run)
		return nil, nil
	}
	fresh, ok, err := a.fresh(ctx, req, remote)
	if err != nil || !ok {
		return nil, err
	}
	for _, m := range remoteMessages(fresh) {
		message := openai.MessageRequest{Role: string(m.Role), Content: m.Content}
		err := a.call(ctx, req, func(ctx context.Context) error {
			_, err := a.client.CreateMessage(ctx, run.thread, message)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return run, a.start(ctx, req, run)
}

// waits reads which outputs a run waits for.
func (a *assistants) waits(ctx context.Context, run *remoteRun) bool {
	state, err := a.client.RetrieveRun(ctx, run.thread, run.id)
	if err != nil {
		return false
	}
	run.calls = callIDs(state)
	return len(run.calls) > 0
}

// fresh returns what came since the remote thread was left. It reports false when
// the conversation is no longer the one that was left: a message was answered again,
// or something other than a message is to be answered.
func (a *assistants) fresh(ctx context.Context, req *modelRequest, remote RemoteThread) ([]inputItem, bool, error) {
	turn := req.turn
	if turn.Input == nil || turn.History == nil || turn.Input.ID == remote.Item {
		return nil, false, nil
	}
	items, err := turn.History.Recent(ctx, pageOfInput)
	if err != nil {
		return nil, false, historyError(ctx, err)
	}
	if !contains(items, turn.Input.ID) {
		items = append(slices.Clip(items), turn.Input)
	}
	last := slices.IndexFunc(items, func(it chatkit.Item) bool { return it.Base().ID == remote.Item })
	if last < 0 {
		return nil, false, nil
	}
	conv := newInputConverter(ctx, turn, inputReader{reads: a.reads(), tools: req.tools}, defaultWindow)
	var blocks [][]inputItem
	for _, it := range slices.Backward(items[last+1:]) {
		b := conv.block(it)
		if len(b.items) > 0 && b.opens() { // the rest is what was answered there
			blocks = append(blocks, b.items)
		}
	}
	slices.Reverse(blocks)
	return slices.Concat(blocks...), true, conv.err
}

// newThread makes a remote thread that is told the conversation.
func (a *assistants) newThread(ctx context.Context, req *modelRequest) (*remoteRun, error) {
	var made openai.Thread
	err := a.call(ctx, req, func(ctx context.Context) (err error) {
		made, err = a.client.CreateThread(ctx, openai.ThreadRequest{Messages: beginning(remoteMessages(req.input))})
		return err
	})
	if notThere(err) {
		return nil, switchedOff(err)
	}
	return &remoteRun{thread: made.ID, shown: map[string]bool{}}, err
}

// start begins a run of the thread.
func (a *assistants) start(ctx context.Context, req *modelRequest, run *remoteRun) error {
	body := openai.RunRequest{AssistantID: a.opts.ID, Instructions: req.instructions, Tools: chatTools(req.tools), ToolChoice: remoteChoice(req.choice)}
	if req.model != a.model {
		body.Model = req.model // the person chose it
	}
	return a.call(ctx, req, func(ctx context.Context) error {
		ctx, done := lingering(ctx)
		defer done()
		state, err := a.client.CreateRun(ctx, run.thread, body)
		run.id = state.ID
		return err
	})
}

// lingering returns a context that ends a little after ctx: who stops a run that
// is being made must hear its id to do so.
func lingering(ctx context.Context) (context.Context, context.CancelFunc) {
	const while = 500 * time.Millisecond
	longer, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(while, func() { cancel(context.Cause(ctx)) }) })
	return longer, func() {
		stop()
		cancel(nil)
	}
}

func remoteChoice(choice string) any {
	switch choice {
	case "":
		return nil
	case "none", "auto", "required":
		return choice
	}
	return map[string]any{"type": "function", "function": map[string]any{"name": choice}}
}

// remoteMessages writes a conversation as messages. Calls are told of: a thread
// takes no others than those of its own runs.
func remoteMessages(items []inputItem) []openai.ThreadMessage {
	var list []openai.ThreadMessage
	add := func(role openai.ThreadMessageRole, text string) {
		if n := len(list) - 1; n >= 0 && list[n].Role == role {
			list[n].Content += "\n\n" + text
			return
		}
		list = append(list, openai.ThreadMessage{Role: role, Content: text})
	}
	for _, it := range items {
		switch it.kind {
		case inputUser, inputContext:
			for _, p := range it.parts {
				add(openai.ThreadMessageRoleUser, p.text)
			}
		case inputAssistant:
			add(openai.ThreadMessageRoleAssistant, it.text)
		case inputCall:
			add(openai.ThreadMessageRoleUser, fmt.Sprintf("Note from the app: you called the tool %s with %s.", it.call.name, it.call.arguments))
		case inputOutput:
			add(openai.ThreadMessageRoleUser, "Note from the app: the tool answered:\n"+enclosed("HiddenContext", it.text))
		}
	}
	return list
}

// beginning makes at most as many messages of a conversation as a thread may begin
// with: what is older is told in one.
func beginning(list []openai.ThreadMessage) []openai.ThreadMessage {
	if len(list) <= mostMessages {
		return list
	}
	older := list[:len(list)-mostMessages+1]
	var b strings.Builder
	for _, m := range older {
		fmt.Fprintf(&b, "%s: %s\n\n", m.Role, m.Content)
	}
	told := openai.ThreadMessage{Role: openai.ThreadMessageRoleUser,
		Content: "Note from the app: this was said before in this conversation:\n" + enclosed("HiddenContext", strings.TrimSpace(b.String()))}
	return append([]openai.ThreadMessage{told}, list[len(older):]...)
}

// passing reports that nothing goes on in the threads of a request.
func (a *assistants) passing(req *modelRequest) bool { return req.turn == nil || a.opts.Threads == nil }

// discard deletes a remote thread in which nothing goes on.
func (a *assistants) discard(ctx context.Context, thread string) {
	_, _ = a.client.DeleteThread(ctx, thread) // not every server can
}

// remembered takes the mapping of the turn's thread.
func (a *assistants) remembered(ctx context.Context, req *modelRequest) (RemoteThread, error) {
	if a.passing(req) {
		return RemoteThread{}, nil
	}
	remote, err := a.opts.Threads.RemoteThread(ctx, req.turn.User.ID, req.turn.Thread.ID)
	if err != nil || remote.ID == "" {
		return remote, err
	}
	return remote, a.opts.Threads.KeepRemoteThread(ctx, req.turn.User.ID, req.turn.Thread.ID, RemoteThread{})
}

// keep stores where the turn's thread goes on.
func (a *assistants) keep(ctx context.Context, req *modelRequest, remote RemoteThread) error {
	if a.passing(req) {
		return nil
	}
	var err error
	if remote.Item, err = newestMessage(ctx, req.turn); err != nil {
		return err
	}
	return a.opts.Threads.KeepRemoteThread(ctx, req.turn.User.ID, req.turn.Thread.ID, remote)
}

// newestMessage is the id of the newest message of the person's.
func newestMessage(ctx context.Context, turn *Turn) (string, error) {
	if turn.Input != nil {
		return turn.Input.ID, nil
	}
	if turn.History == nil {
		return "", nil
	}
	items, err := turn.History.Recent(ctx, pageOfInput)
	if err != nil {
		return "", historyError(ctx, err)
	}
	for _, it := range slices.Backward(items) {
		if _, ok := it.(*chatkit.UserMessage); ok {
			return it.Base().ID, nil
		}
	}
	return "", nil
}
