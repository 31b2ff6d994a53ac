package handlers

import (
	"runtime"
	"sync"
)

// lane writes the streams that follow runs: a few goroutines for all of them,
// none while there is nothing to write. What comes to hundreds of runs in one
// commit is so written one after the other, without waking a goroutine for each.
// A stream that would have to wait, for its client or the database, leaves the
// lane and gets a goroutine until it has caught up.
type lane struct {
	mu      sync.Mutex
	queue   []*stream // from first on
	first   int
	workers int
}

// ready has the stream look at its feed. It may be called at any time, and holds
// nobody up.
func (s *stream) ready() {
	if s.asked.Add(1) == 1 {
		s.streams.lane.put(s)
	}
}

// rest leaves the stream until it is ready again. asked is what it was before
// the feed was looked at.
func (s *stream) rest(asked int32) {
	if s.asked.Add(-asked) > 0 {
		s.streams.lane.put(s)
	}
}

func (l *lane) put(s *stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.first > 0 && len(l.queue) == cap(l.queue) { // it may never become empty
		rest := copy(l.queue, l.queue[l.first:])
		clear(l.queue[rest:])
		l.queue, l.first = l.queue[:rest], 0
	}
	l.queue = append(l.queue, s)
	if l.workers < runtime.GOMAXPROCS(0) {
		l.workers++
		go l.work()
	}
}

// take returns the next stream; nil, and one worker is less, if there is none.
func (l *lane) take() *stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.first == len(l.queue) {
		l.queue, l.first = l.queue[:0], 0
		l.workers--
		return nil
	}
	s := l.queue[l.first]
	l.queue[l.first] = nil
	l.first++
	return s
}

// worker is what one goroutine of the lane uses for all streams.
type worker struct {
	room    []byte
	sending sending
}

func (l *lane) work() {
	w := &worker{}
	for s := l.take(); s != nil; s = l.take() {
		if asked := s.asked.Load(); s.step(w) {
			s.rest(asked)
		} else {
			go s.serve()
		}
	}
}
