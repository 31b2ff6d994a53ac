package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"
)

// version is set by the linker: see the Makefile.
var version = "development"

func versionCommand() command {
	return command{
		name:  "version",
		brief: "Print the version",
		prepare: func(*flag.FlagSet) action {
			return func(_ context.Context, p *program, _ []string) error {
				_, err := fmt.Fprintf(p.stdout, "taskpilot %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
				return err
			}
		},
	}
}
