package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
)

// pgDump writes a dump in Postgres' own compressed format.
func pgDump(ctx context.Context, databaseURL, file string) error {
	return postgresTool(ctx, databaseURL, "pg_dump", "--format=custom", "--no-owner", "--file="+file)
}

// pgRestore reads a dump in one transaction: all or nothing. Without force it
// fails when its tables are there.
func pgRestore(ctx context.Context, databaseURL, file string, force bool) error {
	if _, err := os.Stat(file); err != nil {
		return err
	}
	args := []string{"--no-owner", "--single-transaction", "--exit-on-error"}
	if force {
		args = append(args, "--clean", "--if-exists")
	}
	return postgresTool(ctx, databaseURL, "pg_restore", append(args, file)...)
}

// postgresTool runs one of Postgres' own programs on the database.
func postgresTool(ctx context.Context, databaseURL, name string, args ...string) error {
	if _, err := exec.LookPath(name); err != nil {
		return fmt.Errorf("%s is not installed; install your system's postgresql-client package", name)
	}
	address, password, err := splitPassword(databaseURL)
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, name, append([]string{"--no-password", "--dbname=" + address}, args...)...)
	if password != "" {
		command.Env = append(command.Environ(), "PGPASSWORD="+password)
	}
	var complaint bytes.Buffer
	command.Stderr = &complaint
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(complaint.String()))
	}
	return nil
}

// splitPassword takes the password out of a URL: other accounts of the machine
// can read a command line, but not its environment.
func splitPassword(databaseURL string) (address, password string, err error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "", "", errors.New("DATABASE_URL is not a URL")
	}
	if u.User != nil {
		password, _ = u.User.Password()
		u.User = url.User(u.User.Username())
	}
	return u.String(), password, nil
}
