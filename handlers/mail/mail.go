// Package mail sends letters by SMTP.
package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
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

// Send hands a letter to the server. A server that is busy or can't be reached is
// asked twice more.
func (m *Mailer) Send(ctx context.Context, l Letter) error {
	msg := gomail.NewMsg()
	if err := msg.From(m.from); err != nil {
		return fmt.Errorf("mail: from: %w", err)
	}
	if err := msg.To(l.To); err != nil {
		return fmt.Errorf("mail: to: %w", err)
	}
	msg.Subject(l.Subject)
	msg.SetMessageID()
	msg.SetDate()
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, l.Text)
	for _, pause := range []time.Duration{time.Second, 5 * time.Second, 0} {
		err := m.send(ctx, msg)
		if err == nil || pause == 0 || !passing(err) {
			return err
		}
		wait := time.NewTimer(pause)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return err
		}
	}
	return nil
}

func (m *Mailer) send(ctx context.Context, msg *gomail.Msg) error {
	client, err := gomail.NewClient(m.host, m.options...)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	return nil
}

// passing reports that it may go better a moment later: the server is busy, or it
// can't be reached.
func passing(err error) bool {
	if sending, ok := errors.AsType[*gomail.SendError](err); ok {
		return sending.IsTemp()
	}
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		return reply.Code < 500
	}
	_, network := errors.AsType[net.Error](err)
	return network
}
