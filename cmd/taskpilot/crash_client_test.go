package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/handlers"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// caller is a program that writes to one thread.
type caller struct {
	site   *site
	http   *http.Client
	user   *models.User
	token  string
	thread string
	watch  func(*recording) // is called after every read and at the end; may be nil
}

// newCallers gives each of some users so many threads.
func newCallers(t *testing.T, s *site, db *models.DB, users, threads int) []*caller {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: users * threads}
	t.Cleanup(transport.CloseIdleConnections)
	var list []*caller
	for range users {
		user := modelstest.User(t, db, chatkit.NewID("user")+"@example.com")
		family, _, err := db.NewFamily(t.Context(), user.ID)
		if err != nil {
			t.Fatal(err)
		}
		token, _, err := handlers.NewTokens([]byte(siteJWTSecret)).Mint(user.ID, family, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for range threads {
			thread, err := db.CreateThread(t.Context(), user.ID, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, &caller{site: s, http: &http.Client{Transport: transport}, user: user, token: token,
				thread: thread.ID})
		}
	}
	return list
}

// recording is everything that a caller got for one message.
type recording struct {
	*caller
	key    string // of the message and of its answer's words
	words  int
	status int // 0: the connection broke before an answer
	runID  string
	body   bytes.Buffer
	ended  bool // nothing more comes
	whole  bool // … because the stream ended in order
}

// acknowledged reports whether the server said that it has the message.
func (r *recording) acknowledged() bool { return r.status == http.StatusOK }

func (r *recording) String() string { return fmt.Sprintf("message %s of run %s", r.key, r.runID) }

// ask sends a message and records its stream, to its end or the server's.
func (c *caller) ask(ctx context.Context, key string, words int) *recording {
	r := &recording{caller: c, key: key, words: words}
	body := strings.NewReader(fmt.Sprintf(`{"content":%q}`, question(key, words)))
	c.stream(ctx, r, "POST", "/messages", body)
	return r
}

// rejoin records the rest of the thread's latest run after the given event.
func (c *caller) rejoin(ctx context.Context, after string) *recording {
	r := &recording{caller: c}
	c.stream(ctx, r, "GET", "/events?after="+after, nil)
	return r
}

func (c *caller) stream(ctx context.Context, r *recording, method, path string, body io.Reader) {
	watch := c.watch
	if watch == nil {
		watch = func(*recording) {}
	}
	defer func() {
		r.ended = true
		watch(r)
	}()
	req, err := http.NewRequestWithContext(ctx, method, c.site.url+"/api/v1/chatkit/threads/"+c.thread+path, body)
	if err != nil {
		c.site.t.Error(err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Content-Type", "application/json")
	if r.key != "" {
		req.Header.Set("Idempotency-Key", r.key)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return // the server is gone
	}
	defer res.Body.Close()
	r.status, r.runID = res.StatusCode, res.Header.Get("X-Run-Id")
	for buf := make([]byte, 4096); ; {
		n, err := res.Body.Read(buf)
		if n > 0 {
			r.body.Write(buf[:n])
			watch(r)
		}
		if err != nil {
			r.whole = err == io.EOF
			return
		}
	}
}

// frame is one event as a client sees it. Seq is 0 for one that can't be
// resumed from.
type frame struct {
	runID string
	seq   int64
	event chatkit.Event
}

// frames reads the whole frames of a stream; an unfinished last one does not
// count, as in a browser.
func (r *recording) frames() ([]frame, error) {
	parts := strings.Split(r.body.String(), "\n\n")
	var list []frame
	for _, part := range parts[:len(parts)-1] {
		var f frame
		for line := range strings.Lines(part) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			var err error
			switch name {
			case "id":
				id, n, _ := strings.Cut(value, ".")
				f.runID = id
				f.seq, err = strconv.ParseInt(n, 10, 64)
			case "data":
				f.event, err = chatkit.UnmarshalEvent([]byte(value))
			case "": // a comment
			default:
				err = fmt.Errorf("unknown field")
			}
			if err != nil {
				return nil, fmt.Errorf("line %q: %w", line, err)
			}
		}
		if f.event != nil || f.seq > 0 {
			list = append(list, f)
		}
	}
	return list, nil
}
