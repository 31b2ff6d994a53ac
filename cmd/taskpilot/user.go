package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/taskpilot/taskpilot/models"
)

func userAddCommand() command {
	return command{
		name: "user add", args: "<email>", nargs: 1,
		brief: "Create an account and print its id",
		more:  passwordHelp,
		prepare: func(fs *flag.FlagSet) action {
			name := fs.String("name", "", "the person's `name`")
			password := fs.String("password", "", passwordUsage)
			return withNewDB(func(ctx context.Context, p *program, db *models.DB, _ Config, args []string) error {
				secret, err := p.password(*password)
				if err != nil {
					return err
				}
				user, err := db.CreateUser(ctx, models.NewUser{Email: args[0], Name: *name, Password: secret})
				if errors.Is(err, models.ErrConflict) {
					return fmt.Errorf("%s has an account already", args[0])
				}
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(p.stdout, user.ID)
				return err
			})
		},
	}
}

func userListCommand() command {
	return command{
		name:  "user list",
		brief: "List the accounts",
		prepare: func(fs *flag.FlagSet) action {
			asJSON := fs.Bool("json", false, "print a JSON array")
			return withDB(func(ctx context.Context, p *program, db *models.DB, _ Config, _ []string) error {
				users, err := allUsers(ctx, db)
				if err != nil {
					return err
				}
				if *asJSON {
					encoder := json.NewEncoder(p.stdout)
					encoder.SetIndent("", "  ")
					return encoder.Encode(users)
				}
				return writeUsers(p.stdout, users)
			})
		},
	}
}

func userPasswordCommand() command {
	return command{
		name: "user password", args: "<email>", nargs: 1,
		brief: "Set an account's password, sign it out everywhere and revoke its API tokens",
		more:  passwordHelp,
		prepare: func(fs *flag.FlagSet) action {
			password := fs.String("password", "", passwordUsage)
			return withUser(func(ctx context.Context, p *program, db *models.DB, _ Config, user *models.User) error {
				secret, err := p.password(*password)
				if err != nil {
					return err
				}
				if err := db.SetPassword(ctx, user.ID, secret); err != nil {
					return err
				}
				if err := db.RevokeAPITokens(ctx, user.ID); err != nil {
					return err
				}
				_, err = fmt.Fprintf(p.stderr, "The password of %s is set.\n", user.Email)
				return err
			})
		},
	}
}

func userDeleteCommand() command {
	return command{
		name: "user delete", args: "<email>", nargs: 1,
		brief: "Delete an account with everything that belongs to it",
		prepare: func(fs *flag.FlagSet) action {
			yes := fs.Bool("yes", false, "don't ask")
			return withUser(func(ctx context.Context, p *program, db *models.DB, _ Config, user *models.User) error {
				if !*yes {
					if err := p.confirm("Delete " + user.Email + " with all threads and tasks? This cannot be undone."); err != nil {
						return err
					}
				}
				if err := db.DeleteUser(ctx, user.ID); err != nil {
					return notOnlyAdmin(user, err)
				}
				if err := db.ForgetWords(ctx); err != nil {
					return err
				}
				_, err := fmt.Fprintf(p.stderr, "%s is deleted.\n", user.Email)
				return err
			})
		},
	}
}

// withUser finds the account that the only argument names.
func withUser(do func(ctx context.Context, p *program, db *models.DB, c Config, user *models.User) error) action {
	return withDB(func(ctx context.Context, p *program, db *models.DB, c Config, args []string) error {
		user, err := findUser(ctx, db, args[0])
		if err != nil {
			return err
		}
		return do(ctx, p, db, c, user)
	})
}

func findUser(ctx context.Context, db *models.DB, email string) (*models.User, error) {
	user, err := db.UserByEmail(ctx, email)
	if errors.Is(err, models.ErrNotFound) {
		return nil, fmt.Errorf("nobody has the e-mail address %s; see taskpilot user list", email)
	}
	return user, err
}

// userRow is what a list shows of an account.
type userRow struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	Name      string    `json:"name"`
	Role      string    `json:"role"`
	Disabled  bool      `json:"disabled"`
	CreatedAt time.Time `json:"created_at"`
}

func allUsers(ctx context.Context, db *models.DB) ([]userRow, error) {
	const page = 200
	rows := []userRow{}
	after := ""
	for {
		users, err := db.Users(ctx, after, page)
		if err != nil {
			return nil, err
		}
		for _, u := range users {
			rows = append(rows, userRow{u.ID, u.Email, u.Name, u.Role, u.DisabledAt != nil, u.CreatedAt.UTC()})
			after = u.ID
		}
		if len(users) < page {
			return rows, nil
		}
	}
}

func writeUsers(w io.Writer, users []userRow) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "ID\tEMAIL\tNAME\tROLE\tCREATED\tSTATE\n")
	for _, u := range users {
		state := "active"
		if u.Disabled {
			state = "disabled"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", u.ID, u.Email, u.Name, u.Role, u.CreatedAt.Format(time.DateOnly), state)
	}
	return table.Flush()
}
