// Command timing measures whether how long an answer takes tells who has an
// account: of signing in with a wrong password, signing up, and asking for a new
// password, with addresses that have an account and that have none, in turns.
//
//	go run ./bench/timing
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
	"github.com/taskpilot/taskpilot/chatkit"
)

func main() {
	rig.BeChild()
	rounds := flag.Int("n", 300, "requests of each kind, for each kind of address")
	database := flag.String("db", "sqlite", "sqlite (a new file), or the postgres:// URL of a database for this alone")
	only := flag.String("only", "", "only the kinds whose name has this in it")
	pause := flag.Duration("pause", 50*time.Millisecond, "before each request, for what the last one left to do")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *database, *only, *rounds, *pause); err != nil {
		fmt.Fprintln(os.Stderr, "timing:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, database, only string, rounds int, pause time.Duration) (err error) {
	if database == "sqlite" {
		dir, err := os.MkdirTemp("", "taskpilot-bench-")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		database = "sqlite:" + filepath.Join(dir, "bench.db")
	}
	people, err := rig.People(ctx, database, rounds, 0)
	if err != nil {
		return err
	}
	post, err := newSink()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, post.Close()) }()
	server, err := rig.Start(ctx, rig.Options{Database: database, Every: time.Second, Mail: "smtp://" + post.addr})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	t := &trial{server: server, people: people, pause: pause}
	fmt.Printf("%.8s, %d requests of each\n\n| request | has an account: median, and its bounds | has none | difference: of the medians, of the lower quarters | the next request: medians |\n|---|---|---|---|---|\n", database, rounds)
	for _, k := range []kind{
		{"sign in, wrong password", "/signin", 401},
		{"sign up", "/signup", 200},
		{"ask for a link", "/forgot", 200},
	} {
		if !strings.Contains(k.name, only) {
			continue
		}
		if err := t.measure(ctx, k); err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	return nil
}

// kind is a kind of request: the form of a page, and the status that all get.
type kind struct {
	name, path string
	status     int
}

type trial struct {
	server *rig.Server
	people []rig.Person
	pause  time.Duration
	asked  int
}

// times are those of the requests and, for each, of one that was sent right after
// it by somebody else.
type times struct{ asked, next []time.Duration }

func (t *trial) measure(ctx context.Context, k kind) error {
	var known, unknown times
	for i, p := range t.people {
		ask := []func() error{
			func() error { return t.ask(ctx, k, p.Email, &known) },
			func() error { return t.ask(ctx, k, chatkit.NewID("bench")+"@example.com", &unknown) }}
		if i%2 == 0 { // neither is always the first
			slices.Reverse(ask)
		}
		if err := errors.Join(ask[0](), ask[1]()); err != nil {
			return err
		}
	}
	time.Sleep(time.Second) // for what the last ones left to do
	apart := func(q float64) float64 {
		return 100 * (float64(quantile(known.asked, q))/float64(quantile(unknown.asked, q)) - 1)
	}
	fmt.Printf("| %s | %s | %s | %+.1f %%, %+.1f %% | %s and %s |\n", k.name, sure(known.asked), sure(unknown.asked),
		apart(.5), apart(.25), ms(median(known.next)), ms(median(unknown.next)))
	return nil
}

// ask sends the form as a browser of its own, from an address of its own.
func (t *trial) ask(ctx context.Context, k kind, email string, into *times) error {
	b, err := t.server.Browse(ctx, k.path, "")
	if err != nil {
		return err
	}
	defer b.CloseIdleConnections()
	time.Sleep(t.pause)
	t.asked++
	from := http.Header{"X-Forwarded-For": {net.IPv4(10, byte(t.asked>>16), byte(t.asked>>8), byte(t.asked)).String()}}
	began := time.Now()
	got, err := b.Post(ctx, k.path, url.Values{"email": {email}, "name": {"A name"}, "password": {"a long but wrong one"}}, from)
	into.asked = append(into.asked, time.Since(began))
	if err == nil && got.Status != k.status {
		err = fmt.Errorf("answered %+v", *got)
	}
	if err != nil {
		return err
	}
	began = time.Now()
	_, err = b.Do(ctx, http.MethodGet, "/signin", nil, nil)
	into.next = append(into.next, time.Since(began))
	return err
}

func quantile(list []time.Duration, q float64) time.Duration {
	list = slices.Sorted(slices.Values(list))
	return list[int(q*float64(len(list)-1))]
}

func median(list []time.Duration) time.Duration { return quantile(list, .5) }

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", d.Seconds()*1000) }

// sure are the bounds between which the true median is in 95 of 100 cases.
func sure(list []time.Duration) string {
	n := float64(len(list))
	off := .98 / math.Sqrt(n)
	return fmt.Sprintf("%s (%s to %s)", ms(median(list)), ms(quantile(list, max(.5-off, 0))), ms(quantile(list, min(.5+off, 1))))
}
