package handlers

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/taskpilot/taskpilot/handlers/mail"
	"github.com/taskpilot/taskpilot/handlers/mail/mailtest"
	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// posted waits until no letter waits any more.
func (s *server) posted() {
	s.t.Helper()
	s.h.outbox.wg.Wait()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for ; s.waiting() > 0; <-tick.C {
		if s.t.Context().Err() != nil {
			s.t.Fatal("letters wait")
		}
	}
}

func (s *server) waiting() int64 {
	s.t.Helper()
	n, err := s.db.LettersWaiting(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// TestLettersOutliveTheirServer: a letter that could not be sent is sent by the
// next server. Meanwhile the database holds nothing of what it says.
func TestLettersOutliveTheirServer(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			address := modelstest.URL(t, driver)
			box := mailtest.New(t)
			busy, asked := mailtest.New(t), make(chan struct{}, 10)
			busy.Refuse = func(string) error {
				asked <- struct{}{}
				return &smtp.SMTPError{Code: 451, Message: "try again later"}
			}
			one := boot(t, opened(t, address), withMail(t, busy))
			modelstest.User(t, one.db, "ann@example.com")
			v := one.nobody()
			v.readCSRF("/forgot")
			v.post("/forgot", url.Values{"email": {"ann@example.com"}}).want(200)
			<-asked
			one.h.post.close(t.Context())
			if n := one.waiting(); n != 1 {
				t.Fatalf("%d letters wait", n)
			}
			for line := range strings.Lines(everything(t, driver, address)) {
				if table, value, _ := strings.Cut(line, ": "); strings.Contains(table, "letters") && strings.Contains(value, "example.com") || strings.Contains(value, "token=") {
					t.Errorf("the database holds %q", line)
				}
			}
			two := boot(t, opened(t, address), withMail(t, box))
			l := box.Next(t)
			if l.To != "ann@example.com" {
				t.Errorf("sent %+v", l)
			}
			two.nobody().do("GET", link(t, l), nil).want(200).has("new-password")
			two.posted()
			if n := box.Waiting(); n != 0 {
				t.Errorf("%d more were sent", n)
			}
		})
	}
}

// TestServersSendEachLetterOnce, though both of them look at the same time.
func TestServersSendEachLetterOnce(t *testing.T) {
	t.Parallel()
	address, box := modelstest.URL(t, "postgres"), mailtest.New(t)
	servers := []*server{boot(t, opened(t, address), withMail(t, box)), boot(t, opened(t, address), withMail(t, box))}
	const letters = 24
	for i := range letters {
		s := servers[i%2]
		l, err := s.h.post.write("", letter{kind: "note", life: noteLife, Letter: mail.Letter{To: "ann@example.com", Subject: string(rune('A' + i)), Text: "x"}})
		if err == nil {
			err = s.db.AddLetters(t.Context(), l)
		}
		if err != nil {
			t.Fatal(err)
		}
		servers[0].h.post.nudge()
		servers[1].h.post.nudge()
	}
	seen := map[string]int{}
	for range letters {
		seen[box.Next(t).Subject]++
	}
	servers[0].posted()
	if n := box.Waiting(); n != 0 || len(seen) != letters {
		t.Errorf("%d letters more than there are, %d of %d came", n, len(seen), letters)
	}
}

// TestHopelessLettersAreGivenUp, with a line in the log and one in the audit log.
func TestHopelessLettersAreGivenUp(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(s *server, box *mailtest.Server, l *models.NewLetter){
		"its mailbox is not there":     func(*server, *mailtest.Server, *models.NewLetter) {},
		"sealed with another secret":   func(_ *server, _ *mailtest.Server, l *models.NewLetter) { l.Sealed[20] ^= 1 },
		"sealed as another kind":       func(_ *server, _ *mailtest.Server, l *models.NewLetter) { l.Kind = "other" },
		"its time has been over since": func(_ *server, _ *mailtest.Server, l *models.NewLetter) { l.Life = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := mailtest.New(t)
			box.Refuse = func(string) error { return &smtp.SMTPError{Code: 550, Message: "no such mailbox"} }
			s := boot(t, modelstest.Open(t), withMail(t, box))
			user := modelstest.User(t, s.db, "ann@example.com")
			l, err := s.h.post.write(user.ID, letterPassword(t.Context(), user.Email))
			if err != nil || bytes.Contains(l.Sealed, []byte("ann@")) {
				t.Fatalf("sealed as %q, %v", l.Sealed, err)
			}
			spoil(s, box, l)
			if err := s.db.AddLetters(t.Context(), l); err != nil {
				t.Fatal(err)
			}
			s.h.post.nudge()
			s.posted()
			events, _, err := s.db.AuditEvents(t.Context(), models.AuditQuery{Kind: models.AuditLetterLost})
			if err != nil || len(events) != 1 || *events[0].SubjectID != user.ID || events[0].Detail != l.Kind {
				t.Errorf("recorded %+v, %v", events, err)
			}
			if !strings.Contains(s.log.String(), "a letter is given up") {
				t.Error("nothing is logged")
			}
			if box.Waiting() != 0 {
				t.Error("it was sent")
			}
		})
	}
}

// TestCloseDoesNotWaitForAMailServer that says nothing.
func TestCloseDoesNotWaitForAMailServer(t *testing.T) {
	t.Parallel()
	box, arrived, goOn := mailtest.New(t), make(chan struct{}, 1), make(chan struct{})
	box.Refuse = func(string) error {
		arrived <- struct{}{}
		<-goOn
		return nil
	}
	defer close(goOn)
	s := boot(t, modelstest.Open(t), withMail(t, box))
	user := modelstest.User(t, s.db, "ann@example.com")
	l, err := s.h.post.write(user.ID, letterPassword(t.Context(), user.Email))
	if err == nil {
		err = s.db.AddLetters(t.Context(), l)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.h.post.nudge()
	<-arrived
	now, cancel := context.WithCancel(t.Context())
	cancel()
	s.h.post.close(now)
	if s.waiting() != 1 {
		t.Error("the letter is lost")
	}
}
