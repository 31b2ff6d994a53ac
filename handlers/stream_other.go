//go:build !unix

package handlers

import "syscall"

// hasLeft is never true here: a client that left shows up as a failed write.
func hasLeft(syscall.RawConn) bool { return false }

// sending sends nothing here: everything may wait.
type sending struct{}

func (*sending) now(syscall.RawConn, []byte) (int, error) { return 0, nil }
