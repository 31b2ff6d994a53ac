//go:build !linux

package views

import "time"

// spent is how long f takes: elsewhere a thread's own time is not to be had.
func spent(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
