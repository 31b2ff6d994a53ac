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

// loadSecrets fills in the secrets that the environment does not set: from the
// files in DATA_DIR, which the first start writes.
func (c *Config) loadSecrets() error {
	for file, secret := range map[string]*Secret{"jwt_secret": &c.JWTSecret, "session_secret": &c.SessionSecret} {
		if *secret != "" {
			continue
		}
		var err error
		if *secret, err = loadOrCreateSecret(c.DataDir, file); err != nil {
			return fmt.Errorf("load secrets: %w", err)
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
		return "", fmt.Errorf("%s %w; delete it to have a new one made (people then sign in again)", path, err)
	}
	return secret, nil
}

// createSecret writes the whole file under another name and links it into
// place: the link appears complete or not at all, and only one process makes it.
func createSecret(dir, name string) error {
	file, err := os.CreateTemp(dir, "."+name+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	random := make([]byte, shortestSecret)
	rand.Read(random) // never fails
	_, err = file.WriteString(hex.EncodeToString(random) + "\n")
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Link(file.Name(), filepath.Join(dir, name))
}
