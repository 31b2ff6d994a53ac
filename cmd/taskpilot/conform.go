package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/chatkit/conform"
)

func conformCommand() command {
	return command{
		name: "conform", args: "<url>", nargs: 1,
		brief: "Check any ChatKit server against the protocol",
		more: "Makes two threads there, has their assistant answer four times, sends bad requests,\nlooks at every answer and deletes the threads. " +
			"Prints a line for each check: ok, FAILED, note or\nnot supported. The exit code is 1 if any FAILED.\n" +
			"  taskpilot conform http://localhost:8000/api/v1/chatkit --header \"Authorization: Bearer $T\"",
		prepare: func(fs *flag.FlagSet) action {
			var header, other http.Header
			fs.Func("header", "a `\"Name: value\"` to send with every request; may be repeated", addHeader(&header))
			fs.Func("other", "a `\"Name: value\"` of another person, who must not reach the tour's threads; may be repeated", addHeader(&other))
			timeout := fs.Duration("timeout", 2*time.Minute, "how `long` one answer may take")
			return func(ctx context.Context, p *program, args []string) error {
				return p.conform(ctx, conform.Options{URL: args[0], Header: header, Other: other, Client: &http.Client{Timeout: *timeout}})
			}
		},
	}
}

// addHeader reads one header of the command line.
func addHeader(to *http.Header) func(string) error {
	return func(line string) error {
		name, value, ok := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return errors.New(`must look like "Name: value"`)
		}
		if *to == nil {
			*to = http.Header{}
		}
		to.Add(name, strings.TrimSpace(value))
		return nil
	}
}

// conform makes the tour and fails if the server does.
func (p *program) conform(ctx context.Context, o conform.Options) error {
	if err := conform.CheckURL(o.URL); err != nil {
		return usageError(err.Error())
	}
	report, err := conform.Run(ctx, o)
	if err != nil {
		return err
	}
	if err := report.WriteText(p.stdout); err != nil {
		return err
	}
	if n := report.Count(conform.Failed); n > 0 {
		return fmt.Errorf("%s breaks the protocol: %d of %d checks failed", o.URL, n, len(report.Checks))
	}
	return nil
}
