package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
)

// watch looks at the server while something is done.
type watch struct {
	server *rig.Server
	other  rig.Person
}

const (
	lookEvery = 20 * time.Millisecond // at the server's memory
	askEvery  = 20 * time.Millisecond // another person's messages
)

// during does something and prints a row of the table.
func (w *watch) during(ctx context.Context, what string, do func(context.Context) (string, error)) error {
	_, before, err := w.server.Usage()
	if err != nil {
		return err
	}
	meanwhile, end := context.WithCancel(ctx)
	defer end()
	var all sync.WaitGroup
	most, waits, failed := before, []time.Duration(nil), [2]error{}
	all.Go(func() { most, failed[0] = w.memory(meanwhile, before) })
	all.Go(func() { waits, failed[1] = w.ask(meanwhile) })
	began := time.Now()
	note, err := do(ctx)
	took := time.Since(began)
	end()
	all.Wait()
	for _, err := range append([]error{err}, failed[:]...) {
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	slices.Sort(waits)
	fmt.Printf("| %s | %s | %d MB, %d MB | %s, %s of %d | %s |\n", what, took.Round(time.Millisecond), before>>20, most>>20,
		waits[len(waits)/2].Round(time.Millisecond/10), waits[len(waits)-1].Round(time.Millisecond/10), len(waits), note)
	return nil
}

// memory is the most that the server had.
func (w *watch) memory(ctx context.Context, most int64) (int64, error) {
	for tick := time.NewTicker(lookEvery); ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			return most, nil
		}
		_, now, err := w.server.Usage()
		if err != nil {
			return most, err
		}
		most = max(most, now)
	}
}

// ask sends messages of the other person and waits for their answers, each of
// which is some commits.
func (w *watch) ask(ctx context.Context) (waits []time.Duration, err error) {
	for tick := time.NewTicker(askEvery); ; {
		began := time.Now()
		if err := w.message(context.WithoutCancel(ctx)); err != nil {
			return waits, err
		}
		waits = append(waits, time.Since(began))
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			return waits, nil
		}
	}
}

func (w *watch) message(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.server.URL+"/api/v1/chatkit/threads/"+w.other.Threads[0]+"/messages",
		strings.NewReader(`{"content":"Hello"}`))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+w.other.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
		return fmt.Errorf("a message: %s %w: %.300s", res.Status, err, body)
	}
	return nil
}
