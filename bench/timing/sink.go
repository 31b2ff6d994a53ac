package main

import (
	"errors"
	"io"
	"net"

	"github.com/emersion/go-smtp"
)

// sink is an SMTP server that takes everything and keeps nothing.
type sink struct {
	server *smtp.Server
	addr   string
	done   chan error
}

func newSink() (*sink, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{addr: listener.Addr().String(), done: make(chan error, 1)}
	s.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return swallow{}, nil }))
	s.server.Domain = "mail.example.com"
	go func() { s.done <- s.server.Serve(listener) }()
	return s, nil
}

// Close ends it.
func (s *sink) Close() error {
	err := s.server.Close()
	if end := <-s.done; !errors.Is(end, smtp.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}

// swallow is one connection.
type swallow struct{}

// Mail takes any sender.
func (swallow) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt takes any address.
func (swallow) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Data reads a letter.
func (swallow) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// Reset does nothing.
func (swallow) Reset() {}

// Logout does nothing.
func (swallow) Logout() error { return nil }
