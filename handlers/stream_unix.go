//go:build unix

package handlers

import (
	"errors"
	"syscall"
)

// hasLeft reports a client that has closed the connection. It takes nothing from
// it: a client that has sent more is still there.
func hasLeft(conn syscall.RawConn) (left bool) {
	err := conn.Control(func(fd uintptr) {
		n, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		left = err == nil && n == 0 || err != nil && !mayRepeat(err)
	})
	return left && err == nil // else we have closed it
}

// sending sends without waiting. It is used again, for each call of its own would
// allocate.
type sending struct {
	try func(fd uintptr)
	b   []byte
	n   int
	err error
}

// now sends as much as the connection takes.
func (s *sending) now(conn syscall.RawConn, b []byte) (n int, err error) {
	if s.try == nil {
		s.try = func(fd uintptr) { s.n, s.err = syscall.Write(int(fd), s.b) }
	}
	s.b, s.n, s.err = b, 0, nil
	failed := conn.Control(s.try)
	if mayRepeat(s.err) {
		return 0, failed
	}
	return max(s.n, 0), errors.Join(failed, s.err)
}

func mayRepeat(err error) bool {
	return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR)
}
