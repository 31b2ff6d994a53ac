// Command pages measures how long pages and calls of the API take, one at a
// time, and that a thread of many items opens as fast as a short one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
)

// settings is the command line.
type settings struct {
	requests int
	items    int
	database string
}

func main() {
	rig.BeChild()
	var s settings
	flag.IntVar(&s.requests, "n", 200, "requests of each kind")
	flag.IntVar(&s.items, "items", 100_000, "items of the long thread")
	flag.StringVar(&s.database, "db", "sqlite", "sqlite (a new file), or the postgres:// URL of a database for this alone")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "pages:", err)
		os.Exit(1)
	}
}

// The threads that are opened, by the number of their items: a short one, one
// that fills a page, and the long one.
const (
	shortThread = 10
	pageThread  = 60
)

func (s settings) run(ctx context.Context) (err error) {
	if s.requests < 1 || s.items < pageThread {
		return fmt.Errorf("-n must be at least 1, -items at least %d", pageThread)
	}
	if s.database == "sqlite" {
		dir, err := os.MkdirTemp("", "taskpilot-bench-")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		s.database = "sqlite:" + filepath.Join(dir, "bench.db")
	}
	people, err := rig.People(ctx, s.database, 1, 4)
	if err != nil {
		return err
	}
	person := people[0]
	began := time.Now()
	for i, items := range []int{shortThread, pageThread, s.items} {
		if err := rig.Fill(ctx, s.database, person, person.Threads[i], items); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	fmt.Printf("%.8s, threads filled in %s; medians of %d requests, one at a time\n\n", s.database, time.Since(began).Round(time.Second), s.requests)
	cookie, err := rig.SignIn(ctx, s.database, person)
	if err != nil {
		return err
	}
	server, err := rig.Start(ctx, rig.Options{Database: s.database, Every: time.Second})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	return s.measure(ctx, visitor{server.URL, person, cookie})
}

func (s settings) measure(ctx context.Context, v visitor) error {
	threads := v.person.Threads
	short, err := s.median(ctx, v, "page of 10 items", "GET", "/chat/"+threads[0], "")
	if err != nil {
		return err
	}
	full, err := s.median(ctx, v, "page of 60 items", "GET", "/chat/"+threads[1], "")
	if err != nil {
		return err
	}
	long, err := s.median(ctx, v, fmt.Sprintf("page of %d items", s.items), "GET", "/chat/"+threads[2], "")
	if err != nil {
		return err
	}
	fmt.Printf("  the long thread: %.2f times the short one, %.2f times one that fills a page\n\n", long/short, long/full)
	const api = "/api/v1/chatkit/threads"
	calls := []struct{ name, method, path, body string }{
		{"tasks page", "GET", "/tasks", ""},
		{"ready", "GET", "/readyz", ""},
		{"who am I", "GET", "/api/v1/auth/me", ""},
		{"list threads", "GET", api, ""},
		{"list messages, short", "GET", api + "/" + threads[0] + "/messages", ""},
		{"list messages, long", "GET", api + "/" + threads[2] + "/messages", ""},
		{"message and answer", "POST", api + "/" + threads[3] + "/messages", `{"content":"Hello"}`},
		{"new task", "POST", "/api/v1/tasks", `{"title":"Buy milk"}`},
	}
	for _, c := range calls {
		if _, err := s.median(ctx, v, c.name, c.method, c.path, c.body); err != nil {
			return err
		}
	}
	return nil
}

// visitor is the person with a browser and a program.
type visitor struct {
	url    string
	person rig.Person
	cookie string
}

// median prints and returns the median time of a request in milliseconds.
func (s settings) median(ctx context.Context, v visitor, name, method, path, body string) (float64, error) {
	var times []time.Duration
	size := 0
	for range s.requests {
		began := time.Now()
		n, err := v.do(ctx, method, path, body)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
		times, size = append(times, time.Since(began)), n
	}
	slices.Sort(times)
	ms := func(share float64) float64 { return times[int(share*float64(len(times)-1))].Seconds() * 1e3 }
	fmt.Printf("  %-24s %8.2f ms p50 %8.2f ms p99 %8d bytes\n", name, ms(0.5), ms(0.99), size)
	return ms(0.5), nil
}

func (v visitor) do(ctx context.Context, method, path, body string) (size int, err error) {
	req, err := http.NewRequestWithContext(ctx, method, v.url+path, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	if strings.HasPrefix(path, "/api/") {
		req.Header.Set("Authorization", "Bearer "+v.person.Token)
		req.Header.Set("Content-Type", "application/json")
	} else {
		req.Header.Set("Cookie", v.cookie)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	read, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("%s %s: %s: %.300s", method, path, res.Status, read)
	}
	return len(read), err
}
