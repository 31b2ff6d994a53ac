// Command taskpilot serves a self-hosted AI chat and looks after its data.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // people are in time zones that a small machine or container does not know

	_ "golang.org/x/crypto/x509roots/fallback" // nor has it certificates: then these, Mozilla's, are trusted
)

// program is one run of the command with everything it takes from outside, so
// that tests run it without a process.
type program struct {
	lookup  lookupFunc // the environment
	environ []string   // all of it, as NAME=value
	dir     string     // where .env and other optional files are
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	now     func() time.Time
}

func main() {
	restrictFiles()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	p := &program{
		lookup:  os.LookupEnv,
		environ: os.Environ(),
		dir:     ".",
		stdin:   os.Stdin,
		stdout:  os.Stdout,
		stderr:  os.Stderr,
		now:     time.Now,
	}
	os.Exit(p.run(ctx, os.Args[1:]))
}
