package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

const (
	passwordUsage = "the `password`; without it, it is read from standard input"
	passwordHelp  = "The password is asked for, or read as one line from standard input:\n  printf '%s' \"$PASSWORD\" | taskpilot user …\nOther accounts of the machine can see --password while the command runs."
)

// password returns the flag's value or else the first line of standard input,
// typed unseen when that is a terminal.
func (p *program) password(fromFlag string) (string, error) {
	if fromFlag != "" {
		return fromFlag, nil
	}
	password, err := p.readPassword()
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	if password == "" {
		return "", errors.New("no password: use --password, or write it to standard input")
	}
	return password, nil
}

func (p *program) readPassword() (string, error) {
	file, ok := p.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return p.readLine()
	}
	fmt.Fprint(p.stderr, "Password: ")
	typed, err := term.ReadPassword(int(file.Fd()))
	fmt.Fprintln(p.stderr)
	return string(typed), err
}

// confirm asks a question and fails unless the answer is yes.
func (p *program) confirm(question string) error {
	fmt.Fprintf(p.stderr, "%s Type yes to go on: ", question)
	answer, err := p.readLine()
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if !strings.EqualFold(strings.TrimSpace(answer), "yes") {
		return errors.New("nothing was changed; answer yes, or use --yes")
	}
	return nil
}

// readLine returns the first line of standard input, without its end.
func (p *program) readLine() (string, error) {
	const longest = 64 << 10
	line, err := bufio.NewReader(io.LimitReader(p.stdin, longest)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
