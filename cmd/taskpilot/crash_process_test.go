package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// asProgram makes the test binary be the program: go test -args does not need it.
var asProgram = flag.Bool("as.program", false, "be the program, with the arguments that follow (tests start themselves so)")

// TestProgram is the program when a test starts this binary as a process of its
// own. So the process under test is built like the tests, with the race detector
// if they have it. Without arguments it must refuse to be anything else.
func TestProgram(t *testing.T) {
	if *asProgram {
		os.Args = append([]string{"taskpilot"}, flag.Args()...)
		main()
	}
	if flag.NArg() > 0 {
		t.Fatalf("what are these arguments for? %q", flag.Args())
	}
}

// site is one installation, whose server may be started many times.
type site struct {
	t        *testing.T
	dir      string
	url      string // of the server
	database string
	env      []string
}

// The secrets of every site under test.
const (
	siteJWTSecret     = "a secret for access tokens, long enough"
	siteSessionSecret = "a secret for sessions, long enough too"
)

// newSite makes an installation on the database whose assistant asks the model
// server at modelURL.
func newSite(t *testing.T, database, modelURL string) *site {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, dir: t.TempDir(), url: "http://" + address, database: database}
	s.env = []string{"ADDR=" + address, "PUBLIC_URL=" + s.url, "DATABASE_URL=" + database,
		"DATA_DIR=" + filepath.Join(s.dir, "data"), "JWT_SECRET=" + siteJWTSecret, "SESSION_SECRET=" + siteSessionSecret,
		"ASSISTANT=completions", "OPENAI_BASE_URL=" + modelURL, "OPENAI_API_KEY=none", "OPENAI_MODEL=test-model", "TITLES=words"}
	return s
}

// process is one running server.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	log    *lockedBuffer
	exited chan struct{}
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// start runs the server and returns at once.
func (s *site) start() *process {
	s.t.Helper()
	program, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	p := &process{t: s.t, log: &lockedBuffer{}, exited: make(chan struct{}),
		cmd: exec.Command(program, "-test.run=^TestProgram$", "-as.program", "serve")}
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = s.dir, s.env, p.log, p.log
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // its state says how it ended
		close(p.exited)
	}()
	s.t.Cleanup(func() {
		p.kill()
		if log := p.log.String(); strings.Contains(log, "DATA RACE") || strings.Contains(log, "panic") || s.t.Failed() {
			s.t.Errorf("the server's log:\n%s", log)
		}
	})
	return p
}

// boot starts the server and waits until it is ready.
func (s *site) boot() *process {
	s.t.Helper()
	p := s.start()
	s.until("the server is ready", p, 20*time.Second, func() bool {
		res, err := http.Get(s.url + "/readyz")
		if err != nil {
			return false
		}
		return res.Body.Close() == nil && res.StatusCode == http.StatusOK
	})
	return p
}

// until asks again and again whether something has happened, and fails the test
// when it has not in time, or can't because the process is gone.
func (s *site) until(what string, p *process, limit time.Duration, happened func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), limit)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !happened() {
		select {
		case <-again.C:
		case <-p.exited:
			s.t.Fatalf("%s: not before the server ended: %s", what, p.log)
		case <-ctx.Done():
			s.t.Fatalf("%s: not within %s", what, limit)
		}
	}
}

// kill ends the server as a power cut would.
func (p *process) kill() {
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Errorf("kill: %v", err)
	}
	<-p.exited
}

// terminate asks the server to end and returns how long that took and its exit code.
func (p *process) terminate() (time.Duration, int) {
	p.t.Helper()
	asked := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.exited:
	case <-time.After(30 * time.Second):
		p.t.Fatalf("the server does not end: %s", p.log)
	}
	return time.Since(asked), p.cmd.ProcessState.ExitCode()
}
