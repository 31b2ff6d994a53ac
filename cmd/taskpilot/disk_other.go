//go:build !(linux || darwin)

package main

import "github.com/taskpilot/taskpilot/handlers"

// diskOf can't say how much space is left.
func diskOf(string) func() (handlers.DiskSpace, error) { return nil }
