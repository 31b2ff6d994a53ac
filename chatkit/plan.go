package chatkit

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Plan is what a streaming request asks for, checked against the store but not
// yet done. A server carries it out in this order: it stores (see
// [Plan.Store]), sends Events, and lets the answer begin: First goes the way of
// the answer's own events, then the responder is asked.
type Plan struct {
	Thread      *Thread       // without items
	NewThread   bool          // Thread is not stored yet
	Attachments []*Attachment // to be stored: they belong to the thread now
	Remove      []string      // items to be deleted
	Save        []Item        // items to be stored
	Events      []Event       // tell the client what was stored
	First       []Event       // the answer's first events, such as a question's answers

	Input  *UserMessage // what is to be answered; nil when the answer goes on
	Action *Action      // set: this is to be done, rather than an answer given
	Sender *WidgetItem  // whose action it is; nil if it is the page's own

	// Refusal is set when the request makes no sense in the thread: it is the
	// only event of the stream and nothing is to be done.
	Refusal *ErrorEvent
}

// Planner works out Plans. Its zero value but for Store is ready.
type Planner struct {
	Store Reader
	Now   func() time.Time // time.Now if nil
}

// Plan checks a streaming request and works out what it means. It only reads
// from the store. Errors are an *Error or another that wraps ErrNotFound or
// ErrConflict, or the store's own.
func (p Planner) Plan(ctx context.Context, req Request) (*Plan, error) {
	switch r := req.(type) {
	case *CreateThreadRequest:
		plan := &Plan{Thread: p.newThread(ctx), NewThread: true}
		plan.Events = []Event{ThreadCreated{plan.Thread}}
		return plan, p.message(ctx, plan, r.Input)
	case *AddUserMessageRequest:
		return p.inThread(ctx, r.ThreadID, func(plan *Plan) error { return p.message(ctx, plan, r.Input) })
	case *AddToolOutputRequest:
		return p.inThread(ctx, r.ThreadID, func(plan *Plan) error { return p.toolOutput(ctx, plan, r) })
	case *AddStructuredInputRequest:
		return p.inThread(ctx, r.ThreadID, func(plan *Plan) error { return p.structuredInput(ctx, plan, r) })
	case *RetryRequest:
		return p.inThread(ctx, r.ThreadID, func(plan *Plan) error { return p.retry(ctx, plan, r) })
	case *CustomActionRequest:
		return p.inThread(ctx, r.ThreadID, func(plan *Plan) error { return p.action(ctx, plan, r) })
	}
	return nil, fmt.Errorf("chatkit: %s is not answered with a stream", req.RequestType())
}

func (p Planner) now() Time {
	if p.Now != nil {
		return At(p.Now())
	}
	return At(time.Now())
}

func (p Planner) newThread(ctx context.Context) *Thread {
	thread := &Thread{ID: NewID(PrefixThread), CreatedAt: p.now()}
	if ids, ok := p.Store.(IDSource); ok {
		thread.ID = ids.NewThreadID(ctx)
	}
	return thread
}

func (p Planner) newItemID(ctx context.Context, kind string, thread *Thread) string {
	if ids, ok := p.Store.(IDSource); ok {
		return ids.NewItemID(ctx, kind, thread)
	}
	return NewID(kind)
}

func (p Planner) inThread(ctx context.Context, id string, fill func(*Plan) error) (*Plan, error) {
	thread, err := p.Store.LoadThread(ctx, id)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Thread: thread}
	if err := fill(plan); err != nil {
		return nil, err
	}
	return plan, nil
}

// message plans a user message with its attachments.
func (p Planner) message(ctx context.Context, plan *Plan, in UserInput) error {
	m := &UserMessage{Content: in.Content, QuotedText: in.QuotedText, InferenceOptions: in.InferenceOptions}
	m.ID = p.newItemID(ctx, PrefixMessage, plan.Thread)
	m.ThreadID, m.CreatedAt = plan.Thread.ID, p.now()
	for _, id := range in.Attachments {
		a, err := p.Store.LoadAttachment(ctx, id)
		if err != nil {
			return fmt.Errorf("chatkit: attachment: %w", err)
		}
		a.ThreadID = plan.Thread.ID
		m.Attachments = append(m.Attachments, a)
	}
	plan.Attachments, plan.Save, plan.Input = m.Attachments, []Item{m}, m
	plan.Events = append(plan.Events, ItemDone{m})
	return nil
}

// recent is how many of the newest items are looked at for tool calls.
const recent = 20

// toolOutput plans the end of the pending tool call: the newest item, not
// counting hidden ones. Other calls that are still pending will never be
// answered and go.
func (p Planner) toolOutput(ctx context.Context, plan *Plan, r *AddToolOutputRequest) error {
	page, err := p.Store.ListItems(ctx, plan.Thread.ID, PageRequest{Limit: recent, Order: Desc})
	if err != nil {
		return err
	}
	newest := slices.IndexFunc(page.Data, func(it Item) bool { return !Hidden(it) })
	if newest < 0 || !pendingCall(page.Data[newest]) {
		return &Error{Message: "Nothing is waiting for a tool's output in this conversation.", Err: ErrConflict}
	}
	call := page.Data[newest].(*ClientToolCall)
	call.Status, call.Output = CallCompleted, r.Result
	plan.Save = []Item{call}
	for i, it := range page.Data {
		if i != newest && pendingCall(it) {
			plan.Remove = append(plan.Remove, it.Base().ID)
		}
	}
	return nil
}

func pendingCall(it Item) bool {
	call, ok := it.(*ClientToolCall)
	return ok && call.Status == CallPending
}

func (p Planner) structuredInput(ctx context.Context, plan *Plan, r *AddStructuredInputRequest) error {
	it, err := p.Store.LoadItem(ctx, plan.Thread.ID, r.ItemID)
	if err != nil {
		return err
	}
	input, ok := it.(*StructuredInput)
	if !ok {
		return &RequestError{Field: "params.item_id", Message: "names an item that asks nothing"}
	}
	if input.Status != InputPending {
		return &Error{Message: "These questions have already been answered.", Err: ErrConflict}
	}
	input.Fill(r.Status, r.Answers)
	plan.First = []Event{ItemReplaced{input}}
	return nil
}

// retry plans another answer to a user message: whatever came after it goes.
// No event says so; the client that asks drops those items by itself.
func (p Planner) retry(ctx context.Context, plan *Plan, r *RetryRequest) error {
	page := PageRequest{Limit: MaxPageSize, Order: Desc}
	for {
		items, err := p.Store.ListItems(ctx, plan.Thread.ID, page)
		if err != nil {
			return err
		}
		for _, it := range items.Data {
			if it.Base().ID != r.ItemID {
				plan.Remove = append(plan.Remove, it.Base().ID)
				continue
			}
			message, ok := it.(*UserMessage)
			if !ok {
				return &RequestError{Field: "params.item_id", Message: "names an item that is no user message"}
			}
			plan.Input = message
			return nil
		}
		if !items.HasMore {
			return fmt.Errorf("chatkit: item to retry after: %w", ErrNotFound)
		}
		page.After = items.After
	}
}

func (p Planner) action(ctx context.Context, plan *Plan, r *CustomActionRequest) error {
	plan.Action = &r.Action
	if r.ItemID == "" {
		return nil
	}
	it, err := p.Store.LoadItem(ctx, plan.Thread.ID, r.ItemID)
	if err != nil {
		return err
	}
	sender, ok := it.(*WidgetItem)
	if !ok {
		plan.Refusal = &ErrorEvent{Code: CodeStream}
	}
	plan.Sender = sender
	return nil
}

// Store does what the plan says. If it fails for a new thread, it takes back
// what it did.
func (p *Plan) Store(ctx context.Context, store Store) error {
	err := p.store(ctx, store)
	if err != nil && p.NewThread {
		// The first error is the one to tell; the thread may not even be there.
		_ = store.DeleteThread(context.WithoutCancel(ctx), p.Thread.ID)
	}
	return err
}

func (p *Plan) store(ctx context.Context, store Store) error {
	if p.NewThread {
		if err := store.SaveThread(ctx, p.Thread); err != nil {
			return err
		}
	}
	for _, a := range p.Attachments {
		if err := store.SaveAttachment(ctx, a); err != nil {
			return err
		}
	}
	return Effects{Save: p.Save, Remove: p.Remove}.Store(ctx, store, p.Thread.ID)
}

// Store does what the effects say, in one thread.
func (fx Effects) Store(ctx context.Context, store ItemWriter, threadID string) error {
	for _, it := range fx.Save {
		if err := store.SaveItem(ctx, threadID, it); err != nil {
			return err
		}
	}
	for _, id := range fx.Remove {
		if err := store.DeleteItem(ctx, threadID, id); err != nil {
			return err
		}
	}
	return nil
}
