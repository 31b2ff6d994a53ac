package rig

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// usage reads a process's CPU time and resident memory from Linux's /proc: the
// time of its threads, which have nanoseconds where the process has ticks. What
// threads used that have ended since is not in it; our servers' threads stay.
func usage(pid int) (cpu time.Duration, rss int64, err error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		return 0, 0, fmt.Errorf("rig: usage: no threads of process %d in /proc", pid)
	}
	for _, name := range threads {
		ran, err := number(name, 0)
		if err != nil {
			return 0, 0, err
		}
		cpu += time.Duration(ran)
	}
	const resident = 1
	pages, err := number(fmt.Sprintf("/proc/%d/statm", pid), resident)
	return cpu, pages * int64(os.Getpagesize()), err
}

// number reads one of the numbers in a file of /proc.
func number(name string, at int) (int64, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return 0, fmt.Errorf("rig: usage: %w", err)
	}
	fields := bytes.Fields(raw)
	if len(fields) <= at {
		return 0, fmt.Errorf("rig: usage: %s is %q", name, raw)
	}
	n, err := strconv.ParseInt(string(fields[at]), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("rig: usage: %s: %w", name, err)
	}
	return n, nil
}
