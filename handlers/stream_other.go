//go:build !unix

package handlers

import "net"

// watchConn does nothing here: a client that left shows up as a failed write.
func watchConn(net.Conn, func()) (stop func()) { return func() {} }
