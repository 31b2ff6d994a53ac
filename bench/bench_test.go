// Package bench holds the benchmarks of the whole server; its folders hold the
// programs that measure it under load.
package bench

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/taskpilot/taskpilot/bench/rig"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

func TestMain(m *testing.M) {
	rig.BeChild()
	modelstest.Main(m)
}

// each runs a benchmark on both databases, with a server and one person.
func each(b *testing.B, every time.Duration, fn func(b *testing.B, s *rig.Server, p rig.Person, database string)) {
	for _, driver := range []string{"sqlite", "postgres"} {
		b.Run(driver, func(b *testing.B) {
			database := modelstest.URL(b, driver)
			people, err := rig.People(b.Context(), database, 1, 1)
			if err != nil {
				b.Fatal(err)
			}
			fn(b, start(b, rig.Options{Database: database, Every: every}), people[0], database)
		})
	}
}

func start(b *testing.B, o rig.Options) *rig.Server {
	b.Helper()
	s, err := rig.Start(context.WithoutCancel(b.Context()), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Stop(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// BenchmarkMessage sends a message and waits for an answer that needs no time.
func BenchmarkMessage(b *testing.B) {
	each(b, time.Second, func(b *testing.B, s *rig.Server, p rig.Person, _ string) {
		for b.Loop() {
			get(b, "POST", s.URL+"/api/v1/chatkit/threads/"+p.Threads[0]+"/messages", `{"content":"Hello"}`, "Authorization", "Bearer "+p.Token)
		}
	})
}

// BenchmarkThreadPage opens threads of several lengths in a browser.
func BenchmarkThreadPage(b *testing.B) {
	for _, items := range []int{10, 1000} {
		b.Run(fmt.Sprint(items), func(b *testing.B) {
			each(b, time.Second, func(b *testing.B, s *rig.Server, p rig.Person, database string) {
				cookie, err := rig.SignIn(b.Context(), database, p)
				if err != nil {
					b.Fatal(err)
				}
				if err := rig.Fill(b.Context(), database, p, p.Threads[0], items); err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					get(b, "GET", s.URL+"/chat/"+p.Threads[0], "", "Cookie", cookie)
				}
			})
		})
	}
}

func get(b *testing.B, method, url, body, header, value string) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, url, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set(header, value)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	if read, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s %v: %.300s", url, res.Status, err, read)
	}
}

// BenchmarkEvent is the way of one delta: emitted, stored, shown and received,
// one after the other in one stream as fast as they come.
func BenchmarkEvent(b *testing.B) {
	each(b, 100*time.Microsecond, func(b *testing.B, s *rig.Server, p rig.Person, _ string) {
		host := strings.TrimPrefix(s.URL, "http://")
		conn, err := net.Dial("tcp", host)
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write(p.AskRequest(host, p.Threads[0])); err != nil {
			b.Fatal(err)
		}
		buf, kept, seen := make([]byte, 64<<10), 0, 0
		var lag time.Duration
		for b.Loop() {
			for seen == 0 {
				n, err := conn.Read(buf[kept:])
				if err != nil {
					b.Fatal(err)
				}
				now := time.Now().UnixNano()
				kept = copy(buf, rig.EachStamp(buf[:kept+n], func(t int64) {
					seen++
					lag += time.Duration(now - t)
				}))
			}
			seen--
		}
		b.ReportMetric(float64(lag.Microseconds())/float64(b.N), "µs-lag/op")
	})
}

// BenchmarkDisable shuts somebody out who has an answer streaming at another
// server of the same database, and waits until the stream, the answer, the session
// and the access token have ended there.
func BenchmarkDisable(b *testing.B) {
	database := modelstest.URL(b, "postgres")
	if _, err := rig.People(b.Context(), database, 1, 0); err != nil { // the administrator
		b.Fatal(err)
	}
	db, err := models.Open(b.Context(), database)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	start(b, rig.Options{Database: database, Every: time.Second})
	s := start(b, rig.Options{Database: database, Every: 100 * time.Millisecond})
	longest := map[string]time.Duration{}
	for b.Loop() {
		b.StopTimer()
		people, err := rig.People(b.Context(), database, 1, 1)
		if err != nil {
			b.Fatal(err)
		}
		stream, left := shutOut(b, s, people[0], database, db)
		b.StartTimer()
		began := time.Now()
		if err := db.DisableUser(b.Context(), people[0].ID); err != nil {
			b.Fatal(err)
		}
		for name, ended := range left {
			for tick := time.NewTicker(5 * time.Millisecond); !ended(); <-tick.C {
			}
			longest[name] = max(longest[name], time.Since(began))
		}
		if _, err := io.Copy(io.Discard, stream); err != nil {
			b.Fatal(err)
		}
		longest["stream"] = max(longest["stream"], time.Since(began))
	}
	for name, d := range longest {
		b.ReportMetric(d.Seconds()*1000, "longest-ms-"+name)
	}
}

// shutOut begins an answer, and returns its stream and how to see what else is to end.
func shutOut(b *testing.B, s *rig.Server, p rig.Person, database string, db *models.DB) (io.Reader, map[string]func() bool) {
	b.Helper()
	cookie, err := rig.SignIn(b.Context(), database, p)
	if err != nil {
		b.Fatal(err)
	}
	req, err := http.NewRequestWithContext(b.Context(), "POST", s.URL+"/api/v1/chatkit/threads/"+p.Threads[0]+"/messages", strings.NewReader(`{"content":"`+rig.Question+`"}`))
	if err != nil {
		b.Fatal(err)
	}
	for name, value := range map[string]string{"Authorization": "Bearer " + p.Token, "Accept": "text/event-stream", "Content-Type": "application/json"} {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = res.Body.Close() })
	if _, err := io.ReadFull(res.Body, make([]byte, 2000)); err != nil { // it speaks
		b.Fatal(err)
	}
	refused := func(path, header, value string, status int) func() bool {
		return func() bool {
			req, err := http.NewRequestWithContext(b.Context(), "GET", s.URL+path, nil)
			if err != nil {
				b.Fatal(err)
			}
			req.Header.Set(header, value)
			res, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				b.Fatal(err)
			}
			defer res.Body.Close()
			_, _ = io.Copy(io.Discard, res.Body)
			return res.StatusCode == status
		}
	}
	return res.Body, map[string]func() bool{
		"answer": func() bool {
			t, err := db.Thread(b.Context(), p.ID, p.Threads[0])
			if err != nil {
				b.Fatal(err)
			}
			return t.ActiveRunID == ""
		},
		"session": refused("/tasks", "Cookie", cookie, http.StatusSeeOther),
		"token":   refused("/api/v1/auth/me", "Authorization", "Bearer "+p.Token, http.StatusUnauthorized),
	}
}
