package live

import "sync"

// SignalKind says what changed for a person.
type SignalKind string

// What a Signal can say.
const (
	ThreadsChanged SignalKind = "threads" // the list of threads, or a title
	TasksChanged   SignalKind = "tasks"   // the to-do list
	RunStarted     SignalKind = "started"
	RunEnded       SignalKind = "ended"
	AccessChanged  SignalKind = "access" // a session or the account ended
	ItemChanged    SignalKind = "item"   // an item, without a run
	ThreadGone     SignalKind = "gone"   // a thread was deleted
)

// Signal is a small hint to a person's open pages: look again.
type Signal struct {
	Kind            SignalKind
	ThreadID, RunID string
	ItemID          string // of ItemChanged
}

// Signals carries hints from whoever changes something to the person's pages in
// this process. It never waits for a reader: equal hints that wait are one.
type Signals struct {
	mu   sync.Mutex
	subs map[string]map[*Subscription]bool // by user
}

func newSignals() *Signals { return &Signals{subs: map[string]map[*Subscription]bool{}} }

// Subscription is one page's view of a person's signals.
type Subscription struct {
	signals *Signals
	userID  string
	ready   chan struct{}

	mu      sync.Mutex
	waiting []Signal
}

// Subscribe starts collecting the person's signals. Close it after use.
func (s *Signals) Subscribe(userID string) *Subscription {
	sub := &Subscription{signals: s, userID: userID, ready: make(chan struct{}, 1)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.subs[userID] == nil {
		s.subs[userID] = map[*Subscription]bool{}
	}
	s.subs[userID][sub] = true
	return sub
}

// Notify tells the person's pages.
func (s *Signals) Notify(userID string, sig Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for sub := range s.subs[userID] {
		sub.put(sig)
	}
}

func (sub *Subscription) put(sig Signal) {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	for _, w := range sub.waiting {
		if w == sig {
			return
		}
	}
	sub.waiting = append(sub.waiting, sig)
	select {
	case sub.ready <- struct{}{}:
	default:
	}
}

// Ready receives when there is something to Take.
func (sub *Subscription) Ready() <-chan struct{} { return sub.ready }

// Take returns what has come since the last Take.
func (sub *Subscription) Take() []Signal {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	list := sub.waiting
	sub.waiting = nil
	return list
}

// Close ends the subscription.
func (sub *Subscription) Close() {
	s := sub.signals
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.subs[sub.userID], sub)
	if len(s.subs[sub.userID]) == 0 {
		delete(s.subs, sub.userID)
	}
}
