// Command chatkit measures the ChatKit endpoint beside the official Python
// server, with the same conversations and answers, and beside a bare Fiber
// server that writes the same bytes.
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
	"strconv"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
	"github.com/taskpilot/taskpilot/chatkit/pythontest"
)

// settings is the command line.
type settings struct {
	rounds   int
	duration time.Duration
	rate     int
	only     string
	counts   []int
	database string
	python   string
	profile  string
}

func main() {
	rig.BeChild()
	var s settings
	flag.IntVar(&s.rounds, "rounds", 3, "rounds; the figures are their medians")
	flag.DurationVar(&s.duration, "for", 4*time.Second, "how long to measure each thing in each round")
	flag.IntVar(&s.rate, "rate", 20, "deltas a second in each paced stream")
	flag.StringVar(&s.only, "only", "", "lists or streams; both if empty")
	streams := flag.String("streams", "500,50,1", "how many streams are open at once, one after the other; the most must come first, while the server's memory has not grown")
	flag.StringVar(&s.database, "db", "sqlite", "our server's: sqlite (a new file), or the postgres:// URL of a database for this alone")
	flag.StringVar(&s.python, "python", "", "a Python that has what requirements.txt asks for, or none to leave the official server out; made if empty")
	flag.StringVar(&s.profile, "profile", "", "write the CPU profiles of our server into this folder")
	flag.Parse()
	for n := range strings.SplitSeq(*streams, ",") {
		count, _ := strconv.Atoi(n) // 0 if it is none, which run refuses
		s.counts = append(s.counts, count)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "chatkit:", err)
		os.Exit(1)
	}
}

// What the servers are asked for.
const (
	pageRows  = 20   // of a list
	talkItems = 60   // of the conversation that is listed
	burst     = 2000 // deltas of an unpaced answer
	workers   = 8    // clients that ask for lists at once
	warmUp    = time.Second
)

func (s settings) run(ctx context.Context) (err error) {
	if s.rounds < 1 || s.rate < 1 || s.duration < time.Second {
		return errors.New("-rounds and -rate must be at least 1, -for at least 1s")
	}
	if slices.Min(s.counts) < 1 {
		return errors.New("-streams must be numbers from 1, with commas between")
	}
	if s.only != "" && s.only != "lists" && s.only != "streams" {
		return errors.New("-only must be lists or streams")
	}
	dir, err := os.MkdirTemp("", "taskpilot-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if s.python == "" {
		if s.python, err = pythontest.Python(strings.Fields(requirements)...); err != nil {
			return fmt.Errorf("the official server: %w", err)
		}
	}
	fmt.Printf("%d rounds, %s each after %s of warming up; CPU of the server's process alone; answers at %d deltas/s, or of %d deltas at once\n",
		s.rounds, s.duration, warmUp, s.rate, burst)
	r := &report{}
	defer r.print() // when something fails, what there is
	for round := range s.rounds {
		for _, start := range []starter{s.startOurs, s.startOfficial, s.startBare} {
			here := filepath.Join(dir, fmt.Sprint(round))
			if err := os.MkdirAll(here, 0o700); err != nil {
				return err
			}
			if err := s.measure(ctx, here, start, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// measure starts one server afresh and measures all of it once.
func (s settings) measure(ctx context.Context, dir string, start starter, r *report) (err error) {
	t, err := start(ctx, dir)
	if err != nil || t == nil {
		return err
	}
	defer func() { err = errors.Join(err, t.server.Stop()) }()
	fmt.Fprintln(os.Stderr, "  "+t.name)
	if s.only != "lists" {
		if err := s.measureStreams(ctx, t, r); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	if s.only != "streams" && t.name != bareServer {
		if err := s.measureLists(ctx, t, r); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}
