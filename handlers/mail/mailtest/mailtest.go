// Package mailtest is an SMTP server for tests: it keeps what is sent to it.
package mailtest

import (
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Letter is a mail as it arrived.
type Letter struct {
	From, To string // of the envelope
	Header   mail.Header
	Subject  string
	Text     string
}

// Server is an SMTP server on a port of its own.
type Server struct {
	// Refuse, if not nil, says whether an address is turned away. Set it before
	// anything is sent.
	Refuse func(to string) error
	// Password, if not empty, has to be given, with any name.
	Password string

	addr    string
	letters chan Letter
}

// patience is how long a letter may take, on a busy machine.
const patience = 30 * time.Second

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{addr: listener.Addr().String(), letters: make(chan Letter, 100)}
	server := smtp.NewServer(s)
	server.Domain, server.AllowInsecureAuth = "mail.test", true
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return s
}

// URL is the server's address as SMTP_URL takes it, with the password if there is
// one.
func (s *Server) URL() string {
	if s.Password != "" {
		return "smtp://name:" + s.Password + "@" + s.addr
	}
	return "smtp://" + s.addr
}

// Next waits for a letter.
func (s *Server) Next(t testing.TB) Letter {
	t.Helper()
	select {
	case l := <-s.letters:
		return l
	case <-time.After(patience):
		t.Fatal("no mail came")
		return Letter{}
	}
}

// Waiting is how many letters came that nobody took.
func (s *Server) Waiting() int { return len(s.letters) }

// NewSession begins a conversation with a client.
func (s *Server) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }

type session struct {
	server  *Server
	letter  Letter
	entered bool
}

// AuthMechanisms are the ways to give the password.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth checks the password.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, _, password string) error {
		if password != s.server.Password {
			return smtp.ErrAuthFailed
		}
		s.entered = true
		return nil
	}), nil
}

// Mail begins a letter.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.Password != "" && !s.entered {
		return smtp.ErrAuthRequired
	}
	s.letter = Letter{From: from}
	return nil
}

// Rcpt says who gets it.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.server.Refuse != nil {
		if err := s.server.Refuse(to); err != nil {
			return err
		}
	}
	s.letter.To = to
	return nil
}

// Data takes the letter itself.
func (s *session) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	body := m.Body
	if m.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	s.letter.Header, s.letter.Text = m.Header, string(text)
	if s.letter.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return err
	}
	s.server.letters <- s.letter
	return nil
}

// Reset forgets the letter.
func (s *session) Reset() {}

// Logout ends the conversation.
func (s *session) Logout() error { return nil }
