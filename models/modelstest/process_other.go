//go:build !linux

package modelstest

import (
	"os/exec"
	"syscall"
)

// serverUser returns as whom to run the server: as ourselves.
func serverUser(string) (*syscall.SysProcAttr, error) { return &syscall.SysProcAttr{}, nil }

// startBound starts cmd. Only Linux can tie its life to this process.
func startBound(cmd *exec.Cmd) (release func(), err error) { return func() {}, cmd.Start() }
