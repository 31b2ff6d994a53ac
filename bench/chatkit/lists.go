package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// measureLists asks for pages as fast as they come.
func (s settings) measureLists(ctx context.Context, t *target, r *report) error {
	if err := t.rest(ctx); err != nil {
		return err
	}
	talk := t.threads[0]
	for _, ask := range []struct{ name, body string }{
		{"threads.list", fmt.Sprintf(`{"type":"threads.list","params":{"limit":%d,"order":"desc"}}`, pageRows)},
		{"items.list", fmt.Sprintf(`{"type":"items.list","params":{"thread_id":%q,"limit":%d,"order":"desc"}}`, talk, pageRows)},
		{"threads.get_by_id", fmt.Sprintf(`{"type":"threads.get_by_id","params":{"thread_id":%q}}`, talk)},
	} {
		body := []byte(ask.body)
		if err := t.checkPage(ctx, body); err != nil {
			return err
		}
		ended := s.profiled(ctx, t, ask.name)
		rate, perCPU, err := s.hammer(ctx, t, body)
		if err != nil {
			return err
		}
		if err := <-ended; err != nil {
			return err
		}
		r.add(ask.name+" requests per second", t.name, rate)
		r.add(ask.name+" requests per CPU second", t.name, perCPU)
	}
	return nil
}

// checkPage looks that the reply is what the measurement is about.
func (t *target) checkPage(ctx context.Context, body []byte) error {
	res, err := t.post(ctx, 0, body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	type page struct {
		Data []json.RawMessage `json:"data"`
		More bool              `json:"has_more"`
	}
	var reply struct {
		page
		Items page `json:"items"` // of a thread
	}
	if err := json.NewDecoder(res.Body).Decode(&reply); err != nil {
		return err
	}
	if reply.Items.Data != nil {
		reply.page = reply.Items
	}
	if len(reply.Data) != pageRows || !reply.More {
		return fmt.Errorf("%s brings %d rows, more %v", body, len(reply.Data), reply.More)
	}
	return nil
}

// hammer returns the requests per second and per CPU second of the server.
func (s settings) hammer(ctx context.Context, t *target, body []byte) (rate, perCPU float64, err error) {
	asking, stop := context.WithCancelCause(ctx)
	var done atomic.Int64
	var clients sync.WaitGroup
	for range workers {
		clients.Go(func() {
			for asking.Err() == nil {
				if err := t.ask(asking, body); err != nil {
					stop(err) // the first one counts; our own end is not heard any more
					return
				}
				done.Add(1)
			}
		})
	}
	w, err := s.window(asking, t, done.Load)
	stop(nil)
	clients.Wait()
	return w.rate(), w.perCPU(), err
}

func (t *target) ask(ctx context.Context, body []byte) error {
	res, err := t.post(ctx, 0, body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// window is what happened in a stretch of time.
type window struct {
	took, cpu time.Duration
	count     int64
}

func (w window) rate() float64   { return float64(w.count) / max(w.took.Seconds(), 1e-9) }
func (w window) perCPU() float64 { return float64(w.count) / max(w.cpu.Seconds(), 1e-9) }

// window warms up, then takes the counter and the server's CPU time before and
// after the time of measuring, which lasts until there is something to count.
func (s settings) window(ctx context.Context, t *target, count func() int64) (w window, err error) {
	if err := wait(ctx, warmUp); err != nil {
		return w, err
	}
	began, before := time.Now(), count()
	cpu, _, err := t.server.Usage()
	if err != nil {
		return w, err
	}
	for w.count == 0 {
		if err := wait(ctx, s.duration); err != nil {
			return w, err
		}
		after, _, err := t.server.Usage()
		if err != nil {
			return w, err
		}
		w = window{took: time.Since(began), cpu: after - cpu, count: count() - before}
		if w.took > 10*time.Minute {
			return w, errors.New("nothing comes")
		}
	}
	return w, nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// profiled writes a CPU profile of our server beside the measurement, if wanted.
func (s settings) profiled(ctx context.Context, t *target, name string) <-chan error {
	ended := make(chan error, 1)
	if s.profile == "" || t.name != ourServer {
		ended <- nil
		return ended
	}
	go func() {
		f, err := os.Create(filepath.Join(s.profile, name+".pprof"))
		if err == nil {
			err = t.server.Profile(ctx, s.duration, f)
			f.Close()
		}
		ended <- err
	}()
	return ended
}
