package handlers

import (
	"sync"
	"time"
)

// audience counts who reads the runs of this process. A client of the ChatKit
// endpoint has no request to stop an answer: it hangs up. So a run that began
// there ends when nobody has read it for a while; any other reader, on a page or
// on another stream, keeps it going.
type audience struct {
	grace time.Duration // how long a run goes on unread; negative: to its end
	stop  func(runID string)

	// elsewhere reports whether another process reads the run for somebody.
	elsewhere func(runID string) bool

	mu    sync.Mutex
	seats map[string]*seats // by run
}

type seats struct {
	readers int
	tied    bool        // the run ends with its readers
	comings int         // how often a reader came
	timer   *time.Timer // set while a tied run has no reader
}

func newAudience(grace time.Duration, stop func(runID string), elsewhere func(runID string) bool) *audience {
	return &audience{grace: grace, stop: stop, elsewhere: elsewhere, seats: map[string]*seats{}}
}

// tie makes the run one that ends with its readers. It is called before the
// first of them enters.
func (a *audience) tie(runID string) {
	if a.grace < 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seats[runID] = &seats{tied: true}
}

// enter counts a reader, until leave is called.
func (a *audience) enter(runID string) (leave func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.seats[runID]
	if s == nil {
		s = &seats{}
		a.seats[runID] = s
	}
	s.readers++
	s.comings++
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	return sync.OnceFunc(func() { a.leave(runID, s) })
}

func (a *audience) leave(runID string, s *seats) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s.readers--; s.readers > 0 || a.seats[runID] != s {
		return
	}
	if !s.tied {
		delete(a.seats, runID)
		return
	}
	comings := s.comings
	s.timer = time.AfterFunc(a.grace, func() { a.abandon(runID, s, comings) })
}

// abandon stops a run that nobody has come back to. While another process reads
// it for somebody it goes on.
func (a *audience) abandon(runID string, s *seats, comings int) {
	if !a.empty(runID, s, comings) {
		return
	}
	if a.elsewhere(runID) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.seats[runID] == s && s.comings == comings {
			s.timer = time.AfterFunc(max(a.grace, readAgain), func() { a.abandon(runID, s, comings) })
		}
		return
	}
	a.mu.Lock()
	left := a.seats[runID] == s && s.comings == comings
	if left {
		delete(a.seats, runID)
	}
	a.mu.Unlock()
	if left {
		a.stop(runID)
	}
}

// empty reports whether nobody has come since the last one left.
func (a *audience) empty(runID string, s *seats, comings int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seats[runID] == s && s.comings == comings
}

// over forgets a run that has come to its end.
func (a *audience) over(runID string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.seats[runID]; s != nil && s.timer != nil {
		s.timer.Stop()
	}
	delete(a.seats, runID)
}

// close forgets all runs: they end otherwise.
func (a *audience) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.seats {
		if s.timer != nil {
			s.timer.Stop()
		}
	}
	clear(a.seats)
}
