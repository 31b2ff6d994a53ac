// Package oidctest is a real OpenID Connect provider for tests, on a port of its
// own: the library of Zitadel with the storage of its example.
package oidctest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"html/template"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// What a server needs to know to be a client of the provider, and the password of
// everybody.
const (
	ClientID     = "taskpilot"
	ClientSecret = "the+client's%secret&"
	Password     = "a password of the provider's"
)

// Provider is the provider. People are added with Add; they sign in with their
// e-mail address.
type Provider struct {
	URL string // the issuer

	op        *op.Provider
	mu        sync.Mutex
	key       key
	users     map[string]*storage.User // by id
	redirects []string
	down      bool
}

// New starts a provider that ends with the test.
func New(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{users: map[string]*storage.User{}}
	p.RotateKeys(t)
	mux := http.NewServeMux()
	server := httptest.NewServer(p.unlessDown(mux))
	t.Cleanup(server.Close)
	p.URL = server.URL
	people := store{storage.NewStorageWithClients(p, map[string]*storage.Client{ClientID: storage.WebClient(ClientID, ClientSecret)}), p}
	config := &op.Config{CryptoKey: sha256.Sum256([]byte("test")), CodeMethodS256: true, AuthMethodPost: true}
	var err error
	if p.op, err = op.NewProvider(config, people, op.StaticIssuer(p.URL), op.WithAllowInsecure()); err != nil {
		t.Fatal(err)
	}
	mux.HandleFunc("GET /login", p.loginPage)
	mux.HandleFunc("POST /login", op.NewIssuerInterceptor(p.op.IssuerFromRequest).HandlerFunc(p.login(people)))
	mux.HandleFunc("POST /deny", p.deny(people))
	mux.Handle("/", p.op)
	return p
}

// Add adds a person; their id there is their address, too.
func (p *Provider) Add(email string, verified bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users[email] = &storage.User{ID: email, Username: email, Password: Password, Email: email, EmailVerified: verified,
		FirstName: "Ada", LastName: "Elsewhere"}
}

// Rename gives a person another address.
func (p *Provider) Rename(id, email string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users[id].Email = email
}

// Trust lets the provider send people back to a server.
func (p *Provider) Trust(server string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.redirects = append(p.redirects, server+"/oidc/callback")
}

// Down makes the provider answer nothing but errors, or ends that.
func (p *Provider) Down(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

func (p *Provider) unlessDown(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		down := p.down
		p.mu.Unlock()
		if down {
			http.Error(w, "down for repairs", http.StatusBadGateway)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// RotateKeys has the provider sign with a new key and forget the one before.
func (p *Provider) RotateKeys(t testing.TB) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.key = key{id: rand.Text(), private: private}
}

// GetUserByID is for the storage.
func (p *Provider) GetUserByID(id string) *storage.User {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.users[id]
}

// GetUserByUsername is for the storage.
func (p *Provider) GetUserByUsername(name string) *storage.User { return p.GetUserByID(name) }

// ExampleClientID is for the storage.
func (p *Provider) ExampleClientID() string { return "nobody" }

var page = template.Must(template.New("").Parse(`<!doctype html><title>Provider</title><h1>Provider</h1>
<form method="post" action="/login"><input type="hidden" name="id" value="{{.}}">
<input name="email" aria-label="E-mail"><input name="password" type="password" aria-label="Password"><button id="enter">Sign in</button></form>
<form method="post" action="/deny"><input type="hidden" name="id" value="{{.}}"><button id="deny">Cancel</button></form>`))

func (p *Provider) loginPage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Execute(w, r.FormValue("id"))
}

func (p *Provider) login(people store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := r.FormValue("id")
		if err := people.CheckUsernamePassword(r.FormValue("email"), r.FormValue("password"), id); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		http.Redirect(w, r, op.AuthCallbackURL(p.op)(r.Context(), id), http.StatusSeeOther)
	}
}

func (p *Provider) deny(people store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		request, err := people.AuthRequestByID(r.Context(), r.FormValue("id"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		op.AuthRequestError(w, r, request, oidc.ErrAccessDenied().WithDescription("<b>a reason</b>"), p.op)
	}
}

// store is the example's storage, but for its keys and clients.
type store struct {
	*storage.Storage
	p *Provider
}

// key signs what the provider says.
type key struct {
	id      string
	private *ecdsa.PrivateKey
}

func (k key) ID() string                                  { return k.id }
func (k key) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (k key) Key() any                                    { return k.private }

// publicKey is what the provider shows of a key.
type publicKey struct{ key }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return &k.private.PublicKey }

func (s store) current() key {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	return s.p.key
}

// SigningKey returns the newest key.
func (s store) SigningKey(context.Context) (op.SigningKey, error) { return s.current(), nil }

// KeySet returns the public part of the newest key.
func (s store) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{publicKey{s.current()}}, nil
}

// SignatureAlgorithms returns that of the keys.
func (s store) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.ES256}, nil
}

// AuthorizeClientIDSecret takes the secret as clients encode it.
func (s store) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != ClientID || secret != ClientSecret {
		return errors.New("not this secret")
	}
	return nil
}

// GetClientByClientID returns the client with the servers that are trusted by now.
func (s store) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	c, err := s.Storage.GetClientByClientID(ctx, id)
	if err != nil {
		return nil, err
	}
	return client{c, s.p}, nil
}

type client struct {
	op.Client
	p *Provider
}

func (c client) RedirectURIs() []string {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	return append([]string(nil), c.p.redirects...)
}

func (c client) LoginURL(id string) string {
	return "/login?id=" + template.URLQueryEscaper(strings.TrimSpace(id))
}
