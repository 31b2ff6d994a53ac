package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
)

// The names of the servers in the report.
const (
	ourServer      = "TaskPilot"
	officialServer = "official"
	bareServer     = "bare Fiber"
)

// target is a running server.
type target struct {
	name    string
	server  *rig.Server
	client  *http.Client
	threads []string
	tokens  []string // by thread; empty: it asks for none
	next    int      // the first thread that no stream has used
}

// starter starts a server with its data in the folder; nil for one that is left out.
type starter func(ctx context.Context, dir string) (*target, error)

// perOwner is how many threads an account has: the server allows it 64 streams.
const perOwner = 50

// threadsNeeded has a thread for each stream of a round, and one to list.
func (s settings) threadsNeeded() int {
	n := perOwner // at the least
	for _, streams := range s.counts {
		n += 2 * streams
	}
	return n
}

func (s settings) newTarget(name string, server *rig.Server) *target {
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * s.counts[0], DisableCompression: true}
	return &target{name: name, server: server, client: &http.Client{Transport: transport}, next: 1}
}

func (s settings) startOurs(ctx context.Context, dir string) (*target, error) {
	database := s.database
	if database == "sqlite" {
		database = "sqlite:" + filepath.Join(dir, "ours.db")
	}
	people, err := rig.People(ctx, database, (s.threadsNeeded()+perOwner-1)/perOwner, perOwner)
	if err != nil {
		return nil, err
	}
	if err := rig.Fill(ctx, database, people[0], people[0].Threads[0], talkItems); err != nil {
		return nil, err
	}
	server, err := rig.Start(ctx, rig.Options{Database: database, Every: s.every(), Burst: burst})
	if err != nil {
		return nil, err
	}
	t := s.newTarget(ourServer, server)
	for _, p := range people {
		for _, thread := range p.Threads {
			t.threads, t.tokens = append(t.threads, thread), append(t.tokens, p.Token)
		}
	}
	return t, nil
}

func (s settings) every() time.Duration { return time.Second / time.Duration(s.rate) }

func (s settings) startBare(ctx context.Context, _ string) (*target, error) {
	if s.only == "lists" {
		return nil, nil
	}
	server, err := rig.Start(ctx, rig.Options{Bare: true, Every: s.every(), Burst: burst})
	if err != nil {
		return nil, err
	}
	t := s.newTarget(bareServer, server)
	t.threads = make([]string, s.threadsNeeded())
	return t, nil
}

//go:embed peer.py
var peer []byte

func (s settings) startOfficial(ctx context.Context, dir string) (*target, error) {
	if s.python == "none" {
		return nil, nil
	}
	program := filepath.Join(dir, "peer.py")
	if err := os.WriteFile(program, peer, 0o600); err != nil {
		return nil, err
	}
	talk, err := json.Marshal(map[string]any{"talk": rig.Talk(talkItems), "answers": rig.Prose(burst)})
	if err != nil {
		return nil, err
	}
	n := s.threadsNeeded()
	server, err := rig.Command(exec.CommandContext(ctx, s.python, program, filepath.Join(dir, "official.db"),
		fmt.Sprint(n), fmt.Sprint(s.every().Seconds())), append(talk, '\n'))
	if err != nil {
		return nil, err
	}
	t := s.newTarget(officialServer, server)
	for i := range n {
		t.threads = append(t.threads, fmt.Sprintf("thr_%d", i))
	}
	return t, nil
}

// post sends a ChatKit request on behalf of a thread's owner.
func (t *target) post(ctx context.Context, thread int, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.server.URL+"/api/v1/chatkit", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if len(t.tokens) > 0 {
		req.Header.Set("Authorization", "Bearer "+t.tokens[thread])
	}
	res, err := t.client.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		defer res.Body.Close()
		said, err := io.ReadAll(io.LimitReader(res.Body, 300))
		return nil, fmt.Errorf("%.100s: %s: %s %w", body, res.Status, said, err)
	}
	return res, nil
}

//go:embed requirements.txt
var requirements string
