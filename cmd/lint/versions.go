package main

import (
	"fmt"
	"os/exec"
	"strings"

	"golang.org/x/mod/semver"
)

// floors are the oldest versions of dependencies that are safe to ship.
func floors() map[string]string {
	return map[string]string{
		"github.com/valyala/fasthttp": "v1.74.0", // request smuggling and header limits
		"golang.org/x/crypto":         "v0.58.0",
		"golang.org/x/net":            "v0.62.0",
		"golang.org/x/text":           "v0.43.0",
		"modernc.org/sqlite":          "v1.60.1", // brings SQLite 3.53; before 3.51.3 a write-ahead log could be corrupted
	}
}

// listVersions asks the go command which versions are built in.
func listVersions(root string) (map[string]string, error) {
	args := []string{"list", "-m", "-f", "{{.Path}} {{.Version}}"}
	for path := range floors() {
		args = append(args, path)
	}
	command := exec.Command("go", args...)
	command.Dir = root
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list -m: %w: %s", err, complaint(err))
	}
	versions := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		versions[path] = version
	}
	return versions, nil
}

// checkVersions finds dependencies below their floor.
func checkVersions(versions map[string]string) []string {
	var findings []string
	for path, floor := range floors() {
		if semver.Compare(versions[path], floor) < 0 {
			findings = append(findings, fmt.Sprintf("go.mod: %s is at %q; at least %s", path, versions[path], floor))
		}
	}
	return findings
}
