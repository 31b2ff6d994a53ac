package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
)

// clients reads many streams with as little work as can be: the machine's
// processors are the server's to use.
type clients struct {
	measuring atomic.Bool
	list      []*client
	readers   sync.WaitGroup
}

// client is one stream.
type client struct {
	conn  net.Conn
	first chan struct{} // closed at the first delta
	seen  bool
	lag   histogram
	err   error
}

// opening is how many streams are opened at the same time.
const opening = 32

// open opens the streams and waits until each has brought something.
func open(ctx context.Context, url string, people []rig.Person, n int) (*clients, error) {
	c := &clients{}
	host := strings.TrimPrefix(url, "http://")
	slots := make(chan struct{}, opening)
	for i := range n {
		slots <- struct{}{}
		request := rig.BareRequest(host)
		if len(people) > 0 {
			p := people[i/perOwner]
			request = p.AskRequest(host, p.Threads[i%perOwner])
		}
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
		if err == nil {
			_, err = conn.Write(request)
		}
		if err != nil {
			c.close()
			return nil, err
		}
		cl := &client{conn: conn, first: make(chan struct{})}
		c.list = append(c.list, cl)
		c.readers.Go(func() { cl.read(&c.measuring, func() { <-slots }) })
	}
	for _, cl := range c.list {
		select {
		case <-cl.first:
		case <-time.After(30 * time.Second):
			c.close()
			return nil, errors.Join(errors.New("a stream brings nothing"), c.err())
		}
	}
	return c, nil
}

// read counts deltas and how late they are, until the connection is closed.
func (c *client) read(measuring *atomic.Bool, opened func()) {
	buf := make([]byte, 8<<10)
	kept := 0
	for {
		n, err := c.conn.Read(buf[kept:])
		if err != nil {
			c.err = err
			return
		}
		now, count := time.Now().UnixNano(), measuring.Load()
		rest := rig.EachStamp(buf[:kept+n], func(t int64) {
			if !c.seen {
				c.seen = true
				close(c.first)
				opened()
			}
			if count {
				c.lag.add(time.Duration(now - t))
			}
		})
		if !c.seen && n < 600 && strings.HasPrefix(string(buf[:n]), "HTTP/1.1 4") {
			c.err = fmt.Errorf("refused: %.300s", buf[:n])
			return
		}
		kept = copy(buf, rest)
	}
}

// close ends the streams and waits for the readers.
func (c *clients) close() {
	for _, cl := range c.list {
		_ = cl.conn.Close()
	}
	c.readers.Wait()
}

// err is why a stream ended, but for our own closing of it.
func (c *clients) err() error {
	for _, cl := range c.list {
		if cl.err != nil && !errors.Is(cl.err, net.ErrClosed) {
			return cl.err
		}
	}
	return nil
}

func (c *clients) lags() *histogram {
	all := &histogram{}
	for _, cl := range c.list {
		all.merge(&cl.lag)
	}
	return all
}
