package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/live"
	"github.com/taskpilot/taskpilot/views"
	"github.com/taskpilot/taskpilot/views/locale"
)

// liveStream is the one stream that all tabs of a browser share: signals about
// the person's lists, and fragments for each watched thread,
// ?watch=<thread>:<number of the newest item on the page>.
func (h *Handlers) liveStream(c *fiber.Ctx) error {
	watches, err := readWatches(c)
	if err != nil {
		return err
	}
	v := viewerOf(c)
	user, csrf, language, zone := v.User.ID, h.csrfToken(c), locale.Of(c.UserContext()), locale.Zone(c.UserContext())
	return h.startStream(c, func(ctx context.Context, s *stream) error {
		p := &livePage{h: h, s: s, user: user}
		return p.run(views.WithCSRF(locale.WithZone(locale.With(ctx, language), zone), csrf), watches)
	})
}

// watch is a thread that a tab shows, up to the item with number seq.
type watch struct {
	thread string
	seq    int64
	ended  string               // the newest run that the page knows of, as far as it was shown
	status chatkit.ThreadStatus // as it was last told
}

// maxWatches is how many threads one browser may have open on its tabs.
const maxWatches = 32

func readWatches(c *fiber.Ctx) ([]watch, error) {
	var list []watch
	for _, arg := range c.Context().QueryArgs().PeekMulti("watch") {
		thread, n, _ := strings.Cut(string(arg), ":")
		seq, err := strconv.ParseInt(n, 10, 64)
		if err != nil || seq < 0 || len(list) == maxWatches {
			return nil, badRequest("watch must be a thread and the number of an item, at most 32 of them.")
		}
		list = append(list, watch{thread: thread, seq: seq})
	}
	return list, nil
}

// livePage is one browser's open stream.
type livePage struct {
	h    *Handlers
	s    *stream
	user string

	threads *uint64   // models.ThreadsChanged when it was last looked at elsewhere
	tasks   *[2]int64 // models.TodosChanged of then
}

func (p *livePage) run(ctx context.Context, watches []watch) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sub := p.h.Engine.Signals.Subscribe(p.user)
	defer sub.Close()
	elsewhere, err := p.elsewhere(ctx)
	defer elsewhere.Stop()
	if err == nil {
		err = p.send("hello", struct{}{})
	}
	if err != nil {
		return err
	}
	wake := make(map[string]chan struct{}, len(watches))
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	for _, w := range watches {
		ch := make(chan struct{}, 1)
		wake[w.thread] = ch
		wg.Go(func() { p.watch(ctx, cancel, w, ch) })
	}
	for {
		select {
		case <-ctx.Done():
			return p.send("bye", struct{}{})
		case <-elsewhere.C:
			if err := p.lookElsewhere(ctx, wake); err != nil {
				return err
			}
		case <-sub.Ready():
			for _, sig := range sub.Take() {
				if err := p.signal(ctx, sig, wake); err != nil {
					return err
				}
			}
		}
	}
}

// elsewhereEvery is how often a page looks for what other servers of the same
// database changed: signals do not leave their process.
const elsewhereEvery = 2 * time.Second

// elsewhere ticks when there may be other servers: with Postgres. What is changed
// from now on will be noticed.
func (p *livePage) elsewhere(ctx context.Context) (*time.Ticker, error) {
	ticker := time.NewTicker(elsewhereEvery)
	if p.h.DB.Driver() != "postgres" {
		ticker.Stop()
		return ticker, nil
	}
	return ticker, p.lookElsewhere(ctx, nil)
}

// lookElsewhere has every watcher look at its thread, and the page at its lists
// when they are others than before.
func (p *livePage) lookElsewhere(ctx context.Context, wake map[string]chan struct{}) error {
	for _, ch := range wake {
		nudge(ch)
	}
	return errors.Join(p.threadsElsewhere(ctx), p.tasksElsewhere(ctx))
}

// threadsElsewhere tells the page when its list is not as it was before.
func (p *livePage) threadsElsewhere(ctx context.Context) error {
	last, err := p.h.DB.ThreadsChanged(ctx, p.user, sidebarThreads)
	if err != nil {
		return err
	}
	changed := p.threads != nil && *p.threads != last
	p.threads = &last
	if !changed {
		return nil
	}
	return p.send("signal", map[string]string{"kind": string(live.ThreadsChanged)})
}

func (p *livePage) tasksElsewhere(ctx context.Context) error {
	last, err := p.h.DB.TodosChanged(ctx, p.user)
	if err != nil {
		return err
	}
	changed := p.tasks != nil && *p.tasks != last
	p.tasks = &last
	if !changed {
		return nil
	}
	return p.send("signal", map[string]string{"kind": string(live.TasksChanged)})
}

func nudge(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// signal passes a hint on: to the watcher of its thread, and to the page.
func (p *livePage) signal(ctx context.Context, sig live.Signal, wake map[string]chan struct{}) error {
	if sig.Kind == live.ItemChanged {
		if wake[sig.ThreadID] == nil {
			return nil
		}
		return p.redraw(ctx, sig.ThreadID, sig.ItemID)
	}
	if ch := wake[sig.ThreadID]; ch != nil {
		nudge(ch)
	}
	kind := sig.Kind
	switch kind {
	case live.RunStarted, live.RunEnded:
		kind = live.ThreadsChanged
	case live.AccessChanged, live.ThreadGone:
		return nil // the stream looks soon enough by itself, and the watcher was told
	}
	return p.send("signal", map[string]string{"kind": string(kind)})
}

func (p *livePage) send(event string, v any) error {
	payload, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return p.s.write(appendEvent(nil, event, payload))
}

func (p *livePage) sendFragments(list []views.Fragment) error {
	var buf []byte
	for _, f := range list {
		payload, err := json.Marshal(f)
		if err != nil {
			return err
		}
		buf = appendEvent(buf, "fragment", payload)
	}
	if len(buf) == 0 {
		return nil
	}
	return p.s.write(buf)
}
