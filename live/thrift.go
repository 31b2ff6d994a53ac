package live

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How much room the collector has beside what is in use. Go lets the heap double
// before it collects, which a process with thousands of answers pays for in
// memory without needing it: an event makes little garbage. A small process has
// as much room as ever, since it would else collect all the time; so has one
// that makes much garbage for some seconds.
const (
	thriftRoom  = 8 << 20
	thriftLeast = 25  // percent of what is in use
	thriftMost  = 100 // what Go does by itself
	busyRoom    = 48 << 20
	busyEvery   = 4 // collections a second that a busy process is spared to
	thriftEvery = time.Second
)

// KeepThrifty holds the collector's room to what a process with many runs needs,
// until ctx ends. It leaves a process alone that was told something else (GOGC).
func KeepThrifty(ctx context.Context) {
	samples := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"},
		{Name: "/gc/heap/allocs:bytes"}}
	ticker := time.NewTicker(thriftEvery)
	defer ticker.Stop()
	set := uint64(thriftMost)
	metrics.Read(samples)
	made, before := samples[3].Value.Uint64(), uint64(0)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		metrics.Read(samples)
		if samples[0].Value.Uint64() != set {
			return
		}
		garbage := samples[3].Value.Uint64() - made
		made += garbage
		used := samples[1].Value.Uint64() + samples[2].Value.Uint64()
		if percent := roomPercent(used, min(garbage, before)); max(percent, set)-min(percent, set) >= set/10 {
			debug.SetGCPercent(int(percent))
			set = percent
		}
		before = garbage
	}
}

// roomPercent is the room in percent of what is in use, for a process that has
// been making so much garbage a second for a while.
func roomPercent(used, garbage uint64) uint64 {
	used = max(used, 1)
	quiet := min(max(thriftRoom*100/used, thriftLeast), thriftMost)
	return max(quiet, min(garbage/busyEvery, busyRoom)*100/used)
}
