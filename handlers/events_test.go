package handlers

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// sse is one server-sent event as it came.
type sse struct{ id, event, data string }

// readSSE returns the stream's next event, comments left out.
func readSSE(t *testing.T, r *bufio.Reader) (e sse, more bool) {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return e, false
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch {
		case line == "\n" && e != sse{}:
			return e, true
		case name == "id":
			e.id = value
		case name == "event":
			e.event = value
		case name == "data":
			e.data = value
		}
	}
}

// foldText folds a stream's events and returns the answer's text.
func foldText(t *testing.T, events []sse) string {
	t.Helper()
	var fold chatkit.Fold
	for _, e := range events {
		if e.data == "" {
			continue
		}
		ev, err := chatkit.UnmarshalEvent([]byte(e.data))
		if err != nil {
			t.Fatal(err)
		}
		if err := fold.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	text := ""
	for _, it := range fold.Items() {
		if m, ok := it.(*chatkit.AssistantMessage); ok {
			text += m.Text()
		}
	}
	return text
}

// rejoin reads a thread's events after a position to their end.
func (v *visitor) rejoin(thread, after string) (status int, events []sse) {
	v.s.t.Helper()
	res, err := v.http.Do(v.request("GET", "/api/v1/chatkit/threads/"+thread+"/events?after="+after, nil))
	if err != nil {
		v.s.t.Fatal(err)
	}
	defer res.Body.Close()
	r := bufio.NewReader(res.Body)
	for {
		e, more := readSSE(v.s.t.(*testing.T), r)
		if !more {
			return res.StatusCode, events
		}
		events = append(events, e)
	}
}

func TestRejoinAfterAnyEvent(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		gate := make(chan string, 100)
		s := boot(t, db, func(o *Options) { o.Assistant = gated(gate) })
		ann := s.program(modelstest.User(t, s.db, "ann@example.com"))
		thread := ann.newThread()
		first := bufio.NewReader(ann.openStream(thread, "hello").Body)
		gate <- "one "
		var head []sse
		for len(head) == 0 || !strings.Contains(head[len(head)-1].data, "one ") {
			e, more := readSSE(t, first)
			if !more {
				t.Fatal("the stream ended")
			}
			head = append(head, e)
		}
		var wg sync.WaitGroup
		for i := range head { // a reader from each position, while it runs
			wg.Go(func() {
				status, rest := ann.rejoin(thread, head[i].id)
				if status != http.StatusOK || foldText(t, append(head[:i+1:i+1], rest...)) != "one two" {
					t.Errorf("after %s: %d, %q", head[i].id, status, foldText(t, append(head[:i+1:i+1], rest...)))
				}
			})
		}
		gate <- "two"
		close(gate)
		wg.Wait()
		all := head
		for {
			e, more := readSSE(t, first)
			if !more {
				break
			}
			all = append(all, e)
		}
		last := all[len(all)-1].id
		if status, _ := ann.rejoin(thread, last); status != http.StatusNoContent {
			t.Errorf("after the end: %d", status)
		}
		// When the log is gone the items tell the same.
		if _, err := db.PurgeEvents(t.Context(), s.h.Now().Add(1e12)); err != nil {
			t.Fatal(err)
		}
		status, late := ann.rejoin(thread, "0")
		if status != http.StatusOK || foldText(t, late) != "one two" {
			t.Errorf("from the items: %d, %q", status, foldText(t, late))
		}
	})
}

func TestRejoinRefusesNonsenseAndStrangers(t *testing.T) {
	t.Parallel()
	s := boot(t, modelstest.Open(t))
	ann := s.program(modelstest.User(t, s.db, "ann@example.com"))
	ben := s.program(modelstest.User(t, s.db, "ben@example.com"))
	thread := ann.newThread()
	ann.do("GET", "/api/v1/chatkit/threads/"+thread+"/events", nil).want(http.StatusNoContent) // nothing was asked yet
	for _, after := range []string{"x", "-1", "1.5", "99999999999999999999"} {
		if after == "1.5" {
			continue // names event 5 of a run called "1": an earlier one
		}
		ann.do("GET", "/api/v1/chatkit/threads/"+thread+"/events?after="+after, nil).problem(http.StatusBadRequest, "invalid_request")
	}
	ben.do("GET", "/api/v1/chatkit/threads/"+thread+"/events", nil).problem(http.StatusNotFound, "not_found")
}

// pageReader collects the HTML that a page's stream brings.
type pageReader struct {
	r    *bufio.Reader
	html string
}

// until reads on until the page has had these words.
func (p *pageReader) until(t *testing.T, words string) {
	t.Helper()
	for !strings.Contains(p.html, words) {
		e, more := readSSE(t, p.r)
		if !more {
			t.Fatalf("the stream ended before %q", words)
		}
		var f struct{ HTML string }
		if err := json.Unmarshal([]byte(e.data), &f); err != nil {
			t.Fatal(err)
		}
		p.html += f.HTML
	}
}

func TestPageSeesAnAnswerAskedForElsewhere(t *testing.T) {
	t.Parallel()
	gate := make(chan string, 10)
	s := boot(t, modelstest.Open(t), func(o *Options) { o.Assistant = gated(gate) })
	user := modelstest.User(t, s.db, "ann@example.com")
	page, api := s.browser(user), s.program(user)
	thread := api.newThread()
	res, err := page.http.Do(page.request("GET", "/live?watch="+thread+":0", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	r := bufio.NewReader(res.Body)
	if e, _ := readSSE(t, r); e.event != "hello" {
		t.Fatalf("first came %+v", e)
	}
	gate <- "Hello **page**"
	api.openStream(thread, "a question")
	seen := pageReader{r: r}
	seen.until(t, "a question")
	seen.until(t, "<strong>page</strong>")
	close(gate)
	seen.until(t, `data-status="completed"`)
	stranger := s.browser(modelstest.User(t, s.db, "ben@example.com"))
	other, err := stranger.http.Do(stranger.request("GET", "/live?watch="+thread+":0", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Body.Close()
	for r := bufio.NewReader(other.Body); ; {
		e, more := readSSE(t, r)
		if !more || e.event == "fragment" {
			t.Fatalf("a stranger's page got %+v", e)
		}
		if e.event == "gone" {
			break
		}
	}
}

func TestPageSeesWhatAnotherServerAnswers(t *testing.T) {
	t.Parallel()
	db := modelstest.OpenPostgres(t)
	gate := make(chan string, 10)
	here := boot(t, db)
	there := boot(t, db, func(o *Options) { o.Assistant = gated(gate) })
	user := modelstest.User(t, db, "ann@example.com")
	page, api := here.browser(user), there.program(user)
	thread := api.newThread()
	res, err := page.http.Do(page.request("GET", "/live?watch="+thread+":0", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	seen := pageReader{r: bufio.NewReader(res.Body)}
	gate <- "from afar"
	api.openStream(thread, "a question")
	seen.until(t, "from afar")
	close(gate)
	seen.until(t, `data-status="completed"`)
}

func TestPageSeesTasksOfAnotherServer(t *testing.T) {
	t.Parallel()
	db := modelstest.OpenPostgres(t)
	here, there := boot(t, db), boot(t, db)
	user := modelstest.User(t, db, "ann@example.com")
	page, api := here.browser(user), there.program(user)
	res, err := page.http.Do(page.request("GET", "/live", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	r := bufio.NewReader(res.Body)
	if e, _ := readSSE(t, r); e.event != "hello" {
		t.Fatalf("first came %+v", e)
	}
	there.program(modelstest.User(t, db, "bob@example.com")).do("POST", "/api/v1/tasks", map[string]any{"title": "not hers"}).want(201)
	api.do("POST", "/api/v1/tasks", map[string]any{"title": "buy milk"}).want(201)
	if e, more := readSSE(t, r); !more || e.event != "signal" || !strings.Contains(e.data, `"tasks"`) {
		t.Errorf("after a change elsewhere came %+v", e)
	}
}

// What is pinned or renamed at another server is seen in the list of a page that
// is open here.
func TestPageSeesThreadsOfAnotherServer(t *testing.T) {
	t.Parallel()
	db := modelstest.OpenPostgres(t)
	here, there := boot(t, db), boot(t, db)
	user, stranger := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
	page, changes, bob := here.browser(user), there.browser(user), there.program(stranger)
	thread := there.program(user).newThread()
	res, err := page.http.Do(page.request("GET", "/live", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	r := bufio.NewReader(res.Body)
	if e, _ := readSSE(t, r); e.event != "hello" {
		t.Fatalf("first came %+v", e)
	}
	bob.newThread()
	for do, change := range map[string]func() *reply{
		"a pin":         func() *reply { return changes.post("/chats", url.Values{"do": {"pin"}, "thread": {thread}}) },
		"another title": func() *reply { return changes.post("/chat/"+thread+"/title", url.Values{"title": {"Another"}}) },
	} {
		change().want(303)
		if e, more := readSSE(t, r); !more || e.event != "signal" || !strings.Contains(e.data, `"threads"`) {
			t.Errorf("after %s elsewhere came %+v", do, e)
		}
	}
}
