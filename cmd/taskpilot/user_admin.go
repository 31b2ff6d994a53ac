package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/taskpilot/taskpilot/models"
)

func userRoleCommand() command {
	return command{
		name: "user role", args: "<email> admin|user", nargs: 2,
		brief: "Make an account an administrator's, or not one any more",
		prepare: noFlags(withDB(func(ctx context.Context, p *program, db *models.DB, _ Config, args []string) error {
			role := args[1]
			if role != models.RoleAdmin && role != models.RoleUser {
				return usageError("a role is either admin or user")
			}
			user, err := findUser(ctx, db, args[0])
			if err != nil {
				return err
			}
			return p.changed(user, db.SetRole(ctx, user.ID, role), "%s has the role "+role+".\n")
		})),
	}
}

func userDisableCommand() command {
	return command{
		name: "user disable", args: "<email>", nargs: 1,
		brief: "Shut an account out: its sessions, tokens and running answers end",
		more:  "What the person has stays. A running server notices within seconds.",
		prepare: noFlags(withUser(func(ctx context.Context, p *program, db *models.DB, _ Config, user *models.User) error {
			return p.changed(user, db.DisableUser(ctx, user.ID), "%s is disabled.\n")
		})),
	}
}

func userEnableCommand() command {
	return command{
		name: "user enable", args: "<email>", nargs: 1,
		brief: "Let a disabled account in again",
		prepare: noFlags(withUser(func(ctx context.Context, p *program, db *models.DB, _ Config, user *models.User) error {
			return p.changed(user, db.EnableUser(ctx, user.ID), "%s can sign in again.\n")
		})),
	}
}

func userInviteCommand() command {
	return command{
		name: "user invite", args: "<email>", nargs: 1,
		brief: "Print a link by which somebody can open an account",
		more:  "The link is good for one account and seven days, also with SIGNUP=closed.",
		prepare: noFlags(withNewDB(func(ctx context.Context, p *program, db *models.DB, c Config, args []string) error {
			_, secret, err := db.Invite(ctx, args[0])
			if errors.Is(err, models.ErrConflict) {
				return fmt.Errorf("%s has an account already", args[0])
			}
			if err != nil {
				return err
			}
			link, err := url.JoinPath(c.PublicURL, "invite", secret)
			if err != nil {
				return fmt.Errorf("PUBLIC_URL: %w", err)
			}
			_, err = fmt.Fprintln(p.stdout, link)
			return err
		})),
	}
}

// changed says what was done to an account, or why it was not.
func (p *program) changed(user *models.User, err error, done string) error {
	if err != nil {
		return notOnlyAdmin(user, err)
	}
	_, err = fmt.Fprintf(p.stderr, done, user.Email)
	return err
}

// notOnlyAdmin says what to do when a change would leave a server without an
// administrator.
func notOnlyAdmin(user *models.User, err error) error {
	if !errors.Is(err, models.ErrLastAdmin) {
		return err
	}
	return fmt.Errorf("%s is the only administrator; make somebody else one first: taskpilot user role <email> admin", user.Email)
}
