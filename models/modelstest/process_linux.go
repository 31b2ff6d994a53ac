package modelstest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"syscall"
)

// serverUser returns as whom to run the server: Postgres refuses to be root, so
// root hands it to an ordinary user, who gets dir.
func serverUser(dir string) (*syscall.SysProcAttr, error) {
	// When the thread that started it ends, the server shuts down fast.
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT}
	if os.Geteuid() != 0 {
		return attr, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return attr, os.Chown(dir, int(uid), int(gid))
	}
	return nil, fmt.Errorf("root cannot run Postgres, and there is no user postgres or nobody to do it")
}

// startBound starts cmd from a thread that lives as long as this process, or
// until release: the death signal comes when that thread ends.
func startBound(cmd *exec.Cmd) (release func(), err error) {
	started, over := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		started <- cmd.Start()
		<-over
		runtime.UnlockOSThread()
	}()
	return func() { close(over) }, <-started
}
