package main

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
)

// readers reads many answers and notes how late what they bring is.
type readers struct {
	measuring atomic.Bool
	list      []*reader
	done      sync.WaitGroup
}

type reader struct {
	conn  net.Conn
	first chan struct{} // closed when the answer has begun
	lags  []time.Duration
}

// open asks for the answers and waits until each has begun.
func open(url string, people []rig.Person, n int) (*readers, error) {
	rs := &readers{}
	host := strings.TrimPrefix(url, "http://")
	for i := range n {
		conn, err := net.Dial("tcp", host)
		if err != nil {
			return nil, err
		}
		r := &reader{conn: conn, first: make(chan struct{})}
		rs.list = append(rs.list, r)
		p := people[i/perOwner]
		if _, err := conn.Write(p.AskRequest(host, p.Threads[i%perOwner])); err != nil {
			rs.close()
			return nil, err
		}
		rs.done.Go(func() { r.read(&rs.measuring) })
		select {
		case <-r.first:
		case <-time.After(30 * time.Second):
			rs.close()
			return nil, errors.New("an answer does not begin")
		}
	}
	return rs, nil
}

func (r *reader) read(measuring *atomic.Bool) {
	buf, kept, begun := make([]byte, 8<<10), 0, false
	for {
		n, err := r.conn.Read(buf[kept:])
		if err != nil {
			return // closed, when the measuring is over
		}
		now, count := time.Now().UnixNano(), measuring.Load()
		kept = copy(buf, rig.EachStamp(buf[:kept+n], func(sent int64) {
			if !begun {
				begun = true
				close(r.first)
			}
			if count {
				r.lags = append(r.lags, time.Duration(now-sent))
			}
		}))
	}
}

// measure notes what comes during d.
func (rs *readers) measure(ctx context.Context, d time.Duration) {
	rs.measuring.Store(true)
	defer rs.measuring.Store(false)
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// close ends the answers and waits for their readers.
func (rs *readers) close() {
	for _, r := range rs.list {
		_ = r.conn.Close() // perhaps for the second time
	}
	rs.done.Wait()
}

func (rs *readers) lags() []time.Duration {
	var all []time.Duration
	for _, r := range rs.list {
		all = append(all, r.lags...)
	}
	return all
}
