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
// as much room as ever, since it would else collect all the time.
const (
	thriftRoom  = 8 << 20
	thriftLeast = 25  // percent of what is in use
	thriftMost  = 100 // what Go does by itself
	thriftEvery = time.Second
)

// KeepThrifty holds the collector's room to what a process with many runs needs,
// until ctx ends. It leaves a process alone that was told something else (GOGC).
func KeepThrifty(ctx context.Context) {
	samples := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	ticker := time.NewTicker(thriftEvery)
	defer ticker.Stop()
	set := uint64(thriftMost)
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
		used := samples[1].Value.Uint64() + samples[2].Value.Uint64()
		if percent := roomPercent(used); max(percent, set)-min(percent, set) >= set/10 {
			debug.SetGCPercent(int(percent))
			set = percent
		}
	}
}

// roomPercent is the room in percent of what is in use.
func roomPercent(used uint64) uint64 {
	return min(max(thriftRoom*100/max(used, 1), thriftLeast), thriftMost)
}
