package modelstest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/taskpilot/taskpilot/chatkit"
)

// postgres is a server with one migrated database, of which every test gets a
// copy. It is the one that TEST_POSTGRES_URL names, or one of its own.
type postgres struct {
	once     sync.Once
	err      error
	admin    *url.URL // an existing database of the server
	template string
	mu       sync.Mutex // CREATE DATABASE … TEMPLATE goes one at a time
	local    *cluster   // nil for a server that is not ours
}

// database makes a fresh database and drops it after the test.
func (p *postgres) database(t testing.TB) string {
	t.Helper()
	p.once.Do(func() { p.err = p.start() })
	if p.err != nil {
		t.Fatalf("this test needs Postgres: %v", p.err)
	}
	name := chatkit.NewID("test")
	p.mu.Lock()
	err := p.exec("CREATE DATABASE " + name + " TEMPLATE " + p.template)
	p.mu.Unlock()
	if err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		if err := p.exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop database: %v", err)
		}
	})
	return p.url(name)
}

func (p *postgres) url(name string) string {
	u := *p.admin
	u.Path = "/" + name
	return u.String()
}

func (p *postgres) start() error {
	if given := os.Getenv("TEST_POSTGRES_URL"); given != "" {
		u, err := url.Parse(given)
		if err != nil {
			return errors.New("TEST_POSTGRES_URL is not a URL like postgres://user:password@host/database")
		}
		p.admin = u
	} else {
		local, err := startCluster()
		if err != nil {
			return err
		}
		p.local, p.admin = local, local.url()
	}
	p.template = chatkit.NewID("template")
	if err := p.exec("CREATE DATABASE " + p.template); err != nil {
		return fmt.Errorf("create the template: %w", err)
	}
	return migrated(p.url(p.template))
}

// exec runs one statement on a connection of its own.
func (p *postgres) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, p.admin.String())
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// stop drops what start made.
func (p *postgres) stop() {
	if p.template != "" {
		if err := p.exec("DROP DATABASE IF EXISTS " + p.template); err != nil {
			fmt.Fprintln(os.Stderr, "modelstest:", strings.TrimSpace(err.Error()))
		}
	}
	if p.local != nil {
		p.local.stop()
	}
}
