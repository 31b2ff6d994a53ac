package main

import (
	"crypto/tls"
	"net/netip"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
)

// inTheClear lists the servers elsewhere that we speak to without TLS: on the way
// others may read and change what is sent. Names without a dot, and addresses of
// private networks, are taken for near.
func (c Config) inTheClear() []string {
	var list []string
	for _, one := range []struct {
		setting, address string
		used             bool
	}{{"OPENAI_BASE_URL", c.OpenAI.BaseURL, true}, {"TRANSCRIBE_BASE_URL", c.Transcribe.BaseURL, c.Transcribe.Model != ""}, {"OIDC_ISSUER", c.OIDC.Issuer, true}} {
		if u, err := url.Parse(one.address); err == nil && one.used && u.Scheme == "http" && !isNear(u.Hostname()) {
			list = append(list, one.setting)
		}
	}
	if u, err := url.Parse(c.Mail.URL.Reveal()); err == nil && u.Query().Get("tls") == "off" && !isNear(u.Hostname()) {
		list = append(list, "SMTP_URL")
	}
	if strings.HasPrefix(c.DatabaseURL, "postgres") && !verifiesPostgres(c.DatabaseURL) {
		list = append(list, "DATABASE_URL")
	}
	return list
}

// verifiesPostgres reports whether every server that the address leads to is near,
// or must show a certificate that is checked.
func verifiesPostgres(address string) bool {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return true // opening it will say so
	}
	if !isNear(config.Host) && !verifies(config.TLSConfig) {
		return false
	}
	for _, other := range config.Fallbacks {
		if !isNear(other.Host) && !verifies(other.TLSConfig) {
			return false
		}
	}
	return true
}

// verifies reports whether a certificate is checked, by Go or, for
// sslmode=verify-ca, by pgx.
func verifies(c *tls.Config) bool {
	return c != nil && (!c.InsecureSkipVerify || c.VerifyPeerCertificate != nil)
}

// isNear reports a host of this machine or of a private network.
func isNear(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	if strings.HasPrefix(host, "/") || !strings.Contains(host, ".") { // a socket, or a name of a private network
		return true
	}
	for _, end := range []string{".localhost", ".local", ".internal", ".lan", ".home.arpa"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return false
}
