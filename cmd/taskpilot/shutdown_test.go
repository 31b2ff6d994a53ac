package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// TestShutdown ends the server in order while answers are written: short ones
// come to their end, long ones are cut off, and everyone is told.
func TestShutdown(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			shutdown(t, driver)
		})
	}
}

// How long the two kinds of answers are: one ends within the time that a server
// gives running answers, the other would take a minute.
const (
	briefWords   = 25
	endlessWords = 3000
)

func shutdown(t *testing.T, driver string) {
	s := newSite(t, modelstest.URL(t, driver), newModel(t, 20*time.Millisecond))
	server := s.boot()
	db := openBeside(t, s)
	callers := newCallers(t, s, db, 4, 5)
	var streaming sync.WaitGroup // until each has seen a part of its answer
	recordings := make([]*recording, len(callers))
	var group sync.WaitGroup
	for i, c := range callers {
		words := briefWords
		if i%2 == 0 {
			words = endlessWords
		}
		streaming.Add(1)
		c.watch = atAnswer(streaming.Done)
		group.Go(func() { recordings[i] = c.ask(t.Context(), "q-"+c.thread, words) })
	}
	streaming.Wait()
	took, code := server.terminate()
	if code != 0 || took > 5*time.Second {
		t.Errorf("ended with code %d after %s", code, took)
	}
	group.Wait()
	o := newOracle(t, s.database)
	for _, r := range recordings {
		o.endedInOrder(r)
	}
	o.sound()
}

// atAnswer calls f once, when a part of the answer has arrived, or none will.
func atAnswer(f func()) (watch func(*recording)) {
	var once sync.Once
	return func(r *recording) {
		if r.ended || bytes.Contains(r.body.Bytes(), []byte("text_delta")) {
			once.Do(f)
		}
	}
}

// endedInOrder checks that the message's caller saw its answer to an end that
// fits what is stored, although the server went away.
func (o *oracle) endedInOrder(r *recording) {
	o.t.Helper()
	f := o.fate(r)
	if f == nil || !r.whole {
		o.t.Errorf("%s: stored %v, stream ended in order %v", r, f != nil, r.whole)
		return
	}
	want := "completed"
	if r.words == endlessWords {
		want = "interrupted"
	}
	frames, err := r.frames()
	text, failed := textOf(frames)
	if err != nil || f.status != want || failed != (want == "interrupted") {
		o.t.Errorf("%s: %s, want %s; its stream failed %v, %v", r, f.status, want, failed, err)
	}
	if text == "" || text != f.text || f.incomplete != failed || !strings.HasPrefix(answerTo(r.key, r.words), text) {
		o.t.Errorf("%s: shown %q, stored %q, marked %v", r, text, f.text, f.incomplete)
	}
	if failed && !f.retry {
		o.t.Errorf("%s: no retry", r)
	}
}

// openBeside opens the site's database beside its server, as the commands do.
func openBeside(t *testing.T, s *site) *models.DB {
	t.Helper()
	db, err := models.Open(t.Context(), s.database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// TestSecondServer finds that a SQLite file has one server at a time, and that
// the next may have it as soon as that one is gone, however it went.
func TestSecondServer(t *testing.T) {
	t.Parallel()
	model := newModel(t, time.Millisecond)
	first := newSite(t, modelstest.URL(t, "sqlite"), model)
	second := newSite(t, first.database, model)
	server := first.boot()

	refused := second.start()
	<-refused.exited
	if code := refused.cmd.ProcessState.ExitCode(); code != exitError {
		t.Errorf("the second server ended with code %d", code)
	}
	if log := refused.log.String(); !strings.Contains(log, "another TaskPilot server already uses") || !strings.Contains(log, "stop it first") {
		t.Errorf("the second server says: %s", log)
	}
	c := newCallers(t, first, openBeside(t, first), 1, 1)[0]
	if r := c.ask(t.Context(), "q-after", 3); !r.whole || !strings.Contains(r.body.String(), "q-after-2") {
		t.Errorf("the first server was disturbed: status %d, %s", r.status, &r.body)
	}
	server.kill()
	second.boot()
}

// TestSurvivor lets two servers share a Postgres database and kills one: the
// other finishes what it left, tells whoever asks there, and answers a retry.
func TestSurvivor(t *testing.T) {
	t.Parallel()
	model := newModel(t, 10*time.Millisecond)
	one := newSite(t, modelstest.URL(t, "postgres"), model)
	two := newSite(t, one.database, model)
	doomed, survivor := one.boot(), two.boot()
	c := newCallers(t, one, openBeside(t, one), 1, 1)[0]
	began := make(chan struct{})
	c.watch = atAnswer(func() { close(began) })
	done := make(chan *recording)
	go func() { done <- c.ask(t.Context(), "q-left", endlessWords) }()
	<-began

	there := *c
	there.site, there.watch = two, nil
	follower := make(chan *recording)
	go func() { follower <- there.rejoin(t.Context(), "0") }()
	doomed.kill()
	cut := <-done
	o := newOracle(t, one.database)
	two.until("the survivor ends the run", survivor, 15*time.Second, func() bool {
		return o.number("SELECT COUNT(*) FROM runs WHERE status = 'running'") == 0
	})
	f := o.fate(cut)
	o.explains(f, cut)
	r := <-follower
	frames, err := r.frames()
	if text, failed := textOf(frames); !r.whole || err != nil || !failed || text != f.text || text == "" {
		t.Errorf("the follower at the other server: whole %v, failed %v, %v, %q; stored %q", r.whole, failed, err, text, f.text)
	}
	seen, err := cut.frames()
	if text, _ := textOf(seen); err != nil || !strings.HasPrefix(f.text, text) {
		t.Errorf("shown %q, stored %q, %v", text, f.text, err)
	}
	again := there.ask(t.Context(), "q-next", 3)
	if text, failed := textOf(mustFrames(t, again)); failed || text != answerTo("q-next", 3) {
		t.Errorf("the next answer: %q, failed %v", text, failed)
	}
}

func mustFrames(t *testing.T, r *recording) []frame {
	t.Helper()
	list, err := r.frames()
	if err != nil {
		t.Fatal(err)
	}
	return list
}
