package assistant

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	openai "github.com/sashabaranov/go-openai"

	"github.com/taskpilot/taskpilot/chatkit/agents"
)

// submit gives a run the outputs that it waits for.
func (a *assistants) submit(ctx context.Context, req *modelRequest, run *remoteRun, items []inputItem) error {
	var body openai.SubmitToolOutputsRequest
	for _, id := range run.calls {
		i := slices.IndexFunc(items, func(it inputItem) bool { return it.kind == inputOutput && it.call.id == id })
		if i < 0 {
			return fmt.Errorf("assistant: assistants: call %q has no output", id)
		}
		body.ToolOutputs = append(body.ToolOutputs, openai.ToolOutput{ToolCallID: id, Output: firstOf(items[i].text, "null")})
	}
	return a.call(ctx, req, func(ctx context.Context) error {
		_, err := a.client.SubmitToolOutputs(ctx, run.thread, run.id, body)
		return err
	})
}

// follow looks at a run until it waits for outputs or has ended. It looks less
// often the longer it takes.
func (a *assistants) follow(ctx context.Context, req *modelRequest, run *remoteRun) (openai.Run, error) {
	for pause := a.limits.Poll; ; pause = min(pause*3/2, 8*a.limits.Poll) {
		if err := wait(ctx, pause); err != nil {
			return openai.Run{}, context.Cause(ctx)
		}
		var state openai.Run
		err := a.call(ctx, req, func(ctx context.Context) (err error) {
			state, err = a.client.RetrieveRun(ctx, run.thread, run.id)
			return err
		})
		if err != nil {
			return state, err
		}
		switch state.Status {
		case openai.RunStatusQueued, openai.RunStatusInProgress, openai.RunStatusCancelling:
			continue
		}
		return state, nil
	}
}

// show yields the messages that a run has made and that were not yielded yet.
func (a *assistants) show(ctx context.Context, run *remoteRun, yield func(agents.Event) error) error {
	limit, order := 100, "asc"
	list, err := a.client.ListMessage(ctx, run.thread, &limit, &order, nil, nil, &run.id)
	if err != nil {
		return err
	}
	for _, m := range list.Messages {
		ours := m.RunID == nil || *m.RunID == run.id // not every server filters
		if m.Role != string(openai.ThreadMessageRoleAssistant) || !ours || run.shown[m.ID] {
			continue
		}
		run.shown[m.ID] = true
		if err := a.showMessage(ctx, m, yield); err != nil {
			return err
		}
	}
	return nil
}

func (a *assistants) showMessage(ctx context.Context, m openai.Message, yield func(agents.Event) error) error {
	for i, part := range m.Content {
		if part.Text == nil {
			continue // a file of the server's, which only it can show
		}
		text, cites := a.cited(ctx, part.Text)
		if err := yield(agents.TextDelta{Item: m.ID, Part: i, Text: text}); err != nil {
			return err
		}
		for _, c := range cites {
			if err := yield(agents.Citation{Item: m.ID, Part: i, Source: c}); err != nil {
				return err
			}
		}
	}
	return yield(agents.MessageDone{Item: m.ID})
}

// cited takes the marks of citations out of a text, and says where they were.
func (a *assistants) cited(ctx context.Context, t *openai.MessageText) (string, []agents.CitedSource) {
	type annotation struct {
		Type  string `json:"type"`
		Text  string `json:"text"`
		Start int    `json:"start_index"`
		File  struct {
			ID string `json:"file_id"`
		} `json:"file_citation"`
		URL struct {
			URL   string `json:"url"`
			Title string `json:"title"`
		} `json:"url_citation"`
	}
	var list []annotation
	raw, err := json.Marshal(t.Annotations)
	if err != nil || json.Unmarshal(raw, &list) != nil {
		return t.Value, nil
	}
	slices.SortStableFunc(list, func(a, b annotation) int { return cmp.Compare(a.Start, b.Start) })
	text, from := t.Value, 0
	var cites []agents.CitedSource
	for _, c := range list {
		at := strings.Index(text[from:], c.Text)
		if at < 0 || c.Text == "" {
			continue
		}
		from += at
		text = text[:from] + text[from+len(c.Text):]
		source := agents.CitedSource{Kind: c.Type, URL: c.URL.URL, Title: c.URL.Title, FileID: c.File.ID}
		index := utf8.RuneCountInString(text[:from])
		source.Index = &index
		if c.Type == agents.KindFile {
			source.Filename = a.fileName(ctx, c.File.ID)
		}
		cites = append(cites, source)
	}
	return text, cites
}

// fileName is what a file of the server's is called; its id if that can't be told.
func (a *assistants) fileName(ctx context.Context, id string) string {
	file, err := a.client.GetFile(ctx, id)
	if err != nil {
		return id
	}
	return firstOf(file.FileName, id)
}

func callIDs(state openai.Run) []string {
	var ids []string
	for _, c := range callsOf(state) {
		ids = append(ids, c.ID)
	}
	return ids
}

func callsOf(state openai.Run) []openai.ToolCall {
	if state.Status != openai.RunStatusRequiresAction || state.RequiredAction == nil || state.RequiredAction.SubmitToolOutputs == nil {
		return nil
	}
	return state.RequiredAction.SubmitToolOutputs.ToolCalls
}

// conclude yields how a run ended, or what it waits for, and remembers where the
// thread goes on.
func (a *assistants) conclude(ctx context.Context, req *modelRequest, run *remoteRun, state openai.Run, yield func(agents.Event) error) error {
	if u := state.Usage; u.TotalTokens > 0 {
		if err := yield(agents.Usage{Input: u.PromptTokens, Output: u.CompletionTokens}); err != nil {
			return err
		}
	}
	remote, ended := RemoteThread{ID: run.thread}, agents.Ended{ResponseID: run.id, Reason: agents.EndedStop}
	code := ""
	if state.LastError != nil {
		code = string(state.LastError.Code)
	}
	switch state.Status {
	case openai.RunStatusCompleted:
	case openai.RunStatusRequiresAction:
		run.calls, remote.Run = callIDs(state), run.id
		for _, c := range callsOf(state) {
			if err := yield(agents.ToolCall{Item: c.ID, CallID: c.ID, Name: c.Function.Name, Arguments: c.Function.Arguments}); err != nil {
				return err
			}
		}
		if len(run.calls) == 0 {
			return errors.New("the run waits for nothing that we know")
		}
	case openai.RunStatusIncomplete:
		ended.Reason = agents.EndedLength
		if code == "content_filter" {
			ended.Reason = agents.EndedFilter
		}
	default:
		return runError(state.Status, code)
	}
	if state.Status != openai.RunStatusRequiresAction {
		run.id = "" // there is nothing to abandon any more
	}
	if err := a.keep(ctx, req, remote); err != nil {
		return err
	}
	if a.passing(req) && run.id == "" {
		a.discard(ctx, run.thread)
	}
	return yield(ended)
}

// runError is why a run came to nothing.
func runError(status openai.RunStatus, code string) error {
	if !errorName.MatchString(code) {
		code = "run_" + string(status)
	}
	if status == openai.RunStatusExpired {
		return fmt.Errorf("%w: the run expired", errTooLong)
	}
	return &reportedError{code: code, typ: "run_" + string(status)}
}
