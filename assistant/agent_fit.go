package assistant

import (
	"context"
	"errors"
	"net/http"

	"github.com/taskpilot/taskpilot/chatkit"
)

// leastWindow is the smallest part of a conversation that is worth an answer.
const leastWindow = 500

// read puts as much of the conversation into the request as the window takes.
func (t *agentTurn) read(ctx context.Context, req *modelRequest, window int) error {
	reader := inputReader{window: window, reads: t.provider.reads(), tools: req.tools}
	input, err := reader.read(ctx, t.turn)
	if err != nil {
		return &chatkit.Error{Message: "I can't read this conversation at the moment. Please try again.", AllowRetry: true, Err: err}
	}
	req.input, req.fresh = withDecision(input, req.decision), 0
	return nil
}

// askFitting asks, and asks again with less if the server could not take the
// first request of a turn: half of the conversation while it is too long for the
// model, then notes in the place of pictures and PDFs. A later request can't be
// made smaller without losing what was done.
func (t *agentTurn) askFitting(ctx context.Context, req *modelRequest) (*modelAnswer, error) {
	for window := t.cfg.Window; ; {
		got, err := t.ask(ctx, req)
		if err == nil || req.fresh > 0 || ctx.Err() != nil {
			return got, err
		}
		bare, files := withoutFiles(req.input)
		switch before := len(req.input); {
		case overflows(err):
			for len(req.input) >= before && window/2 >= leastWindow {
				window /= 2
				if failed := t.read(ctx, req, window); failed != nil {
					return nil, failed
				}
			}
			if len(req.input) >= before {
				return nil, err // nothing is left to leave out
			}
		case refusesContent(err) && files:
			t.logger.WarnContext(ctx, "the model server refused a request with files; asking without them", "error", withoutSecrets(err, t.cfg.APIKey))
			req.input = bare
		default:
			return nil, err
		}
	}
}

// overflows reports that a conversation is too long for the model.
func overflows(err error) bool {
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.tooLong()
	}
	e, ok := errors.AsType[*reportedError](err)
	return ok && (isTooLong(e.code) || isTooLong(e.typ))
}

// refusesContent reports an answer that servers give to content of a kind that
// the model does not take. Not all of them say so with a status of their own:
// llama.cpp answers 500.
func refusesContent(err error) bool {
	e, ok := errors.AsType[*statusError](err)
	if !ok {
		return false
	}
	switch e.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity, http.StatusInternalServerError, http.StatusNotImplemented:
		return true
	}
	return false
}
