package main

import (
	"context"
	"fmt"
	"time"

	"github.com/taskpilot/taskpilot/handlers"
	"github.com/taskpilot/taskpilot/models"
)

func tokenCommand() command {
	return command{
		name: "token", args: "<email>", nargs: 1,
		brief: "Print an access token for API calls",
		more:  "Prints the token and nothing else:\n  T=$(taskpilot token ann@example.com)\n  curl -H \"Authorization: Bearer $T\" http://localhost:8000/api/v1/auth/me\nIt is valid for 15 minutes, and only on a server with the same JWT_SECRET or DATA_DIR.",
		prepare: noFlags(withUser(func(ctx context.Context, p *program, db *models.DB, c Config, user *models.User) error {
			token, err := mintToken(ctx, db, c, user, p.now())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(p.stdout, token)
			return err
		})),
	}
}

// mintToken begins a sign-in of its own, so that the token can be revoked like
// any other.
func mintToken(ctx context.Context, db *models.DB, c Config, user *models.User, now time.Time) (string, error) {
	if user.DisabledAt != nil {
		return "", fmt.Errorf("the account %s is disabled", user.Email)
	}
	if err := c.loadSecrets(); err != nil {
		return "", err
	}
	tokens := handlers.NewTokens([]byte(c.JWTSecret.Reveal()))
	family, _, err := db.NewFamily(ctx, user.ID)
	if err != nil {
		return "", fmt.Errorf("begin a sign-in: %w", err)
	}
	token, _, err := tokens.Mint(user.ID, family, now)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	if err := db.Audit(ctx, models.AuditTokenMade, user.ID, ""); err != nil {
		return "", err
	}
	return token, nil
}
