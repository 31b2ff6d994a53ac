package handlers

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/taskpilot/taskpilot/models/modelstest"
)

var testSecret = bytes.Repeat([]byte("j"), 32)

// claimsAt are good claims at the moment.
func claimsAt(now time.Time) jwt.MapClaims {
	return jwt.MapClaims{"iss": "taskpilot", "aud": []string{"taskpilot-api"}, "sub": "usr_1", "user_id": "usr_1", "sid": "fam_1",
		"jti": "jti_1", "use": "access", "iat": now.Unix(), "exp": now.Add(tokenLife).Unix()}
}

func signed(t *testing.T, method jwt.SigningMethod, claims jwt.MapClaims, key any) string {
	t.Helper()
	s, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTokenRoundTrip(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tokens := NewTokens(testSecret)
	token, seconds, err := tokens.Mint("usr_1", "fam_1", now)
	if err != nil || seconds != 900 {
		t.Fatal(seconds, err)
	}
	for _, at := range []time.Duration{-30 * time.Second, 0, tokenLife, tokenLife + 29*time.Second} {
		claims, err := tokens.Verify(token, now.Add(at))
		if err != nil || claims.Subject != "usr_1" || claims.UserID != "usr_1" || claims.SessionID != "fam_1" {
			t.Errorf("after %s: %+v, %v", at, claims, err)
		}
	}
	for _, at := range []time.Duration{-31 * time.Second, tokenLife + 31*time.Second} {
		if _, err := tokens.Verify(token, now.Add(at)); err == nil {
			t.Errorf("accepted after %s", at)
		}
	}
	if _, err := tokens.Verify(signed(t, jwt.SigningMethodHS256, claimsAt(now), testSecret), now); err != nil {
		t.Errorf("the matrix below starts from a bad token: %v", err)
	}
	if other, _, _ := tokens.Mint("usr_1", "fam_1", now); other == token {
		t.Error("two tokens are the same")
	}
}

// badTokens are one defect each.
func badTokens(t *testing.T, now time.Time) map[string]string {
	t.Helper()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	good := claimsAt(now)
	list := map[string]string{
		"alg none":    signed(t, jwt.SigningMethodNone, good, jwt.UnsafeAllowNoneSignatureType),
		"alg HS512":   signed(t, jwt.SigningMethodHS512, good, testSecret),
		"alg RS256":   signed(t, jwt.SigningMethodRS256, good, rsaKey),
		"empty key":   signed(t, jwt.SigningMethodHS256, good, []byte{}),
		"other key":   signed(t, jwt.SigningMethodHS256, good, bytes.Repeat([]byte("x"), 32)),
		"no token":    "",
		"no dots":     "garbage",
		"cut":         strings.TrimRight(signed(t, jwt.SigningMethodHS256, good, testSecret), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"),
		"very long":   strings.Repeat("a.", 4000),
		"a refresh's": "x9M3mSIuT7yU1eY3Yk0k8q2m0wq3C2V9dZ4pR6tB8nE",
	}
	for name, change := range map[string]func(jwt.MapClaims){
		"wrong iss":      func(c jwt.MapClaims) { c["iss"] = "other" },
		"no iss":         func(c jwt.MapClaims) { delete(c, "iss") },
		"wrong aud":      func(c jwt.MapClaims) { c["aud"] = "other" },
		"no aud":         func(c jwt.MapClaims) { delete(c, "aud") },
		"expired":        func(c jwt.MapClaims) { c["iat"], c["exp"] = now.Unix()-1000, now.Unix()-100 },
		"no exp":         func(c jwt.MapClaims) { delete(c, "exp") },
		"future iat":     func(c jwt.MapClaims) { c["iat"], c["exp"] = now.Unix()+60, now.Unix()+600 },
		"no iat":         func(c jwt.MapClaims) { delete(c, "iat") },
		"valid too long": func(c jwt.MapClaims) { c["exp"] = now.Unix() + 86400 },
		"not before":     func(c jwt.MapClaims) { c["nbf"] = now.Unix() + 60 },
		"no sid":         func(c jwt.MapClaims) { delete(c, "sid") },
		"no jti":         func(c jwt.MapClaims) { delete(c, "jti") },
		"no sub":         func(c jwt.MapClaims) { delete(c, "sub") },
		"two users":      func(c jwt.MapClaims) { c["user_id"] = "usr_2" },
		"refresh use":    func(c jwt.MapClaims) { c["use"] = "refresh" },
		"wrong types":    func(c jwt.MapClaims) { c["sub"] = 7 },
	} {
		claims := claimsAt(now)
		change(claims)
		list[name] = signed(t, jwt.SigningMethodHS256, claims, testSecret)
	}
	other := jwt.NewWithClaims(jwt.SigningMethodHS256, good)
	other.Header["typ"] = "refresh+jwt"
	list["other typ"], _ = other.SignedString(testSecret)
	return list
}

func TestTokenRefuses(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tokens := NewTokens(testSecret)
	for name, token := range badTokens(t, now) {
		if claims, err := tokens.Verify(token, now); err == nil {
			t.Errorf("%s: accepted as %+v", name, claims)
		}
	}
}

func TestShortSecretSignsNothing(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, secret := range [][]byte{nil, {}, []byte("short"), testSecret[:31]} {
		tokens := NewTokens(secret)
		if _, _, err := tokens.Mint("usr_1", "fam_1", now); err == nil {
			t.Errorf("a secret of %d bytes signed", len(secret))
		}
		if len(secret) == 0 {
			continue
		}
		if _, err := tokens.Verify(signed(t, jwt.SigningMethodHS256, claimsAt(now), secret), now); err == nil {
			t.Errorf("a secret of %d bytes verified", len(secret))
		}
	}
}

// Every bad token is answered alike, with a right one beside it, so that the
// refusals are the tokens' fault.
func TestBearerRefuses(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	s := boot(t, db)
	v := s.program(modelstest.User(t, db, "ann@example.com"))
	v.do("GET", "/api/v1/auth/me", nil).want(200)
	for name, token := range badTokens(t, s.h.Now()) {
		r := v.do("GET", "/api/v1/auth/me", nil, "Authorization", "Bearer "+token)
		if r.status != 401 {
			t.Errorf("%s: %d", name, r.status)
			continue
		}
		r.problem(401, "unauthorized").lacks("signature").lacks("jwt")
	}
	v.do("GET", "/api/v1/auth/me", nil, "Authorization", "Basic "+v.bearer).problem(401, "unauthorized")
	v.do("GET", "/api/v1/auth/me", nil, "Authorization", "").problem(401, "unauthorized")
}
