package handlers

import (
	"bytes"
	"context"
	"net"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"
)

// A stream takes its connection from the server and gives it back when it is
// over. For as long as an answer lasts the server would else keep a goroutine
// whose stack is larger than all that a stream needs, with its context and
// buffers.

// takeConn has the server hand the connection over, when the handler has
// returned and the head is known.
func (s *stream) takeConn() {
	s.conn = plainConn(s.http.Conn())
	s.http.HijackSetNoResponse(true)
	s.http.Hijack(func(conn net.Conn) {
		s.next = readAhead(conn)
		if c, ok := s.conn.(syscall.Conn); ok {
			s.raw, _ = c.SyscallConn()
		}
		header := &s.http.Response.Header
		length := chunked
		if s.bare = !s.http.Request.Header.IsHTTP11(); s.bare {
			length = untilClosed
		}
		header.SetContentLength(length)
		s.keep = !header.ConnectionClose()
		head := header.AppendBytes(nil)
		s.http = nil // the server uses it again
		s.begin(head)
	})
}

// As a length.
const (
	chunked     = -1
	untilClosed = -2
)

// plainConn is the connection without what was read of it before.
func plainConn(conn net.Conn) net.Conn {
	for {
		c, ok := conn.(interface{ UnsafeConn() net.Conn })
		if !ok {
			return conn
		}
		conn = c.UnsafeConn()
	}
}

// readAhead returns what the server has read of the next request. It takes
// nothing from the connection itself, whose time to read has passed.
func readAhead(conn net.Conn) []byte {
	if conn.SetReadDeadline(time.Unix(1, 0)) != nil {
		return nil // closed
	}
	defer func() { _ = conn.SetReadDeadline(time.Time{}) }()
	first := make([]byte, 1)
	if n, _ := conn.Read(first); n == 0 {
		return nil
	}
	rest := make([]byte, maxHeader)
	n, _ := conn.Read(rest)
	return append(first, rest[:n]...)
}

// giveConn gives the connection back after a whole answer; else it is closed.
// The caller holds mu.
func (s *stream) giveConn(whole bool) {
	if !whole || !s.keep || s.streams.server == nil || s.conn.SetDeadline(time.Time{}) != nil {
		_ = s.conn.Close() // the client is gone, or has been told
		return
	}
	go s.streams.again(s.conn, s.next)
}

// again has the server serve the connection when its next request comes.
func (s *streams) again(conn net.Conn, next []byte) {
	stopped := context.AfterFunc(s.ctx, func() { _ = conn.Close() })
	if len(next) == 0 {
		next = waitForByte(conn, s.server.IdleTimeout)
	}
	if !stopped() || len(next) == 0 {
		_ = conn.Close()
		return
	}
	_ = s.server.ServeConn(&replayed{Conn: conn, first: bytes.NewBuffer(next)}) // it failed for the client, who knows
}

func waitForByte(conn net.Conn, limit time.Duration) []byte {
	if conn.SetReadDeadline(time.Now().Add(limit)) != nil {
		return nil
	}
	b := make([]byte, 1)
	n, _ := conn.Read(b) // the client left, or takes too long
	return b[:n]
}

// handsOver prepares a server whose connections streams take.
func (s *streams) handsOver(server *fasthttp.Server) {
	server.KeepHijackedConns = true
	s.server = server
}
