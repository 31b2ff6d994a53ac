package mail_test

import (
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/taskpilot/taskpilot/handlers/mail"
	"github.com/taskpilot/taskpilot/handlers/mail/mailtest"
)

func mailer(t *testing.T, address string) *mail.Mailer {
	t.Helper()
	m, err := mail.New(address, "TaskPilot <chat@example.com>")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSend(t *testing.T) {
	t.Parallel()
	s := mailtest.New(t)
	text := "Grüße an alle: " + strings.Repeat("a long line ", 30) + "\nhttps://chat.example.com/reset?token=abc=def\n"
	if err := mailer(t, s.URL()).Send(t.Context(), mail.Letter{To: "ann@example.com", Subject: "Neues Passwort für dich", Text: text}); err != nil {
		t.Fatal(err)
	}
	l := s.Next(t)
	if l.From != "chat@example.com" || l.To != "ann@example.com" || l.Subject != "Neues Passwort für dich" {
		t.Errorf("got %+v", l)
	}
	if got := strings.ReplaceAll(l.Text, "\r\n", "\n"); strings.TrimSpace(got) != strings.TrimSpace(text) {
		t.Errorf("got %q, want %q", got, text)
	}
	if l.Header.Get("From") != `"TaskPilot" <chat@example.com>` || l.Header.Get("Auto-Submitted") != "auto-generated" ||
		l.Header.Get("Date") == "" || l.Header.Get("Message-Id") == "" {
		t.Errorf("header %v", l.Header)
	}
}

func TestSendWithPassword(t *testing.T) {
	t.Parallel()
	s := mailtest.New(t)
	s.Password = "sesame"
	letter := mail.Letter{To: "ann@example.com", Subject: "s", Text: "t"}
	if err := mailer(t, s.URL()).Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	s.Next(t)
	wrong := strings.Replace(s.URL(), "sesame", "open", 1)
	err := mailer(t, wrong).Send(t.Context(), letter)
	if err == nil || strings.Contains(err.Error(), "open") {
		t.Errorf("a wrong password: %v", err)
	}
}

// TestRefused tells letters that there is no use in sending again from those of a
// server that is busy, away or asks for something else.
func TestRefused(t *testing.T) {
	t.Parallel()
	s := mailtest.New(t)
	s.Refuse = func(to string) error {
		switch to {
		case "busy@example.com":
			return &smtp.SMTPError{Code: 451, Message: "try again later"}
		case "nobody@example.com":
			return &smtp.SMTPError{Code: 550, Message: "no such mailbox"}
		}
		return nil
	}
	locked := mailtest.New(t)
	locked.Password = "sesame"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	away := "smtp://" + listener.Addr().String()
	_ = listener.Close()
	for _, c := range []struct {
		server, to string
		refused    bool
	}{
		{s.URL(), "nobody@example.com", true},
		{s.URL(), "not an address", true},
		{s.URL(), "busy@example.com", false},
		{strings.Replace(locked.URL(), "sesame", "open", 1), "ann@example.com", false},
		{away, "ann@example.com", false},
	} {
		err := mailer(t, c.server).Send(t.Context(), mail.Letter{To: c.to, Subject: "s", Text: "t"})
		if err == nil || mail.Refused(err) != c.refused {
			t.Errorf("%s: refused is %t, want %t: %v", c.to, mail.Refused(err), c.refused, err)
		}
	}
	if s.Waiting()+locked.Waiting() != 0 {
		t.Error("a letter was sent")
	}
}

// TestNothingGoesOutInTheClear: where TLS is due, a server without it gets nothing.
func TestNothingGoesOutInTheClear(t *testing.T) {
	t.Parallel()
	s := mailtest.New(t)
	// Every address of 127/8 but 127.0.0.1 itself is spelled so that it is this
	// machine and not taken for it.
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.URL(), "smtp://"))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := "0.0.0.0:" + port
	letter := mail.Letter{To: "ann@example.com", Subject: "s", Text: "t"}
	if err := mailer(t, "smtp://"+elsewhere).Send(t.Context(), letter); err == nil {
		t.Error("sent without TLS")
	}
	if err := mailer(t, "smtp://"+elsewhere+"?tls=off").Send(t.Context(), letter); err != nil {
		t.Errorf("with tls=off: %v", err)
	}
	s.Next(t)
	if s.Waiting() != 0 {
		t.Error("a letter went out in the clear")
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for address, from := range map[string]string{
		"smtp://mail.example.com": "nobody", "http://mail.example.com": "a@b.c", "smtp://": "a@b.c",
		"smtp://mail.example.com:99999": "a@b.c", "smtp://mail.example.com?tls=maybe": "a@b.c", "smtp://u:\x7f@x": "a@b.c",
	} {
		if _, err := mail.New(address, from); err == nil {
			t.Errorf("%q from %q is accepted", address, from)
		}
	}
}
