package handlers

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"
)

// mac proves that this server wrote the parts, of which the first says what for:
// what is made for one purpose is nothing in another.
func mac(secret []byte, parts ...string) []byte {
	sum := hmac.New(sha256.New, secret)
	sum.Write([]byte(strings.Join(parts, "\x00")))
	return sum.Sum(nil)
}
