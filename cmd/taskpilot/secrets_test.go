package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// secretsOf are those that a start would have now.
func (s *shell) secretsOf() Config {
	s.t.Helper()
	c, err := loadConfig(env(s.env), s.dir)
	if err == nil {
		err = c.loadSecrets()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func TestSecretsAreReplaced(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	data := s.env["DATA_DIR"]
	first := s.secretsOf()
	if first.OldJWT.Secret != "" || first.OldSession.Secret != "" {
		t.Error("a first start has old secrets")
	}
	s.must("", "secrets", "rotate")
	second := s.secretsOf()
	if second.JWTSecret == first.JWTSecret || second.SessionSecret == first.SessionSecret || len(second.JWTSecret) < shortestSecret {
		t.Error("the secrets are not new")
	}
	if second.OldJWT.Secret != first.JWTSecret || second.OldSession.Secret != first.SessionSecret {
		t.Error("the old secrets are not kept")
	}
	if left := time.Until(second.OldJWT.Until); left > oldSecretLife || left < oldSecretLife-time.Minute {
		t.Errorf("the old secret counts for %s", left)
	}
	wantModes(t, data, map[string]fs.FileMode{".": 0o700, "jwt_secret": 0o600, "session_secret": 0o600, "jwt_secret.old": 0o600, "session_secret.old": 0o600})

	s.must("", "secrets", "rotate", "--at-once")
	third := s.secretsOf()
	if third.JWTSecret == second.JWTSecret || third.OldJWT.Secret != "" || third.OldSession.Secret != "" {
		t.Error("what was to be forgotten is still there")
	}
	wantModes(t, data, map[string]fs.FileMode{".": 0o700, "jwt_secret": 0o600, "session_secret": 0o600})
}

func TestSecretsOfTheEnvironmentAreReplacedThere(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	first := s.secretsOf()
	s.env["JWT_SECRET"], s.env["JWT_SECRET_OLD"] = strings.Repeat("j", 32), strings.Repeat("o", 32)
	if r := s.run("", "secrets", "rotate"); r.code != exitOK || !strings.Contains(r.stderr, "Not replaced, since the environment sets it: JWT_SECRET.") {
		t.Errorf("%+v", r)
	}
	c := s.secretsOf()
	if c.OldJWT.Secret.Reveal() != strings.Repeat("o", 32) || !c.OldJWT.Until.IsZero() || c.OldSession.Secret != first.SessionSecret {
		t.Error("the old secrets are others")
	}
	if text, err := os.ReadFile(filepath.Join(s.env["DATA_DIR"], "jwt_secret")); err != nil || strings.TrimSpace(string(text)) != first.JWTSecret.Reveal() {
		t.Errorf("a file that nobody uses was changed, %v", err)
	}
	s.env["SESSION_SECRET"] = strings.Repeat("s", 32)
	s.fails(exitError, "both secrets are set in the environment", "", "secrets", "rotate")
}
