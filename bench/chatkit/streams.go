package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
)

func (s settings) measureStreams(ctx context.Context, t *target, r *report) error {
	if err := s.settle(ctx, t); err != nil {
		return err
	}
	for _, paced := range []bool{true, false} {
		for _, n := range s.counts {
			kind := "unpaced"
			if paced {
				kind = "paced"
			}
			name := fmt.Sprintf("%s, %d streams:", kind, n)
			fmt.Fprintln(os.Stderr, "   ", name)
			if err := s.streams(ctx, t, n, paced, name, r); err != nil {
				return fmt.Errorf("%s %w", name, err)
			}
		}
	}
	return nil
}

// settle lets the server do everything once, so that what it keeps for good is
// there before its memory is taken.
func (s settings) settle(ctx context.Context, t *target) error {
	const first = 0
	c := &counting{first: make(chan struct{})}
	return c.answer(ctx, t, first, "Hello")
}

// streams measures n streams. Paced ones go on; unpaced ones ask again.
func (s settings) streams(ctx context.Context, t *target, n int, paced bool, name string, r *report) error {
	question := "Hello"
	if paced {
		question = rig.Question
	}
	if err := t.rest(ctx); err != nil {
		return err
	}
	_, idle, err := t.server.Usage()
	if err != nil {
		return err
	}
	reading, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	slots := n // an unpaced answer is soon over: there is no end to wait for
	if paced {
		slots = openAtOnce
	}
	o := s.open(reading, stop, t, n, slots, question)
	defer func() {
		stop(nil)
		o.readers.Wait()
		t.client.CloseIdleConnections()
	}()
	if paced {
		if err := o.begun(reading); err != nil {
			return err
		}
	}
	o.timing.Store(paced)
	deltas, events := o.deltas.Load(), o.events.Load()
	ended := s.profiled(ctx, t, strings.NewReplacer(", ", "-", " streams:", "").Replace(name))
	w, err := s.window(reading, t, o.deltas.Load)
	if err := errors.Join(err, <-ended); err != nil {
		return err
	}
	merged := float64(o.deltas.Load()-deltas) / float64(max(1, o.events.Load()-events))
	_, busy, err := t.server.Usage()
	if err != nil {
		return err
	}
	stop(nil)
	o.readers.Wait()
	r.add(name+" deltas per second", t.name, w.rate())
	r.add(name+" deltas per CPU second", t.name, w.perCPU())
	r.add(name+" µs of CPU per delta", t.name, 1e6/w.perCPU())
	if !paced {
		r.add(name+" deltas in one event", t.name, merged)
	}
	if paced {
		lags := o.lags()
		r.add(name+" µs late, p50", t.name, at(lags, 0.5))
		r.add(name+" µs late, p99", t.name, at(lags, 0.99))
	}
	if n == s.counts[0] && paced {
		r.add(name+" KiB of memory per stream", t.name, float64(busy-idle)/1024/float64(n))
		r.add("MiB of memory before", t.name, float64(idle)/(1<<20))
	}
	return nil
}

// atRest is how long that may take: the official server goes on with answers that
// nobody reads.
const atRest = 3 * time.Minute

// rest waits until the server has nothing more to do: answers whose readers
// left are still being put away.
func (t *target) rest(ctx context.Context) error {
	const look, little = 300 * time.Millisecond, 6 * time.Millisecond
	last := time.Duration(0)
	for late := time.Now().Add(atRest); time.Now().Before(late); {
		cpu, _, err := t.server.Usage()
		if err != nil {
			return err
		}
		if cpu-last < little {
			return nil
		}
		last = cpu
		if err := wait(ctx, look); err != nil {
			return err
		}
	}
	return errors.New("the server does not come to rest")
}

// open is the streams that are being read.
type open struct {
	readers sync.WaitGroup
	list    []*counting
	deltas  atomic.Int64
	events  atomic.Int64 // that brought them
	timing  atomic.Bool
}

// openAtOnce is how many paced streams are opened at the same time.
const openAtOnce = 32

func (s settings) open(ctx context.Context, stop context.CancelCauseFunc, t *target, n, slots int, question string) *open {
	o := &open{}
	free := make(chan struct{}, slots)
	for range n {
		thread := t.next
		t.next++
		c := &counting{open: o, first: make(chan struct{}), paced: question == rig.Question}
		o.list = append(o.list, c)
		o.readers.Go(func() {
			select {
			case free <- struct{}{}:
			case <-ctx.Done():
				return
			}
			c.began = func() { <-free }
			for ctx.Err() == nil {
				if err := c.answer(ctx, t, thread, question); err != nil {
					stop(err) // after our own end it is not heard any more
					return
				}
			}
		})
	}
	return o
}

// begun waits until every stream has brought something.
func (o *open) begun(ctx context.Context) error {
	late := time.After(2 * time.Minute)
	for _, c := range o.list {
		select {
		case <-c.first:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-late:
			return errors.New("a stream brings nothing")
		}
	}
	return nil
}

// lags returns how late all deltas came, in order.
func (o *open) lags() []time.Duration {
	var all []time.Duration
	for _, c := range o.list {
		all = append(all, c.lags...)
	}
	slices.Sort(all)
	return all
}

// at is the microseconds that the share of all is not above.
func at(sorted []time.Duration, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[int(share*float64(len(sorted)-1))].Microseconds())
}

// counting reads one stream.
type counting struct {
	open  *open         // nil: nobody counts
	first chan struct{} // closed at the first delta
	began func()        // called then
	seen  bool
	paced bool // its deltas are times
	lags  []time.Duration
}

// answer asks and reads the answer to its end.
func (c *counting) answer(ctx context.Context, t *target, thread int, question string) error {
	body := fmt.Appendf(nil, `{"type":"threads.add_user_message","params":{"thread_id":%q,"input":{"content":[{"type":"input_text","text":%q}],`+
		`"attachments":[],"quoted_text":null,"inference_options":{}}}}`, t.threads[thread], question)
	res, err := t.post(ctx, thread, body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	buf := make([]byte, 16<<10)
	for kept := 0; ; {
		n, err := res.Body.Read(buf[kept:])
		if bytes.Contains(buf[:kept+n], []byte(`{"type":"error"`)) {
			return fmt.Errorf("the stream says %.300s", buf[:kept+n])
		}
		rest := c.count(buf[:kept+n])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		kept = copy(buf, rest)
	}
}

// count notes the deltas in b and returns what may be the beginning of one.
func (c *counting) count(b []byte) (rest []byte) {
	now, n := time.Now().UnixNano(), int64(0)
	if !c.paced {
		n = rig.Deltas(b)
	} else {
		rest = rig.EachStamp(b, func(t int64) {
			n++
			if c.open != nil && c.open.timing.Load() {
				c.lags = append(c.lags, time.Duration(now-t))
			}
		})
	}
	if n > 0 && !c.seen {
		c.seen = true
		close(c.first)
		if c.began != nil {
			c.began()
		}
	}
	if c.open != nil {
		c.open.deltas.Add(n)
		c.open.events.Add(int64(bytes.Count(b, []byte(`"delta":"`))))
	}
	return rest
}
