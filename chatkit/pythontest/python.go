// Package pythontest gives tests a Python with packages that they compare
// ourselves with.
package pythontest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Python returns a Python that has one package, given as "name==version". It is
// in a virtual environment that is made once and kept in the user's cache.
func Python(requirement string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	env := filepath.Join(cache, "taskpilot-test", strings.ReplaceAll(requirement, "==", "-"))
	python := filepath.Join(env, "bin", "python")
	if _, err := os.Stat(python); err == nil {
		return python, nil
	}
	base, err := exec.LookPath("python3")
	if err != nil {
		return "", errors.New("python3 is not installed")
	}
	// Made elsewhere and moved, so that a half-made one is never taken for whole.
	making := fmt.Sprintf("%s.%d", env, os.Getpid())
	defer os.RemoveAll(making)
	if out, err := exec.Command(base, "-m", "venv", making).CombinedOutput(); err != nil {
		return "", fmt.Errorf("no virtual environment can be made: %w\n%s", err, out)
	}
	install := exec.Command(filepath.Join(making, "bin", "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", requirement)
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s can't be installed: %w\n%s", requirement, err, out)
	}
	if err := os.Rename(making, env); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return python, nil
}
