// Package mail sends letters by SMTP.
package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Letter is a mail to one person, in plain text.
type Letter struct {
	To      string
	Subject string
	Text    string
}

// Mailer sends letters by one server. It is safe for concurrent use: each letter
// has a connection of its own.
type Mailer struct {
	host    string
	from    string
	options []gomail.Option
}

const sendTime = 15 * time.Second

// New returns what sends by the server of an address, from the sender from.
// smtps:// speaks TLS from the beginning; smtp:// turns to TLS and sends nothing
// without, unless the server is on this machine or the address ends in ?tls=off.
func New(address, from string) (*Mailer, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("not an address") // it may have a password in it
	}
	if err := gomail.NewMsg().From(from); err != nil {
		return nil, fmt.Errorf("the sender: %w", err)
	}
	m := &Mailer{host: u.Hostname(), from: from, options: []gomail.Option{gomail.WithTimeout(sendTime)}}
	if m.host == "" {
		return nil, errors.New("no host")
	}
	port, auth := 587, gomail.SMTPAuthAutoDiscover
	switch tls := u.Query().Get("tls"); {
	case u.Scheme == "smtps":
		port = 465
		m.options = append(m.options, gomail.WithSSL())
	case u.Scheme != "smtp":
		return nil, errors.New("neither smtp:// nor smtps://")
	case tls == "off":
		auth = gomail.SMTPAuthPlainNoEnc
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.NoTLS))
	case tls != "":
		return nil, errors.New("tls can only be off")
	case here(m.host):
		auth = gomail.SMTPAuthPlainNoEnc
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return nil, errors.New("not a port")
		}
	}
	m.options = append(m.options, gomail.WithPort(port))
	if name := u.User.Username(); name != "" {
		password, _ := u.User.Password()
		m.options = append(m.options, gomail.WithSMTPAuth(auth), gomail.WithUsername(name), gomail.WithPassword(password))
	}
	return m, nil
}

// here reports whether a host is this machine.
func here(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send hands a letter to the server, once.
func (m *Mailer) Send(ctx context.Context, l Letter) error {
	msg := gomail.NewMsg()
	if err := msg.From(m.from); err != nil {
		return fmt.Errorf("mail: from: %w", err)
	}
	if err := msg.To(l.To); err != nil {
		return &RefusedError{fmt.Errorf("mail: to: %w", err)}
	}
	msg.Subject(l.Subject)
	msg.SetMessageID()
	msg.SetDate()
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, l.Text)
	client, err := gomail.NewClient(m.host, m.options...)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("mail: %w", err)
	if sending, ok := errors.AsType[*gomail.SendError](err); ok && sending.ErrorCode() >= 500 {
		return &RefusedError{err}
	}
	return err
}

// RefusedError is about a letter that the server does not take, or that can't be
// sent, and that there is no use in trying again. Of everything else there is: a
// server that is busy, away or set up wrongly may be better later.
type RefusedError struct{ Err error }

// Error says why.
func (e *RefusedError) Error() string { return e.Err.Error() }

// Unwrap returns what the server said.
func (e *RefusedError) Unwrap() error { return e.Err }

// Refused reports whether an error is a RefusedError.
func Refused(err error) bool {
	_, ok := errors.AsType[*RefusedError](err)
	return ok
}
