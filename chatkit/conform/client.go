package conform

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
)

// maxBody is the most that is read of an answer.
const maxBody = 64 << 20

// reply is a server's answer to one request.
type reply struct {
	status int
	media  string // the content type without its parameters
	body   []byte
	cut    error // set when the body's end did not come; with status 0 nothing came
}

// post sends a body that may be anything.
func (t *tour) post(body []byte) *reply {
	req, err := http.NewRequestWithContext(t.ctx, http.MethodPost, t.o.URL, bytes.NewReader(body))
	if err != nil {
		return &reply{cut: err}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "en")
	for name, values := range t.o.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
		if http.CanonicalHeaderKey(name) == "Host" && len(values) > 0 {
			req.Host = values[0]
		}
	}
	return t.send(req)
}

// send sends any request and reads the answer.
func (t *tour) send(req *http.Request) *reply {
	resp, err := t.o.Client.Do(req.WithContext(t.ctx))
	if err != nil {
		return &reply{cut: err}
	}
	defer resp.Body.Close()
	r := &reply{status: resp.StatusCode}
	if r.media, _, err = mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil {
		r.media = resp.Header.Get("Content-Type")
	}
	r.body, r.cut = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if len(r.body) > maxBody {
		r.cut = errors.New("it is longer than 64 MiB")
	}
	return r
}

// request sends a well-formed request.
func (t *tour) request(typ string, params any) *reply {
	body, err := json.Marshal(map[string]any{"type": typ, "params": params})
	if err != nil {
		return &reply{cut: err}
	}
	return t.post(body)
}

// begins fails the exam unless the answer is a success with the media type.
func (x *exam) begins(r *reply, media string) bool {
	x.look(ruleAnswer)
	switch {
	case r.status == 0:
		x.fail(ruleAnswer, "expected an answer, got none: %v", r.cut)
	case r.status != http.StatusOK:
		x.fail(ruleAnswer, "expected 200, got %d %s", r.status, brief(r.body))
	case r.media != media:
		x.fail(ruleAnswer, "expected %s, got %q", media, r.media)
	}
	if r.status != 0 {
		x.look(ruleWhole)
		if r.cut != nil {
			x.fail(ruleWhole, "after %d bytes: %v", len(r.body), r.cut)
		}
	}
	return !x.failed()
}

// object reads a JSON answer.
func (x *exam) object(r *reply) (object, bool) {
	if !x.begins(r, "application/json") {
		return nil, false
	}
	x.look(ruleJSON)
	o, err := parse(r.body)
	if err != nil {
		x.fail(ruleJSON, "%v: %s", err, brief(r.body))
		return nil, false
	}
	x.look(ruleNulls)
	x.nulls("the reply", o)
	return o, true
}
