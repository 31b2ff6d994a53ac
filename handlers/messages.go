package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/views/locale"
)

// maxContent is the length of a message, in characters.
const maxContent = 32000

// userText makes a user message of what a person or program sent.
func userText(content string) (*chatkit.UserMessage, error) {
	content = chatkit.CleanText(content)
	if blank(content) {
		return nil, badRequest(locale.Mark("Write a message first: content is empty."))
	}
	if utf8.RuneCountInString(content) > maxContent {
		return nil, badRequest(locale.Mark("The message is too long: at most 32,000 characters."))
	}
	return chatkit.NewUserText(content), nil
}

// asker is who asks for an answer, and what shows it.
type asker struct {
	person  assistant.User
	widgets bool     // there are widgets to see and to act on
	tools   []string // that the front end has
}

// onPage is somebody in front of one of our pages.
func onPage(c *fiber.Ctx) asker {
	return asker{personOf(c, viewerOf(c).User), true, assistant.ChatPageTools()}
}

// byProgram is somebody whose program shows messages.
func byProgram(c *fiber.Ctx) asker { return asker{personOf(c, viewerOf(c).User), false, nil} }

// blank reports a text in which there is nothing to see.
func blank(text string) bool {
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) == ""
}

// send stores a message with its run and starts the answer. A repeated request
// gives the earlier message and run and starts nothing.
func (h *Handlers) send(ctx context.Context, m models.Message, by asker) (*models.Accepted, error) {
	m.Owner = h.Owner
	a, err := h.DB.AcceptMessage(ctx, m)
	if err != nil || a.Repeated {
		return a, err
	}
	item := a.Item.Item
	h.linkItem(by.person.ID, item)
	prologue := []chatkit.Event{chatkit.ItemDone{Item: item}, chatkit.StreamOptions{AllowCancel: true}}
	if a.NewThread {
		thread := a.Thread.ChatKit()
		prologue = slices.Insert(prologue, 0, chatkit.Event(chatkit.ThreadCreated{Thread: &thread}))
	}
	prologue = append(prologue, limitNotices(a.Used)...)
	return a, h.begin(a, prologue, by)
}

// retry answers a message of the person's again, in place of everything after it.
func (h *Handlers) retry(ctx context.Context, by asker, threadID, itemID string) (*models.Accepted, error) {
	a, err := h.DB.AcceptRetry(ctx, by.person.ID, threadID, itemID, h.Owner)
	if err != nil {
		return nil, err
	}
	return a, h.beginAgain(a, by)
}

// beginAgain starts the run of a message that was there before.
func (h *Handlers) beginAgain(a *models.Accepted, by asker) error {
	prologue := append([]chatkit.Event{chatkit.StreamOptions{AllowCancel: true}}, limitNotices(a.Used)...)
	return h.begin(a, prologue, by)
}

// begin starts the accepted run.
func (h *Handlers) begin(a *models.Accepted, prologue []chatkit.Event, by asker) error {
	input, _ := a.Item.Item.(*chatkit.UserMessage)
	turn := &assistant.Turn{
		User:    by.person,
		Widgets: by.widgets,

		ClientTools: by.tools,

		Thread:  a.Thread.ChatKit(),
		Input:   input,
		History: history{h.DB, by.person.ID, a.Thread.ID},
		Files:   h.readable(by.person.ID),
		Now:     by.person.Here(h.Now()),
	}
	spec := live.Spec{RunID: a.Run.ID, UserID: by.person.ID, ThreadID: a.Thread.ID, Thread: turn.Thread, Prologue: prologue}
	return h.launch(spec, produce(func(ctx context.Context, emit assistant.Emit) error {
		return h.Assistant.Respond(ctx, turn, emit)
	}))
}

// launch starts a run that the database has accepted, unless the server is
// shutting down: then the next start ends it and offers a retry.
func (h *Handlers) launch(spec live.Spec, produce live.Produce) error {
	if _, err := h.Engine.Start(spec, produce); err != nil && !errors.Is(err, live.ErrClosed) {
		return err
	}
	h.Engine.Signals.Notify(spec.UserID, live.Signal{Kind: live.ThreadsChanged})
	return nil
}

// stop ends the thread's running answer, wherever it runs. There need not be one.
func (h *Handlers) stop(ctx context.Context, userID, threadID string) error {
	if _, err := h.DB.Thread(ctx, userID, threadID); err != nil {
		return err
	}
	run, err := h.DB.ActiveRun(ctx, userID, threadID)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if h.Engine.Stop(run.ID) {
		return nil
	}
	return h.DB.RequestStop(ctx, userID, run.ID)
}

// history reads a thread for the assistant.
type history struct {
	db               *models.DB
	userID, threadID string
}

// Recent returns up to limit of the newest items, oldest first.
func (s history) Recent(ctx context.Context, limit int) ([]chatkit.Item, error) {
	return s.page(ctx, models.ItemQuery{Limit: limit, Order: chatkit.Desc})
}

// Before returns up to limit items that stand before an item, oldest first.
func (s history) Before(ctx context.Context, itemID string, limit int) ([]chatkit.Item, error) {
	return s.page(ctx, models.ItemQuery{Limit: limit, Order: chatkit.Desc, After: itemID})
}

// Oldest returns up to limit of the oldest items, oldest first.
func (s history) Oldest(ctx context.Context, limit int) ([]chatkit.Item, error) {
	return s.page(ctx, models.ItemQuery{Limit: limit, Order: chatkit.Asc})
}

func (s history) page(ctx context.Context, q models.ItemQuery) ([]chatkit.Item, error) {
	q.Hidden = true
	rows, _, err := s.db.Items(ctx, s.userID, s.threadID, q)
	if err != nil {
		return nil, err
	}
	items := make([]chatkit.Item, len(rows))
	for i, row := range rows {
		items[i] = row.Item
	}
	if q.Order == chatkit.Desc {
		slices.Reverse(items)
	}
	return items, nil
}

// answer is a finished run with the items of its turn, the person's first.
type answer struct {
	Thread *models.Thread
	Run    *models.Run
	Items  []models.Item // hidden ones included
}

// maxTurn bounds the items that one turn is read with.
const maxTurn = 500

// ask sends a message and waits for the whole answer. The run goes on when the
// one who waits gives up.
func (h *Handlers) ask(ctx context.Context, m models.Message, by asker) (*answer, error) {
	a, err := h.send(ctx, m, by)
	if err != nil {
		return nil, err
	}
	defer h.reads(a.Run)()
	follower := h.Engine.Follow(a.Run.ID, 0)
	for {
		if _, err = follower.Next(ctx); err != nil {
			break
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	run, err := h.DB.Run(ctx, by.person.ID, a.Run.ID)
	if err != nil {
		return nil, err
	}
	if end := follower.End(); run.Status == models.RunRunning { // the database can't take the end yet
		run.Status, run.ErrorCode, run.ErrorMessage, run.AllowRetry = string(end.Status), end.Code, end.Message, end.AllowRetry
	}
	items, err := h.turnItems(ctx, run)
	return &answer{Thread: a.Thread, Run: run, Items: items}, err
}

// turnItems reads the items of a run's turn in order.
func (h *Handlers) turnItems(ctx context.Context, run *models.Run) ([]models.Item, error) {
	items, _, err := h.DB.Items(ctx, run.UserID, run.ThreadID,
		models.ItemQuery{Limit: maxTurn, Order: chatkit.Asc, Hidden: true, RunID: run.ID})
	for _, it := range items {
		h.linkItem(run.UserID, it.Item)
	}
	return items, err
}

// Text returns what the assistant wrote, as Markdown.
func (a *answer) Text() string {
	var parts []string
	for _, it := range a.Items {
		if m, ok := it.Item.(*chatkit.AssistantMessage); ok {
			parts = append(parts, m.Text())
		}
	}
	return strings.Join(parts, "\n\n")
}

// Status returns the run's status for API clients: an interrupted answer is a
// failed one to them.
func (a *answer) Status() string {
	if a.Run.Status == models.RunInterrupted {
		return models.RunFailed
	}
	return a.Run.Status
}

// toolCall is a tool that the assistant used, as the REST API lists it.
type toolCall struct {
	Name      string `json:"name"`
	Arguments any    `json:"arguments"`
	Output    any    `json:"output"`
}

// ToolCalls returns the tools that the assistant used, in order.
func (a *answer) ToolCalls() []toolCall {
	calls := []toolCall{}
	for _, it := range a.Items {
		hidden, ok := it.Item.(*chatkit.HiddenContext)
		if !ok {
			continue
		}
		var call assistant.ToolCall
		if json.Unmarshal(hidden.Content, &call) == nil && call.Type == assistant.ToolCallType {
			calls = append(calls, toolCall{Name: call.Name, Arguments: call.Arguments, Output: call.Output})
		}
	}
	return calls
}
