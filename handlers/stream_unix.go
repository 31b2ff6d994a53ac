//go:build unix

package handlers

import (
	"errors"
	"net"
	"sync/atomic"
	"syscall"
	"time"
)

// watchConn calls gone as soon as the client closes the connection. The server
// reads from it again only when the answer is over, so this looks at it without
// taking anything. stop ends the watch; only then may the answer end.
func watchConn(conn net.Conn, gone func()) (stop func()) {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return func() {}
	}
	raw, err := c.SyscallConn()
	if err != nil || conn.SetReadDeadline(time.Time{}) != nil {
		return func() {}
	}
	var stopped atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		// An error is the deadline below, or the end of the connection, which the
		// next write reports.
		_ = raw.Read(func(fd uintptr) bool {
			if stopped.Load() {
				return true
			}
			n, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
			switch {
			case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
				return false // nothing there: wait
			case n == 0 || err != nil:
				gone()
			}
			return true // the client has sent more, so it is still there
		})
	}()
	return func() {
		stopped.Store(true)
		if conn.SetReadDeadline(time.Unix(1, 0)) == nil {
			<-done
			_ = conn.SetReadDeadline(time.Time{}) // of a closed connection: it is not read again
		}
	}
}
