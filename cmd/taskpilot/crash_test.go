package main

import (
	"context"
	"flag"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// How the crash test is run longer, and again: go test -run Crash -crash.rounds 100 -crash.seed 42
var (
	crashRounds = flag.Int("crash.rounds", 2, "how often the crash test kills the server of each database")
	crashSeed   = flag.Uint64("crash.seed", 0, "what the crash test's moments depend on; 0: a new one each time")
)

// TestCrash kills the server while many answers are written, starts it again on
// the same database, and compares everything that any client had seen with what
// is there then.
func TestCrash(t *testing.T) {
	t.Parallel()
	seed := *crashSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			t.Logf("-crash.seed %d", seed)
			newCrash(t, driver, seed).run(*crashRounds)
		})
	}
}

// crash is one site that is killed again and again.
type crash struct {
	*oracle
	random  *rand.Rand
	site    *site
	db      *models.DB // beside the server, as the commands use it
	callers []*caller
	server  *process
}

const (
	crashUsers   = 6
	crashThreads = 5 // of each user
	longAnswer   = 120
)

func newCrash(t *testing.T, driver string, seed uint64) *crash {
	t.Helper()
	s := newSite(t, modelstest.URL(t, driver), newModel(t, 5*time.Millisecond))
	c := &crash{random: rand.New(rand.NewPCG(seed, 1)), site: s, server: s.boot()}
	c.oracle = newOracle(t, s.database)
	c.db = openBeside(t, s)
	c.callers = newCallers(t, s, c.db, crashUsers, crashThreads)
	return c
}

func (c *crash) run(rounds int) {
	for round := range rounds {
		recordings := c.killAmidAnswers(round)
		c.server = c.site.boot()
		c.site.until("no run is left running", c.server, 2*time.Second, func() bool {
			return c.number("SELECT COUNT(*) FROM runs WHERE status = 'running'") == 0
		})
		cut := 0
		for _, r := range recordings {
			if c.check(r) {
				cut++
			}
		}
		c.t.Logf("round %d: %d messages, %d cut off", round, len(recordings), cut)
		if cut == 0 {
			c.t.Error("nothing was cut off: this round shows nothing")
		}
		c.sound()
		if c.t.Failed() {
			return
		}
		c.retryOne(recordings)
	}
	c.purge()
}

// killAmidAnswers lets every caller ask one question after the other, kills the
// server after a random number of reads, and returns what was recorded.
func (c *crash) killAmidAnswers(round int) []*recording {
	due := make(chan struct{})
	moment := 1 + c.random.Int64N(int64(len(c.callers)*longAnswer))
	var reads atomic.Int64
	watch := func(*recording) {
		if reads.Add(1) == moment {
			close(due)
		}
	}
	var mu sync.Mutex
	var all []*recording
	var group sync.WaitGroup
	for i, caller := range c.callers {
		random := rand.New(rand.NewPCG(c.random.Uint64(), uint64(i)))
		group.Go(func() {
			caller.watch = watch
			for n := 0; ; n++ {
				key := strings.Join([]string{"q", strconv.Itoa(round), strconv.Itoa(i), strconv.Itoa(n)}, "-")
				r := caller.ask(c.t.Context(), key, 1+random.IntN(longAnswer))
				mu.Lock()
				all = append(all, r)
				mu.Unlock()
				if !r.whole || r.status != 200 {
					return
				}
			}
		})
	}
	select {
	case <-due:
	case <-c.server.exited:
	case <-time.After(15 * time.Second):
		// On a slow machine this is as good a moment as any.
		if reads.Load() == 0 {
			c.t.Error("nobody read anything")
		}
	}
	c.server.kill()
	group.Wait()
	return all
}

// check compares one message's recording with its fate, and reports whether it
// was cut off. One that was cut off is rejoined and sent once more.
func (c *crash) check(r *recording) (cut bool) {
	c.t.Helper()
	if r.status != 0 && !r.acknowledged() {
		c.t.Errorf("%s: status %d: %s", r, r.status, &r.body)
		return false
	}
	f := c.fate(r)
	if f == nil && r.acknowledged() {
		c.t.Errorf("%s was acknowledged and is gone", r)
		return false
	}
	if f != nil {
		c.explains(f, r)
		c.rest(f, r)
	}
	if r.whole {
		return false
	}
	again := r.ask(c.t.Context(), r.key, r.words)
	if again.status != 200 || !again.whole {
		c.t.Errorf("%s, sent again: status %d", r, again.status)
		return true
	}
	g := c.fate(again)
	if g == nil || f != nil && *f != *g {
		c.t.Errorf("%s, sent again, changed: %+v, then %+v", r, f, g)
		return true
	}
	c.explains(g, &recording{caller: r.caller, key: r.key, words: r.words, runID: again.runID})
	return true
}

// rest checks that what the caller had seen, continued by what rejoining gives,
// is the run's events in order, each once, and the stored answer.
func (c *crash) rest(f *fate, r *recording) {
	c.t.Helper()
	seen, err := r.frames()
	if err != nil {
		c.t.Errorf("%s: %v", r, err)
		return
	}
	if text, _ := textOf(seen); !strings.HasPrefix(f.text, text) {
		c.t.Errorf("%s: shown, but not stored: %q of %q", r, text, f.text)
	}
	if !r.whole {
		rejoined := r.rejoin(c.t.Context(), f.runID+"."+strconv.Itoa(len(seen)))
		nothingMore := rejoined.status == 204 // only the end of the stream was missing
		if !nothingMore && rejoined.status != 200 || !rejoined.whole {
			c.t.Errorf("%s, rejoined: status %d", r, rejoined.status)
		}
		more, err := rejoined.frames()
		if err != nil {
			c.t.Errorf("%s, rejoined: %v", r, err)
		}
		seen = append(seen, more...)
	}
	for i, fr := range seen {
		if fr.seq != int64(i+1) || fr.runID != f.runID {
			c.t.Errorf("%s: event %d has the id %s.%d", r, i+1, fr.runID, fr.seq)
			return
		}
	}
	text, failed := textOf(seen)
	if text != f.text {
		c.t.Errorf("%s: the events say %q, stored is %q", r, text, f.text)
	}
	if failed != (f.status == "interrupted") {
		c.t.Errorf("%s: %s, an error shown: %v", r, f.status, failed)
	}
}

// textOf is the assistant's text that a client makes of the frames, and whether
// they end in an error.
func textOf(frames []frame) (text string, failed bool) {
	var fold chatkit.Fold
	for _, f := range frames {
		if f.event == nil || fold.Apply(f.event) != nil {
			return "unreadable", true
		}
	}
	for _, it := range fold.Items() {
		if m, ok := it.(*chatkit.AssistantMessage); ok {
			text += m.Text()
		}
	}
	return text, fold.Error != nil
}

// retryOne asks for one of the interrupted answers again, as the page does.
func (c *crash) retryOne(recordings []*recording) {
	c.t.Helper()
	for _, r := range recordings {
		f := c.fate(r)
		if f == nil || f.status != "interrupted" {
			continue
		}
		newPage(c.t, c.site, r.user).retry(r.thread, f.itemID)
		whole := r.rejoin(c.t.Context(), "0")
		frames, err := whole.frames()
		if text, failed := textOf(frames); err != nil || failed || text != answerTo(r.key, r.words) {
			c.t.Errorf("%s, retried: %q, failed %v, %v", r, text, failed, err)
		}
		answers := c.number("SELECT COUNT(*) FROM items WHERE user_id = $1 AND thread_id = $2 AND type = 'assistant_message' AND payload LIKE $3",
			r.user.ID, r.thread, "%"+r.key+"-%")
		if answers != 1 {
			c.t.Errorf("%s, retried, has %d answers", r, answers)
		}
		return
	}
	c.t.Error("no interrupted answer to retry")
}

// purge checks that the log goes once its runs are over, and nothing else.
func (c *crash) purge() {
	c.t.Helper()
	items := c.number("SELECT COUNT(*) FROM items")
	if _, err := c.db.PurgeEvents(context.WithoutCancel(c.t.Context()), time.Now().Add(time.Hour)); err != nil {
		c.t.Fatal(err)
	}
	if n := c.number("SELECT COUNT(*) FROM run_events"); n != 0 {
		c.t.Errorf("%d events are left", n)
	}
	if n := c.number("SELECT COUNT(*) FROM items"); n != items {
		c.t.Errorf("%d items of %d are left", n, items)
	}
	c.sound()
}
