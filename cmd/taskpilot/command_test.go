package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// shell runs commands on an installation of its own.
type shell struct {
	t   *testing.T
	dir string
	env map[string]string
}

func newShell(t *testing.T) *shell {
	t.Helper()
	dir := t.TempDir()
	return &shell{t: t, dir: dir, env: map[string]string{
		"DATA_DIR":     filepath.Join(dir, "data"),
		"DATABASE_URL": "sqlite:" + filepath.Join(dir, "data", "taskpilot.db"),
	}}
}

// result is what a command left behind.
type result struct {
	code           int
	stdout, stderr string
}

func (s *shell) run(stdin string, args ...string) result {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	p := &program{
		lookup: env(s.env), environ: environ(s.env), dir: s.dir,
		stdin: strings.NewReader(stdin), stdout: &stdout, stderr: &stderr, now: time.Now,
	}
	code := p.run(s.t.Context(), args)
	return result{code, stdout.String(), stderr.String()}
}

// must runs a command that has to succeed and returns its output.
func (s *shell) must(stdin string, args ...string) string {
	s.t.Helper()
	r := s.run(stdin, args...)
	if r.code != exitOK {
		s.t.Fatalf("%q: code %d: %s", args, r.code, r.stderr)
	}
	return r.stdout
}

// fails runs a command that has to fail with the code and words, and to print
// nothing on standard output.
func (s *shell) fails(code int, words, stdin string, args ...string) {
	s.t.Helper()
	r := s.run(stdin, args...)
	if r.code != code || !strings.Contains(r.stderr, words) {
		s.t.Errorf("%q: code %d, want %d with %q; got %s", args, r.code, code, words, r.stderr)
	}
	if r.stdout != "" {
		s.t.Errorf("%q: standard output: %s", args, r.stdout)
	}
}

const testPassword = "correct horse battery"

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	tests := map[string][]string{
		`unknown command "nonsense"`:          {"nonsense"},
		"user needs one of these commands":    {"user"},
		"user add <email>":                    {"user", "nonsense"},
		"usage: taskpilot user add":           {"user", "add"},
		"usage: taskpilot user add [flags]":   {"user", "add", "a@b.example", "c@d.example"},
		"-nonsense":                           {"token", "a@b.example", "--nonsense"},
		"flag needs an argument":              {"user", "add", "a@b.example", "--name"},
		"usage: taskpilot serve":              {"serve", "now"},
		"usage: taskpilot backup":             {"backup"},
		"usage: taskpilot version":            {"version", "--", "--help"},
		"flag provided but not defined: -bad": {"--bad"},
	}
	for words, args := range tests {
		s.fails(exitUsage, words, "", args...)
	}
	if _, err := os.Stat(s.env["DATA_DIR"]); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a wrong command line left files")
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.env["PORT"] = "help must not need good settings"
	overview := s.must("", "--help")
	for _, c := range commands() {
		if !strings.Contains(overview, "taskpilot "+c.name) || !strings.Contains(overview, c.brief) {
			t.Errorf("%s is missing in the overview", c.name)
		}
		for _, flag := range []string{"--help", "-h"} {
			help := s.must("", append(strings.Fields(c.name), flag)...)
			if !strings.Contains(help, "Usage: taskpilot "+c.name) || !strings.Contains(help, c.brief) {
				t.Errorf("%s %s: %s", c.name, flag, help)
			}
		}
	}
	if strings.Contains(overview, "assistant train") {
		t.Error("the overview has a command that is not there")
	}
	if group := s.must("", "user", "--help"); !strings.Contains(group, "user delete") || strings.Contains(group, "backup") {
		t.Errorf("user --help: %s", group)
	}
}

func TestBadSettingsStopEveryCommand(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.env["SIGNUP"] = "maybe"
	for _, args := range [][]string{{}, {"serve"}, {"migrate"}, {"user", "list"}, {"token", "a@b.example"}, {"backup", "x"}, {"restore", "x"}} {
		s.fails(exitError, "SIGNUP: ", "", args...)
	}
	if got := s.must("", "version"); !strings.HasPrefix(got, "taskpilot ") {
		t.Errorf("version: %s", got)
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	id := s.must("", "user", "add", "Ann@Example.com", "--name", "Ann", "--password", testPassword)
	if !regexp.MustCompile(`^usr_[0-9a-f]{24}\n$`).MatchString(id) {
		t.Errorf("user add printed %q, want the id alone", id)
	}
	s.must(testPassword+"\n", "user", "add", "--name=Bob", "bob@example.com")
	s.fails(exitError, "has an account already", testPassword, "user", "add", "ann@example.com")
	s.fails(exitError, "no password", "", "user", "add", "cy@example.com")
	s.fails(exitError, "assword", "short", "user", "add", "cy@example.com")
	s.fails(exitError, "mail", testPassword, "user", "add", "not an address")

	var users []userRow
	if err := json.Unmarshal([]byte(s.must("", "user", "list", "--json")), &users); err != nil {
		t.Fatal(err)
	}
	if len(users) != 2 || users[0].ID+"\n" != id && users[1].ID+"\n" != id {
		t.Errorf("user list --json: %+v", users)
	}
	table := s.must("", "user", "list")
	if !strings.Contains(table, "ann@example.com") || strings.Count(table, "\n") != 3 || strings.Contains(table, "argon2") {
		t.Errorf("user list: %s", table)
	}

	s.must("", "user", "password", "ann@example.com", "--password", "another "+testPassword)
	s.fails(exitError, "nobody has the e-mail address", testPassword, "user", "password", "cy@example.com")

	s.fails(exitError, "nothing was changed", "no\n", "user", "delete", "ann@example.com")
	s.fails(exitError, "the only administrator", "yes\n", "user", "delete", "ann@example.com")
	s.must("yes\n", "user", "delete", "bob@example.com")
	s.must("", "user", "delete", "--yes", "ann@example.com")
	s.fails(exitError, "nobody has", "", "user", "delete", "--yes", "ann@example.com")
	if got := s.must("", "user", "list", "--json"); strings.TrimSpace(got) != "[]" {
		t.Errorf("user list --json of nobody: %s", got)
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	id := strings.TrimSpace(s.must(testPassword, "user", "add", "ann@example.com"))
	token := s.must("", "token", "ann@example.com")
	parts := strings.Split(strings.TrimSuffix(token, "\n"), ".")
	if len(parts) != 3 || strings.Count(token, "\n") != 1 {
		t.Fatalf("token printed %q, want a JWT alone", token)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Sub, Iss, JTI, SID string
		UserID             string `json:"user_id"`
		IAT, EXP           int64
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if claims.Sub != id || claims.UserID != id || claims.SID == "" || claims.JTI == "" || claims.Iss == "" || claims.EXP-claims.IAT != 15*60 {
		t.Errorf("claims: %s", payload)
	}
	if again := s.must("", "token", "ann@example.com"); again == token {
		t.Error("two tokens are the same")
	}
	s.fails(exitError, "nobody has", "", "token", "bob@example.com")
}

func TestMigrateIsRepeatable(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	for range 2 {
		if out := s.must("", "migrate"); out != "" {
			t.Errorf("migrate printed %q on standard output", out)
		}
	}
}

// TestCommandsMakeNoDatabase: a command that is run without the server's settings
// says so, and leaves nothing behind.
func TestCommandsMakeNoDatabase(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	for _, args := range [][]string{{"user", "list"}, {"user", "delete", "--yes", "ann@example.com"}, {"user", "role", "ann@example.com", "admin"},
		{"token", "ann@example.com"}, {"export", "ann@example.com"}} {
		s.fails(exitError, "there is no database at", "", args...)
	}
	if left, err := os.ReadDir(s.dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestCommandsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := &program{lookup: env(s.env), dir: s.dir, stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, now: time.Now}
	if code := p.run(ctx, []string{"migrate"}); code != exitError {
		t.Errorf("code %d", code)
	}
}
