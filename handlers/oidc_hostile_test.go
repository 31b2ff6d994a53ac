package handlers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"github.com/taskpilot/taskpilot/models"
	"github.com/taskpilot/taskpilot/models/modelstest"
)

// liar is a provider that says what a test wants it to.
type liar struct {
	t   testing.TB
	url string
	key *ecdsa.PrivateKey

	mu    sync.Mutex
	nonce string
	lie   lie
}

// lie is what the provider says other than the truth.
type lie struct {
	claims   jwt.MapClaims // instead of the good ones; nil leaves one out
	sign     func(l *liar, token jwt.MapClaims) string
	info     map[string]any // of the person, at the other address
	noToken  bool
	status   int
	answer   string // whole, instead of tokens
	callback url.Values
}

func newLiar(t testing.TB) *liar {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	l := &liar{t: t, key: key}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	l.url = server.URL
	reply := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"issuer": l.url, "authorization_endpoint": l.url + "/auth", "token_endpoint": l.url + "/token", "jwks_uri": l.url + "/keys",
			"userinfo_endpoint": l.url + "/me", "id_token_signing_alg_values_supported": []string{"ES256", "HS256", "none"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, _ *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.lie.status != 0 {
			w.WriteHeader(l.lie.status)
		}
		if l.lie.answer != "" {
			_, _ = w.Write([]byte(l.lie.answer))
			return
		}
		reply(w, l.tokens())
	})
	mux.HandleFunc("/me", func(w http.ResponseWriter, _ *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		reply(w, l.lie.info)
	})
	return l
}

// tokens is called with the lock held.
func (l *liar) tokens() map[string]any {
	claims := jwt.MapClaims{"iss": l.url, "aud": "chat", "sub": "sub-1", "nonce": l.nonce, "email": "ada@example.com", "email_verified": true, "name": "Ada",
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(), "auth_time": time.Now().Unix()}
	maps.Copy(claims, l.lie.claims)
	for name, value := range claims {
		if value == nil {
			delete(claims, name)
		}
	}
	sign := l.lie.sign
	if sign == nil {
		sign = (*liar).honestly
	}
	all := map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": sign(l, claims)}
	if l.lie.noToken {
		delete(all, "id_token")
	}
	return all
}

func (l *liar) honestly(claims jwt.MapClaims) string { return l.with(claims, l.key) }

func (l *liar) with(claims jwt.MapClaims, key *ecdsa.PrivateKey) string {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["kid"] = "k"
	s, err := token.SignedString(key)
	if err != nil {
		l.t.Error(err)
	}
	return s
}

// send sends a visitor through the provider and back, who signs in there without
// being asked.
func (l *liar) send(v *visitor, from string, said lie) *reply {
	l.t.Helper()
	address, err := url.Parse(v.to(from))
	if err != nil {
		l.t.Fatal(err)
	}
	l.mu.Lock()
	l.nonce, l.lie = address.Query().Get("nonce"), said
	l.mu.Unlock()
	back := url.Values{"code": {"code"}, "state": {address.Query().Get("state")}}
	maps.Copy(back, said.callback)
	return v.do("GET", "/oidc/callback?"+back.Encode(), nil)
}

func withLiar(t *testing.T) (*server, *liar) {
	t.Helper()
	l := newLiar(t)
	return boot(t, modelstest.Open(t), func(o *Options) {
		o.OIDC = &OIDC{Name: "Example", Issuer: l.url, ClientID: "chat", Scopes: []string{"openid"}}
	}), l
}

// lies are answers that let nobody in.
func lies() map[string]lie {
	now := time.Now()
	return map[string]lie{
		"nonce of another":       {claims: jwt.MapClaims{"nonce": "other"}},
		"no nonce":               {claims: jwt.MapClaims{"nonce": nil}},
		"issuer":                 {claims: jwt.MapClaims{"iss": "https://evil.example.com"}},
		"audience":               {claims: jwt.MapClaims{"aud": "another client"}},
		"no audience":            {claims: jwt.MapClaims{"aud": nil}},
		"made for another":       {claims: jwt.MapClaims{"aud": []string{"chat", "other"}, "azp": "other"}},
		"made for nobody of two": {claims: jwt.MapClaims{"aud": []string{"chat", "other"}}},
		"expired":                {claims: jwt.MapClaims{"exp": now.Add(-time.Minute).Unix()}},
		"no end":                 {claims: jwt.MapClaims{"exp": nil}},
		"not yet":                {claims: jwt.MapClaims{"nbf": now.Add(time.Hour).Unix()}},
		"no subject":             {claims: jwt.MapClaims{"sub": nil}},
		"long subject":           {claims: jwt.MapClaims{"sub": strings.Repeat("s", 256)}},
		"odd subject":            {claims: jwt.MapClaims{"sub": "a\x00b"}},
		"access token":           {claims: jwt.MapClaims{"at_hash": "bm90IHRoZSBoYXNo"}},
		"another key": {sign: func(l *liar, claims jwt.MapClaims) string {
			other, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			return l.with(claims, other)
		}},
		"no signature": {sign: func(_ *liar, claims jwt.MapClaims) string {
			s, _ := jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType)
			return s
		}},
		"public key as a secret": {sign: func(l *liar, claims jwt.MapClaims) string {
			raw, _ := x509.MarshalPKIXPublicKey(&l.key.PublicKey)
			s, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(raw)
			return s
		}},
		"not a token":           {sign: func(*liar, jwt.MapClaims) string { return "a.b.c" }},
		"no token":              {noToken: true},
		"refused code":          {status: 400, answer: `{"error":"invalid_grant","error_description":"<b>a reason</b>"}`},
		"another provider":      {callback: url.Values{"iss": {"https://evil.example.com"}}},
		"an error":              {callback: url.Values{"error": {"invalid_scope"}, "error_description": {"<b>a reason</b>"}}},
		"info of somebody else": {claims: jwt.MapClaims{"email": nil}, info: map[string]any{"sub": "sub-2", "email": "ada@example.com", "email_verified": true}},
	}
}

func TestUntrueAnswersLetNobodyIn(t *testing.T) {
	t.Parallel()
	s, l := withLiar(t)
	for name, said := range lies() {
		v := s.nobody()
		l.send(v, "/oidc/signin", said).want(403).has("Its answer was not valid").lacks("a reason")
		v.in("")
		if _, err := s.db.UserByEmail(t.Context(), "ada@example.com"); err == nil {
			t.Fatalf("%s: an account was opened", name)
		}
	}
	for name, said := range map[string]lie{"error page": {status: 502, answer: "<b>a reason</b>"}, "no JSON": {answer: "<b>a reason</b>"},
		"endless": {answer: `{"access_token":"` + strings.Repeat("x", 2<<20)}, "endless person": {claims: jwt.MapClaims{"email": nil}, info: map[string]any{"sub": "sub-1", "email": "ada@example.com", "email_verified": true, "name": strings.Repeat("x", 2<<20)}},
		"it says so": {callback: url.Values{"error": {"temporarily_unavailable"}}}} {
		v := s.nobody()
		if r := l.send(v, "/oidc/signin", said); r.status != 503 {
			t.Errorf("%s: status %d", name, r.status)
		} else {
			r.has("It can&#39;t be reached").lacks("a reason")
		}
		v.in("")
	}
	v := s.nobody() // the test means something: the truth lets people in
	l.send(v, "/oidc/signin", lie{}).want(303)
	v.in("ada@example.com")
}

func TestTrueAnswersInOtherWords(t *testing.T) {
	t.Parallel()
	s, l := withLiar(t)
	for subject, said := range map[string]lie{
		"words":  {claims: jwt.MapClaims{"email_verified": "true"}},
		"two":    {claims: jwt.MapClaims{"aud": []string{"chat", "other"}, "azp": "chat"}, callback: url.Values{"iss": {l.url}}},
		"asked":  {claims: jwt.MapClaims{"email": nil, "name": nil}, info: map[string]any{"sub": "asked", "email": "asked@example.com", "email_verified": "true", "name": "  Ada \n Asked" + strings.Repeat("!", 200)}},
		"string": {claims: jwt.MapClaims{"auth_time": "1790000000"}},
		"plain":  {claims: jwt.MapClaims{"name": nil, "auth_time": nil}},
	} {
		claims := jwt.MapClaims{"sub": subject, "email": subject + "@example.com"}
		maps.Copy(claims, said.claims)
		said.claims = claims
		v := s.nobody()
		l.send(v, "/oidc/signin", said).want(303)
		v.in(subject + "@example.com")
	}
	if u := s.userOf("asked@example.com"); !strings.HasPrefix(u.Name, "Ada Asked!") || len(u.Name) != 100 {
		t.Errorf("named %q", u.Name)
	}
	if u := s.userOf("plain@example.com"); u.Name != "plain" {
		t.Errorf("named %q", u.Name)
	}
	for _, email := range []any{"", "nobody", "a@b, c@d", strings.Repeat("x", 300) + "@example.com", nil} {
		l.send(s.nobody(), "/oidc/signin", lie{claims: jwt.MapClaims{"sub": "other", "email": email}, info: map[string]any{"sub": "other"}}).want(403).has("has not confirmed")
	}
}

// TestOldSignInProvesNothing: who was signed in at the provider long ago is let in, but
// has not proved just now who they are; and proves it only by doing so anew.
func TestOldSignInProvesNothing(t *testing.T) {
	t.Parallel()
	s, l := withLiar(t)
	ago := func(d time.Duration) jwt.MapClaims { return jwt.MapClaims{"auth_time": time.Now().Add(-d).Unix()} }
	token := url.Values{"name": {"backup"}, "scopes": {"read"}, "days": {"30"}}
	for name, claims := range map[string]jwt.MapClaims{"long ago": ago(time.Hour), "never": {"auth_time": nil}} {
		v := s.nobody()
		l.send(v, "/oidc/signin", lie{claims: claims}).want(303)
		v.readCSRF("/tasks")
		v.post("/settings/tokens", token).want(403).has("/oidc/prove")
		for _, old := range []jwt.MapClaims{ago(time.Hour), ago(2 * clockSkew), {"auth_time": nil}, {"auth_time": 0}} {
			l.send(v, "/oidc/prove?next=/settings/tokens", lie{claims: old}).want(403).has("proves nothing")
		}
		v.post("/settings/tokens", token).want(403)
		l.send(v, "/oidc/prove?next=/settings/tokens", lie{}).want(303)
		if v.post("/settings/tokens", token).status != 200 {
			t.Errorf("%s: signing in anew proves nothing", name)
		}
	}
	// A clock that is ahead proves no more than now.
	v := s.nobody()
	l.send(v, "/oidc/signin", lie{claims: ago(-24 * time.Hour)}).want(303)
	if at := v.proven(); at.After(time.Now()) {
		t.Errorf("proven at %s", at)
	}
	if models.NeverProven.IsZero() {
		t.Error("never is now")
	}
}
