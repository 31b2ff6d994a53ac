package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/taskpilot/taskpilot/handlers/mail"
)

// Mail is how letters are sent.
type Mail struct {
	URL  Secret // of the SMTP server; may hold a password
	From string
}

func mailSettings() []setting {
	return []setting{
		{name: "SMTP_URL", secret: true, accepts: "smtp://user:password@host:587 or smtps://user:password@host:465; ?tls=off sends without TLS", set: setSMTPURL},
		{name: "MAIL_FROM", accepts: "an address, as TaskPilot <chat@example.com>", set: setMailFrom},
	}
}

// somebody stands in for the other one of the two settings while one is checked.
const (
	somebody  = "somebody@example.com"
	someplace = "smtp://localhost"
)

func setSMTPURL(r *rawConfig, value string) error {
	if _, err := mail.New(value, somebody); err != nil {
		return err
	}
	r.Mail.URL = Secret(value)
	return nil
}

func setMailFrom(r *rawConfig, value string) error {
	if _, err := mail.New(someplace, value); err != nil {
		return errors.New("not an address")
	}
	r.Mail.From = value
	return nil
}

// completeMail makes up a sender at the server's own host.
func (r *rawConfig) completeMail() {
	if r.Mail.URL == "" || r.Mail.From != "" {
		return
	}
	host := "localhost"
	if u, err := url.Parse(r.PublicURL); err == nil && net.ParseIP(u.Hostname()) == nil {
		host = u.Hostname()
	}
	r.Mail.From = "TaskPilot <taskpilot@" + host + ">"
}

// newMailer returns what sends letters, nil if nothing does.
func newMailer(c Config) (*mail.Mailer, error) {
	if c.Mail.URL == "" {
		return nil, nil
	}
	m, err := mail.New(c.Mail.URL.Reveal(), c.Mail.From)
	if err != nil {
		return nil, fmt.Errorf("SMTP_URL: %w", err)
	}
	return m, nil
}
