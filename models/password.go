package models

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/taskpilot/taskpilot/chatkit"
)

// cost is how hard a password is to guess once the table is stolen: OWASP's
// first recommendation for argon2id.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

var today = cost{memory: 19 * 1024, passes: 2, threads: 1}

// littleCost is that of a test's database.
var littleCost = cost{memory: 8, passes: 1, threads: 1}

const (
	saltBytes = 16
	keyBytes  = 32
)

// nobodysHash is compared with when there is no account, so that an unknown
// address takes as long as a wrong password. No password has this key: it is
// the hash of nothing, all zero.
func (db *DB) nobodysHash() string {
	return db.cost.format(make([]byte, saltBytes), make([]byte, keyBytes))
}

// format writes a hash as every argon2 tool does.
func (c cost) format(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		c.memory, c.passes, c.threads, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// parseHash reads what format wrote, also with other costs.
func parseHash(s string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, fmt.Errorf("not an argon2id hash")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil {
		return c, nil, nil, fmt.Errorf("argon2id parameters: %w", err)
	}
	if c.passes == 0 || c.threads == 0 || c.memory > 1<<20 || c.passes > 64 {
		return c, nil, nil, fmt.Errorf("argon2id parameters out of range")
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return c, nil, nil, fmt.Errorf("argon2id salt: %w", err)
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return c, nil, nil, fmt.Errorf("argon2id key: %w", err)
	}
	if len(key) == 0 {
		return c, nil, nil, fmt.Errorf("argon2id key is empty")
	}
	return c, salt, key, nil
}

// key derives a key when there is a free slot; it gives up when ctx ends first.
func (db *DB) key(ctx context.Context, password string, salt []byte, c cost, size int) ([]byte, error) {
	select {
	case db.hashing <- struct{}{}:
		defer func() { <-db.hashing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, uint32(size)), nil
}

func (db *DB) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails since Go 1.24
	key, err := db.key(ctx, password, salt, db.cost, keyBytes)
	if err != nil {
		return "", err
	}
	return db.cost.format(salt, key), nil
}

// compare reports whether the password is the stored one, and whether the
// stored hash was made with other costs than today's.
func (db *DB) compare(ctx context.Context, password, stored string) (right, old bool, err error) {
	c, salt, want, err := parseHash(stored)
	if err != nil {
		return false, false, err
	}
	if utf8.RuneCountInString(password) > longestPassword {
		password = "" // no such password exists; hash something short all the same
	}
	key, err := db.key(ctx, password, salt, c, len(want))
	if err != nil {
		return false, false, err
	}
	return subtle.ConstantTimeCompare(key, want) == 1, c != db.cost || len(want) != keyBytes, nil
}

const (
	shortestPassword = 8
	longestPassword  = 256
)

// checkPassword refuses passwords that are too short or that anyone would try.
// Any character counts, and none is cut off.
func checkPassword(password, email string) error {
	if !utf8.ValidString(password) || password != chatkit.CleanText(password) {
		return weak("This password has characters that cannot be stored. Choose another one.")
	}
	if err := within("password", "The password", password, shortestPassword, longestPassword); err != nil {
		return err
	}
	lower := strings.ToLower(strings.TrimSpace(password))
	local, _, _ := strings.Cut(email, "@")
	switch {
	case lower == email, lower == local:
		return weak("The password must differ from the e-mail address. Choose another one.")
	case monotonous(lower), isCommon(lower):
		return weak("This password is one of the first that anyone would guess. Choose another one; " +
			"several unrelated words make a good one.")
	}
	return nil
}

func weak(message string) error { return &InvalidError{Field: "password", Message: message} }

// monotonous reports a password of one repeated character, or of characters
// that follow one another (12345678, hgfedcba).
func monotonous(s string) bool {
	r := []rune(s)
	steps := map[rune]bool{}
	for i := 1; i < len(r); i++ {
		steps[r[i]-r[i-1]] = true
	}
	if len(steps) != 1 {
		return len(steps) == 0
	}
	return steps[0] || steps[1] || steps[-1]
}
