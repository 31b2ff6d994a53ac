package handlers

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

const (
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
	safari  = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1"
	edge    = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36 Edg/125.0.0.0"
)

func TestDevicesInWords(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string][2]string{
		firefox: {"Firefox", "Linux"}, safari: {"Safari", "iOS"}, edge: {"Edge", "Windows"},
		"": {}, "something of my own": {}, "<script>": {},
	} {
		if browser, system := device(agent); browser != want[0] || system != want[1] {
			t.Errorf("%q: %q on %q, want %q", agent, browser, system, want)
		}
	}
}

// signedIn is a browser that signed in by the page.
func (s *server) signedIn(email, agent string) *visitor {
	s.t.Helper()
	v := s.nobody()
	v.readCSRF("/signin")
	v.post("/signin", url.Values{"email": {email}, "password": {modelstest.Password}}, "User-Agent", agent).want(303)
	v.readCSRF("/tasks")
	return v
}

var endForm = regexp.MustCompile(`action="(/settings/(?:sessions|programs)/[^/"]+/end)"`)

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, db *models.DB) {
		s := boot(t, db)
		ann, bob := modelstest.User(t, db, "ann@example.com"), modelstest.User(t, db, "bob@example.com")
		here, phone := s.signedIn(ann.Email, firefox), s.signedIn(ann.Email, safari)
		program, other := s.program(ann), s.signedIn(bob.Email, edge)
		page := here.do("GET", "/settings/security", nil).want(200).
			has("Firefox on Linux").has("This browser").has("Safari on iOS").has("127.0.0.1").lacks("Edge")
		ends := endForm.FindAllSubmatch(page.body, -1)
		if len(ends) != 2 { // the phone and the program; this browser has no button
			t.Fatalf("%d can be ended: %s", len(ends), page.body)
		}
		for _, end := range ends {
			other.post(string(end[1]), nil).want(404)
		}
		phone.do("GET", "/settings", nil).want(200)
		program.do("GET", "/api/v1/auth/me", nil).want(200)
		here.post(string(ends[0][1]), nil).want(303)
		phone.do("GET", "/settings", nil).want(303)
		program.do("GET", "/api/v1/auth/me", nil).want(200)
		here.post(string(ends[1][1]), nil).want(303)
		program.do("GET", "/api/v1/auth/me", nil).want(401)

		phone, program = s.signedIn(ann.Email, safari), s.program(ann)
		here.post("/settings/sessions/end", nil).want(303)
		phone.do("GET", "/settings", nil).want(303)
		program.do("GET", "/api/v1/auth/me", nil).want(401)
		here.do("GET", "/settings/security?done=others", nil).want(200).has("All other browsers").lacks("Safari")
		other.do("GET", "/settings", nil).want(200)
	})
}

// live opens a page's stream and returns what ends with it.
func (v *visitor) live(t *testing.T) <-chan error {
	t.Helper()
	res, err := v.http.Do(v.request("GET", "/live", nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != http.StatusOK {
		t.Fatalf("/live: %d", res.StatusCode)
	}
	buf := make([]byte, 16)
	if _, err := io.ReadFull(res.Body, buf); err != nil || !strings.HasPrefix(string(buf), "event: hello") {
		t.Fatalf("/live began with %q, %v", buf, err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, res.Body)
		ended <- err
	}()
	return ended
}

// within waits for a stream to end by itself.
func within(t *testing.T, limit time.Duration, ended <-chan error) {
	t.Helper()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the stream broke: %v", err)
		}
	case <-time.After(limit):
		t.Error("the stream goes on")
	}
}

// TestEndedSessionsLoseTheirStreams: at once where they were ended, and within
// five seconds on another server of the same database.
func TestEndedSessionsLoseTheirStreams(t *testing.T) {
	t.Parallel()
	address := modelstest.URL(t, "postgres")
	first := openAt(t, address)
	if err := first.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, replica := boot(t, first), boot(t, openAt(t, address))
	replica.h.streams.times.recheck = usualTimes.recheck
	s.h.streams.times.recheck = time.Hour // it is told, and does not have to look
	ann := modelstest.User(t, first, "ann@example.com")
	here, there, elsewhere := s.browser(ann), s.browser(ann), replica.browser(ann)
	kept, near, far := here.live(t), there.live(t), elsewhere.live(t)
	here.post("/settings/sessions/end", nil).want(303)
	within(t, 2*time.Second, near)
	within(t, 5*time.Second, far)
	select {
	case <-kept:
		t.Error("this browser's own stream ended")
	default:
	}
	if res, err := elsewhere.http.Do(elsewhere.request("GET", "/live", nil)); err != nil || res.StatusCode == http.StatusOK {
		t.Errorf("it may come back: %v, %v", res, err)
	}
}
