//go:build unix

package main

import "syscall"

// restrictFiles keeps databases, secrets and backups from other accounts of the
// machine.
func restrictFiles() { syscall.Umask(0o077) }
