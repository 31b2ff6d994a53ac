package main

import (
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// road is the way between browsers and a server, which a test can block. Unlike
// what a browser pretends of its network, it is the same for pages and workers.
type road struct {
	t     *testing.T
	to    string
	mu    sync.Mutex
	moved *sync.Cond
	state roadState
	ends  map[net.Conn]string // with the last request that came from there
	held  int                 // live streams that wait
}

type roadState int

const (
	roadOpen    roadState = iota
	roadStalled           // nothing arrives, and nobody is told
	roadCut               // connections break, and there are no new ones
	roadDeaf              // requests arrive; their answers break the connection
	roadNarrow            // live streams that are asked for are kept waiting
)

// newRoad opens a way to the server. Browsers that are opened afterwards take it.
func newRoad(w *web) *road {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	to, _ := url.Parse(w.url)
	r := &road{t: w.t, to: to.Host, ends: map[net.Conn]string{}}
	r.moved = sync.NewCond(&r.mu)
	w.url = "http://" + l.Addr().String()
	w.t.Cleanup(func() {
		l.Close()
		r.set(roadCut)
	})
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go r.join(near)
		}
	}()
	return r
}

// set changes the way at once, also under what travels on it.
func (r *road) set(s roadState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state = s
	r.moved.Broadcast()
	if s == roadCut {
		for end := range r.ends {
			end.Close()
		}
	}
}

// pass waits while the way is stalled and tells whether to go on.
func (r *road) pass(answer bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.state == roadStalled {
		r.moved.Wait()
	}
	return r.state == roadOpen || r.state == roadNarrow || r.state == roadDeaf && !answer
}

// hold waits while the way is too narrow for the request.
func (r *road) hold(request string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !strings.HasPrefix(request, "GET /live?") {
		return
	}
	r.held++
	for r.state == roadNarrow {
		r.moved.Wait()
	}
	r.held--
}

// holding is how many live streams wait.
func (r *road) holding() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held
}

func (r *road) join(near net.Conn) {
	defer near.Close()
	if !r.pass(false) {
		return
	}
	far, err := net.Dial("tcp", r.to)
	if err != nil {
		return
	}
	defer far.Close()
	r.mu.Lock()
	r.ends[near], r.ends[far] = "", ""
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.ends, near)
		delete(r.ends, far)
		r.mu.Unlock()
	}()
	var both sync.WaitGroup
	both.Go(func() { r.carry(far, near, false) })
	both.Go(func() { r.carry(near, far, true) })
	both.Wait()
}

func (r *road) carry(to, from net.Conn, answer bool) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		if err != nil || !r.pass(answer) {
			return
		}
		if !answer {
			r.note(from, string(buf[:n]))
			r.hold(string(buf[:n]))
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (r *road) note(end net.Conn, request string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ends[end] = request
}

// carrying is on how many connections the last request begins so.
func (r *road) carrying(request string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, last := range r.ends {
		if strings.HasPrefix(last, request) {
			n++
		}
	}
	return n
}

// soon waits until something is so.
func soon(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); <-time.After(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("this did not come about: %s", what)
		}
	}
}
