package rig

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// tick is the unit of /proc's CPU times: 100 a second on every Linux.
const tick = 10 * time.Millisecond

// usage reads a process's CPU time and resident memory from Linux's /proc.
func usage(pid int) (cpu time.Duration, rss int64, err error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0, fmt.Errorf("rig: usage: %w", err)
	}
	// The program's name, in parentheses, may hold anything; what follows has no spaces.
	fields := bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:])
	const user, system, pages = 11, 12, 21
	var n [3]int64
	for i, at := range []int{user, system, pages} {
		if n[i], err = strconv.ParseInt(string(fields[at]), 10, 64); err != nil {
			return 0, 0, fmt.Errorf("rig: usage: %w", err)
		}
	}
	return time.Duration(n[0]+n[1]) * tick, n[2] * int64(os.Getpagesize()), nil
}
