package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// An old secret is beside the one that replaced it. What it has signed is used for
// a day at most: a letter that waits to be sent. Then it does not count any more.
const (
	oldSuffix     = ".old"
	oldSecretLife = 24 * time.Hour
)

func secretsRotateCommand() command {
	return command{
		name:  "secrets rotate",
		brief: "Replace the secrets in DATA_DIR",
		more: "Restart the server afterwards: until then it uses those that it began with.\nWhat the old secrets have signed counts for a day, so that nobody notices: forms of\n" +
			"open pages, access tokens, addresses of files, letters that wait. With --at-once it\ndoes not; use that when somebody may have seen them. Nobody is signed out by either.\n" +
			"Secrets that the environment sets are replaced there: see docs/deploy.md.",
		prepare: func(flags *flag.FlagSet) action {
			atOnce := flags.Bool("at-once", false, "what the old secrets have signed does not count any more")
			return func(_ context.Context, p *program, _ []string) error { return p.rotateSecrets(*atOnce) }
		},
	}
}

func (p *program) rotateSecrets(atOnce bool) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	var done, skipped []string
	for _, s := range c.secretFiles() {
		if *s.present != "" {
			skipped = append(skipped, s.name)
			continue
		}
		if err := rotateSecret(c.DataDir, s.file, atOnce); err != nil {
			return fmt.Errorf("replace the secret of %s: %w", s.name, err)
		}
		done = append(done, filepath.Join(c.DataDir, s.file))
	}
	if len(done) == 0 {
		return errors.New("both secrets are set in the environment, so they have to be replaced there; see docs/deploy.md")
	}
	fmt.Fprintf(p.stderr, "Replaced: %s. Restart the server to use what is new.\n", strings.Join(done, ", "))
	if len(skipped) > 0 {
		fmt.Fprintf(p.stderr, "Not replaced, since the environment sets it: %s.\n", strings.Join(skipped, ", "))
	}
	return nil
}

// rotateSecret puts a new secret in the place of one, which is kept beside it
// unless it is to be forgotten at once. At every moment one is there.
func rotateSecret(dir, name string, atOnce bool) error {
	path := filepath.Join(dir, name)
	present, err := loadOrCreateSecret(dir, name)
	if err != nil {
		return err
	}
	if err := os.Remove(path + oldSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !atOnce {
		if err := placeSecret(dir, name+oldSuffix, present); err != nil {
			return err
		}
	}
	return placeSecret(dir, name, newSecret())
}

// placeSecret writes a secret's file in the place of what is there.
func placeSecret(dir, name string, secret Secret) error {
	temporary, err := writeSecret(dir, secret)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, filepath.Join(dir, name)); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return nil
}

// readOldSecret reads the secret that was replaced, if there is one.
func readOldSecret(path string) (OldSecret, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return OldSecret{}, nil
	}
	if err != nil {
		return OldSecret{}, err
	}
	secret, err := readSecret(path)
	return OldSecret{Secret: secret, Until: info.ModTime().Add(oldSecretLife)}, err
}
