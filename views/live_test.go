package views_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/views"
)

const (
	runID  = "run_1"
	itemID = "msg_a"
	items  = "items-run_1"
	status = "status-run_1"
	body   = "body-msg_a-0"
	tail   = "tail-msg_a-0"
)

// session is a turn that is being made and a page that follows it.
type session struct {
	*page
	live *views.Live
}

func begin(t *testing.T) *session {
	t.Helper()
	user := chatkit.NewUserText("Hello")
	user.ID = "msg_u"
	s := &session{newPage(t), views.NewLive(views.Turn{RunID: runID, ThreadID: "thr_1", Status: views.StatusRunning,
		Items: []views.TurnItem{{Item: user}}})}
	s.snapshot()
	return s
}

func (s *session) do(events ...chatkit.Event) {
	s.t.Helper()
	for _, ev := range events {
		if err := s.live.Apply(ev); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *session) flush() []views.Fragment {
	s.t.Helper()
	list, err := s.live.Flush(views.Unhurried(s.t.Context()))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range list {
		if f.Thread != "thr_1" {
			s.t.Errorf("fragment for thread %q", f.Thread)
		}
		s.apply(f)
	}
	return list
}

func (s *session) snapshot() {
	s.t.Helper()
	f, err := s.live.Snapshot(views.Unhurried(s.t.Context()))
	if err != nil {
		s.t.Fatal(err)
	}
	s.apply(f)
}

func message(text string) *chatkit.AssistantMessage {
	m := &chatkit.AssistantMessage{ItemBase: chatkit.ItemBase{ID: itemID}}
	if text != "" {
		m.Content = []*chatkit.OutputText{{Text: text}}
	}
	return m
}

func delta(text string) chatkit.Event {
	return chatkit.ItemUpdated{ItemID: itemID, Update: chatkit.TextDelta{Delta: text}}
}

func start() []chatkit.Event {
	return []chatkit.Event{
		chatkit.ItemAdded{Item: message("")},
		chatkit.ItemUpdated{ItemID: itemID, Update: chatkit.PartAdded{Content: &chatkit.OutputText{}}},
	}
}

const document = "# Title\n\nFirst **bold** words\nand more.\n\n- one\n- two\n\n  with text\n\nCode:\n```go\nfunc a() {\n\n\treturn\n}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n1. x\n2. y\n\nThe end."

// Whatever way the text arrives and whenever the page connects anew, it ends as
// the page that is loaded afterwards.
func TestStreamedPageIsTheLoadedPage(t *testing.T) {
	t.Parallel()
	want := newPage(t)
	want.apply(views.Fragment{Target: "turns", Swap: views.SwapInner, HTML: `<div id="want">` + views.Markdown(views.Unhurried(t.Context()), document) + `</div>`})
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		s := begin(t)
		s.do(start()...)
		for rest := document; rest != ""; {
			n := min(1+r.IntN(30), len(rest))
			s.do(delta(rest[:n]))
			rest = rest[n:]
			switch r.IntN(4) {
			case 0, 1:
				s.flush()
			case 2:
				s.snapshot()
			}
		}
		s.flush()
		if got := s.inner(body) + s.inner(tail); got != want.inner("want") {
			t.Fatalf("seed %d, streaming:\n got %s\nwant %s", seed, got, want.inner("want"))
		}
		s.do(chatkit.ItemDone{Item: message(document)})
		s.flush()
		if got := s.inner(body); got != want.inner("want") || s.byID(tail) != nil {
			t.Fatalf("seed %d, done:\n got %s", seed, got)
		}
	}
}

// Footnotes arrive where they are written, and end where the loaded page has them.
func TestStreamedFootnotesEndAsOnTheLoadedPage(t *testing.T) {
	t.Parallel()
	const text = "It is so[^b], and so[^a].\n\n[^a]: Ay.\n\n[^b]: Bee.\n\nThe end[^b]."
	loaded := newPage(t)
	loaded.apply(views.Fragment{Target: "turns", Swap: views.SwapInner, HTML: drawn(t, views.TurnView(views.Turn{RunID: runID, Items: []views.TurnItem{{Item: message(text)}}}))})
	want := loaded.inner(body)
	if strings.Count(want, "footnote-ref") != 3 || strings.Count(want, "footnote-back") != 3 {
		t.Fatalf("the loaded page has %s", want)
	}
	for size := 1; size < len(text); size += 3 {
		s := begin(t)
		s.do(start()...)
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			s.do(delta(rest[:n]))
			rest = rest[n:]
			s.flush()
		}
		if got := s.inner(body) + s.inner(tail); strings.Count(got, "Bee") != 1 || strings.Count(got, "Ay") != 1 {
			t.Fatalf("by %d, streaming: %s", size, got)
		}
		s.do(chatkit.ItemDone{Item: message(text)})
		s.flush()
		if got := s.inner(body); got != want {
			t.Fatalf("by %d, done:\n got %s\nwant %s", size, got, want)
		}
	}
}

func TestOpenCodeIsOnlyAppendedTo(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.do(start()...)
	code := strings.Repeat("a line of <code> & more\n", 300)
	s.do(delta("```go\n"))
	s.flush()
	for line := range strings.Lines(code) {
		s.do(delta(line[:5]))
		s.flush()
		s.do(delta(line[5:]))
		s.flush()
	}
	if s.sent > 2*len(code) {
		t.Errorf("%d bytes were sent for %d bytes of code", s.sent, len(code))
	}
	if got, want := s.text(tail), "go Copy"+strings.Join(strings.Fields(code), " "); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("the page has other code: %.80q, want %.80q", got, want)
	}
	s.do(delta("``"))
	if list := s.flush(); len(list) != 0 {
		t.Errorf("what may become the end of the block was shown: %v", list)
	}
	s.do(delta("`\n\nAfter"))
	s.flush()
	if s.text(tail) != "After" {
		t.Errorf("the tail is %q", s.text(tail))
	}
}

func TestItemsComeChangeAndGo(t *testing.T) {
	t.Parallel()
	s := begin(t)
	step := func(title string) chatkit.Task { return &chatkit.CustomTask{TaskBase: chatkit.TaskBase{Title: title}} }
	s.do(chatkit.ItemAdded{Item: &chatkit.WorkflowItem{ItemBase: chatkit.ItemBase{ID: "wf_1"}, Workflow: chatkit.Workflow{Type: chatkit.WorkflowCustom}}},
		chatkit.ItemDone{Item: &chatkit.HiddenContext{ItemBase: chatkit.ItemBase{ID: "shcx_1"}, Content: []byte(`"SECRET"`)}},
		chatkit.ItemDone{Item: &chatkit.EndOfTurn{ItemBase: chatkit.ItemBase{ID: "end"}}})
	s.flush()
	s.do(chatkit.ItemUpdated{ItemID: "wf_1", Update: chatkit.WorkflowTaskAdded{Task: step("Looking")}})
	s.flush()
	if got := s.text("item-wf_1"); !strings.Contains(got, "Looking") {
		t.Errorf("the step is missing: %q", got)
	}
	s.do(chatkit.ItemReplaced{Item: &chatkit.TaskItem{ItemBase: chatkit.ItemBase{ID: "wf_1"}, Task: step("Replaced")}})
	s.flush()
	if got := s.text("item-wf_1"); got != "Replaced" {
		t.Errorf("after the replacement: %q", got)
	}
	s.do(chatkit.ItemRemoved{ItemID: "wf_1"}, chatkit.ItemRemoved{ItemID: "never-seen"})
	s.flush()
	if s.byID("item-wf_1") != nil {
		t.Error("the removed item is still there")
	}
	if strings.Contains(s.inner("turns"), "SECRET") {
		t.Error("a hidden item is on the page")
	}
	if list := s.flush(); len(list) != 0 {
		t.Errorf("nothing changed, yet there are fragments: %v", list)
	}
}

func TestFootTellsWhatGoesOn(t *testing.T) {
	t.Parallel()
	s := begin(t)
	if got := s.text(status); got != "Thinking…" {
		t.Errorf("at first: %q", got)
	}
	s.do(chatkit.ProgressUpdate{Text: "Reading"})
	s.flush()
	if got := s.text(status); got != "Reading" {
		t.Errorf("with progress: %q", got)
	}
	s.do(chatkit.Notice{Level: "warning", Message: "Nearly **full**"}, chatkit.ErrorEvent{Code: chatkit.CodeCustom, Message: "The model is busy.", AllowRetry: true})
	s.flush()
	if got := s.text(status); !strings.Contains(got, "The model is busy.") {
		t.Errorf("after the error: %q", got)
	}
	if got := s.text("toasts"); got != "Nearly full" {
		t.Errorf("the notice: %q", got)
	}
}

func TestStoredPartialAnswerGoesOn(t *testing.T) {
	t.Parallel()
	live := views.NewLive(views.Turn{RunID: runID, ThreadID: "thr_1", Status: views.StatusRunning, LastSeq: 3,
		Items: []views.TurnItem{{Item: message("Half a sen"), Pending: true}}})
	s := &session{newPage(t), live}
	s.snapshot()
	s.do(delta("tence."))
	s.flush()
	if got := s.text(items); got != "TaskPilot saidHalf a sentence." {
		t.Errorf("got %q", got)
	}
	f, err := live.Finish(t.Context(), views.Turn{RunID: runID, ThreadID: "thr_1", Status: views.StatusCancelled, LastSeq: 4,
		Items: []views.TurnItem{{Item: message("Half a sentence."), Incomplete: true}}})
	if err != nil {
		t.Fatal(err)
	}
	s.apply(f)
	if got := s.inner("turns"); f.Seq != 4 || strings.Count(got, `id="turn-run_1"`) != 1 || !strings.Contains(got, `data-status="cancelled"`) {
		t.Errorf("after the end, %d: %s", f.Seq, got)
	}
}
