package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// The exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

// command is one thing that the program does.
type command struct {
	name  string // one or two words: "user add"
	args  string // what follows, for the help: "<email>"
	nargs int    // how many arguments it takes
	brief string // one line
	more  string // the rest of the help, may be empty
	// prepare declares the flags and returns what to do once they are read.
	prepare func(fs *flag.FlagSet) action
}

// action does a command's work; args has command.nargs entries.
type action func(ctx context.Context, p *program, args []string) error

// commands lists them in the order of the help.
func commands() []command {
	return []command{
		serveCommand(),
		migrateCommand(),
		userAddCommand(),
		userListCommand(),
		userPasswordCommand(),
		userDeleteCommand(),
		userRoleCommand(),
		userDisableCommand(),
		userEnableCommand(),
		userInviteCommand(),
		tokenCommand(),
		secretsRotateCommand(),
		assistantSetupCommand(),
		assistantCheckCommand(),
		mcpListCommand(),
		mcpApproveCommand(),
		mcpRevokeCommand(),
		exportCommand(),
		importCommand(),
		backupCommand(),
		restoreCommand(),
		conformCommand(),
		versionCommand(),
	}
}

// noFlags prepares a command that has none.
func noFlags(do action) func(*flag.FlagSet) action {
	return func(*flag.FlagSet) action { return do }
}

// usageError is a wrong command line, as opposed to a command that failed.
type usageError string

// Error says what is wrong with the command line.
func (e usageError) Error() string { return string(e) }

// run does what args ask and returns the exit code.
func (p *program) run(ctx context.Context, args []string) int {
	err := p.dispatch(ctx, args)
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintf(p.stderr, "taskpilot: %s\n", usage)
		return exitUsage
	default:
		fmt.Fprintf(p.stderr, "taskpilot: %s\n", plain(err))
		return exitError
	}
}

func (p *program) dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 {
		args = []string{"serve"}
	}
	if args[0] == "help" || isHelp(args[0]) {
		return writeOverview(p.stdout, "")
	}
	if strings.HasPrefix(args[0], "-") {
		args = append([]string{"serve"}, args...) // flags of the default command
	}
	for _, c := range commands() {
		words := strings.Fields(c.name)
		if len(args) >= len(words) && strings.Join(args[:len(words)], " ") == c.name {
			return p.execute(ctx, c, args[len(words):])
		}
	}
	return p.unknown(args)
}

// execute reads a command's flags, which may stand before and after its
// arguments, and runs it.
func (p *program) execute(ctx context.Context, c command, args []string) error {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	do := c.prepare(fs)
	var positional []string
	for {
		if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
			return c.writeHelp(p.stdout, fs)
		} else if err != nil {
			return usageError(fmt.Sprintf("%v\nSee taskpilot %s --help.", err, c.name))
		}
		if fs.NArg() == 0 {
			break
		}
		if read := len(args) - fs.NArg(); read > 0 && args[read-1] == "--" {
			positional = append(positional, fs.Args()...)
			break
		}
		positional = append(positional, fs.Arg(0))
		args = fs.Args()[1:]
	}
	if len(positional) != c.nargs {
		return usageError("usage: " + c.usage())
	}
	return do(ctx, p, positional)
}

// unknown answers a command line that names no command.
func (p *program) unknown(args []string) error {
	var group strings.Builder
	if err := writeOverview(&group, args[0]); err != nil {
		return err
	}
	switch {
	case group.Len() == 0:
		return usageError(fmt.Sprintf("unknown command %q\nSee taskpilot --help.", args[0]))
	case len(args) > 1 && isHelp(args[1]):
		_, err := io.WriteString(p.stdout, group.String())
		return err
	default:
		return usageError(args[0] + " needs one of these commands\n" + group.String())
	}
}

func isHelp(arg string) bool { return arg == "--help" || arg == "-help" || arg == "-h" }

func (c command) usage() string {
	return strings.TrimSpace("taskpilot " + c.name + " [flags] " + c.args)
}

func (c command) writeHelp(w io.Writer, fs *flag.FlagSet) error {
	fmt.Fprintf(w, "%s\n\nUsage: %s\n", c.brief, c.usage())
	if c.more != "" {
		fmt.Fprintf(w, "\n%s\n", c.more)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "\nFlags:\n")
	fs.VisitAll(func(f *flag.Flag) {
		value, usage := flag.UnquoteUsage(f)
		fmt.Fprintf(table, "  --%s %s\t%s\n", f.Name, value, usage)
	})
	fmt.Fprint(table, "  --help\tshow this help\n")
	return table.Flush()
}

// writeOverview lists the commands; with a group, only those that begin with
// that word, and nothing when there are none.
func writeOverview(w io.Writer, group string) error {
	var rows []string
	for _, c := range commands() {
		if first, _, two := strings.Cut(c.name, " "); group == "" || (two && first == group) {
			rows = append(rows, fmt.Sprintf("  taskpilot %s\t%s\n", strings.TrimSpace(c.name+" "+c.args), c.brief))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if group == "" {
		fmt.Fprint(table, "TaskPilot is a self-hosted AI chat in one program.\n\n")
	}
	fmt.Fprint(table, "Commands:\n"+strings.Join(rows, ""))
	fmt.Fprint(table, "\nEvery command explains itself with --help. Settings are environment variables;\nsee .env.example and README.md.\n")
	return table.Flush()
}
