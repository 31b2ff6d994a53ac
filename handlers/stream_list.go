package handlers

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// streams is the list of open streams: one look at all of them sends the
// heartbeats, and ends the streams of people who may not be here any more, so
// that a stream needs no goroutine and no clock of its own for that. Shutdown
// ends them before the server.
type streams struct {
	times      streamTimes
	log        *slog.Logger
	stillRight func(context.Context, right) bool
	ctx        context.Context
	cancel     context.CancelFunc
	wg         sync.WaitGroup
	buffers    sync.Pool // of *[]byte

	mu      sync.Mutex
	open    map[string]int // by user, with those that are yet to begin
	list    map[*stream]bool
	looking bool // the look goes on as long as there are streams
}

// streamTimes are the times of a stream.
type streamTimes struct {
	heartbeat time.Duration // of silence, then a comment: by it proxies and we notice who left
	write     time.Duration // for one write; a client that reads slower is dropped
	recheck   time.Duration // between looks whether the person may still be here
	life      time.Duration // then the client reconnects
}

var usualTimes = streamTimes{heartbeat: 10 * time.Second, write: 15 * time.Second, recheck: 3 * time.Second, life: 30 * time.Minute}

func newStreams(log *slog.Logger, stillRight func(context.Context, right) bool) *streams {
	ctx, cancel := context.WithCancel(context.Background())
	return &streams{times: usualTimes, log: log, stillRight: stillRight, ctx: ctx, cancel: cancel,
		open: map[string]int{}, list: map[*stream]bool{}}
}

// close tells all streams to end and waits for them, at most until ctx ends.
func (s *streams) close(ctx context.Context) {
	s.cancel()
	done := make(chan struct{})
	go func() {
		s.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// maxStreams is how many streams one person may have open at once.
const maxStreams = 64

func (s *streams) enter(userID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil || s.open[userID] >= maxStreams {
		return false
	}
	s.open[userID]++
	s.wg.Add(1)
	return true
}

func (s *streams) leave(userID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[userID]--; s.open[userID] <= 0 {
		delete(s.open, userID)
	}
	s.wg.Done()
}

// count returns how many streams are open.
func (s *streams) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, open := range s.open {
		n += open
	}
	return n
}

// keep puts a stream that begins on the list.
func (s *streams) keep(one *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list[one] = true
	if !s.looking {
		s.looking = true
		go s.look()
	}
}

func (s *streams) drop(one *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.list, one)
}

// all returns the streams on the list. When there are none the look is over.
func (s *streams) all() []*stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*stream, 0, len(s.list))
	for one := range s.list {
		list = append(list, one)
	}
	s.looking = len(list) > 0
	return list
}

func (s *streams) look() {
	every := max(min(s.times.heartbeat, s.times.recheck)/4, time.Millisecond)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	checked := time.Now()
	for now := range ticker.C {
		list := s.all()
		if len(list) == 0 {
			return
		}
		for _, one := range list {
			one.look(now, s.times)
		}
		if now.Sub(checked) > s.times.recheck-every/2 { // a tick may come a little early
			checked = now
			s.recheck(list)
		}
	}
}

// look ends a stream that is too old, and breaks a long silence.
func (s *stream) look(now time.Time, times streamTimes) {
	if now.Sub(s.began) > times.life {
		s.cancel()
	}
	if last := s.wrote.Load(); now.UnixNano()-last > int64(times.heartbeat) && s.wrote.CompareAndSwap(last, now.UnixNano()) {
		go func() { _ = s.write(s.beat) }() // may wait; a failed write ends the stream by itself
	}
}

// lookAgain ends those of a person's streams whose right is gone.
func (s *streams) lookAgain(userID string) {
	s.mu.Lock()
	var list []*stream
	for one := range s.list {
		if one.user == userID {
			list = append(list, one)
		}
	}
	s.mu.Unlock()
	if len(list) > 0 {
		s.recheck(list)
	}
}

// maxRecheck is how long heartbeats may wait for a database that does not answer.
const maxRecheck = 5 * time.Second

// recheck ends the streams whose right is gone. It asks once for each right, not
// for each stream.
func (s *streams) recheck(list []*stream) {
	ctx, cancel := context.WithTimeout(s.ctx, maxRecheck)
	defer cancel()
	rights := map[right]bool{}
	for _, one := range list {
		still, asked := rights[one.right]
		if !asked {
			still = s.stillRight(ctx, one.right)
			rights[one.right] = still
		}
		if !still {
			one.cancel()
		}
	}
}
