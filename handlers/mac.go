package handlers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
)

// mac proves that this server wrote the parts, of which the first says what for:
// what is made for one purpose is nothing in another.
func mac(secret []byte, parts ...string) []byte {
	sum := hmac.New(sha256.New, secret)
	sum.Write([]byte(strings.Join(parts, "\x00")))
	return sum.Sum(nil)
}

// macText is how a sum is written where it must be text: in one way only.
var macText = base64.RawURLEncoding.Strict()

// OldSecret is a secret that was replaced. Until then, or always if that is zero,
// what it has signed still counts; nothing more is signed with it.
type OldSecret struct {
	Secret []byte
	Until  time.Time
}

// good reports whether what the secret has signed counts.
func (o OldSecret) good(now time.Time) bool {
	return len(o.Secret) >= minSecret && (o.Until.IsZero() || now.Before(o.Until))
}

// signed reports whether sum is the mac of the parts, with the session secret or
// the one before it.
func (h *Handlers) signed(sum []byte, parts ...string) bool {
	return hmac.Equal(sum, mac(h.SessionSecret, parts...)) ||
		h.OldSession.good(h.Now()) && hmac.Equal(sum, mac(h.OldSession.Secret, parts...))
}

// signedText is signed for a sum as text.
func (h *Handlers) signedText(text string, parts ...string) bool {
	sum, err := macText.DecodeString(text)
	return err == nil && h.signed(sum, parts...)
}
