package chatkit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/memstore"
)

// tourStep is a request with what the responder does about it.
type tourStep struct {
	Name    string            `json:"name"`
	Request json.RawMessage   `json:"request"`
	Script  []json.RawMessage `json:"script"`
	Sync    json.RawMessage   `json:"sync"`
	Fails   bool              `json:"fails"`
}

// TestConformance sends the same requests to this package's server and to the
// official one, whose responders follow the same script. Their answers must be
// the same, but for what normal takes away; and the official types must read all
// that this package sends.
func TestConformance(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("testdata", "conformance", "tour.json"))
	if err != nil {
		t.Fatal(err)
	}
	var tour []tourStep
	if err := json.Unmarshal(raw, &tour); err != nil {
		t.Fatal(err)
	}
	theirs := startOfficial(t)
	ours := newTourServer()
	var ourIDs, theirIDs placeholders
	var transcript []answer
	for _, step := range tour {
		our := ours.answer(t.Context(), ourIDs.fill(t, step))
		their := theirs.ask(struct {
			Op string `json:"op"`
			tourStep
		}{"step", theirIDs.fill(t, step)})
		transcript = append(transcript, their)
		ourIDs.learn(t, our)
		theirIDs.learn(t, their)
		if step.Fails {
			if our.Error == "" || their.Error == "" {
				t.Errorf("%s: ours %+v, theirs %+v", step.Name, our, their)
			}
			continue
		}
		if our.Error != "" || their.Error != "" {
			t.Fatalf("%s: ours %q, theirs %q", step.Name, our.Error, their.Error)
		}
		compare(t, step.Name, ourIDs.normal(t, our), theirIDs.normal(t, their))
		theirs.reads(step, our, &ourIDs)
	}
	if *record {
		writeTranscript(t, transcript)
	}
}

// compare fails the test unless both answers are the same.
func compare(t *testing.T, name string, ours, theirs []any) {
	t.Helper()
	for i := range max(len(ours), len(theirs)) {
		var a, b any
		if i < len(ours) {
			a = ours[i]
		}
		if i < len(theirs) {
			b = theirs[i]
		}
		if !reflect.DeepEqual(a, b) {
			x, _ := json.Marshal(a)
			y, _ := json.Marshal(b)
			t.Errorf("%s, %d:\n  ours %s\ntheirs %s", name, i, x, y)
		}
	}
}

// reads fails the test unless the official types read our answer and write it as
// it was.
func (o *official) reads(step tourStep, our answer, ids *placeholders) {
	o.Helper()
	kinds := map[string]string{"threads.get_by_id": "thread", "threads.update": "thread", "threads.list": "threads", "items.list": "items",
		"attachments.create": "attachment", "threads.sync_custom_action": "sync"}
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(step.Request, &head); err != nil {
		o.Fatal(err)
	}
	texts, kind := our.Frames, "event"
	if our.Frames == nil {
		if kind = kinds[head.Type]; kind == "" {
			return
		}
		texts = []string{our.Reply}
	}
	for _, text := range texts {
		read := o.ask(map[string]string{"op": "parse", "as": kind, "json": text})
		if read.Error != "" {
			o.Errorf("%s: the official types refuse %s: %s", step.Name, text, read.Error)
			continue
		}
		compare(o.T, step.Name+", read and written", ids.normal(o.T, answer{Reply: text}), ids.normal(o.T, answer{Reply: read.Dump}))
	}
}

// tourServer is this package's server with a responder that follows scripts.
type tourServer struct {
	server *chatkit.Server
	step   tourStep
}

func newTourServer() *tourServer {
	ts := &tourServer{}
	calls := new(recorder)
	s := &script{
		respond: func(_ context.Context, turn *chatkit.Turn) error { return ts.play(turn) },
		act: func(_ context.Context, turn *chatkit.Turn, _ chatkit.Action, _ *chatkit.WidgetItem) error {
			return ts.play(turn)
		},
		actSync: func(context.Context, *chatkit.Thread, chatkit.Action, *chatkit.WidgetItem) (chatkit.Item, error) {
			if len(ts.step.Sync) == 0 || string(ts.step.Sync) == "null" {
				return nil, nil
			}
			return chatkit.UnmarshalItem(ts.step.Sync)
		},
		feedback: func(context.Context, string, []string, string) error { return nil },
		transcribe: func(_ context.Context, a chatkit.Audio) (string, error) {
			return fmt.Sprintf("%s %s %s", a.Data, a.MimeType, a.MediaType), nil
		},
	}
	ts.server = &chatkit.Server{Store: memstore.New(nil), Responder: s, Attachments: &numberedShelf{shelf: shelf{calls}}}
	return ts
}

// numberedShelf gives attachments the ids that official.py gives them.
type numberedShelf struct {
	shelf
	count int
}

func (n *numberedShelf) CreateAttachment(ctx context.Context, f chatkit.FileInfo) (*chatkit.Attachment, error) {
	a, err := n.shelf.CreateAttachment(ctx, f)
	n.count++
	a.ID = fmt.Sprintf("atc_%d", n.count)
	return a, err
}

func (ts *tourServer) answer(ctx context.Context, step tourStep) (a answer) {
	ts.step = step
	req, err := chatkit.DecodeRequest(step.Request)
	if err != nil {
		return answer{Error: err.Error()}
	}
	if chatkit.Streaming(req) {
		a.Frames = []string{}
	}
	reply, err := ts.server.Handle(ctx, req, func(ev chatkit.Event) error {
		raw, err := chatkit.MarshalEvent(ev)
		a.Frames = append(a.Frames, string(raw))
		return err
	})
	if err != nil {
		return answer{Error: err.Error()}
	}
	if !chatkit.Streaming(req) {
		raw, err := chatkit.Marshal(reply)
		if err != nil {
			return answer{Error: err.Error()}
		}
		a.Reply = string(raw)
	}
	return a
}

// play does what the step's script says.
func (ts *tourServer) play(turn *chatkit.Turn) error {
	for _, raw := range ts.step.Script {
		var line struct {
			Type, Title, Message, Code, Key string
			Value                           any
			Status                          chatkit.ThreadStatus
			Domains                         []string
			AllowRetry                      *bool `json:"allow_retry"`
		}
		if strings.Contains(string(raw), `"do.`) {
			if err := json.Unmarshal(raw, &line); err != nil {
				return err
			}
		}
		switch line.Type {
		case "do.title":
			turn.SetTitle(line.Title)
		case "do.status":
			turn.SetStatus(line.Status)
		case "do.domains":
			turn.Update(func(th *chatkit.Thread) { th.AllowedImageDomains = line.Domains })
		case "do.metadata":
			turn.SetMetadata(line.Key, line.Value)
		case "do.fail":
			if line.Message == "" && line.Code == "" {
				return errors.New("the script fails")
			}
			return &chatkit.Error{Message: line.Message, Code: line.Code, AllowRetry: line.AllowRetry == nil && line.Code != "" || line.AllowRetry != nil && *line.AllowRetry}
		default:
			ev, err := chatkit.UnmarshalEvent(raw)
			if err != nil {
				return err
			}
			if err := turn.Emit(ev); err != nil {
				return err
			}
		}
	}
	return nil
}

// placeholders stand in the tour for the ids that a server makes.
type placeholders struct {
	thread, user string
	seen         map[string]string
}

// fill puts the server's ids into a step.
func (p *placeholders) fill(t *testing.T, step tourStep) tourStep {
	t.Helper()
	raw, err := json.Marshal(step)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	if p.thread != "" { // else it is made by this very step, and the script's to fill in
		text = strings.NewReplacer(`"$thread"`, `"`+p.thread+`"`, `"$user"`, `"`+p.user+`"`).Replace(text)
	}
	var filled tourStep
	if err := json.Unmarshal([]byte(text), &filled); err != nil {
		t.Fatal(err)
	}
	return filled
}

// learn notes the ids of a new thread and a new message.
func (p *placeholders) learn(t *testing.T, a answer) {
	t.Helper()
	for _, frame := range a.Frames {
		ev, err := chatkit.UnmarshalEvent([]byte(frame))
		if err != nil {
			t.Fatal(err)
		}
		switch e := ev.(type) {
		case chatkit.ThreadCreated:
			p.thread = e.Thread.ID
		case chatkit.ItemDone:
			if e.Item.ItemType() == "user_message" {
				p.user = e.Item.Base().ID
			}
		}
	}
}

// madeID is an id that a server made, unlike those of the tour.
var madeID = regexp.MustCompile(`^(thr|msg)_[0-9a-f]{8,}$`)

// normal returns an answer's JSON without what may differ: ids and times that the
// server made, how a time is written, an empty quoted_text, which we leave out,
// and an action's defaults, which the official types add.
func (p *placeholders) normal(t *testing.T, a answer) []any {
	t.Helper()
	texts := a.Frames
	if a.Frames == nil {
		texts = []string{a.Reply}
	}
	list := []any{}
	for _, text := range texts {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		list = append(list, p.value(v))
	}
	return list
}

func (p *placeholders) value(v any) any {
	switch x := v.(type) {
	case string:
		if !madeID.MatchString(x) {
			return x
		}
		if p.seen == nil {
			p.seen = map[string]string{}
		}
		if p.seen[x] == "" {
			p.seen[x] = fmt.Sprintf("%s #%d", x[:3], len(p.seen))
		}
		return p.seen[x]
	case []any:
		for i := range x {
			x[i] = p.value(x[i])
		}
	case map[string]any:
		for k, e := range x {
			x[k] = p.value(e)
		}
		tidy(x)
	}
	return v
}

// tidy takes from one object what may differ.
func tidy(x map[string]any) {
	if s, ok := x["created_at"].(string); ok {
		x["created_at"] = "made"
		var tm chatkit.Time
		if strings.HasPrefix(s, "2026-01-01T") && tm.UnmarshalJSON([]byte(`"`+s+`"`)) == nil {
			x["created_at"] = tm.String()
		}
	}
	if x["quoted_text"] == "" {
		delete(x, "quoted_text")
	}
	for key, e := range x {
		action, ok := e.(map[string]any)
		if !ok || key != "action" && !strings.HasSuffix(key, "Action") {
			continue
		}
		for k, def := range map[string]any{"handler": "server", "loadingBehavior": "auto", "streaming": true} {
			if action[k] == def {
				delete(action, k)
			}
		}
	}
}
