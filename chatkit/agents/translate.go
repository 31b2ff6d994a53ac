package agents

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
)

// Options say how a Translator differs from the official SDK's way, which is the
// zero value.
type Options struct {
	ThreadID string
	Now      func() time.Time           // time.Now if nil
	NewID    func(prefix string) string // chatkit.NewID if nil

	// Cite makes a source of a citation, and says where in the text it stands; a
	// nil source drops it. nil is DefaultCite.
	Cite func(CitedSource) (source chatkit.Source, index *int)
	// ImageURL makes the address of an image in base64; partial is its index while
	// it is on its way, -1 when it is finished. nil is a data URL.
	ImageURL func(id, data string, partial int) (string, error)
	// PartialImages is how many partial images were asked for; 0: progress is not
	// known.
	PartialImages int

	// Searches shows what the model searches as tasks of a workflow.
	Searches bool
	// EveryThought streams every thought as it grows, not only the first.
	EveryThought bool
}

// Translator turns model events, and what the app itself has to say, into ChatKit
// events. It is safe for concurrent use: tools may show their work while the
// model goes on. After an error of emit it should not be used any more.
type Translator struct {
	mu       sync.Mutex
	out      func(chatkit.Event) error
	opts     Options
	message  *message  // being written, or held until the next thing begins
	workflow *workflow // open
	images   map[string]*chatkit.GeneratedImageItem
	produced []string // ids of the items that were shown, for Retract
}

// NewTranslator returns a Translator that emits through emit.
func NewTranslator(emit func(chatkit.Event) error, opts Options) *Translator {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.NewID == nil {
		opts.NewID = chatkit.NewID
	}
	if opts.Cite == nil {
		opts.Cite = DefaultCite
	}
	if opts.ImageURL == nil {
		opts.ImageURL = dataURL
	}
	return &Translator{out: emit, opts: opts, images: map[string]*chatkit.GeneratedImageItem{}}
}

// Apply takes the next model event. Those that are the app's business, and those
// that come too late, change nothing.
func (t *Translator) Apply(ev Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := ev.(type) {
	case MessageAdded:
		return t.beginMessage(e.Item)
	case TextDelta:
		return t.text(e)
	case TextDone:
		return t.textDone(e)
	case Citation:
		return t.cite(e)
	case MessageDone:
		return t.messageDone(e)
	case ReasoningAdded:
		return t.beginReasoning()
	case ThoughtDelta:
		return t.thought(e)
	case ThoughtDone:
		return t.thoughtDone(e)
	case Search:
		return t.search(e)
	case ImageAdded:
		_, err := t.image(e.Item)
		return err
	case ImagePartial:
		return t.imagePartial(e)
	case ImageDone:
		return t.imageDone(e)
	}
	return nil
}

// Emit emits an event of the app's own, after what the model said so far. An item
// that people see ends the workflow.
func (t *Translator) Emit(ev chatkit.Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.settle(); err != nil {
		return err
	}
	var item chatkit.Item
	switch e := ev.(type) {
	case chatkit.ItemAdded:
		item = e.Item
	case chatkit.ItemDone:
		item = e.Item
	}
	if item == nil {
		return t.out(ev)
	}
	_, call := item.(*chatkit.ClientToolCall)
	if !call && !chatkit.Hidden(item) {
		if err := t.endWorkflow(nil, false); err != nil {
			return err
		}
	}
	t.fill(item)
	return t.out(ev)
}

// Finish finishes what is open. An image that never came is taken back.
func (t *Translator) Finish() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.closeAll(); err != nil {
		return err
	}
	return t.endWorkflow(nil, false)
}

// Pause finishes what is open, but for the workflow, which goes on in a later
// turn: see Resume.
func (t *Translator) Pause() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.closeAll(); err != nil {
		return err
	}
	return t.pauseWorkflow()
}

// closeAll ends what is open but the workflow.
func (t *Translator) closeAll() error {
	if err := t.closeMessage(); err != nil {
		return err
	}
	for model, item := range t.images {
		delete(t.images, model)
		if err := t.out(chatkit.ItemRemoved{ItemID: item.ID}); err != nil {
			return err
		}
	}
	return nil
}

// CallClient ends the turn with a call that the browser is to do, whose output
// begins another turn. It pauses as Pause does. The call keeps the id that the
// model gave it; its item gets one of ours, for a model server must not name what
// we store.
func (t *Translator) CallClient(call ToolCall) error {
	if err := t.Pause(); err != nil {
		return err
	}
	item := &chatkit.ClientToolCall{Status: chatkit.CallPending, CallID: call.CallID, Name: call.Name, Arguments: json.RawMessage("{}")}
	if json.Valid([]byte(call.Arguments)) {
		item.Arguments = json.RawMessage(call.Arguments)
	}
	if item.CallID == "" {
		item.CallID = t.opts.NewID("call")
	}
	return t.Emit(chatkit.ItemDone{Item: item})
}

// Retract takes back everything that was shown, as for an answer that a guardrail
// refuses.
func (t *Translator) Retract() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	ids := t.produced
	t.produced, t.message, t.workflow = nil, nil, nil
	clear(t.images)
	for _, id := range ids {
		if err := t.out(chatkit.ItemRemoved{ItemID: id}); err != nil {
			return err
		}
	}
	return nil
}

// fill gives an item what it lacks, and remembers that it was shown.
func (t *Translator) fill(item chatkit.Item) {
	b := item.Base()
	if b.ID == "" {
		b.ID = t.opts.NewID(chatkit.IDPrefix(item))
	}
	if b.ThreadID == "" {
		b.ThreadID = t.opts.ThreadID
	}
	if b.CreatedAt.IsZero() {
		b.CreatedAt = chatkit.At(t.opts.Now())
	}
	for _, id := range t.produced {
		if id == b.ID {
			return
		}
	}
	t.produced = append(t.produced, b.ID)
}

func (t *Translator) add(item chatkit.Item) error {
	t.fill(item)
	return t.out(chatkit.ItemAdded{Item: item})
}

func (t *Translator) update(id string, up chatkit.Update) error {
	return t.out(chatkit.ItemUpdated{ItemID: id, Update: up})
}
