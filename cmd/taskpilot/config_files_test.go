package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDotEnvNeverOverrides(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".env"), "PORT=1111\nSIGNUP=closed\nLOG_FORMAT=json\n")
	p := &program{lookup: env(map[string]string{"PORT": "2222", "LOG_FORMAT": ""}), dir: dir}
	c, err := p.config()
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != ":2222" || c.SignupOpen || c.LogFormat != "text" {
		t.Errorf("got %+v", c)
	}
}

func TestBadDotEnvShowsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".env"), "OPENAI_API_KEY sk-canary\n\"\n")
	_, err := readDotEnv(dir)
	if err == nil || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), ".env") {
		t.Errorf("got %v", err)
	}
}

func TestInstructionsFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tests := map[string]struct {
		text string
		ok   bool
	}{
		"text":      {"Answer briefly.\n", true},
		"empty":     {" \n", false},
		"not UTF-8": {"\xff\xfe", false},
		"too large": {strings.Repeat("x", 256<<10+1), false},
	}
	for name, test := range tests {
		path := write(t, filepath.Join(dir, name), test.text)
		c, err := load(t, map[string]string{"ASSISTANT_INSTRUCTIONS_FILE": path})
		if (err == nil) != test.ok {
			t.Errorf("%s: %v", name, err)
		}
		if test.ok && c.Instructions != "Answer briefly." {
			t.Errorf("%s: got %q", name, c.Instructions)
		}
	}
}

func TestAssistantIDFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, assistantFile), `{"assistant_id": "asst_file"}`)
	c, err := loadConfig(env(nil), dir)
	if err != nil || c.OpenAI.AssistantID != "asst_file" {
		t.Errorf("got %q, %v", c.OpenAI.AssistantID, err)
	}
	c, err = loadConfig(env(map[string]string{"OPENAI_ASSISTANT_ID": "asst_env"}), dir)
	if err != nil || c.OpenAI.AssistantID != "asst_env" {
		t.Errorf("the variable must win: got %q, %v", c.OpenAI.AssistantID, err)
	}
	write(t, filepath.Join(dir, assistantFile), `{`)
	if _, err = loadConfig(env(nil), dir); err == nil || !strings.Contains(err.Error(), assistantFile) {
		t.Errorf("got %v", err)
	}
}

func TestSecretsAreMadeOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "data")
	const starts = 16
	configs := make([]Config, starts)
	var group sync.WaitGroup
	for i := range configs {
		group.Go(func() {
			configs[i].DataDir = dir
			if err := configs[i].loadSecrets(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	first := configs[0]
	if len(first.JWTSecret) < shortestSecret || len(first.SessionSecret) < shortestSecret || first.JWTSecret == first.SessionSecret {
		t.Fatal("the secrets are too short or alike")
	}
	for _, c := range configs {
		if c.JWTSecret != first.JWTSecret || c.SessionSecret != first.SessionSecret {
			t.Error("two starts have different secrets")
		}
	}
	wantModes(t, dir, map[string]fs.FileMode{".": 0o700, "jwt_secret": 0o600, "session_secret": 0o600})
}

// wantModes checks that dir holds exactly these, with these permissions.
func wantModes(t *testing.T, dir string, want map[string]fs.FileMode) {
	t.Helper()
	got := map[string]fs.FileMode{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			got[path] = info.Mode().Perm()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSecretFromTheEnvironmentWins(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := Config{DataDir: dir, JWTSecret: Secret(strings.Repeat("j", 32)), SessionSecret: Secret(strings.Repeat("s", 32))}
	if err := c.loadSecrets(); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("files were written: %v, %v", entries, err)
	}
	if c.JWTSecret.Reveal() != strings.Repeat("j", 32) {
		t.Error("the secret was replaced")
	}
}

func TestDamagedSecretIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, "jwt_secret"), "canary")
	c := Config{DataDir: dir}
	err := c.loadSecrets()
	if err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "canary" {
		t.Errorf("the file was changed: %q, %v", text, err)
	}
}

func TestSecretsAreNeverShown(t *testing.T) {
	t.Parallel()
	c := Config{
		JWTSecret: "canary", SessionSecret: "canary", OpenAI: OpenAI{APIKey: "canary"},
		DatabaseURL: "postgres://u:canary@db/x", LogFormat: "json",
	}
	var shown bytes.Buffer
	newLogger(c, &shown).Info("start", "config", c, "secret", c.JWTSecret, "openai", c.OpenAI)
	c.LogFormat = "text"
	newLogger(c, &shown).Info("start", "config", c, "secret", c.JWTSecret, "openai", c.OpenAI)
	encoded, err := json.Marshal(c.OpenAI)
	if err != nil {
		t.Fatal(err)
	}
	shown.Write(encoded)
	fmt.Fprintf(&shown, "%v %+v %#v %s %q", c.OpenAI, c.OpenAI, c.OpenAI, c.JWTSecret, c.JWTSecret)
	if strings.Contains(shown.String(), "canary") {
		t.Errorf("a secret is shown: %s", shown.String())
	}
	if !strings.Contains(shown.String(), hiddenSecret) || !strings.Contains(shown.String(), `"database":"postgres"`) {
		t.Errorf("nothing is shown at all: %s", shown.String())
	}
}

func TestLogLevel(t *testing.T) {
	t.Parallel()
	c, err := load(t, map[string]string{"LOG_LEVEL": "warn", "LOG_FORMAT": "json"})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	log := newLogger(c, &out)
	log.Info("quiet")
	log.Warn("loud")
	if strings.Contains(out.String(), "quiet") || !strings.Contains(out.String(), `"msg":"loud"`) {
		t.Errorf("got %s", out.String())
	}
}
