package assistant

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	openai "github.com/sashabaranov/go-openai"
)

// DefaultModel is asked for when neither the settings nor the server name one.
const DefaultModel = "gpt-4.1-mini"

// model returns the model to ask when the person chose none: the configured one,
// else the first that the server lists. That is found out once, with the first
// answer: a server may start later than this one.
func (a *Agent) model(ctx context.Context) (string, error) {
	if a.cfg.Model != "" {
		return a.cfg.Model, nil
	}
	if found := a.served.Load(); found != nil {
		return *found, nil
	}
	list, err := a.listModels(ctx)
	if err != nil && !noList(err) {
		return "", err
	}
	name := firstModel(list)
	if name == "" {
		name = DefaultModel
		a.logger.Info("no model is configured and the server lists none: asking for the default", "model", name)
	} else {
		a.logger.Info("no model is configured: taking the first that the server lists", "model", name, "models", len(list))
	}
	a.served.Store(&name)
	return name, nil
}

// firstModel is the first of the list that can answer: some servers list models
// for embeddings, too.
func firstModel(list []openai.Model) string {
	for _, m := range list {
		if m.ID != "" && !strings.Contains(strings.ToLower(m.ID), "embed") {
			return m.ID
		}
	}
	return ""
}

// listModels asks for the server's list of models.
func (a *Agent) listModels(ctx context.Context) ([]openai.Model, error) {
	u, err := newUpstream(a.cfg, documents)
	if err != nil {
		return nil, err
	}
	defer u.close()
	list, err := u.client.ListModels(ctx)
	return list.Models, err
}

// noList reports that a server answered, but not with a list of models, which not
// every server has. One that doesn't take the key says so otherwise.
func noList(err error) bool {
	e, ok := errors.AsType[*statusError](err)
	return ok && slices.Contains([]int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented}, e.status)
}
