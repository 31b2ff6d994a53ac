// Command bulk measures what moves all of a person's data: the export of
// everything, the import of a ChatGPT export, and the deletion of the account. Of
// each it tells how long it takes, how much memory the server takes for it, and how
// long another person waits for answers meanwhile.
//
//	go run ./bench/bulk
//	go run ./bench/bulk -db postgres://…
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
)

// settings is the command line.
type settings struct {
	threads, messages, files, zip int
	database                      string
	dir                           string // for all that is written
}

func main() {
	rig.BeChild()
	var s settings
	flag.IntVar(&s.threads, "threads", 2000, "threads of the person")
	flag.IntVar(&s.messages, "messages", 100, "messages of each")
	flag.IntVar(&s.files, "files", 10, "files of 20 MB among them")
	flag.IntVar(&s.zip, "zip", 200, "MB of the export of ChatGPT's that is imported")
	flag.StringVar(&s.database, "db", "sqlite", "sqlite (a new file), or the postgres:// URL of a database for this alone")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bulk:", err)
		os.Exit(1)
	}
}

func (s settings) run(ctx context.Context) (err error) {
	if s.dir, err = os.MkdirTemp("", "taskpilot-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.dir)) }()
	if s.database == "sqlite" {
		s.database = "sqlite:" + filepath.Join(s.dir, "bench.db")
	}
	people, err := rig.People(ctx, s.database, 3, 1) // the first one is the administrator
	if err != nil {
		return err
	}
	other, much, newcomer := people[0], people[1], people[2]
	began := time.Now()
	if err := errors.Join(s.fill(ctx, much), s.chatGPT()); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	fmt.Printf("%.8s, %d threads of %d messages, filled in %s\n\n", s.database, s.threads, s.messages, time.Since(began).Round(time.Second))
	server, err := rig.Start(ctx, rig.Options{Database: s.database, Every: time.Second, Files: s.dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	w := &watch{server: server, other: other}
	fmt.Println("| what | took | memory before, at most | answers of another person: p50, longest | |\n|---|---|---|---|---|")
	return errors.Join(
		w.during(ctx, "nothing", func(context.Context) (string, error) { time.Sleep(5 * time.Second); return "", nil }),
		w.during(ctx, "export", s.in(server, much, export)),
		w.during(ctx, "import", s.in(server, newcomer, s.bring)),
		w.during(ctx, "deletion", s.in(server, much, remove)))
}

// in does something in a browser of the person's.
func (s settings) in(server *rig.Server, p rig.Person, do func(context.Context, *rig.Browser, rig.Person) (string, error)) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		cookie, err := rig.SignIn(ctx, s.database, p)
		if err != nil {
			return "", err
		}
		b, err := server.Browse(ctx, "/settings/data", cookie)
		if err != nil {
			return "", err
		}
		return do(ctx, b, p)
	}
}

func export(ctx context.Context, b *rig.Browser, _ rig.Person) (string, error) {
	began := time.Now()
	res, err := b.Open(ctx, "/settings/data/export")
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	first := make([]byte, 1)
	if _, err := io.ReadFull(res.Body, first); err != nil {
		return "", err
	}
	after := time.Since(began)
	n, err := io.Copy(io.Discard, res.Body)
	return fmt.Sprintf("first byte after %s, %d MB", after.Round(time.Millisecond), n>>20), err
}

func (s settings) bring(ctx context.Context, b *rig.Browser, _ rig.Person) (string, error) {
	file, err := os.Open(s.zipFile())
	if err != nil {
		return "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	began := time.Now()
	sent, err := b.Send(ctx, "/settings/data/import", rig.File{Reader: file, Name: "export.zip", Size: info.Size()})
	if err == nil && sent.Status != http.StatusSeeOther {
		err = fmt.Errorf("answered %+v", *sent)
	}
	if err != nil {
		return "", err
	}
	looked := time.Since(began)
	if _, err := b.Post(ctx, sent.Location, url.Values{}, nil); err != nil {
		return "", err
	}
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "", ctx.Err()
		}
		page, err := b.Do(ctx, http.MethodGet, sent.Location, nil, http.Header{"Hx-Request": {"true"}})
		if err != nil {
			return "", err
		}
		if !strings.Contains(page.Body, `hx-get="`+sent.Location) { // it asks again until it is done
			tick.Stop()
			return fmt.Sprintf("%d MB, shown what is in it after %s", info.Size()>>20, looked.Round(time.Millisecond)), nil
		}
	}
}

func remove(ctx context.Context, b *rig.Browser, p rig.Person) (string, error) {
	done, err := b.Post(ctx, "/settings/delete", url.Values{"confirm": {p.Email}, "current_password": {rig.Password}}, nil)
	if err == nil && done.Status != http.StatusOK {
		err = fmt.Errorf("answered %+v", *done)
	}
	return "", err
}
