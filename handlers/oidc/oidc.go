// Package oidc signs people in at an OpenID Connect provider, by the authorization
// code flow with PKCE. It knows nothing of our accounts.
package oidc

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"
)

// The ways in which a sign-in fails that are nobody's mistake here. Test with
// errors.Is; the cause is for the log.
var (
	// ErrUnreachable means that the provider did not answer as it should.
	ErrUnreachable = errors.New("oidc: the provider can't be reached")
	// ErrRefused means that the provider does not take the code, or us.
	ErrRefused = errors.New("oidc: the provider refused")
	// ErrUntrusted means that what the provider said of the person is not good.
	ErrUntrusted = errors.New("oidc: not a valid answer of the provider")
)

// Options is what there is to know about a provider.
type Options struct {
	Issuer       string
	ClientID     string
	ClientSecret string // "": a public client
	Scopes       []string
	Back         func() string    // the address that it sends people back to
	Now          func() time.Time // nil: time.Now
}

// Provider is an OpenID Connect provider. It is asked about itself when somebody
// first signs in, so that it may be down before.
type Provider struct {
	Options
	client *http.Client
	asking singleflight.Group
	mu     sync.Mutex
	found  *oidc.Provider
}

// patience is how long the provider may take for one answer.
const patience = 10 * time.Second

// New returns a provider.
func New(o Options) *Provider {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Provider{Options: o, client: newClient()}
}

// Challenge is what a sign-in begins with and is checked against in the end.
type Challenge struct{ State, Nonce, Verifier string }

// NewChallenge returns one that nobody can guess.
func NewChallenge() Challenge {
	return Challenge{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
}

// AuthURL is where a person signs in. With again they do so once more even if the
// provider knows them.
func (p *Provider) AuthURL(ctx context.Context, ch Challenge, again bool) (string, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(ch.Nonce), oauth2.S256ChallengeOption(ch.Verifier)}
	if again {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return p.oauth(found).AuthCodeURL(ch.State, options...), nil
}

func (p *Provider) oauth(found *oidc.Provider) *oauth2.Config {
	c := &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: found.Endpoint(),
		RedirectURL: p.Back(), Scopes: p.Scopes}
	c.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if p.ClientSecret == "" || p.secretInForm(found) {
		c.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return c
}

// secretInForm reports whether the provider takes the secret in no other way. To
// find out by trying costs the code.
func (p *Provider) secretInForm(found *oidc.Provider) bool {
	var says struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := found.Claims(&says); err != nil {
		return false
	}
	return slices.Contains(says.Methods, "client_secret_post") && !slices.Contains(says.Methods, "client_secret_basic")
}

// discover asks the provider about itself, once; when that fails, the next one who
// needs it asks again. All who wait share one question.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	found := p.found
	p.mu.Unlock()
	if found != nil {
		return found, nil
	}
	answer := p.asking.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(p.withClient(context.WithoutCancel(ctx)), patience)
		defer cancel()
		found, err := oidc.NewProvider(ctx, p.Issuer)
		if err != nil {
			return nil, fmt.Errorf("%w: discovery: %w", ErrUnreachable, err)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.found = found
		return found, nil
	})
	select {
	case a := <-answer:
		found, _ := a.Val.(*oidc.Provider)
		return found, a.Err
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: discovery: %w", ErrUnreachable, ctx.Err())
	}
}

func (p *Provider) withClient(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}
