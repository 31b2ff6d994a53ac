package conform

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Verdict is how a check ended.
type Verdict string

// The verdicts. Only Failed is a violation of the protocol.
const (
	OK           Verdict = "ok"
	Failed       Verdict = "FAILED"
	Note         Verdict = "note"          // allowed, or done by the official server too, but better otherwise
	NotSupported Verdict = "not supported" // the server refuses what is optional
)

// Check is one rule, looked at in one step of the tour.
type Check struct {
	Step    string // what was sent: "threads.list, one by one"
	Rule    string
	Verdict Verdict
	Detail  string // what was expected and what was seen; empty if all is well
}

// String returns the check in one line.
func (c Check) String() string { return c.Step + ": " + c.line() }

func (c Check) line() string {
	line := fmt.Sprintf("%-13s  %s", c.Verdict, c.Rule)
	if c.Detail != "" {
		line += ": " + printable(c.Detail)
	}
	return line
}

// printable keeps what a server sent from steering the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}

// Report is what a tour found, in the order of the tour.
type Report struct {
	URL    string
	Checks []Check
}

// Violations returns the checks that failed.
func (r *Report) Violations() []Check {
	var list []Check
	for _, c := range r.Checks {
		if c.Verdict == Failed {
			list = append(list, c)
		}
	}
	return list
}

// Count returns how many checks ended so.
func (r *Report) Count(v Verdict) int {
	n := 0
	for _, c := range r.Checks {
		if c.Verdict == v {
			n++
		}
	}
	return n
}

// WriteText writes the report for people: a line for each check under its step,
// and a summary.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "A tour of the ChatKit protocol at %s\n", r.URL)
	step := ""
	for _, c := range r.Checks {
		if c.Step != step {
			step = c.Step
			fmt.Fprintf(&b, "\n%s\n", step)
		}
		fmt.Fprintf(&b, "  %s\n", c.line())
	}
	fmt.Fprintf(&b, "\n%d checks: %d ok, %d FAILED, %d notes, %d not supported\n",
		len(r.Checks), r.Count(OK), r.Count(Failed), r.Count(Note), r.Count(NotSupported))
	_, err := io.WriteString(w, b.String())
	return err
}
