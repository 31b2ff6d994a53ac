// Package rig runs what the benchmarks measure in a process of its own, so that
// its use of the processor and of memory is known: TaskPilot with an assistant
// that speaks at a steady pace, or a bare Fiber server that sends the same bytes.
package rig

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"time"
)

// Options says what the process serves.
type Options struct {
	Bare     bool          // the bare server, without a database
	Database string        // as in DATABASE_URL, migrated
	Every    time.Duration // between two deltas of an answer
	Burst    int           // deltas of an answer that is given at once
	Engine   string        // "completions" or "responses": a model answers, at
	Model    string        // this address
	Files    string        // a folder for attachments; "": there are none
	Mail     string        // as in SMTP_URL; "": none is sent
}

// JWTSecret signs the access tokens that the process accepts.
const JWTSecret = "the benchmarks' secret, of no worth"

// childArg is the first argument of a process that Start begins.
const childArg = "rig-child"

// addresses is the line by which a process says that it is ready.
type addresses struct{ URL, Control string }

// BeChild must be the first thing that a main or TestMain does: in a process
// that Start began it serves until the parent is gone, and does not return.
func BeChild() {
	if len(os.Args) != 3 || os.Args[1] != childArg {
		return
	}
	if err := child(os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "rig:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Server is a running process.
type Server struct {
	URL     string
	control string
	cmd     *exec.Cmd
	stdin   io.Closer
}

// Start begins a process and waits until it serves. End it with Stop.
func Start(ctx context.Context, o Options) (*Server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("rig: %w", err)
	}
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("rig: %w", err)
	}
	return Command(exec.CommandContext(ctx, self, childArg, string(raw)), nil)
}

// Command begins a process that behaves like ours: it gets the input, writes its
// address to standard output as a line of JSON, {"URL": …}, and ends when its
// standard input does. Stats, Profile and Heap are not for it.
func Command(cmd *exec.Cmd, input []byte) (*Server, error) {
	s := &Server{cmd: cmd}
	s.cmd.Stderr = os.Stderr
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("rig: %w", err)
	}
	s.stdin = stdin
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("rig: %w", err)
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("rig: %w", err)
	}
	var line []byte
	var where addresses
	if _, err = stdin.Write(input); err == nil {
		line, err = bufio.NewReader(stdout).ReadBytes('\n')
	}
	if err == nil {
		err = json.Unmarshal(line, &where)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("rig: the server did not start: %w", err), s.Stop())
	}
	s.URL, s.control = where.URL, where.Control
	return s, nil
}

// Stop ends the process and waits for it.
func (s *Server) Stop() error {
	err := s.stdin.Close() // which the child takes for the parent's end
	return errors.Join(err, s.cmd.Wait())
}

// Stats is what the process counts of itself.
type Stats struct {
	Commits    int64         // transactions of the log
	Events     int64         // stored in them
	CommitTime time.Duration // spent in them, the disk's included
	Heap       int64         // bytes in use, garbage included
	Stacks     int64         // bytes of goroutines' stacks
	Goroutines int
	CPU        time.Duration // of the process, by the kernel
	RSS        int64         // bytes, by the kernel
}

// Stats asks the process.
func (s *Server) Stats(ctx context.Context) (Stats, error) {
	var st Stats
	err := s.get(ctx, "/stats", func(r io.Reader) error { return json.NewDecoder(r).Decode(&st) })
	if err == nil {
		st.CPU, st.RSS, err = s.Usage()
	}
	return st, err
}

// Usage is the process's CPU time so far and its resident memory in bytes, by
// the kernel.
func (s *Server) Usage() (cpu time.Duration, rss int64, err error) {
	return usage(s.cmd.Process.Pid)
}

// Profile writes the process's CPU profile of the next d to w.
func (s *Server) Profile(ctx context.Context, d time.Duration, w io.Writer) error {
	return s.get(ctx, fmt.Sprintf("/profile?seconds=%d", int(d.Seconds())), func(r io.Reader) error {
		_, err := io.Copy(w, r)
		return err
	})
}

// Heap writes a profile of what the process's memory holds to w.
func (s *Server) Heap(ctx context.Context, w io.Writer) error {
	return s.get(ctx, "/heap?gc=1", func(r io.Reader) error {
		_, err := io.Copy(w, r)
		return err
	})
}

func (s *Server) get(ctx context.Context, path string, read func(io.Reader) error) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.control+path, nil)
	if err != nil {
		return fmt.Errorf("rig: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("rig: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("rig: %s: %s", path, res.Status)
	}
	return read(res.Body)
}
