package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/taskpilot/taskpilot/handlers"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/portable"
)

func exportCommand() command {
	return command{
		name: "export", args: "<email>", nargs: 1,
		brief: "Write everything of one person's as a zip file",
		more:  "  taskpilot export ann@example.com > ann.zip\nAlso while the server runs. What is in the file: docs/export.md.",
		prepare: noFlags(withUser(func(ctx context.Context, p *program, db *models.DB, c Config, user *models.User) error {
			store, err := openFiles(ctx, c, db, newLogger(c, p.stderr))
			if err != nil {
				return err
			}
			defer store.Close()
			if err := db.Audit(ctx, models.AuditExported, user.ID, "everything"); err != nil {
				return err
			}
			out := bufio.NewWriterSize(p.stdout, 64<<10)
			export := &portable.Export{DB: db, Files: store, User: user, Now: p.now(), Markdown: handlers.Markdown(ctx)}
			if err := export.Write(ctx, out); err != nil {
				return err
			}
			return out.Flush()
		})),
	}
}

func importCommand() command {
	return command{
		name: "import", args: "<email> <file>", nargs: 2,
		brief: "Take an export in for one person",
		more:  "Reads TaskPilot's own exports and those of ChatGPT, Open WebUI and LibreChat, zip\nor JSON. What the person has already is left alone, so that it can be done again.\nAlso while the server runs.",
		prepare: func(fs *flag.FlagSet) action {
			look := fs.Bool("preview", false, "only say what would be done")
			return withDB(func(ctx context.Context, p *program, db *models.DB, c Config, args []string) error {
				user, err := findUser(ctx, db, args[0])
				if err != nil {
					return err
				}
				store, err := openFiles(ctx, c, db, newLogger(c, p.stderr))
				if err != nil {
					return err
				}
				defer store.Close()
				return p.importFile(ctx, &portable.Importer{DB: db, Files: store, UserID: user.ID}, args[1], *look)
			})
		},
	}
}

// importFile imports a file, or says what that would do.
func (p *program) importFile(ctx context.Context, i *portable.Importer, name string, look bool) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	format, count, err := i.Preview(ctx, file, info.Size())
	if err != nil {
		return err
	}
	if look {
		fmt.Fprintf(p.stdout, "An export of %s. An import would bring:\n", format)
		return writeCount(p.stdout, count)
	}
	count, err = i.Run(ctx, file, info.Size(), func(models.ImportCount) {})
	if err != nil {
		return fmt.Errorf("%w (what was imported so far stays; import again to go on)", err)
	}
	fmt.Fprintf(p.stdout, "Imported from %s:\n", format)
	return writeCount(p.stdout, count)
}

func writeCount(w io.Writer, c models.ImportCount) error {
	_, err := fmt.Fprintf(w, "  conversations  %d (messages %d, files %d)\n  tasks          %d\n  there already  %d\n  files left out %d\n  can't be read  %d\n",
		c.Threads, c.Messages, c.Files, c.Tasks, c.There, c.Lost, c.Bad)
	for _, problem := range c.Problems {
		if err == nil {
			_, err = fmt.Fprintf(w, "    %q: %s\n", problem.Entry, problem.Reason)
		}
	}
	return err
}
