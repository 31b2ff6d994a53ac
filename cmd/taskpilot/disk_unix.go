//go:build linux || darwin

package main

import (
	"golang.org/x/sys/unix"

	"github.com/taskpilot/taskpilot/handlers"
)

// diskOf says how much space is left where dir is.
func diskOf(dir string) func() (handlers.DiskSpace, error) {
	return func() (handlers.DiskSpace, error) {
		var s unix.Statfs_t
		if err := unix.Statfs(dir, &s); err != nil {
			return handlers.DiskSpace{}, err
		}
		block := uint64(s.Bsize)
		return handlers.DiskSpace{Free: s.Bavail * block, Total: s.Blocks * block}, nil
	}
}
