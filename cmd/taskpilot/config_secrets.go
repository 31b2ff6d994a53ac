package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/handlers"
)

// Secret is text that no log line, error or %v ever shows.
type Secret string

const hiddenSecret = "(secret)"

// String hides the secret from fmt.
func (s Secret) String() string { return hiddenSecret }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return hiddenSecret }

// MarshalText hides the secret from JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hiddenSecret), nil }

// LogValue hides the secret from log lines.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hiddenSecret) }

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// shortestSecret is what HMAC-SHA-256 needs to be as strong as it can be.
const shortestSecret = 32

func parseSecret(value string) (Secret, error) {
	if len(value) < shortestSecret {
		return "", fmt.Errorf("has only %d bytes", len(value))
	}
	return Secret(value), nil
}

// OldSecret is a secret that was replaced. What it has signed counts until then,
// or as long as it is set if that is zero.
type OldSecret struct {
	Secret Secret
	Until  time.Time
}

// accepted is how handlers want it.
func (o OldSecret) accepted() handlers.OldSecret {
	return handlers.OldSecret{Secret: []byte(o.Secret.Reveal()), Until: o.Until}
}

// secretFile is a secret that is kept in DATA_DIR, unless the environment sets it.
type secretFile struct {
	name    string // of the setting
	file    string
	present *Secret
	old     *OldSecret
}

func (c *Config) secretFiles() []secretFile {
	return []secretFile{{"JWT_SECRET", "jwt_secret", &c.JWTSecret, &c.OldJWT}, {"SESSION_SECRET", "session_secret", &c.SessionSecret, &c.OldSession}}
}

// loadSecrets fills in the secrets that the environment does not set: from the
// files in DATA_DIR, which the first start writes.
func (c *Config) loadSecrets() error {
	for _, s := range c.secretFiles() {
		if *s.present != "" {
			continue
		}
		var err error
		if *s.present, err = loadOrCreateSecret(c.DataDir, s.file); err != nil {
			return fmt.Errorf("the secrets in DATA_DIR, which must be a folder of the account that runs this program: %w", err)
		}
		if s.old.Secret == "" {
			if *s.old, err = readOldSecret(filepath.Join(c.DataDir, s.file+oldSuffix)); err != nil {
				return fmt.Errorf("load secrets: %w", err)
			}
		}
	}
	return nil
}

// loadOrCreateSecret reads a secret's file, or writes it with random content.
// Of several processes that start at once, all get the same secret.
func loadOrCreateSecret(dir, name string) (Secret, error) {
	path := filepath.Join(dir, name)
	secret, err := readSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := createSecret(dir, name); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return readSecret(path) // what is on disk counts, whoever wrote it
}

func readSecret(path string) (Secret, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	secret, err := parseSecret(strings.TrimSpace(string(text)))
	if err != nil {
		return "", fmt.Errorf("%s %w; delete it to have a new one made (pages that are open must then be loaded again)", path, err)
	}
	return secret, nil
}

// createSecret writes the whole file under another name and links it into
// place: the link appears complete or not at all, and only one process makes it.
func createSecret(dir, name string) error {
	temporary, err := writeSecret(dir, newSecret())
	if err != nil {
		return err
	}
	return errors.Join(os.Link(temporary, filepath.Join(dir, name)), os.Remove(temporary))
}

func newSecret() Secret {
	random := make([]byte, shortestSecret)
	rand.Read(random) // never fails
	return Secret(hex.EncodeToString(random))
}

// writeSecret writes a secret to a new file in dir, whole and on the disk.
func writeSecret(dir string, secret Secret) (path string, err error) {
	file, err := os.CreateTemp(dir, ".secret-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(secret.Reveal() + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}
