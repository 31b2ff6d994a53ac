package handlers

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// streams is the list of open streams: one look at all of them sends the
// heartbeats, and ends the streams of clients that have left and of people who
// may not be here any more, so that a stream needs no goroutine and no clock of
// its own for that. Shutdown ends them before the server.
type streams struct {
	times      streamTimes
	log        *slog.Logger
	stillRight func(context.Context, right) bool
	ctx        context.Context
	cancel     context.CancelFunc
	wg         sync.WaitGroup
	buffers    sync.Pool        // of *[]byte
	server     *fasthttp.Server // has the connections before and after
	lane       lane

	mu      sync.Mutex
	open    map[string]int // by user, with those that are yet to begin
	list    map[*stream]bool
	looking bool // the look goes on as long as there are streams
}

// streamTimes are the times of a stream.
type streamTimes struct {
	heartbeat time.Duration // of silence, then a comment: by it proxies notice who left
	write     time.Duration // for one write; a client that reads slower is dropped
	recheck   time.Duration // between looks whether the person may still be here
	look      time.Duration // between looks whether a client that is sent nothing has left, and for the above
	life      time.Duration // then the client reconnects
}

var usualTimes = streamTimes{heartbeat: 10 * time.Second, write: 15 * time.Second, recheck: 3 * time.Second, look: 250 * time.Millisecond, life: 30 * time.Minute}

func newStreams(log *slog.Logger, stillRight func(context.Context, right) bool) *streams {
	ctx, cancel := context.WithCancel(context.Background())
	return &streams{times: usualTimes, log: log, stillRight: stillRight, ctx: ctx, cancel: cancel,
		open: map[string]int{}, list: map[*stream]bool{}}
}

// close tells all streams to end and waits for them, at most until ctx ends.
func (s *streams) close(ctx context.Context) {
	s.cancel()
	for _, one := range s.those(all) {
		one.stop()
	}
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

// free makes room for another of the person's streams; wg waits for this one still.
func (s *streams) free(userID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[userID]--; s.open[userID] <= 0 {
		delete(s.open, userID)
	}
}

func (s *streams) leave(userID string) {
	s.free(userID)
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

// those returns the streams on the list for which of is true.
func (s *streams) those(of func(*stream) bool) []*stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*stream, 0, len(s.list))
	for one := range s.list {
		if of(one) {
			list = append(list, one)
		}
	}
	return list
}

func all(*stream) bool { return true }

// idle reports that there are no streams. Then the look is over.
func (s *streams) idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looking = len(s.list) > 0
	return !s.looking
}

func (s *streams) look() {
	every := max(min(s.times.heartbeat/4, s.times.recheck/4, s.times.look), time.Millisecond)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	checked := time.Now()
	for now := range ticker.C {
		if s.idle() {
			return
		}
		list := s.those(all)
		for _, one := range list {
			one.look(now, every)
		}
		if now.Sub(checked) > s.times.recheck-every/2 { // a tick may come a little early
			checked = now
			s.recheck(list)
		}
	}
}

// look ends a stream that is too old, or whose client has left and is not told
// so by a failed write, and breaks a long silence.
func (s *stream) look(now time.Time, every time.Duration) {
	last := s.wrote.Load()
	silence := now.Sub(time.Unix(0, last))
	if now.Sub(s.began) > s.streams.times.life || silence > every && s.raw != nil && hasLeft(s.raw) {
		s.stop()
	}
	if silence > s.streams.times.heartbeat && s.wrote.CompareAndSwap(last, now.UnixNano()) {
		go func() { _ = s.write(s.beat) }() // may wait; a failed write ends the stream by itself
	}
}

// lookAgain ends those of a person's streams whose right is gone.
func (s *streams) lookAgain(userID string) {
	list := s.those(func(one *stream) bool { return one.user == userID })
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
			one.stop()
		}
	}
}
