package chatkit

import (
	"context"
	"errors"
	"time"
)

// errDeleted stops the answer in a thread that is being deleted.
var errDeleted = errors.New("chatkit: the thread is being deleted")

// visit is an answer's stay in its thread: there is one at a time.
type visit struct {
	over chan struct{}
	stop context.CancelCauseFunc
}

// threadOf is the thread that a streaming request names.
func threadOf(req Request) string {
	switch r := req.(type) {
	case *AddUserMessageRequest:
		return r.ThreadID
	case *AddToolOutputRequest:
		return r.ThreadID
	case *AddStructuredInputRequest:
		return r.ThreadID
	case *RetryRequest:
		return r.ThreadID
	case *CustomActionRequest:
		return r.ThreadID
	}
	return ""
}

// enter waits until nothing else answers in the thread and takes its place. The
// context it returns ends when the thread is deleted.
func (s *Server) enter(ctx context.Context, threadID string) (inside context.Context, leave func(), err error) {
	timer := time.NewTimer(s.busyWait())
	defer timer.Stop()
	for {
		s.mu.Lock()
		other := s.busy[threadID]
		if other == nil {
			break
		}
		s.mu.Unlock()
		select {
		case <-other.over:
		case <-timer.C:
			return nil, nil, ErrBusy
		case <-ctx.Done():
			return nil, nil, context.Cause(ctx)
		}
	}
	defer s.mu.Unlock()
	if s.busy == nil {
		s.busy = map[string]*visit{}
	}
	inside, stop := context.WithCancelCause(ctx)
	v := &visit{over: make(chan struct{}), stop: stop}
	s.busy[threadID] = v
	return inside, func() {
		stop(nil)
		s.mu.Lock()
		delete(s.busy, threadID)
		s.mu.Unlock()
		close(v.over)
	}, nil
}

// clear stops the answer in a thread, if there is one, and waits for its end.
func (s *Server) clear(ctx context.Context, threadID string) error {
	s.mu.Lock()
	v := s.busy[threadID]
	s.mu.Unlock()
	if v == nil {
		return nil
	}
	v.stop(errDeleted)
	timer := time.NewTimer(s.busyWait())
	defer timer.Stop()
	select {
	case <-v.over:
		return nil
	case <-timer.C:
		return ErrBusy
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s *Server) busyWait() time.Duration {
	if s.BusyWait > 0 {
		return s.BusyWait
	}
	return 5 * time.Second
}
