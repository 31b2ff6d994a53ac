// Command search measures how long a search takes among many messages, and what
// it costs to index one.
//
//	go run ./bench/search
//	go run ./bench/search -database postgres://…
//
// A database that it has filled before is used as it is, and indexed further if
// that had not come to its end.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/taskpilot/taskpilot/models"
)

func main() {
	messages := flag.Int("messages", 1_000_000, "how many messages there are; a tenth are one person's")
	database := flag.String("database", "", "an empty database, or one of an earlier run; a file of SQLite's if there is none")
	rounds := flag.Int("rounds", 100, "how often each question is asked")
	flag.Parse()
	if err := run(context.Background(), *database, *messages, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "search:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, database string, messages, rounds int) (err error) {
	if database == "" {
		dir, err := os.MkdirTemp("", "search")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		database = "sqlite:" + filepath.Join(dir, "search.db")
	}
	db, err := models.Open(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	began := time.Now()
	f := &filler{database: database, messages: messages, db: db}
	if err := f.fill(ctx); err != nil {
		return err
	}
	fmt.Printf("%s: %d messages of %d people, written in %v\n", db.Driver(), messages, len(f.people), time.Since(began).Round(time.Second))
	if err := index(ctx, db, messages); err != nil {
		return err
	}
	if err := f.settle(ctx); err != nil {
		return err
	}
	return ask(ctx, db, f, rounds)
}

// index does what a server does after an update, without its pauses.
func index(ctx context.Context, db *models.DB, messages int) error {
	began, steps := time.Now(), 0
	for {
		more, err := db.IndexOlder(ctx)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		steps++
	}
	took := time.Since(began)
	fmt.Printf("indexed in %v, %v a message, %d steps of %v\n", took.Round(time.Second),
		(took / time.Duration(messages)).Round(time.Microsecond), steps, (took / time.Duration(max(steps, 1))).Round(time.Millisecond/10))
	return nil
}

// ask asks each kind of question, as the person with most messages and as one
// with few.
func ask(ctx context.Context, db *models.DB, f *filler, rounds int) error {
	fmt.Println("| question | hits on the page | p50 | p95 | p99 |\n|---|---|---|---|---|")
	var all []time.Duration
	for _, q := range questions() {
		for _, who := range []int{0, 1} {
			var times []time.Duration
			hits, after := 0, ""
			for i := range rounds {
				began := time.Now()
				found, err := db.Search(ctx, f.people[who], models.SearchQuery{Text: q.text(i), After: after})
				if err != nil {
					return err
				}
				times = append(times, time.Since(began))
				hits += len(found.Hits)
				if q.pages {
					after = found.After
				}
			}
			all = append(all, times...)
			fmt.Printf("| %s, %s | %.1f | %s |\n", q.name, [...]string{"many messages", "few"}[who], float64(hits)/float64(rounds), quantiles(times))
		}
	}
	fmt.Printf("| all | | %s |\n", quantiles(all))
	return nil
}

func quantiles(times []time.Duration) string {
	slices.Sort(times)
	at := func(q float64) string {
		return fmt.Sprintf("%.1f ms", times[int(q*float64(len(times)-1))].Seconds()*1000)
	}
	return at(.5) + " | " + at(.95) + " | " + at(.99)
}

// question is a kind of question; each round asks another one.
type question struct {
	name  string
	text  func(round int) string
	pages bool // go on from page to page
}

func questions() []question {
	return []question{
		{"one common word", func(i int) string { return word(i % 5) }, false},
		{"page after page of it", func(int) string { return word(1) }, true},
		{"a rare word", func(i int) string { return word(vocabulary - 1 - i) }, false},
		{"two common words", func(i int) string { return word(i%5) + " " + word(i%7+5) }, false},
		{"a common and a rare word", func(i int) string { return word(i%5) + " " + word(vocabulary/2+i) }, false},
		{"one letter", func(i int) string { return string(rune('a' + i%20)) }, false},
		{"the beginning of a word", func(i int) string { return word(100 + i*7)[:3] }, false},
		{"two words side by side", func(i int) string { return `"` + word(i%5) + " " + word(i%3) + `"` }, false},
		{"one Chinese character", func(i int) string { return string(rune(0x4e00 + i%50)) }, false},
		{"nothing to find", func(i int) string { return fmt.Sprintf("zzq%d", i) }, false},
	}
}
