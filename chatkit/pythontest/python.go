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

// Python returns a Python that has the packages, each given as "name==version".
// It is in a virtual environment that is made once and kept in the user's cache.
func Python(requirements ...string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	env := filepath.Join(cache, "taskpilot-test", strings.ReplaceAll(strings.Join(requirements, "_"), "==", "-"))
	python := filepath.Join(env, "bin", "python")
	if _, err := os.Stat(python); err == nil {
		return python, nil
	}
	base, err := exec.LookPath("python3")
	if err != nil {
		return "", errors.New("python3 is not installed")
	}
	if err := os.MkdirAll(filepath.Dir(env), 0o755); err != nil {
		return "", err
	}
	// Made elsewhere and moved, so that a half-made one is never taken for whole;
	// each in a folder of its own, since tests that run at once may all need it.
	making, err := os.MkdirTemp(filepath.Dir(env), filepath.Base(env)+".")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(making)
	if out, err := exec.Command(base, "-m", "venv", making).CombinedOutput(); err != nil {
		return "", fmt.Errorf("no virtual environment can be made: %w\n%s", err, out)
	}
	install := exec.Command(filepath.Join(making, "bin", "python"),
		append([]string{"-m", "pip", "install", "-q", "--disable-pip-version-check"}, requirements...)...)
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s can't be installed: %w\n%s", strings.Join(requirements, ", "), err, out)
	}
	if err := os.Rename(making, env); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return python, nil
}
