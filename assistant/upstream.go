package assistant

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	openai "github.com/sashabaranov/go-openai"
)

// upstream is a model server: go-openai's client over a transport of our own.
// go-openai has no time limits and no retries, takes a cut stream for a whole one,
// and loses errors that come amid a stream: upstream_http.go and upstream_sse.go
// make up for that beneath it, upstream_retry.go above it.
type upstream struct {
	client    *openai.Client
	transport *http.Transport
	limits    Limits
	breaker   breaker
}

// newUpstream checks the settings of a model server, which it does not call yet.
// The error says which setting is wrong.
func newUpstream(cfg Config, adapt ...func(*openai.ClientConfig, doer)) (*upstream, error) {
	if cfg.Model == "" && cfg.BaseURL == "" {
		return nil, errors.New("assistant: no model is named")
	}
	limits := cfg.Limits.withDefaults()
	transport := newTransport(limits)
	client := openai.DefaultConfig(cfg.APIKey)
	if cfg.BaseURL != "" {
		base, err := baseURL(cfg.BaseURL)
		if err != nil {
			return nil, err
		}
		client.BaseURL = base
	}
	d := newDoer(transport, limits)
	if cfg.Responses.Images {
		d.most = maxImages
	}
	client.HTTPClient = d
	for _, change := range adapt {
		change(&client, d)
	}
	return &upstream{client: openai.NewClientWithConfig(client), transport: transport, limits: limits}, nil
}

func (u *upstream) close() { u.transport.CloseIdleConnections() }

func baseURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return "", errors.New("assistant: the base URL must look like http://localhost:11434/v1")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/v1"
	}
	return strings.TrimRight(u.String(), "/"), nil
}
