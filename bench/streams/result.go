package main

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
)

// result is what was measured of one server.
type result struct {
	streams            int
	took               time.Duration
	lags               *histogram
	idle, began, ended rig.Stats
}

// perEvent is the server's CPU time for one delivered delta, in microseconds.
func (r *result) perEvent() float64 {
	return (r.ended.CPU - r.began.CPU).Seconds() * 1e6 / float64(max(1, r.lags.count))
}

func (r *result) print(name string) {
	cpu := (r.ended.CPU - r.began.CPU).Seconds() / r.took.Seconds()
	kib := func(bytes int64) float64 { return float64(bytes) / 1024 / float64(r.streams) }
	fmt.Printf("\n%s\n", name)
	fmt.Printf("  delivered       %10.0f events/s\n", float64(r.lags.count)/r.took.Seconds())
	fmt.Printf("  CPU             %10.1f µs an event, %.2f cores\n", r.perEvent(), cpu)
	fmt.Printf("  lag             %10s p50, %s p99, %s at most\n", r.lags.at(0.5), r.lags.at(0.99), r.lags.at(1))
	fmt.Printf("  memory          %10.1f KiB RSS a stream (heap %.1f, stacks %.1f), %.1f goroutines\n", kib(r.ended.RSS-r.idle.RSS),
		kib(r.ended.Heap-r.idle.Heap), kib(r.ended.Stacks-r.idle.Stacks), float64(r.ended.Goroutines-r.idle.Goroutines)/float64(r.streams))
	if n := r.ended.Commits - r.began.Commits; n > 0 {
		busy := (r.ended.CommitTime - r.began.CommitTime).Seconds()
		fmt.Printf("  log             %10.0f commits/s of %.1f events, the writer busy %.0f %% of the time\n",
			float64(n)/r.took.Seconds(), float64(r.ended.Events-r.began.Events)/float64(n), 100*busy/r.took.Seconds())
	}
	fmt.Println()
}

// histogram counts durations in buckets that are 1/16 wide.
type histogram struct {
	buckets [64 * subBuckets]uint32
	count   uint64
}

const subBuckets = 16

func (h *histogram) add(d time.Duration) {
	h.buckets[bucketOf(uint64(max(d, 0)))]++
	h.count++
}

// bucketOf is the place of a number: its highest bit and the four bits after it.
func bucketOf(n uint64) int {
	if n < subBuckets {
		return int(n)
	}
	top := bits.Len64(n) - 5
	return (top+1)*subBuckets + int(n>>top)&(subBuckets-1)
}

// lowest is the smallest number in a bucket.
func lowest(bucket int) uint64 {
	if bucket < subBuckets {
		return uint64(bucket)
	}
	top := bucket/subBuckets - 1
	return uint64(subBuckets+bucket%subBuckets) << top
}

func (h *histogram) merge(other *histogram) {
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
	h.count += other.count
}

// at is the duration that the share of all is not above.
func (h *histogram) at(share float64) time.Duration {
	want, sum := uint64(share*float64(h.count)), uint64(0)
	for i, n := range h.buckets {
		if sum += uint64(n); n > 0 && sum >= want {
			return time.Duration(lowest(i)).Round(10 * time.Microsecond)
		}
	}
	return 0
}
