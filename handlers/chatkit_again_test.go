package handlers

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/assistant"
	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// talker says "Hello", tells that it began, waits for more, and counts its turns.
type talker struct {
	began chan string // the message
	more  chan string
	turns atomic.Int32
}

func newTalker() *talker { return &talker{began: make(chan string, 10), more: make(chan string)} }

func (*talker) Name() string { return "talker" }

func (a *talker) Respond(ctx context.Context, turn *assistant.Turn, emit assistant.Emit) error {
	a.turns.Add(1)
	m := said("")
	m.ID, m.Content = chatkit.NewID(chatkit.PrefixMessage), nil
	update := func(up chatkit.Update) error { return emit(chatkit.ItemUpdated{ItemID: m.ID, Update: up}) }
	if err := emit(chatkit.ItemAdded{Item: m}); err != nil {
		return err
	}
	if err := update(chatkit.PartAdded{Content: &chatkit.OutputText{}}); err != nil {
		return err
	}
	if err := update(chatkit.TextDelta{Delta: "Hello"}); err != nil {
		return err
	}
	a.began <- turn.Input.Text()
	select {
	case text := <-a.more:
		done := said("Hello" + text)
		done.ID = m.ID
		return emit(chatkit.ItemDone{Item: done})
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// open begins a ChatKit stream and reads up to the answer's first words.
func (v *visitor) open(typ, params string, headers ...string) (res *http.Response, leave func()) {
	v.s.t.Helper()
	ctx, cancel := context.WithCancel(v.s.t.Context())
	res, err := v.http.Do(v.request("POST", "/api/v1/chatkit", kitBody(typ, params), headers...).WithContext(ctx))
	if err != nil {
		v.s.t.Fatal(err)
	}
	v.s.t.Cleanup(cancel)
	if res.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(res.Body)
		v.s.t.Fatalf("%s: %d %s", typ, res.StatusCode, body)
	}
	reader := chatkit.NewEventReader(res.Body, 1<<20)
	for {
		ev, err := reader.Next()
		if err != nil {
			v.s.t.Fatal(err)
		}
		if up, ok := ev.(chatkit.ItemUpdated); ok && up.Update.UpdateType() == (chatkit.TextDelta{}).UpdateType() {
			return res, cancel
		}
	}
}

// ended waits for the run's end.
func (s *server) ended(run string) *models.Run {
	s.t.Helper()
	f := s.h.Engine.Follow(run, 0)
	for {
		if _, err := f.Next(s.t.Context()); err == io.EOF {
			break
		} else if err != nil {
			s.t.Fatal(err)
		}
	}
	r, err := s.db.RunByID(s.t.Context(), run)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func talkerServer(t *testing.T, db *models.DB, grace time.Duration) (*server, *talker, *visitor) {
	t.Helper()
	a := newTalker()
	s := boot(t, db, func(o *Options) { o.Assistant, o.Grace = a, grace })
	return s, a, s.program(modelstest.User(t, db, "ann@example.com"))
}

// TestChatKitHangUp: who leaves stops the answer; what had arrived is kept, and
// a note for the assistant.
func TestChatKitHangUp(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s, a, v := talkerServer(t, db, 0)
		res, leave := v.open("threads.create", `{"input":`+userInput("x")+`}`)
		<-a.began
		left := time.Now()
		leave()
		run := s.ended(res.Header.Get(runHeader))
		if took := time.Since(left); run.Status != models.RunCancelled || took > 2*time.Second {
			t.Errorf("after %v the run is %+v", took, run)
		}
		items, _, err := s.db.Items(t.Context(), run.UserID, run.ThreadID, models.ItemQuery{Order: chatkit.Asc, Hidden: true})
		if err != nil || len(items) != 3 {
			t.Fatalf("items %+v, %v", items, err)
		}
		if m := items[1].Item.(*chatkit.AssistantMessage); m.Text() != "Hello" || !items[1].Incomplete {
			t.Errorf("kept is %+v", items[1])
		}
		if _, ok := items[2].Item.(*chatkit.SDKHiddenContext); !ok {
			t.Errorf("the note is %T", items[2].Item)
		}
	})
}

// TestChatKitOtherReaders: an answer that a page or another stream reads goes on
// without the one who asked; it ends with the last of them.
func TestChatKitOtherReaders(t *testing.T) {
	t.Parallel()
	s, a, v := talkerServer(t, modelstest.Open(t), 0)
	res, leave := v.open("threads.create", `{"input":`+userInput("x")+`}`)
	<-a.began
	run, err := s.db.RunByID(t.Context(), res.Header.Get(runHeader))
	if err != nil {
		t.Fatal(err)
	}
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	other, err := v.http.Do(v.request("GET", "/api/v1/chatkit/threads/"+run.ThreadID+"/events", nil).WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Body.Close()
	buf := make([]byte, 1)
	if _, err := io.ReadFull(other.Body, buf); err != nil {
		t.Fatal(err)
	}
	leave()
	until(t, func() bool { return s.h.streams.count() == 1 })
	a.say(t, " again")
	if run = s.ended(run.ID); run.Status != models.RunCompleted {
		t.Errorf("the run is %+v", run)
	}
}

// until waits for something that nothing tells of.
func until(t *testing.T, done func() bool) {
	t.Helper()
	tick, deadline := time.NewTicker(5*time.Millisecond), time.After(20*time.Second)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("it never happened")
		}
	}
}

// say lets the answer end; it fails the test if that has been stopped.
func (a *talker) say(t *testing.T, text string) {
	t.Helper()
	select {
	case a.more <- text:
	case <-time.After(20 * time.Second):
		t.Fatal("the answer is not waiting any more")
	}
}

// TestChatKitReadersElsewhere: who reads at another server of the same database
// counts as well.
func TestChatKitReadersElsewhere(t *testing.T) {
	t.Parallel()
	db := modelstest.OpenPostgres(t)
	s, a, v := talkerServer(t, db, 0)
	there := boot(t, db).program(v.user)
	res, leave := v.open("threads.create", `{"input":`+userInput("x")+`}`)
	<-a.began
	run, err := db.RunByID(t.Context(), res.Header.Get(runHeader))
	if err != nil {
		t.Fatal(err)
	}
	other, err := there.http.Do(there.request("GET", "/api/v1/chatkit/threads/"+run.ThreadID+"/events", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Body.Close()
	if _, err := io.ReadFull(other.Body, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	leave()
	until(t, func() bool { return s.h.streams.count() == 0 })
	a.say(t, " again")
	if run = s.ended(run.ID); run.Status != models.RunCompleted {
		t.Errorf("the run is %+v", run)
	}
}

// TestChatKitGraceNever: with a negative grace the answer runs on.
func TestChatKitGraceNever(t *testing.T) {
	t.Parallel()
	s, a, v := talkerServer(t, modelstest.Open(t), -1)
	res, leave := v.open("threads.create", `{"input":`+userInput("x")+`}`)
	<-a.began
	leave()
	a.say(t, "!")
	if run := s.ended(res.Header.Get(runHeader)); run.Status != models.RunCompleted {
		t.Errorf("the run is %+v", run)
	}
}

// TestChatKitRepeated: the official front end repeats a request whose stream
// broke; it joins the running answer.
func TestChatKitRepeated(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		for name, headers := range map[string][]string{"frame": {"chatkit-frame-instance-id", "f1"}, "key": {"Idempotency-Key", "k1"}} {
			t.Run(name, func(t *testing.T) {
				a := newTalker()
				s := boot(t, db, func(o *Options) { o.Assistant, o.Grace = a, time.Minute })
				v := s.program(modelstest.User(t, db, name+"@example.com"))
				params := `{"input":` + userInput("x") + `}`
				first, leave := v.open("threads.create", params, headers...)
				<-a.began
				leave()
				second, _ := v.open("threads.create", params, headers...)
				run := first.Header.Get(runHeader)
				if again := second.Header.Get(runHeader); again != run {
					t.Errorf("run %s, then %s", run, again)
				}
				a.say(t, " you")
				if _, err := io.ReadAll(second.Body); err != nil {
					t.Error(err)
				}
				third := v.kit("threads.create", params, headers...)
				events := third.events()
				if third.header.Get(runHeader) != run || itemOf[*chatkit.AssistantMessage](t, events).Text() != "Hello you" {
					t.Errorf("after the end: %s", kinds(events))
				}
				var threads chatkit.Page[chatkit.Thread]
				if v.kit("threads.list", `{}`).json(&threads); len(threads.Data) != 1 || a.turns.Load() != 1 {
					t.Errorf("%d threads, %d turns", len(threads.Data), a.turns.Load())
				}
			})
		}
	})
}

// TestChatKitNotRepeated: another frame, another body and another person begin
// answers of their own; so does a button that is clicked again.
func TestChatKitNotRepeated(t *testing.T) {
	t.Parallel()
	s, v := capableServer(t, modelstest.Open(t))
	bob := s.program(modelstest.User(t, s.db, "bob@example.com"))
	runs := map[string]bool{}
	begin := func(v *visitor, typ, params, frame string) *reply {
		r := v.kit(typ, params, "chatkit-frame-instance-id", frame)
		runs[r.header.Get(runHeader)] = true
		return r
	}
	one := `{"input":` + userInput("one") + `}`
	id := threadOfEvents(t, begin(v, "threads.create", one, "f1").events())
	begin(v, "threads.create", one, "f2")
	begin(v, "threads.create", one, "")
	begin(v, "threads.create", strings.Replace(one, "one", "two", 1), "f1")
	begin(bob, "threads.create", one, "f1")
	for range 2 {
		// What was read whole counts as such a moment later.
		r := begin(v, "threads.custom_action", `{"thread_id":"`+id+`","action":{"type":"go"}}`, "f1")
		for run, err := s.db.RunByID(t.Context(), r.header.Get(runHeader)); ; {
			if err != nil || run.Status != models.RunCompleted {
				t.Fatalf("%+v, %v", run, err)
			}
			break
		}
	}
	if len(runs) != 7 {
		t.Errorf("%d runs, want 7", len(runs))
	}
}
