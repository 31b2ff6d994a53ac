package views

import (
	"runtime"
	"syscall"
	"time"
)

// spent is the time of a processor that f takes, which is the same on a busy
// machine.
func spent(f func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const thread = 1 // RUSAGE_THREAD
	clock := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(thread, &u); err != nil {
			panic(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	start := clock()
	f()
	return clock() - start
}
