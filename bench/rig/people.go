package rig

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/handlers"
	"github.com/taskpilot/taskpilot/models"
)

// Person is an account with an access token.
type Person struct {
	*models.User
	Token   string
	Threads []string
}

// Password is everybody's.
const Password = "a benchmark's password"

// People migrates the database and opens accounts, each with so many threads.
func People(ctx context.Context, database string, accounts, threads int) (list []Person, err error) {
	db, err := models.Open(ctx, database)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	for range accounts {
		p, err := newPerson(ctx, db, threads)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func newPerson(ctx context.Context, db *models.DB, threads int) (p Person, err error) {
	if p.User, err = db.CreateUser(ctx, models.NewUser{Email: chatkit.NewID("bench") + "@example.com", Password: Password}); err != nil {
		return p, err
	}
	family, _, err := db.NewFamily(ctx, p.ID)
	if err != nil {
		return p, err
	}
	if p.Token, _, err = handlers.NewTokens([]byte(JWTSecret)).Mint(p.ID, family, time.Now()); err != nil {
		return p, fmt.Errorf("rig: token: %w", err)
	}
	for range threads {
		t, err := db.CreateThread(ctx, p.ID, "", nil)
		if err != nil {
			return p, err
		}
		p.Threads = append(p.Threads, t.ID)
	}
	return p, nil
}

// AskRequest is the bytes of the request that starts an endless answer.
func (p Person) AskRequest(host, thread string) []byte {
	body := `{"content":"` + Question + `"}`
	return fmt.Appendf(nil, "%s /api/v1/chatkit/threads/%s/messages HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
		"Accept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		http.MethodPost, thread, host, p.Token, len(body), body)
}

// BareRequest is the bytes of the request for a stream of the bare server.
func BareRequest(host string) []byte {
	return fmt.Appendf(nil, "%s / HTTP/1.1\r\nHost: %s\r\n\r\n", http.MethodGet, host)
}
