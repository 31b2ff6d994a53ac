// Command streams measures many answers that are streamed at once: what an
// event costs the server, how late it comes and how much memory a stream takes,
// beside a bare Fiber server that sends the same bytes at the same pace.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
)

// settings is the command line.
type settings struct {
	streams  int
	rate     int
	duration time.Duration
	database string
	profile  string
	heap     string
}

func main() {
	rig.BeChild()
	var s settings
	flag.IntVar(&s.streams, "n", 1000, "streams")
	flag.IntVar(&s.rate, "rate", 20, "deltas a second in each")
	flag.DurationVar(&s.duration, "for", 20*time.Second, "how long to measure")
	flag.StringVar(&s.database, "db", "sqlite", "sqlite (a new file), or the postgres:// URL of a database for this alone")
	flag.StringVar(&s.profile, "profile", "", "write the server's CPU profile to this file")
	flag.StringVar(&s.heap, "heap", "", "write a profile of the server's memory to this file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "streams:", err)
		os.Exit(1)
	}
}

func (s settings) run(ctx context.Context) (err error) {
	if s.streams < 1 || s.rate < 1 || s.duration < time.Second {
		return errors.New("-n and -rate must be at least 1, -for at least 1s")
	}
	database := s.database
	if database == "sqlite" {
		dir, err := os.MkdirTemp("", "taskpilot-bench-")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		database = "sqlite:" + filepath.Join(dir, "bench.db")
	}
	every := time.Second / time.Duration(s.rate)
	fmt.Printf("%d streams, %d events/s each, %s, %.8s\n", s.streams, s.rate, s.duration, database)
	base, err := s.measure(ctx, rig.Options{Bare: true, Every: every})
	if err != nil {
		return fmt.Errorf("bare server: %w", err)
	}
	base.print("bare Fiber")
	ours, err := s.measure(ctx, rig.Options{Database: database, Every: every})
	if err != nil {
		return fmt.Errorf("TaskPilot: %w", err)
	}
	ours.print("TaskPilot")
	fmt.Printf("CPU per event: %.2f times the bare server's\n", ours.perEvent()/base.perEvent())
	return nil
}

// perOwner is how many streams one account has: the server allows 64.
const perOwner = 50

// measure starts the server, opens the streams and watches them.
func (s settings) measure(ctx context.Context, o rig.Options) (r *result, err error) {
	var people []rig.Person
	if !o.Bare {
		if people, err = rig.People(ctx, o.Database, (s.streams+perOwner-1)/perOwner, perOwner); err != nil {
			return nil, err
		}
	}
	server, err := rig.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	idle, err := server.Stats(ctx)
	if err != nil {
		return nil, err
	}
	c, err := open(ctx, server.URL, people, s.streams)
	if err != nil {
		return nil, err
	}
	defer c.close()
	profiled := make(chan error, 1)
	go func() { profiled <- s.writeProfile(ctx, server, o) }()
	began, err := server.Stats(ctx)
	if err != nil {
		return nil, err
	}
	c.measuring.Store(true)
	start := time.Now()
	select {
	case <-time.After(s.duration):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c.measuring.Store(false)
	took := time.Since(start)
	ended, err := server.Stats(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.writeHeap(ctx, server, o); err != nil {
		return nil, err
	}
	c.close()
	if err := <-profiled; err != nil {
		return nil, err
	}
	return &result{streams: s.streams, took: took, lags: c.lags(), idle: idle, began: began, ended: ended}, c.err()
}

func (s settings) writeProfile(ctx context.Context, server *rig.Server, o rig.Options) error {
	if s.profile == "" || o.Bare {
		return nil
	}
	return toFile(s.profile, func(w io.Writer) error { return server.Profile(ctx, s.duration-time.Second/2, w) })
}

func (s settings) writeHeap(ctx context.Context, server *rig.Server, o rig.Options) error {
	if s.heap == "" || o.Bare {
		return nil
	}
	return toFile(s.heap, func(w io.Writer) error { return server.Heap(ctx, w) })
}

func toFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
