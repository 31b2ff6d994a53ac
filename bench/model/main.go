// Command model measures what a model's answer costs on its way: the time from a
// chunk that the model server sends to the event that a client reads, through the
// assistant, the log and the stream, and the memory of a running answer. Beside it
// stands the same without a model server.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
)

// settings is the command line.
type settings struct {
	streams  int
	rate     int
	duration time.Duration
}

func main() {
	rig.BeChild()
	var s settings
	flag.IntVar(&s.streams, "n", 200, "answers at once")
	flag.IntVar(&s.rate, "rate", 20, "chunks a second in each")
	flag.DurationVar(&s.duration, "for", 10*time.Second, "how long to measure")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "model:", err)
		os.Exit(1)
	}
}

func (s settings) run(ctx context.Context) error {
	if s.streams < 1 || s.rate < 1 || s.duration < time.Second {
		return errors.New("-n and -rate must be at least 1, -for at least 1s")
	}
	every := time.Second / time.Duration(s.rate)
	server, url, err := serveModel(every)
	if err != nil {
		return err
	}
	defer server.Close()
	fmt.Printf("%d answers at once, %d chunks/s each, %s\n", s.streams, s.rate, s.duration)
	for _, engine := range []string{"", "completions", "responses"} {
		o := rig.Options{Every: every, Engine: engine, Model: url}
		if err := s.measure(ctx, o); err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
	}
	return nil
}

// perOwner is how many streams one account has: the server allows 64.
const perOwner = 50

// measure starts a server, asks for the answers and watches them.
func (s settings) measure(ctx context.Context, o rig.Options) (err error) {
	dir, err := os.MkdirTemp("", "taskpilot-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	o.Database = "sqlite:" + filepath.Join(dir, "bench.db")
	people, err := rig.People(ctx, o.Database, (s.streams+perOwner-1)/perOwner, perOwner)
	if err != nil {
		return err
	}
	server, err := rig.Start(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	idle, err := server.Stats(ctx)
	if err != nil {
		return err
	}
	readers, err := open(server.URL, people, s.streams)
	if err != nil {
		return err
	}
	defer readers.close()
	began, err := server.Stats(ctx)
	if err != nil {
		return err
	}
	readers.measure(ctx, s.duration)
	ended, err := server.Stats(ctx)
	if err != nil {
		return err
	}
	readers.close()
	lags := readers.lags()
	if len(lags) == 0 {
		return errors.New("nothing arrived")
	}
	name := o.Engine
	if name == "" {
		name = "without a model"
	}
	slices.Sort(lags)
	fmt.Printf("%-15s  p50 %6.2f ms  p99 %6.2f ms  %6.1f µs of CPU an event  %5.0f KiB an answer  (%d events)\n", name,
		ms(lags[len(lags)/2]), ms(lags[len(lags)*99/100]), float64((ended.CPU-began.CPU).Microseconds())/float64(len(lags)),
		float64(ended.RSS-idle.RSS)/1024/float64(s.streams), len(lags))
	return nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
